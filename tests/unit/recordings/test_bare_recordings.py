"""A recording keeps its sound and nothing else, in every container, at every depth; or it is refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recordings import (
    FRAMES,
    OPUS_ENTRY,
    OPUS_HEAD,
    box,
    boxes_of,
    comments,
    element,
    elements_of,
    fragmented_mp4,
    laced,
    mp4,
    mp4_frames,
    ogg,
    ogg_packets,
    ogg_pages,
    webm,
    webm_frames,
    words_everywhere,
)

from micropolis_map.errors import InvalidInput
from micropolis_map.stores.recordings import bare, parts, sniffed

WORDS = b"Anna Nowak +52.2000+021.1000/"
MADE = {
    "mp4": mp4,
    "mp4, media first, 64 bits": lambda words: mp4(words, first=True),
    "mp4, media to the end": lambda words: mp4(words, to_the_end=True),
    "mp4, a track of places": lambda words: mp4(words, where=True),
    "mp4 in fragments": fragmented_mp4,
    "ogg opus": ogg,
    "ogg vorbis": lambda words: ogg(words, "vorbis"),
    "ogg flac": lambda words: ogg(words, "flac"),
    "webm": webm,
    "webm of known lengths": lambda words: webm(words, unknown=False),
    "webm vorbis": lambda words: webm(words, private=laced(words)),
}


def frames_of(data: bytes) -> list[bytes]:
    """The sound, by readers of the tests' own; what FLAC has before each frame is taken off."""
    kind = sniffed(data)
    if kind == "mp4":
        return mp4_frames(data)
    frames = webm_frames(data) if kind == "webm" else ogg_packets(data)[-len(FRAMES) :]
    return [frame.removeprefix(b"\xff\xf8") if b"fLaC" in data else frame for frame in frames]


def cleaned(data: bytes) -> bytes:
    return bare(str(sniffed(data)), data)


@settings(max_examples=8, deadline=None)
@given(words=st.binary(min_size=12, max_size=900).filter(lambda words: len(set(words)) > 8))
@example(words=WORDS)
@example(words=WORDS * 900)
@pytest.mark.parametrize("name", MADE)
def test_the_sound_stays_and_no_word_does(name, words):
    data = MADE[name](words)
    assert data.count(words) > 2
    clean = cleaned(data)
    assert words[:12] not in clean
    assert frames_of(clean) == FRAMES
    assert cleaned(clean) == clean
    if not name.startswith("ogg"):  # what an index points at is where it was
        assert len(clean) == len(data)


@pytest.mark.parametrize("name", [name for name in MADE if not name.startswith("ogg")])
def test_when_it_was_made_is_gone(name):
    clean = cleaned(MADE[name](WORDS))
    if sniffed(clean) == "mp4":
        found = dict(boxes_of(clean))
        track = (b"moov", b"trak")
        for path in ((b"moov", b"mvhd"), (*track, b"tkhd"), (*track, b"mdia", b"mdhd")):
            assert struct.unpack_from(">II", found[path], 4) == (0, 0)
        assert found[(b"moov", b"mvhd")][12:16] == struct.pack(">I", 1000)
    else:
        assert {"4461", "7ba9", "1254c367", "1941a469"}.isdisjoint(found := dict(elements_of(clean)))
        assert found["2ad7b1"] == b"\x0f\x42\x40"


HEADS = {
    "mvhd": (mp4, b"mvhd", [(26, 10), (36, 36), (72, 24)]),
    "tkhd": (mp4, b"tkhd", [(16, 4), (24, 8), (38, 2), (40, 36)]),
    "mdhd": (mp4, b"mdhd", [(22, 2)]),
    "tkhd in fragments": (fragmented_mp4, b"tkhd", [(24, 8), (40, 36)]),
}
"""Where heads have bytes that say nothing of sound, from the end of their name on."""


