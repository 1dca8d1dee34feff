"""Photos come in whole and clean, or not at all with a sentence."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from large_photos import box, heic_grid, jpeg, jpeg_colour_by_colour, peak_mb, png
from PIL import Image, ImageCms

from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.stores import photos
from micropolis_map.stores.photo_header import MOST_COEFFICIENTS, check_scans, check_size
from micropolis_map.stores.photos import MAX_BYTES, SIZES, PhotoStore, decoded, gps_of
from micropolis_map.workers.pool import Workers

HEIC = Path(__file__).with_name("halves.heic").read_bytes()
"""`halves` with `exif`, a profile and XMP, by pillow-heif 1.4: what we use reads HEIC and cannot write it."""

DEEP = Path(__file__).with_name("deep.heic").read_bytes()
"""2,048 × 1,536 pixels of 10 bits, 4:4:4, by pillow-heif."""

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
RED, BLUE = (200, 30, 30), (30, 30, 200)


def halves(width: int = 400, height: int = 300) -> Image.Image:
    """Left red, right blue."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def encoded(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1, *, gps: bool = True) -> Image.Exif:
    facts = Image.Exif()
    facts[0x0112] = orientation
    facts[0x010F] = "Secret Camera"
    facts[0x013B] = "Jan Kowalski"
    if gps:
        facts[0x8825] = {1: "N", 2: (52.0, 13.0, 48.0), 3: "W", 4: (21.0, 10.0, 30.0)}
    return facts


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path / "photos")


def opened(store: PhotoStore, photo_id: str, size: int) -> Image.Image:
    return Image.open(io.BytesIO(store.read(photo_id, size)))


def near(
    picture: Image.Image, where: tuple[int, int], colour: tuple[int, int, int], tolerance: int = 25
) -> bool:
    pixel = picture.convert("RGB").getpixel(where)
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))


