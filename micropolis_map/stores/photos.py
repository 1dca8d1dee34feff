"""Photos of places and stories: turned, in sRGB, in three sizes of WebP, without any metadata."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pi_heif import HeifImagePlugin  # noqa: F401 (importing it teaches Pillow to read HEIC)
from pi_heif import options as heif_options
from PIL import Image, ImageCms, UnidentifiedImageError

from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores.files import unreadable, unwritable, write_whole
from micropolis_map.stores.photo_header import check_scans, check_size, looks_like
from micropolis_map.stores.photo_parts import check_parts
from micropolis_map.stores.photos_written import BROKEN, check_written
from micropolis_map.workers.pool import WORKERS, Limits

MAX_BYTES = 15_000_000
SIZES = (320, 960, 1920)
"""Longest side in pixels: lists, popups, full screen. A smaller photo is never enlarged."""
QUALITY = 82
LIMITS = Limits(memory_mb=300)
_ENOUGH = SIZES[-1] * 2
"""Pixels of the longest side that all sizes are made from."""
_LARGE = 50_000_000
"""Bytes of a whole picture above which only what the largest size needs is held: it is held four times while
it is turned, brought to sRGB and put on white."""
_BITS = 8
_STRIP = 32
"""Rows of the reduced picture that are made at a time."""

heif_options.DECODE_THREADS = 1  # each has memory of its own, and the server comes first

_ID = re.compile(r"[A-Za-z0-9_-]{20,40}")
_TODO = mark("choose a JPEG, PNG, WebP or HEIC photo")
_ORIENTATION = 0x0112
_TURNINGS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {_TURNINGS[orientation] for orientation in (5, 6, 7, 8)}
_NARROW = {"1", "L", "P", "I;16"}
"""Of one or two bytes a pixel."""
_DEEP = {"I", "I;16", "I;16B", "I;16L", "I;16N", "F"}


@dataclass(frozen=True)
class StoredPhoto:
    """A photo that was taken in.

    Attributes
    ----------
    id
        Unguessable.
    width, height
        Of the original, after turning.
    gps
        ``(lon, lat)`` where the photo says it was taken, None where it does not or cannot be read. It is not
        kept: only use it when its owner agrees.
    """

    id: str
    width: int
    height: int
    gps: tuple[float, float] | None


class PhotoStore:
    """Photos as files in `folder`: ``<first two letters>/<id>/<size>.webp``.

    Only what was decoded and encoded again is kept; the original never touches the disk. It is decoded in a
    process of its own, one photo at a time, which takes up to 300 MB.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, data: bytes, filename: str) -> StoredPhoto:
        """Take the photo in; what this returned survives a crash.

        EXIF turning is applied, colours become sRGB, transparency white; no metadata is kept (EXIF, GPS,
        XMP, ICC, comments).

        Parameters
        ----------
        data
            At most `MAX_BYTES` of JPEG, PNG, WebP or HEIC, of at most as many pixels as `photo_header` says.
        filename
            Only for the error.

        Raises
        ------
        InvalidInput
            Too large, not such a photo, several pictures in one, or broken.
        StoreUnavailable
            It cannot be written.
        """
        seen, sizes = WORKERS.run(decoded, data, filename, limits=LIMITS, alone="photo")
        photo = replace(seen, id=f"p{secrets.token_urlsafe(18)}")
        for size, content in zip(SIZES, sizes, strict=True):
            write_whole(self.path(photo.id, size), content, private=True)
        return photo

    def take_back(self, photo_id: str, size: int, data: bytes, *, keep: bool = True) -> None:
        """Keep, or only check, what a backup has of a photo.

        UnreadableFile for what `add` would not have written.
        """
        path = self.path(photo_id, size)
        if not keep:
            check_written(data, size, f"photos/{photo_id}/{size}.webp")
        elif not path.exists():
            write_whole(path, data, private=True)

    def read(self, photo_id: str, size: int) -> bytes:
        """Return the photo as WebP; `NotFound` for an unknown id or a size that is not in `SIZES`."""
        path = self.path(photo_id, size)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise NotFound(
                mark("there is no photo {id}"), mark("look the place up again"), id=repr(photo_id[:60])
            ) from None
        except OSError as error:
            raise unreadable(path, error) from error

    def remove(self, photo_id: str) -> None:
        """Delete all sizes for good, and what a stopped writing left; an unknown id is already removed."""
        folder = self.path(photo_id, SIZES[0]).parent
        try:
            for path in folder.iterdir():
                path.unlink(missing_ok=True)
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError as error:
            raise unwritable(folder, error) from error

    def ids(self) -> Iterator[str]:
        """Yield the ids of all photos (for backups and checks), sorted."""
        for file in sorted(self._folder.glob(f"*/*/{SIZES[-1]}.webp")):
            yield file.parent.name

    def written(self) -> Iterator[tuple[str, float]]:
        """Yield the id of each photo that has any file here, whole or not, and when (epoch seconds)."""
        for folder in sorted(self._folder.glob("*/*")):
            if _ID.fullmatch(folder.name) and folder.is_dir():
                yield folder.name, folder.stat().st_mtime

    def path(self, photo_id: str, size: int) -> Path:
        """Return where the photo in this size is or would be; `NotFound` for no such id or size."""
        if not _ID.fullmatch(photo_id) or size not in SIZES:
            sizes = ", ".join(map(str, SIZES))
            raise NotFound(
                mark("there is no photo {id} of {size} pixels"),
                mark("ask for {sizes}"),
                id=repr(photo_id[:60]),
                size=size,
                sizes=sizes,
            )
        return self._folder / photo_id[:2] / photo_id / f"{size}.webp"