@pytest.mark.parametrize("name", HEADS)
def test_bytes_of_heads_that_say_nothing_of_sound_say_nothing(name):
    made, kind, gaps = HEADS[name]
    data = bytearray(made())
    at = data.index(kind) + 4
    for start, size in gaps:
        data[at + start : at + start + size] = (WORDS * 2)[:size]
    clean = cleaned(bytes(data))
    assert all((WORDS * 2)[:size] not in clean[at : at + 100] for _, size in gaps)
    assert frames_of(clean) == FRAMES
    assert cleaned(clean) == clean


def test_a_fragments_head_is_as_long_as_it_says():
    """The box may be longer: 20 bytes behind a head without a single option."""
    plain = fragmented_mp4()
    at = plain.index(b"tfhd") - 4
    words = WORDS[:20]
    data = bytearray(plain[: at + 16] + words + plain[at + 16 :])
    for kind, where in (
        (b"tfhd", at),
        (b"traf", data.index(b"traf") - 4),
        (b"moof", data.index(b"moof") - 4),
    ):
        assert data[where + 4 : where + 8] == kind
        data[where : where + 4] = (int.from_bytes(data[where : where + 4], "big") + 20).to_bytes(4, "big")
    offset = data.index(b"trun") + 12
    data[offset : offset + 4] = (int.from_bytes(data[offset : offset + 4], "big") + 20).to_bytes(4, "big")
    clean = cleaned(bytes(data))
    assert words not in clean
    assert frames_of(clean) == FRAMES


def two_tables(kind: bytes) -> bytes:
    """An MP4 of which one table tells twice where the sound is: programs disagree which one they believe."""
    first = bytearray(mp4())
    at = first.index(kind) - 4
    table = first[at : at + int.from_bytes(first[at : at + 4], "big")]
    for outer in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        where = first.index(outer) - 4
        size = int.from_bytes(first[where : where + 4], "big") + len(table)
        first[where : where + 4] = size.to_bytes(4, "big")
    return bytes(first[:at] + table + first[at:])


def block_of(track: int, content: bytes) -> bytes:
    return element("a1", bytes([0x80 | track, 0, 0, 0]) + content)


