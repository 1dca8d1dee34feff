"""Hostile texts as people send them: posted and typed, asked about, answered, changed, printed, followed.

Every text of the corpus goes through every field a resident or an organiser can fill; then every page and
file that shows it is opened: nothing runs, nothing breaks, nothing is lost.
"""

from __future__ import annotations

import io
import json
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from pathlib import Path

import pyogrio
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account, middle_of
from hostile_texts import HOSTILE
from pdf_reading import pages
from PIL import Image
from playwright.sync_api import expect
from test_pin import TOUCH, at_coordinates

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.services import moderating, signing_in
from micropolis_map.settings import Settings

AT_ONCE = 10
PARTS = [HOSTILE[start : start + AT_ONCE] for start in range(0, len(HOSTILE), AT_ONCE)]
KEY = "hostile-0123456789abcdefghijklmnop"
DEVICE = "device-0123456789abcdefghijklmnop"
BREAKING = (
    "script, iframe, object, embed, base, meta, link, form, [onerror], [onload], [onclick], [onmouseover]"
)


def unlinked(text: str) -> str:
    """The text without what counts as a link: more than three of them are refused."""
    return text.replace("http://", "//").replace("<a ", "<a/")


def one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def post(server, path, document, key=KEY):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    kind = "image/jpeg" if isinstance(document, bytes) else "application/json"
    headers = {"Content-Type": kind, "X-Micropolis-Key": key}
    request = urllib.request.Request(f"{server.url}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def fetched(server, path, **headers):
    with urllib.request.urlopen(
        urllib.request.Request(server.url + path, headers=headers), timeout=60
    ) as answer:
        return answer.read()


def properties(number, texts, photo):
    """A place with each of the texts in every field that takes it whole, and parts of them in the others."""
    safe = [unlinked(text) for text in texts]
    mixed = one_line(" ".join(text[:40] for text in safe))
    return {
        "kind": "historical",
        "name": {lang: one_line(" ".join(safe[n::5]))[:200] for n, lang in enumerate(LANGUAGES)},
        "description": {lang: "\n\n".join(safe[n::5])[:5000] for n, lang in enumerate(LANGUAGES)},
        "themes": [text[:60].replace(",", ";") for text in safe if text.strip()],
        "access": {"step_free": "no", "toilet": safe[0][:500], one_line(safe[1])[:60]: safe[1][:500]},
        "opening_hours": mixed[:400],
        "website": f"https://example.org/{number}?q={one_line(texts[0])[:80]}",
        "source": mixed[:400],
        "photos": [
            {"id": photo, "alt": {"en": safe[0][:400]}, "credit": safe[1][:200], "licence": safe[2][:99]}
        ],
        "stories": [
            {
                "title": text[:200], "text": text, "lang": "en", "told_by": one_line(text)[:200],
                "transcript": text, "year": 1900 + n, "about": "present",
                "photos": [{"id": photo, "alt": {"en": text[:400]}, "credit": text[:200]}],
                "translations": {"it": {"title": text[:200], "text": text}},
            }
            for n, text in enumerate(safe)
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def application(server):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(server.data)}))


