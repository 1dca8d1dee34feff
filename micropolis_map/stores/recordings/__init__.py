"""Recordings without what phones and programs write into them: places, names, titles, moments, devices.

Each container is walked by a list of what sound needs. Everything else in it is blanked where it stands (an
Ogg stream of its own is left out), so the offsets inside stay right and the sound stays playable. What cannot
be walked to its last byte is refused: nobody knows what is in it.

Kept are the sound and the numbers a player needs, where they are such as a recording can have. Inside
the sound what a decoder skips is blanked where its place is told (Opus' padding). Behind the last bit that
is read of a packet of Vorbis, AAC, FLAC or of Opus' frames, and in fill elements of AAC, bytes stay that only
decoding would tell from sound, as would a tune that spells words.
"""

from __future__ import annotations

from micropolis_map.stores.recordings import mp4, ogg, webm

TYPES = {"webm": "audio/webm", "ogg": "audio/ogg", "mp4": "audio/mp4"}

_BARE = {"webm": webm.bare, "ogg": ogg.bare, "mp4": mp4.bare}
_MP4_BRANDS = {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash"}


def sniffed(data: bytes) -> str | None:
    """Return ``webm``, ``ogg`` or ``mp4`` by the content, None for anything else."""
    if data[:4] == b"\x1aE\xdf\xa3" and b"webm" in data[:64]:
        return "webm"
    if data[:4] == b"OggS":
        return "ogg"
    if data[4:8] == b"ftyp" and (data[8:12] in _MP4_BRANDS):
        return "mp4"
    return None


def bare(kind: str, data: bytes) -> bytes:
    """Return the recording with its sound and nothing else.

    Raises
    ------
    InvalidInput
        It is damaged, holds no sound, or sound of a codec that browsers do not record.
    """
    return _BARE[kind](data)