def decoded(data: bytes, filename: str) -> tuple[StoredPhoto, tuple[bytes, ...]]:
    """Return the photo without an id, and its `SIZES` as WebP; a worker's job, for it may take `LIMITS`.

    Raises
    ------
    InvalidInput
        As `PhotoStore.add`.
    """
    with _opened(data, filename) as whole:
        gps = _gps(whole)
        picture, (width, height) = _upright(whole, filename, data)
    sizes = []
    for size in SIZES:
        smaller = picture.copy()
        smaller.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
        out = io.BytesIO()
        smaller.save(out, "WEBP", quality=QUALITY, method=4)
        sizes.append(out.getvalue())
    return StoredPhoto("", width, height, gps), tuple(sizes)


def gps_of(data: bytes) -> tuple[float, float] | None:
    """Return ``(lon, lat)`` where the photo says it was taken, None where it does not or cannot be read."""
    return WORKERS.run(_gps_in, data, limits=LIMITS, alone="photo")


def _gps_in(data: bytes) -> tuple[float, float] | None:
    try:
        with _opened(data, "photo") as picture:
            return _gps(picture)
    except InvalidInput:
        return None


def _gps(picture: Image.Image) -> tuple[float, float] | None:
    try:
        gps = picture.getexif().get_ifd(0x8825)
        lat = _degrees(gps.get(2), str(gps.get(1, "")))
        lon = _degrees(gps.get(4), str(gps.get(3, "")))
    except BROKEN:
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon == 0 and lat == 0):
        return None  # (0, 0) is what cameras write before they know
    return round(lon, 7), round(lat, 7)


def _degrees(parts: Any, letter: str) -> float:
    degrees = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    return -degrees if letter.strip("\0 ").upper() in {"S", "W"} else degrees


@contextmanager
def _opened(data: bytes, filename: str) -> Iterator[Image.Image]:
    if len(data) > MAX_BYTES:
        size, most = f"{len(data) / 1e6:.1f}", MAX_BYTES // 1_000_000
        raise InvalidInput(
            mark("{file} has {size} MB"),
            mark("choose one of at most {most} MB"),
            file=repr(filename),
            size=size,
            most=most,
        )
    kind = looks_like(data)
    if kind is None:
        raise InvalidInput(mark("{file} is not a photo of a kind we can read"), _TODO, file=repr(filename))
    check_parts(data, kind, filename)
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
            # Before anything else: asked for its EXIF, a PNG is decoded.
            narrow = picture.format == "PNG" and picture.mode in _NARROW
            check_size(picture.size, filename, "" if narrow else picture.format or "", deep=_is_deep(picture))
            _scans(picture, data, filename)
            yield picture
    except InvalidInput:
        raise
    except Image.DecompressionBombError as error:
        raise InvalidInput(
            mark("{file} has too many pixels"), mark("make it smaller first"), file=repr(filename)
        ) from error
    except UnidentifiedImageError as error:  # it begins as such a photo; Pillow's own words name an object
        raise InvalidInput(
            mark("{file} is broken"), mark("save or send the photo again"), file=repr(filename)
        ) from error
    except BROKEN as error:
        raise InvalidInput(
            mark("{file} is broken: {why}"),
            mark("save or send the photo again"),
            file=repr(filename),
            why=error,
        ) from error