WRONG = {
    "mp4 with two tables of sizes": two_tables(b"stsz"),
    "mp4 with two tables of chunks": two_tables(b"co64"),
    "webm with words beside the sound in a group": webm()
    + element("1f43b675", element("a0", block_of(1, FRAMES[0]) + block_of(2, WORDS))),
    "ogg with comments among the sound": ogg() + ogg_pages([b"OpusTags" + comments(WORDS)], number=900),
    "mp4 cut short": mp4(WORDS)[:-300],
    "mp4 with a box longer than its parent": mp4().replace(b"\0\0\0\x20mdhd", b"\0\0\x0f\x20mdhd"),
    "mp4 with words behind its end": mp4() + WORDS[:6],
    "mp4 with a tag of MP3 behind its end": mp4() + b"TAG" + WORDS.ljust(125),
    "mp4 without a film": mp4()[:24] + words_everywhere(WORDS),
    "mp4 of pictures alone": mp4().replace(b"soun", b"vide"),
    "mp4 of another codec": mp4().replace(b"Opus", b"lpcm"),
    "mp4 with more samples than sizes": mp4().replace(
        struct.pack(">III", 1, len(FRAMES), 1), struct.pack(">III", 1, 9, 1)
    ),
    "ogg with a wrong sum": ogg(WORDS).replace(WORDS, WORDS[::-1], 1),
    "ogg cut short": ogg()[:-3],
    "ogg without its comments": ogg_pages([OPUS_HEAD], flags=2),
    "ogg of words alone": ogg_pages([b"fishead\0" + WORDS], flags=2),
    "ogg that begins in the middle": ogg_pages(FRAMES),
    "ogg with words behind its end": ogg() + WORDS,
    "webm cut short": webm(WORDS, unknown=False)[:-40],
    "webm with words behind its end": webm(unknown=False) + WORDS,
    "webm without sound": webm().replace(b"\x83\x81\x02", b"\x83\x81\x01"),
    "webm of another codec": webm().replace(b"A_OPUS", b"A_AACX"),
    "webm with a number of nine bytes": webm(unknown=False).replace(b"\xe7\x82\0\0", b"\xe7\x89\0\0"),
    "webm that is another document": webm().replace(b"B\x82\x84webm", b"B\x82\x84gulp") + b"webm",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_walked_is_refused_in_words(name):
    kind = name.partition(" ")[0]
    with pytest.raises(InvalidInput, match=r"recording.*(damaged at byte \d+|sound)|sound.*recording"):
        bare(kind, WRONG[name])


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_broken_recording_is_refused_or_whole(data):
    good = MADE[data.draw(st.sampled_from(sorted(MADE)))](WORDS)
    broken = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        new = data.draw(
            st.sampled_from([b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\x80", b"\x01"]) | st.binary(max_size=9)
        )
        broken[at : at + data.draw(st.sampled_from([0, len(new), 4]))] = new
        if not broken:
            break
    if data.draw(st.booleans()):
        del broken[data.draw(st.integers(0, len(broken))) :]
    kind = str(sniffed(good))
    try:
        clean = bare(kind, bytes(broken))
    except InvalidInput:
        return
    assert len(clean) <= len(broken)
    assert bare(kind, clean) == clean


MANY = {
    "mp4": mp4() + box(b"free") * 1_000,
    "ogg": ogg() + ogg_pages([b"x"], number=600) * 1_000,
    "webm": webm() + b"\xec\x80" * 1_000,
}


@pytest.mark.parametrize("kind", MANY)
def test_a_recording_of_countless_parts_is_refused_before_they_are_walked(kind, monkeypatch):
    monkeypatch.setattr(parts, "MOST_PARTS", 500)
    with pytest.raises(InvalidInput, match=r"more than 500 parts up to byte \d+"):
        bare(kind, MANY[kind])


def test_flac_and_the_decoder_of_aac_keep_what_decoding_needs():
    """FLAC's pictures, MPEG-4's addresses and words behind AAC's facts stand in the description."""
    config = b"\x12\x10"
    plain = b"\x04" + bytes([17]) + b"\x40\x15" + bytes(11) + b"\x05\x02" + config
    long = config + bytes(6) + WORDS
    wordy = b"\x04" + bytes([15 + len(long)]) + b"\x40\x15" + bytes(11) + b"\x05" + bytes([len(long)]) + long

    def said(decoder: bytes) -> bytes:
        told = b"\0\1\x40" + bytes([len(WORDS)]) + WORDS + decoder
        told += b"\x0c" + bytes([len(WORDS)]) + WORDS + b"\x06\x01\x02"
        return b"\x03" + (0x8000 | len(told) >> 7 << 8 | len(told) & 0x7F).to_bytes(2, "big") + told

    picture = b"\x86" + len(WORDS).to_bytes(3, "big") + WORDS
    facts = b"\0\0\0\x22" + bytes(range(34))
    bare_facts = facts[:8] + bytes(6) + facts[14:17] + bytes(21)  # neither sizes of frames nor a sum
    entries = [
        (b"mp4a", box(b"esds", bytes(4) + said(plain)), [plain, b"\x06\x01\x02"]),
        (b"mp4a", box(b"esds", bytes(4) + said(wordy)), [wordy[: -len(WORDS)], b"\x06\x01\x02"]),
        (b"fLaC", box(b"dfLa", bytes(4) + facts + picture), [bare_facts, b"\x81" + picture[1:4]]),
    ]
    for kind, inner, kept in entries:
        clean = bare("mp4", mp4(WORDS, codec=box(kind, OPUS_ENTRY[8:36] + inner)))
        assert WORDS[:12] not in clean
        assert all(part in clean for part in kept)
        assert mp4_frames(clean) == FRAMES
