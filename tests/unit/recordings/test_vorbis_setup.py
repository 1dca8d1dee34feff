"""Of Vorbis' setup packet what a decoder reads is kept, to the bit; what it does not read is zeros."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recordings import (
    BOOK,
    FLOOR,
    MAPPING,
    MODE,
    RESIDUE,
    VORBIS_SETUP,
    laced,
    ogg,
    ogg_packets,
    vorbis_setup,
    webm,
)

from micropolis_map.errors import InvalidInput
from micropolis_map.stores.recordings import bare, parts
from micropolis_map.stores.recordings import vorbis_setup as reader
from micropolis_map.stores.recordings.bits import BrokenHeader
from micropolis_map.stores.recordings.vorbis_setup import MOST_BYTES, bare_setup

SILENCE = Path(__file__).with_name("silence.ogg").read_bytes()
"""0.6 seconds of it by libvorbis 1.3.7: `soundfile.write("silence.ogg", numpy.zeros((4800, 1)), 8000,
format="OGG", subtype="VORBIS")`."""

Fields = list[tuple[int, int]]
WORDS = b"SECRET-12.3456"


def drawn(draw: st.DrawFn, *bits: int) -> Fields:
    return [(draw(st.integers(0, (1 << size) - 1)), size) for size in bits]


@st.composite
def books(draw: st.DrawFn) -> Fields:
    dimensions, entries = draw(st.integers(1, 5)), draw(st.integers(1, 40))
    fields = [(0x564342, 24), (dimensions, 16), (entries, 24)]
    way = draw(st.sampled_from(["ordered", "sparse", "all"]))
    if way == "ordered":
        fields += [(1, 1), (0, 5)]
        told = 0
        while told < entries:
            rest = entries - told
            here = draw(st.integers(1, rest)) if len(fields) < 30 else rest
            fields.append((here, int(math.log2(rest)) + 1))
            told += here
    else:
        fields += [(0, 1), (way == "sparse", 1)]
        for _ in range(entries):
            used = way == "all" or draw(st.booleans())
            fields += [(used, 1)] * (way == "sparse") + drawn(draw, 5) * used
    lookup = draw(st.sampled_from([0, 1, 2]))
    fields.append((lookup, 4))
    if lookup:
        size = draw(st.integers(1, 16))
        values = max(n for n in range(1, 41) if n**dimensions <= entries) if lookup == 1 else None
        fields += [*drawn(draw, 32, 32), (size - 1, 4), (0, 1)]
        fields += drawn(draw, *[size] * (entries * dimensions if values is None else values))
    return fields


@st.composite
def setups(draw: st.DrawFn) -> tuple[bytes, int]:
    """A setup packet of every kind of part, and the number of channels."""
    channels, some = draw(st.integers(1, 8)), draw(st.lists(books(), min_size=1, max_size=3))
    last = len(some) - 1
    if draw(st.booleans()):
        floor = [(0, 6), (0, 16), *drawn(draw, 8, 16, 16, 6, 8), (1, 4), (0, 8), (last, 8)]
    else:
        bits = draw(st.integers(0, 10))
        floor = [(0, 6), (1, 16), (3, 5), (1, 4), (0, 4), (1, 4)]
        floor += [(2, 3), (2, 2), (last, 8), *[(last + 1, 8)] * 4]
        floor += [(0, 3), (0, 2), (0, 8), (1, 2), (bits, 4), *drawn(draw, *[bits] * 5)]
    residue = [*RESIDUE[:5], (1, 6), (last, 8), (5, 3), (0, 1), (1, 3), (1, 1), (3, 5), *[(last, 8)] * 5]
    pair = int(math.log2(channels - 1)) + 1 if channels > 1 else 0
    mapping = [(0, 6), (0, 16), (1, 1), (1, 4)]
    mapping += [(1, 1), (0, 8), (0, pair), (1, pair)] if channels > 1 else [(0, 1)]
    mapping += [(0, 2), *[(1, 4)] * channels, *[(0, 8)] * 6]
    return vorbis_setup(books=some, floor=floor, residue=residue, mapping=mapping), channels


@settings(max_examples=60, deadline=None)
@given(made=setups(), behind=st.binary(max_size=40))
def test_what_is_read_is_kept_and_what_is_behind_it_is_not(made, behind):
    packet, channels = made
    assert bare_setup(packet + behind, channels) == packet + bytes(len(behind))
    last = 8 - packet[-1].bit_length()  # the highest bit that is 1 is the framing bit
    padded = packet[:-1] + bytes([packet[-1] | 0xFF << (8 - last) & 0xFF])
    assert bare_setup(padded, channels) == packet
    with pytest.raises(BrokenHeader):
        bare_setup(packet[:-1], channels)


def test_what_an_encoder_writes_is_kept_whole():
    head, _, setup, *sound = ogg_packets(SILENCE)
    assert bare_setup(setup, 1) == setup
    clean = ogg_packets(bare("ogg", SILENCE))
    assert [clean[2], *clean[3:]] == [setup, *sound]
    assert clean[0] == head[:16] + bytes(12) + head[28:]  # without bit rates, which are a hint


@pytest.mark.parametrize("carried", ["ogg", "webm"])
def test_words_behind_the_setup_are_gone_in_each_container(carried):
    data = ogg(WORDS, "vorbis") if carried == "ogg" else webm(WORDS, private=laced(WORDS))
    assert VORBIS_SETUP + WORDS in data
    clean = bare(carried, data)
    assert VORBIS_SETUP + bytes(len(WORDS)) in clean
    assert WORDS not in clean


LARGE = [(0x564342, 24), (1, 16), ((1 << 24) - 1, 24)]
BROKEN = {
    "no book's mark": vorbis_setup(books=[[(0x564343, 24), *BOOK[1:]]]),
    "a book larger than the packet": vorbis_setup(books=[[*LARGE, (0, 2)]]),
    "a sparse book larger than the packet": vorbis_setup(books=[[*LARGE, (2, 2)]]),
    "more words than the book has": vorbis_setup(books=[[*BOOK[:2], (2, 24), (1, 1), (0, 5), (3, 2)]]),
    "words longer than 32 bits": vorbis_setup(
        books=[[*BOOK[:2], (2, 24), (1, 1), (31, 5), (0, 2), (0, 2), (2, 2), (0, 4)]]
    ),
    "a lattice of no dimension": vorbis_setup(
        books=[[BOOK[0], (0, 16), *BOOK[2:-1], (1, 4), (0, 64), (0, 5)]]
    ),
    "values beyond the packet": vorbis_setup(
        books=[[BOOK[0], (65_535, 16), *BOOK[2:-1], (2, 4), (0, 64), (0, 5)]]
    ),
    "an unknown lookup": vorbis_setup(books=[[*BOOK[:-1], (3, 4)]]),
    "an unknown floor": vorbis_setup(floor=[(0, 6), (2, 16), *FLOOR[2:]]),
    "an unknown residue": vorbis_setup(residue=[(0, 6), (3, 16), *RESIDUE[2:]]),
    "a book that is not there": vorbis_setup(residue=[*RESIDUE[:-2], (1, 8), RESIDUE[-1]]),
    "a residue beyond the sound": vorbis_setup(residue=[*RESIDUE[:3], (1 << 23, 24), *RESIDUE[4:]]),
    "an unknown mapping": vorbis_setup(mapping=[(0, 6), (1, 16), *MAPPING[2:]]),
    "reserved bits": vorbis_setup(mapping=[*MAPPING[:3], (3, 2), *MAPPING[4:]]),
    "a mapping that is not there": vorbis_setup(mode=[*MODE[:-1], (1, 8)]),
    "an unknown window": vorbis_setup(mode=[*MODE[:2], (1, 32), MODE[-1]]),
    "no framing bit": vorbis_setup(end=0),
    "longer than encoders write": VORBIS_SETUP + bytes(MOST_BYTES),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_no_decoder_reads_is_refused(name):
    with pytest.raises(BrokenHeader):
        bare_setup(BROKEN[name], 1)
    with pytest.raises(InvalidInput, match=r"damaged at byte \d+"):
        bare("ogg", ogg(b"", "vorbis", setup=BROKEN[name]))


def test_as_many_setups_as_a_chain_has_are_counted_by_their_bytes(monkeypatch):
    read = []
    monkeypatch.setattr(parts, "MOST_PARTS", 1_000)
    kept = reader.bare_setup
    monkeypatch.setattr(
        "micropolis_map.stores.recordings.codec_headers.bare_setup",
        lambda packet, channels: read.append(len(packet)) or kept(packet, channels),
    )
    with pytest.raises(InvalidInput, match="more than 1,000 parts"):
        bare("ogg", ogg(bytes(200), "vorbis") * 20)
    assert 0 < sum(read) < 1_000