def _upright(picture: Image.Image, filename: str, data: bytes) -> tuple[Image.Image, tuple[int, int]]:
    """Return the turned picture, large ones already reduced, and its whole size after turning."""
    frames = int(getattr(picture, "n_frames", 1))
    if frames > 1 and picture.format in {"PNG", "WEBP"}:  # a phone's JPEG or HEIC may carry a second view
        raise InvalidInput(
            mark("{file} is an animation of {n} pictures"),
            mark("choose a single photo"),
            file=repr(filename),
            n=frames,
        )
    width, height = picture.size
    held = width * height * 4 + _scans(picture, data, filename)
    enough = _ENOUGH if held <= _LARGE else SIZES[-1]
    picture.draft(None, (enough, enough))  # decodes fewer pixels
    turning, profile = _turning(picture), picture.info.get("icc_profile")
    smaller = _reduced(picture, enough)
    picture.close()  # its pixels are the most that is held: away with them before there are others
    turned = _in_srgb(smaller if turning is None else smaller.transpose(turning), profile)
    sideways = turning in _SIDEWAYS
    return turned, (height, width) if sideways else (width, height)


def _scans(picture: Image.Image, data: bytes, filename: str) -> int:
    return check_scans(data, picture.size, filename) if picture.format in {"JPEG", "MPO"} else 0


def _is_deep(picture: Image.Image) -> bool:
    """Return whether it is a HEIC that is not decoded straight to 8 bits of three colours."""
    told = picture.info
    plain = (
        told.get("bit_depth") == _BITS and told.get("chroma") in {400, 420} and picture.mode in {"RGB", "L"}
    )
    return picture.format == "HEIF" and not plain


def _reduced(picture: Image.Image, enough: int) -> Image.Image:
    """Return the picture with 8 bits a colour, without more pixels than are needed.

    A large one is taken some rows at a time: converted or reduced at once it would be held twice.
    """
    strip_of = _heic_rows(picture) if picture.format == "HEIF" else _rows(picture)
    factor = max(1, max(picture.size) // enough)
    rows = _STRIP * factor
    whole: Image.Image | None = None
    for number, top in enumerate(range(0, picture.height, rows)):
        part = _eight_bits(strip_of(top, min(top + rows, picture.height))).reduce(factor)
        if whole is None:
            whole = Image.new(part.mode, (part.width, -(-picture.height // factor)))
        whole.paste(part, (0, number * _STRIP))
    assert whole is not None  # `check_size` refuses a picture without rows
    return whole


def _rows(picture: Image.Image) -> Callable[[int, int], Image.Image]:
    return lambda top, end: picture.crop((0, top, picture.width, end))


def _heic_rows(picture: Any) -> Callable[[int, int], Image.Image]:
    """Return what gives rows of a HEIC out of libheif's own pixels: Pillow would hold them once more."""
    frame = picture._heif_file[picture.tell()]  # noqa: SLF001 - the plugin has no other way to it
    pixels, mode, stride, width = frame.data, frame.mode, frame.stride, frame.size[0]
    if frame.size != picture.size:
        raise ValueError(f"{frame.size} pixels where its header says {picture.size}")
    return lambda top, end: Image.frombuffer(
        mode, (width, end - top), pixels[top * stride : end * stride], "raw", mode, stride, 1
    )


def _eight_bits(rows: Image.Image) -> Image.Image:
    """Return rows of a picture with 8 bits for each colour, without a palette."""
    if rows.mode in _DEEP:
        return Image.fromarray((np.asarray(rows).clip(0, 65535).astype(np.uint16) >> 8).astype(np.uint8))
    if "transparency" in rows.info or rows.mode in {"P", "PA", "La", "LA", "RGBa"}:
        return rows.convert("RGBA")
    return rows.convert("L") if rows.mode == "1" else rows


def _turning(picture: Image.Image) -> Image.Transpose | None:
    """Return how EXIF says the picture must be turned; None where it says nothing that can be read."""
    try:
        return _TURNINGS.get(picture.getexif().get(_ORIENTATION, 1))
    except BROKEN:
        return None  # broken EXIF is no reason to lose the photo


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return new pixels in sRGB on white; nothing else of the file is with them."""
    if profile and picture.mode in {"RGB", "RGBA", "CMYK", "L"}:
        picture = _by_profile(picture, profile)
    bare = Image.new("RGB", picture.size, "white")
    bare.paste(picture.convert("RGB"), mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    return bare


def _by_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture in sRGB; where the profile is broken its numbers are taken as sRGB."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        done = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return picture if done is None else done