def test_three_sizes_none_enlarged(store: PhotoStore) -> None:
    photo = store.add(encoded(halves(1200, 600)), "a.jpg")
    assert (photo.width, photo.height) == (1200, 600)
    assert [opened(store, photo.id, size).size for size in SIZES] == [(320, 160), (960, 480), (1200, 600)]
    assert all(opened(store, photo.id, size).format == "WEBP" for size in SIZES)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_each_format_keeps_the_picture_and_drops_all_metadata(store: PhotoStore, kind: str) -> None:
    told = {"exif": exif().tobytes(), "icc_profile": SRGB, "xmp": b"<x:xmpmeta>Jan Kowalski</x:xmpmeta>"}
    data = HEIC if kind == "HEIF" else encoded(halves(), kind, **told)
    assert b"Kowalski" in data
    photo = store.add(data, f"a.{kind.lower()}")
    for size in SIZES:
        clean = store.read(photo.id, size)
        assert not any(chunk in clean for chunk in (b"Kowalski", b"Camera", b"EXIF", b"XMP ", b"ICCP"))
        picture = opened(store, photo.id, size)
        assert not picture.getexif()
        assert near(picture, (10, 10), RED)
        assert near(picture, (picture.width - 10, 10), BLUE)


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [
        (1, "left"),
        (2, "right"),
        (3, "right"),
        (4, "left"),
        (5, "top"),
        (6, "top"),
        (7, "bottom"),
        (8, "bottom"),
    ],
)
def test_the_camera_s_turning_is_applied(store: PhotoStore, orientation: int, red_at: str) -> None:
    photo = store.add(encoded(halves(400, 200), exif=exif(orientation)), "a.jpg")
    sideways = orientation >= 5
    assert (photo.width, photo.height) == ((200, 400) if sideways else (400, 200))
    picture = opened(store, photo.id, 960)
    spots = {
        "left": (5, picture.height // 2),
        "right": (picture.width - 5, picture.height // 2),
        "top": (picture.width // 2, 5),
        "bottom": (picture.width // 2, picture.height - 5),
    }
    assert near(picture, spots[red_at], RED)


def test_square_photos_turned_sideways_keep_their_size(store: PhotoStore) -> None:
    photo = store.add(encoded(halves(200, 200), exif=exif(6)), "a.jpg")
    assert near(opened(store, photo.id, 320), (100, 5), RED)


def test_large_photos_are_reduced_while_decoding_and_keep_their_stated_size(store: PhotoStore) -> None:
    photo = store.add(encoded(halves(5000, 4000), quality=40, exif=exif(6)), "phone.jpg")
    assert (photo.width, photo.height) == (4000, 5000)
    assert opened(store, photo.id, 1920).size == (1536, 1920)


def test_cmyk_palette_transparency_and_16_bit(store: PhotoStore) -> None:
    cmyk = store.add(encoded(halves().convert("CMYK")), "a.jpg")
    assert near(opened(store, cmyk.id, 320), (10, 10), RED, 60)
    clear = Image.new("RGBA", (50, 50), (255, 0, 0, 0))
    assert near(opened(store, store.add(encoded(clear, "PNG"), "a.png").id, 320), (20, 20), (255, 255, 255))
    palette = halves().convert("P")
    assert near(opened(store, store.add(encoded(palette, "PNG"), "a.png").id, 320), (10, 10), RED, 40)
    deep = Image.fromarray(np.full((40, 40), 0x8000, dtype=np.uint16))
    assert near(opened(store, store.add(encoded(deep, "PNG"), "a.png").id, 320), (20, 20), (128, 128, 128))


def test_a_broken_colour_profile_does_not_lose_the_photo(store: PhotoStore) -> None:
    photo = store.add(encoded(halves(), "PNG", icc_profile=b"not a profile"), "a.png")
    assert near(opened(store, photo.id, 320), (10, 10), RED)


def test_a_phone_s_photo_with_a_second_view_is_its_first(store: PhotoStore) -> None:
    data = encoded(halves(), "MPO", save_all=True, append_images=[Image.new("RGB", (400, 300), BLUE)])
    assert near(opened(store, store.add(data, "a.jpg").id, 320), (10, 10), RED)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_exif_does_not_lose_the_photo(store: PhotoStore) -> None:
    data = encoded(halves(), exif=exif(gps=False))
    start = data.index(b"Exif") + 6
    for offset in range(start + 8, start + 60, 3):
        broken = data[:offset] + b"\xff" + data[offset + 1 :]
        photo = store.add(broken, "a.jpg")
        assert {photo.width, photo.height} == {400, 300}


def test_gps_is_there_to_be_asked_about(store: PhotoStore) -> None:
    assert gps_of(encoded(halves(), exif=exif())) == (-21.175, 52.23)
    assert gps_of(HEIC) == (-21.175, 52.23)
    assert gps_of(encoded(halves(), exif=exif(gps=False))) is None
    assert gps_of(encoded(halves())) is None
    assert gps_of(b"nonsense") is None


def png_header(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = b"".join(
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
        for part in (head, body, b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


def animation(kind: str) -> bytes:
    frames = [halves(20, 20), Image.new("RGB", (20, 20), BLUE)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


BAD = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<html><script>alert(1)</script></html>",
    "gif": encoded(halves(), "GIF"),
    "tiff": encoded(halves(), "TIFF"),
    "pdf": encoded(halves(), "PDF"),
    "zip": b"PK\x03\x04" + b"\0" * 50,
    "nothing": b"",
    "only a signature": b"\xff\xd8\xff",
    "truncated jpeg": encoded(halves(900, 900), quality=95)[:3000],
    "truncated png": encoded(halves(900, 900), "PNG")[:400],
    "truncated heic": HEIC[:300],
    "animated webp": animation("WEBP"),
    "animated png": animation("PNG"),
    "header of another size": png_header(20, 20).replace(struct.pack(">I", 20), struct.pack(">I", 30_000), 1),
    "bomb": png_header(30_000, 30_000),
    "wide bomb": png_header(25_000, 10),
    "60 million": png_header(9_000, 9_000),
    "too many bytes": encoded(halves()) + b"\0" * MAX_BYTES,
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_broken_huge_and_disguised_files_get_a_sentence(store: PhotoStore, tmp_path: Path, what: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        store.add(BAD[what], "holiday.jpg")
    assert "'holiday.jpg'" in raised.value.what
    assert raised.value.todo
    assert " object at 0x" not in raised.value.what
    assert not list(tmp_path.rglob("*.*"))


def test_what_hides_behind_a_picture_is_not_kept(store: PhotoStore) -> None:
    data = encoded(halves(), comment=b"<script>alert(1)</script>") + b"<script>alert(2)</script>"
    photo = store.add(data, "a.jpg.html")
    assert not any(b"script" in store.read(photo.id, size) for size in SIZES)


def test_ids_are_unguessable_and_lead_nowhere_else(store: PhotoStore, tmp_path: Path) -> None:
    data = encoded(halves())
    ids = {store.add(data, "a.jpg").id for _ in range(5)}
    assert len(ids) == 5
    assert all(len(photo_id) >= 25 for photo_id in ids)
    assert list(store.ids()) == sorted(store.ids(), key=lambda photo_id: (photo_id[:2], photo_id))
    (tmp_path / "secret.webp").write_bytes(b"x")
    for bad in ("../../secret", "..", "", "a/b", "\0" * 25):
        with pytest.raises(NotFound):
            store.read(bad, 320)
    with pytest.raises(NotFound):
        store.read(next(iter(ids)), 5000)


def test_removed_is_removed(store: PhotoStore, tmp_path: Path) -> None:
    photo = store.add(encoded(halves()), "a.jpg")
    assert list(store.ids()) == [photo.id]
    store.remove(photo.id)
    store.remove(photo.id)
    assert list(store.ids()) == []
    assert not list(tmp_path.rglob("*.webp"))
    with pytest.raises(NotFound):
        store.read(photo.id, 320)


LARGEST = {
    "HEIC": lambda: heic_grid(HEIC, 8246, 6184),
    "HEIC of 10 bits in full colour": lambda: heic_grid(DEEP, 4160, 3124),
    "JPEG": lambda: jpeg(7745, 7745),
    "progressive JPEG": lambda: jpeg(7744, 7744, progressive=True),
    "progressive JPEG in full colour": lambda: jpeg(5472, 5472, progressive=True, subsampling=0),
    "JPEG, one colour after the other": lambda: jpeg_colour_by_colour(5472, 5472),
    "turned JPEG with a profile": lambda: encoded(
        Image.new("CMYK", (4080, 3060)), exif=exif(6), icc_profile=SRGB, quality=50
    ),
    "PNG of 16 bits": lambda: png(Image.fromarray(np.zeros((7745, 7745), np.uint16))),
    "transparent PNG": lambda: png(Image.new("LA", (7211, 7211))),
    "WebP": lambda: encoded(Image.new("RGBA", (3316, 3316), (1, 2, 3, 4)), "WEBP", lossless=True),
}
"""As many pixels as are read of each kind."""


@pytest.fixture(scope="module")
def decoder() -> Workers:
    return Workers()


@pytest.mark.parametrize("kind", LARGEST)
def test_decoding_the_largest_photo_of_a_kind_takes_less_than_300_mb(decoder: Workers, kind: str) -> None:
    """Of the largest file, too. The most its process ever held, all libraries counted."""
    data = LARGEST[kind]()
    data += box(b"free", bytes(MAX_BYTES - len(data) - 8))
    assert decoder.run(peak_mb, data, limits=photos.LIMITS) < 300


@pytest.mark.parametrize(
    ("data", "most"),
    [
        (lambda: heic_grid(HEIC, 8247, 6200), 51),
        (lambda: heic_grid(DEEP, 4192, 3124), 13),
        (lambda: jpeg(5504, 5504, progressive=True, subsampling=0), 30),
        (lambda: jpeg(4800, 4800, progressive=True, subsampling=0, mode="CMYK"), 22),
        (lambda: jpeg_colour_by_colour(5504, 5504), 30),
    ],
    ids=["HEIC", "10 bits", "progressive", "four colours", "one colour after the other"],
)
def test_more_pixels_than_can_be_held_are_refused_before_they_are_decoded(
    data: Callable[[], bytes], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "_reduced", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(InvalidInput, match=f"{most} million"):
        decoded(data(), "photo")


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("scans", ["one scan", "progressive"])
def test_phones_photos_pass_whatever_their_jpeg_is(subsampling: int, scans: str) -> None:
    data = jpeg(400, 304, progressive=scans == "progressive", subsampling=subsampling)
    per_pixel = {0: 6, 1: 4, 2: 3}[subsampling] if scans == "progressive" else 0
    assert check_scans(data, (400, 304), "a.jpg") == 400 * 304 * per_pixel
    assert per_pixel * 12_200_000 < MOST_COEFFICIENTS
    assert check_scans(
        data[:2] + b"\xff\xff\x00\xff\xfe\x00\x05\xff\xc2?" + data[2:], (400, 304), "a.jpg"
    ) == (400 * 304 * per_pixel)


def test_sixteen_bits_become_the_eight_that_weigh_more(store: PhotoStore) -> None:
    greys = np.repeat(np.array([0, 255, 256, 32768, 65535], np.uint16), 60)
    photo = store.add(encoded(Image.fromarray(np.tile(greys, (90, 1))), "PNG"), "deep.png")
    seen = np.asarray(opened(store, photo.id, SIZES[-1]).convert("L"))[45, 30::60]
    assert np.abs(seen.astype(int) - [0, 0, 1, 128, 255]).max() <= 3


@pytest.mark.parametrize(("kind", "million"), [("WEBP", 11), ("HEIF", 51), ("PNG", 52)])
def test_a_kind_that_is_held_several_times_may_have_fewer_pixels(kind: str, million: int) -> None:
    side = int((million * 1_000_000) ** 0.5)
    check_size((side, side), "photo", kind)
    with pytest.raises(InvalidInput, match=f"{million} million"):
        check_size((side + 1, side + 1), "photo", kind)


def test_one_photo_is_decoded_at_a_time(store: PhotoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(function, *arguments, limits, alone):
        asked.append((function.__name__, alone, limits.memory_mb <= 300))
        return function(*arguments)

    monkeypatch.setattr(photos.WORKERS, "run", run)
    store.add(encoded(halves()), "a.jpg")
    gps_of(encoded(halves()))
    assert asked == [("decoded", "photo", True), ("_gps_in", "photo", True)]
