"""The pin page's own small modules, run in a real browser and held against independent answers."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
import segno
from PIL import Image

LENGTHS = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)
"""Each fills a version of QR codes exactly: encoders may differ in how they fill up the rest."""


@pytest.fixture
def run(visitor):
    """Evaluate `script` with the module's exports as ``m`` and the argument as ``x``."""
    page = None

    def evaluate(module, script, argument=None):
        nonlocal page
        if page is None:
            one = visitor(service_workers="block")
            one.page.goto(f"{one.base}/pin/demo")
            one.page.locator("#map[data-places]").wait_for()
            page = one.page
        return page.evaluate(
            f"async (x) => {{ const m = await import('/assets/js/pin/{module}.js'); return {script}; }}",
            argument,
        )

    return evaluate


def test_qr_codes_equal_another_encoders_module_by_module(run):
    texts = [("http://x/mine#" + "aZ9-_" * 50)[:length] for length in LENGTHS]
    for mask in range(8):
        ours = run("qr", f"x.map((text) => m.qrMatrix(text, {mask}).map((row) => row.map(Number)))", texts)
        for text, matrix in zip(texts, ours, strict=True):
            other = segno.make(
                text.encode(), error="m", boost_error=False, mode="byte", mask=mask, micro=False
            )
            assert matrix == [[int(module) for module in row] for row in other.matrix], (mask, len(text))


def test_a_qr_code_has_one_of_the_eight_masks_and_too_much_is_refused(run):
    text = ("http://127.0.0.1/mine#" + "k" * 99)[:84]
    assert run("qr", "[...Array(8).keys()].some((n) => `${m.qrMatrix(x, n)}` === `${m.qrMatrix(x)}`)", text)
    assert run(
        "qr", "(() => { try { m.qrMatrix(x); return ''; } catch (e) { return e.name; } })()", "x" * 214
    ) == ("RangeError")


TYPED = {
    "55.7001, 17.2004": [17.2004, 55.7001],
    "17.2004 55.7001": [17.2004, 55.7001],
    "55,7001 17,2004": [17.2004, 55.7001],
    "55,7001; 17,2004": [17.2004, 55.7001],
    "55,7001, 17,2004": [17.2004, 55.7001],
    "N 55.7001 E 17.2004": [17.2004, 55.7001],
    "17.2004° E, 55.7001° N": [17.2004, 55.7001],
    "55.7001 S, 17.2004 W": [-17.2004, -55.7001],
    "Kirkevej 12": None,
    "12, 14": None,
    "55.7": None,
    "955.7, 917.2": None,
    "": None,
}


def test_coordinates_are_read_as_people_write_them(run):
    read = run("where", "x.map((typed) => m.readCoordinates(typed, [17.2, 55.7]))", list(TYPED))
    assert dict(zip(TYPED, read, strict=True)) == TYPED


def photo(exif=None, form="JPEG"):
    file = BytesIO()
    Image.new("RGB", (8, 8), "#3a6").save(file, form, **({"exif": exif} if exif else {}))
    return list(file.getvalue())


def gps(latitude, north, longitude, east):
    exif = Image.Exif()
    exif[0x8825] = {1: north, 2: latitude, 3: east, 4: longitude}
    return exif


def test_the_place_of_a_photo_is_read_from_its_bytes(run):
    files = [
        photo(gps((55.0, 42.0, 0.36), "N", (17.0, 12.0, 1.44), "E")),
        photo(gps((33.0, 30.0, 0.0), "S", (70.0, 15.0, 0.0), "W")),
        photo(gps((0.0, 0.0, 0.0), "N", (0.0, 0.0, 0.0), "E")),
        photo(),
        photo(form="PNG"),
    ]
    here, south, *nowhere = run("exif", "x.map((file) => m.gpsOf(new Uint8Array(file).buffer))", files)
    assert here == pytest.approx([17.2004, 55.7001])
    assert south == pytest.approx([-70.25, -33.5])
    assert nowhere == [None, None, None]


def test_a_photo_cut_short_anywhere_says_nothing_and_breaks_nothing(run):
    whole = photo(gps((55.0, 42.0, 0.36), "N", (17.0, 12.0, 1.44), "E"))[:400]
    script = (
        "x.map((_, n) => m.gpsOf(new Uint8Array(x.slice(0, n)).buffer)).filter(Boolean).length < x.length"
    )
    assert run("exif", script, whole)


def test_a_file_is_what_its_bytes_say(run):
    starts = [photo(form=form)[:16] for form in ("JPEG", "PNG", "WEBP")] + [list(b"<svg onload=alert()>"), []]
    kinds = run("media", "x.map((start) => m.photoType(new Uint8Array(start)))", starts)
    assert kinds == ["image/jpeg", "image/png", "image/webp", "", ""]


def test_a_draft_comes_back_as_the_feature_it_was(run):
    draft = {
        "slug": "demo", "mode": "place", "id": "s1", "told_lang": "da", "shape": "area", "kind": "natural",
        "corners": [[17.1, 55.7], [17.2, 55.7], [17.2, 55.8]], "name": " Eng ", "words": "Ord", "title": "",
        "about": "past", "from_year": "1950", "to_year": "", "year": "", "step_free": "limited",
        "activity": "library", "told_by": "Ida", "transcript": "", "audio": None,
        "photos": [{"id": "f1", "alt": "En eng", "alts": {"pl": "Łąka"}}],
    }  # fmt: skip
    feature = run("draft", "m.feature(x)", draft)
    properties = feature["properties"]
    assert properties["name"] == {"da": "Eng"}
    assert properties["period"] == {"from": 1950, "to": None}
    assert properties["photos"][0]["alt"] == {"pl": "Łąka", "da": "En eng"}
    assert feature["geometry"]["coordinates"][0][0] == feature["geometry"]["coordinates"][0][-1]
    again = run(
        "draft",
        "(() => { const d = { photos: [], told_lang: 'en' }; m.fill(d, x, ['st-s1'], false); return d; })()",
        feature,
    )
    for name in (
        "kind",
        "words",
        "about",
        "from_year",
        "to_year",
        "step_free",
        "activity",
        "told_by",
        "shape",
        "corners",
    ):
        assert json.dumps(again[name]) == json.dumps(draft[name]), name