@pytest.fixture(scope="module")
def sent(server):
    """Every text posted over HTTP; the places' ids, the first half of them waiting with a question each."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    lon, lat = middle_of(server.data, "demo")
    found = []
    for number, texts in enumerate(PARTS):
        name = f"hostile-{number:010d}"
        status, photo = post(
            server, f"/api/demo/photos?submission={name}", picture.getvalue() + bytes([number])
        )
        assert status == 201
        spot = {"type": "Point", "coordinates": [lon + number % 3 * 0.0008, lat + number // 3 * 0.0008]}
        feature = {"type": "Feature", "geometry": spot, "properties": properties(number, texts, photo["id"])}
        document = {
            "id": name,
            "secret": KEY,
            "kind": "place",
            "feature": feature,
            "started": 0,
            "sent": 60_000,
        }
        status, answer = post(server, "/api/demo/submissions", document)
        assert status == 201, answer
        found.append((answer["proposal_id"], answer["place_id"]))
    return found


@pytest.fixture(scope="module")
def asked(server, application, sent):
    """A question about each that is hostile itself, and an answer that is."""
    for (proposal_id, _), texts in zip(sent, PARTS, strict=True):
        words = " ".join(text[:190] for text in texts)
        moderating.ask(application.participation, LOCAL_ADMINISTRATOR, proposal_id, words)
        status, answer = post(server, "/api/mine/answer", {"proposal_id": proposal_id, "text": words})
        assert (status, answer) == (200, {"state": "pending"})
        moderating.ask(application.participation, LOCAL_ADMINISTRATOR, proposal_id, words[::-1])
    return sent


@pytest.fixture(scope="module")
def approved(server, application, asked):
    """All of them on the map; hidden and shown once with a hostile reason."""
    desk = application.participation
    for (proposal_id, place_id), texts in zip(asked, PARTS, strict=True):
        moderating.approve(desk, LOCAL_ADMINISTRATOR, proposal_id)
        for text in texts:
            moderating.hide(desk, LOCAL_ADMINISTRATOR, place_id, (text.strip() or "?")[:2000])
            moderating.show(desk, LOCAL_ADMINISTRATOR, place_id)
    return [place_id for _, place_id in asked]


@pytest.fixture
def ola(watched, application):
    """An administrator who signed in before and is watched."""
    login = "ola"
    known = application.participation.accounts.by_login(login)
    account = known[0] if known else an_account(application, login, role="administrator")
    one = watched()
    token = a_session(application, account)
    one.context.add_cookies([{"name": "micropolis_session", "value": token, "url": one.base}])
    return one


def assert_only_words(one, where):
    """Nothing in `where` is anything but text that was typed."""
    assert one.page.locator(where).locator(BREAKING).count() == 0
    one.assert_nothing_ran()


def test_an_address_that_runs_is_refused(server):
    spot = {"type": "Point", "coordinates": list(middle_of(server.data, "demo"))}
    for number, address in enumerate(
        ("javascript:alert(1)", "data:text/html,<script>", "//evil.example", "x y")
    ):
        feature = {
            "type": "Feature",
            "geometry": spot,
            "properties": {"name": {"en": "x"}, "website": address},
        }
        name = f"website-{number:010d}"
        document = {
            "id": name,
            "secret": KEY,
            "kind": "place",
            "feature": feature,
            "started": 0,
            "sent": 60_000,
        }
        assert post(server, "/api/demo/submissions", document)[0] == 400


def test_their_author_reads_them_and_the_questions(watched, asked):
    one = watched()
    one.page.goto(f"{one.base}/mine#{KEY}")
    expect(one.page.locator(".thing")).to_have_count(len(asked))
    expect(one.page.locator(".question")).to_have_count(len(asked))
    for past in one.page.locator(".thing details > summary").all():
        past.click()
    assert_only_words(one, ".thing h2, .thing .question, .thing .past")
    shown = one.page.locator("#things, main").first.inner_text()
    assert "<script>" in shown
    assert "{{7*7}}" in shown


def test_organisers_look_through_the_queue(ola, asked):
    ola.open("/moderation?community=demo")
    ola.page.wait_for_selector(".st-key-proposal")
    ola.places_on_map()
    for left in range(len(asked), 0, -1):
        expect(ola.page.locator(".st-key-proposal h2")).to_be_visible()
        assert_only_words(ola, ".st-key-proposal")
        assert ola.map.locator(".leaflet-popup-content script, .leaflet-popup-content img").count() == 0
        if left > 1:
            now = ola.page.locator("[data-waiting]").inner_text()
            ola.page.get_by_role("button", name="Next").click()
            expect(ola.page.locator("[data-waiting]")).not_to_have_text(now)


def test_a_change_of_every_word_is_compared(ola, server, application, approved):
    place = application.participation.places.get(approved[0])
    texts = PARTS[1]
    changed = properties(1, texts, "")
    changed.pop("photos")
    for old, story in zip(place.stories, changed["stories"], strict=True):
        story |= {"id": old.id, "photos": []}
    feature = {"type": "Feature", "geometry": dict(place.geometry), "properties": changed}
    document = {
        "id": "hostile-change-1", "secret": KEY, "kind": "edit", "place_id": place.id,
        "base_revision": place.revision, "feature": feature, "started": 0, "sent": 60_000,
    }  # fmt: skip
    status, answer = post(server, "/api/demo/submissions", document)
    assert status == 201, answer
    ola.open("/moderation?community=demo")
    expect(ola.page.locator(".st-key-proposal ins").first).to_be_visible()
    assert_only_words(ola, ".st-key-proposal")


def test_the_history_says_every_reason(ola, application, approved):
    ola.open("/moderation?community=demo")
    ola.page.get_by_text("Places and history", exact=True).click()
    chooser = ola.page.get_by_role("combobox", name="Which place?")
    chooser.click()
    chooser.fill("script")
    assert_only_words(ola, "[data-testid=stSelectboxVirtualDropdown]")
    ola.page.keyboard.press("Enter")
    expect(ola.page.locator(".mm-table tbody tr")).to_have_count(1 + 2 * len(PARTS[0]))
    assert_only_words(ola, ".mm-table")
    expect(ola.page.locator(".mm-table")).to_contain_text("<script>")


def test_reports_and_names_of_accounts(ola, server, application, approved):
    for number, texts in enumerate(PARTS):
        words = " ".join(texts)[:1000]
        document = {"reason": "other", "text": words, "device": f"{DEVICE}{number}"}
        assert post(server, f"/api/demo/places/{approved[number]}/report", document)[0] == 201
        for text in texts[:3]:
            name = text[:200]
            login = f"h{number}-{texts.index(text)}"
            signing_in.invite(
                application.participation, LOCAL_ADMINISTRATOR, login, name, "organiser", ("demo",)
            )
    ola.open("/moderation?community=demo")
    ola.page.get_by_text("Reports", exact=True).click()
    expect(ola.page.locator("[class*=st-key-report-]").first).to_be_visible()
    assert_only_words(ola, "[class*=st-key-report-]")
    ola.open("/accounts")
    expect(ola.page.get_by_test_id("stExpander")).to_have_count(1 + 3 * len(PARTS))
    shown = ola.page.get_by_test_id("stExpander")
    for index in range(shown.count()):
        assert shown.nth(index).locator("summary").locator(BREAKING).count() == 0
    ola.assert_nothing_ran()


def test_the_feed_is_words_in_a_browser_too(watched, server, approved):
    root = ET.fromstring(fetched(server, "/feeds/demo.atom?lang=it"))
    names = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert names <= {
        "feed", "id", "title", "updated", "link", "author", "name", "icon", "entry", "published", "category",
        "rights", "point", "content", "div", "p", "img",
    }  # fmt: skip
    one = watched()
    one.page.goto(f"{one.base}/feeds/demo.atom")
    assert one.page.evaluate("window.__pwned") is None
    assert one.page.locator("script, img").count() == 0


@pytest.mark.full  # paper of every text takes 9 s
def test_walks_and_paper(server, approved):
    stops = ",".join(approved)
    for ending in (".gpx", ".kml", ".geojson", ".pdf"):
        content = fetched(server, f"/data/demo/tour{ending}?stops={stops}&lang=en")
        if ending == ".pdf":
            found = pages(content)
            assert len(found) >= 2 + len(approved) / 4  # a cover, at most four stops a page, good to know
            assert "".join(found).replace(" ", "").count("<script>") >= 2
        elif ending == ".geojson":
            assert json.loads(content)["features"]
        else:
            tags = {node.tag.rpartition("}")[2].lower() for node in ET.fromstring(content).iter()}
            assert not tags & {"script", "img", "svg", "iframe", "b"}
    for place_id in approved:
        for lang in LANGUAGES:
            assert len(pages(fetched(server, f"/poster/{place_id}.pdf?lang={lang}"))) == 1


def test_every_export_over_http(ola, approved, tmp_path):
    ola.open("/import_export?community=demo")
    names = (
        ("GeoJSON", ".geojson"),
        ("CSV", ".csv"),
        ("KML", ".kml"),
        ("GPX", ".gpx"),
        ("GeoPackage", ".gpkg"),
    )
    for name, ending in names:
        with ola.page.expect_download() as given:
            ola.page.get_by_role("button", name=name, exact=True).click()
        assert given.value.suggested_filename.endswith(ending)
        file = tmp_path / f"places{ending}"
        given.value.save_as(file)
        whole_and_only_words(file, ending, set(approved))
    ola.assert_nothing_ran()


def whole_and_only_words(file: Path, ending: str, ids: set[str]) -> None:
    """The downloaded file is well-formed, has every place, and what was typed is text in it."""
    if ending == ".gpkg":
        places = pyogrio.read_dataframe(file, layer="places")
        assert ids <= set(places["id"])
        texts = [str(value) for value in places.drop(columns="geometry").to_numpy().ravel()]
        assert any("<script" in text for text in texts)
        assert not any(ord(sign) < 32 and sign not in "\t\n\r" for text in texts for sign in text)
        return
    content = file.read_text(encoding="utf-8-sig")
    assert "script" in content
    assert all(place_id in content for place_id in ids)
    if ending in {".gpx", ".kml"}:
        tags = {node.tag.rpartition("}")[2].lower() for node in ET.fromstring(content).iter()}
        assert not tags & {"script", "img", "svg", "iframe", "b"}


TYPED = [HOSTILE[n] for n in (0, 11, 12, 27, 40, 45, 49, 55, 63)]


def test_typed_into_the_pin_pages_own_form(watched, server, approved):
    """Everything a person can type there, one place for three texts, up to the private link and back."""
    lon, lat = middle_of(server.data, "demo")
    for number, start in enumerate(range(0, len(TYPED), 3)):
        a, b, c = TYPED[start : start + 3]
        one = watched(**TOUCH)
        page = one.page
        page.goto(f"{one.base}/pin/demo")
        page.locator("#map[data-places]").wait_for(state="attached")
        page.locator("#q").fill(a[:80])
        expect(page.locator("#q-status")).not_to_be_empty()
        assert_only_words(one, "#found, #q-status")
        at_coordinates(page, lat + number * 0.0008, lon + 0.0001)
        page.get_by_role("button", name="This is the spot").click()
        page.locator("#what label").filter(has_text="Natural").click()
        page.locator("#name").fill(one_line(a)[:200])
        page.locator("#words").fill(f"{b}\n\n{c}")
        page.locator("#more > summary").click()
        page.locator("#told_by").fill(one_line(c)[:200])
        page.locator("#photos").set_input_files(
            {
                "name": "<img src=x onerror=alert(1)>.jpg",
                "mimeType": "image/jpeg",
                "buffer": a_picture(number),
            }
        )
        page.locator("#alt-0").fill(one_line(a)[:200])
        assert_only_words(one, "#duplicates, #photo-list")
        page.get_by_role("button", name="See how it will look").click()
        expect(page.locator("#card h2")).to_have_text(" ".join(one_line(a)[:200].split()))
        assert_only_words(one, "#card, #findings, #duplicates-look")
        page.get_by_role("button", name="Send to the organisers").click()
        expect(page.get_by_role("heading", name="Sent. Thank you!")).to_be_visible()
        one.assert_nothing_ran()
        page.get_by_role("link", name="My things").last.click()
        expect(page.locator(".thing h2")).to_have_text(" ".join(one_line(a)[:200].split()))
        assert_only_words(one, ".thing h2, .thing .words")


def test_a_problem_is_typed_on_the_page_of_a_hostile_place(watched, approved):
    one = watched(**TOUCH)
    one.page.goto(f"{one.base}/pin/demo/place/{approved[0]}")
    one.page.locator("#report fieldset label").last.click()
    one.page.locator("#text").fill(" ".join(HOSTILE[:12])[:1000])
    one.page.locator("#report button[type=submit]").click()
    expect(one.page.locator("#report-status")).to_have_attribute("data-tone", "good")
    assert_only_words(one, "main h1, #report-status")


def a_picture(number: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30 + number), "teal").save(out, "JPEG")
    return out.getvalue()
