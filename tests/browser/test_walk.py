"""A walk in a browser with a faked position, from start to end; then without network; guided walks."""

from __future__ import annotations

import json
import math
import re
import urllib.request
from itertools import pairwise

import pytest
from playwright.sync_api import expect

TOUR = "demo-op-ad-bakketrappen"
FAR_APART = "demo-rundt-om-holmen"
"""A walk whose stops are far enough from each other that none opens while one stands at another."""
START = (17.2007, 55.6985)
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "permissions": ["geolocation"],
    "geolocation": {"longitude": START[0], "latitude": START[1], "accuracy": 6},
}


def open_walk(visitor, query="?lang=en", tour=TOUR, **options):
    one = visitor(**{**PHONE, **options})
    one.page.goto(f"{one.base}/walk/{tour}{query}")
    one.page.locator("body[data-walk=ready]").wait_for(state="attached")
    return one


def state_of(page):
    return json.loads(page.locator("#state").text_content())


def stand_at(one, lon, lat):
    one.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 6})


def metres(a, b):
    x = (b[0] - a[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return 111_195 * math.hypot(x, b[1] - a[1])


def along(line, share):
    """The point at that share of the line."""
    left = share * sum(metres(a, b) for a, b in pairwise(line))
    for a, b in pairwise(line):
        step = metres(a, b)
        if step and left <= step:
            return a[0] + (b[0] - a[0]) * left / step, a[1] + (b[1] - a[1]) * left / step
        left -= step
    return tuple(line[-1])


def public_things(server, key):
    request = urllib.request.Request(f"{server.url}/api/mine", headers={"X-Micropolis-Key": key})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["things"]


@pytest.mark.journey("walk")
def test_a_walk_is_done_from_start_to_end_and_no_request_carries_the_position(visitor):
    one = open_walk(visitor, tour=FAR_APART)
    page = one.page
    sent: list[str] = []
    one.context.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    buzzed = (
        "() => { window.buzzed = []; navigator.vibrate = (p) => { window.buzzed.push(p); return true; }; }"
    )
    page.evaluate(buzzed)
    state = state_of(page)
    page.get_by_role("button", name="Start the walk").click()
    expect(page.locator("#target")).to_have_text(state["stops"][0]["name"])
    expect(page.locator("#distance")).to_have_text(re.compile(r"\d+ m"))
    expect(page.locator("#towards")).to_have_text(re.compile("north|east|south|west"))

    told = set()
    for index, stop in enumerate(state["stops"]):
        expect(page.locator("#go")).to_be_visible()
        expect(page.locator("#kicker")).to_have_text(f"Stop {index + 1} of {len(state['stops'])}")
        leg = state["legs"][index]
        if leg:
            before = page.locator("#distance").inner_text()
            stand_at(one, *along(leg["line"], 0.5))
            if metres(along(leg["line"], 0.5), (stop["lon"], stop["lat"])) > 40:
                expect(page.locator("#distance")).not_to_have_text(before)
                told.add(page.locator("#turn").inner_text())
        stand_at(one, stop["lon"] + 0.0001, stop["lat"])  # 6 m beside it
        expect(page.locator("#here-name")).to_have_text(stop["name"])
        expect(page.locator("#say")).to_have_text(f"You are at: {stop['name']}")
        for story in stop["stories"]:
            expect(page.locator("#told")).to_contain_text(story["text"][:40])
        page.locator("#onward").click()
    expect(page.get_by_role("heading", name="You have walked it all.")).to_be_visible()
    assert len(told) >= 2
    assert len(page.evaluate("window.buzzed")) >= len(state["stops"])

    page.get_by_label("How many minutes did it take?").fill("41")
    page.get_by_label("What should those who made it know?").fill("A bench would be good.")
    page.get_by_role("button", name="Tell them").click()
    expect(page.locator("#report-status")).to_have_text("Thank you. They will read it.")
    page.locator("#bar [data-to=add]").click()
    expect(page.locator("#said li")).to_have_attribute("data-state", "sent")
    assert sent
    stood = {f"{stop['lat']:.4f}" for stop in state["stops"]} | {f"{START[1]:.4f}"}
    for request in sent:
        assert "longitude" not in request
        assert not [place for place in stood if place in request], request


def test_progress_is_kept_and_a_story_opens_by_tap_without_any_position(visitor):
    one = open_walk(visitor, permissions=[])
    page = one.page
    stops = state_of(page)["stops"]
    page.get_by_role("button", name="Start the walk").click()
    expect(page.locator("#where-status")).to_contain_text("may not tell where you are")
    page.get_by_role("button", name="I am here: open the story").click()
    page.locator("#onward").click()
    expect(page.locator("#target")).to_have_text(stops[1]["name"])
    expect(page.locator("#turn")).not_to_be_empty()
    page.reload()
    page.get_by_role("button", name="Go on walking").click()
    expect(page.locator("#target")).to_have_text(stops[1]["name"])
    page.locator("#bar [data-to=list]").click()
    expect(page.locator("#stops li").nth(0)).to_contain_text("visited")
    expect(page.locator("#stops li").nth(1)).to_contain_text("next")
    page.locator("#stops .stop").nth(4).focus()
    page.keyboard.press("Enter")  # by keyboard, the map is not needed
    expect(page.locator("#here-name")).to_be_focused()
    expect(page.locator("#here-name")).to_have_text(stops[4]["name"])


def test_the_stories_are_read_aloud_in_their_language(visitor):
    one = open_walk(visitor)
    page = one.page
    page.evaluate(
        """() => {
          window.said = [];
          const voices = [{ lang: 'en-GB' }];
          Object.defineProperty(window, 'speechSynthesis', { value: {
            getVoices: () => voices, cancel: () => { window.said.push('-'); },
            speak: (u) => { window.said.push(`${u.lang}:${u.text.slice(0, 20)}`); },
          } });
          window.SpeechSynthesisUtterance = class extends EventTarget {
            constructor(text) { super(); this.text = text; }
          };
        }"""
    )
    stop = state_of(page)["stops"][0]
    page.get_by_role("button", name="Start the walk").click()
    page.get_by_role("button", name="I am here: open the story").click()
    button = page.get_by_role("button", name="Read aloud").first
    button.click()
    stopping = page.get_by_role("button", name="Stop reading")
    expect(stopping).to_be_visible()
    assert f"en:{stop['about']['text'][:20]}" in page.evaluate("window.said")
    stopping.click()
    expect(page.get_by_role("button", name="Stop reading")).to_have_count(0)
    assert page.evaluate("window.said").count("-") >= 2


def test_the_step_free_way_is_one_tap_away_and_keeps_the_language(visitor):
    one = open_walk(visitor, "?lang=da")
    one.page.locator("#other").click()
    one.page.wait_for_url(re.compile(r"variant=step-free"))
    one.page.locator("body[data-walk=ready]").wait_for(state="attached")
    state = state_of(one.page)
    assert (state["variant"], state["lang"]) == ("step-free", "da")
    turns = [turn["text"] for leg in state["legs"][1:] for turn in leg["turns"]]
    assert not [turn for turn in turns if re.search(r"\btrappe\b", turn)]  # steps; not streets called so


def test_an_obstacle_goes_with_the_point_chosen_on_the_line(visitor):
    one = open_walk(visitor)
    page = one.page
    page.get_by_role("button", name="Start the walk").click()
    page.locator("#bar [data-to=add]").click()
    page.get_by_role("button", name="Something is in the way").click()
    page.get_by_role("button", name="Hand in").last.click()
    expect(page.locator("#obstacle-error")).to_have_text("Choose what is in the way.")
    page.locator("#obstacle label").filter(has_text="A locked gate").click()
    page.locator("#along").fill("300")
    expect(page.locator("#along-says")).to_have_text("300 m along the walk")
    with page.expect_request("**/obstacles") as asked:
        page.get_by_role("button", name="Hand in").last.click()
    body = asked.value.post_data_json
    line = [point for leg in state_of(page)["legs"][1:] for point in leg["line"]]
    length = sum(metres(a, b) for a, b in pairwise(line))
    assert body["kind"] == "gate"
    assert metres((body["lon"], body["lat"]), along(line, 300 / length)) < 3
    expect(page.locator("#said li")).to_have_attribute("data-state", "sent")


def read_all_stops(page, stops):
    for index, stop in enumerate(stops):
        page.locator("#bar [data-to=list]").click()
        page.locator("#stops .stop").nth(index).click()
        expect(page.locator("#here-name")).to_have_text(stop["name"])
        expect(page.locator("#told")).to_contain_text(stop["about"]["text"][:30])


def hand_in_a_memory(page, stop, words):
    page.locator("#bar [data-to=add]").click()
    page.get_by_role("button", name="A memory or a photo").click()
    page.locator("#memory-stop").select_option(stop["id"])
    page.get_by_label("What do you remember?").fill(words)
    page.get_by_role("button", name="Hand in").first.click()


def test_offline_all_stops_are_read_a_memory_waits_and_arrives_once(visitor, server):
    one = open_walk(visitor, permissions=[])
    page = one.page
    page.locator("body[data-pack=ready]").wait_for(state="attached")
    expect(page.locator("#kept")).to_have_text(re.compile(r"Available offline · \d+\.\d MB"))
    state = state_of(page)
    server.stop()
    try:
        page.reload()
        page.locator("body[data-walk=ready]").wait_for(state="attached")
        expect(page.locator("#kept")).to_have_text(re.compile(r"Available offline"))
        page.get_by_role("button", name="Start the walk").click()
        expect(page.locator("#map[data-background]")).to_be_attached()
        read_all_stops(page, state["stops"])
        hand_in_a_memory(page, state["stops"][2], "Here the pilot's wife grew leeks.")
        expect(page.locator("#said li")).to_have_attribute("data-state", "waiting")
        page.reload()  # it survives this, too
        page.locator("body[data-walk=ready]").wait_for(state="attached")
        page.get_by_role("button", name=re.compile("Start the walk|Go on walking")).click()
        page.locator("#bar [data-to=add]").click()
        expect(page.locator("#said li")).to_have_count(1)
    finally:
        server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#said li")).to_have_attribute("data-state", "sent")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.reload()
    page.locator("body[data-walk=ready]").wait_for(state="attached")
    keys = json.loads(page.evaluate("localStorage.getItem('mm-keys')"))
    (thing,) = public_things(server, keys[0]["secret"])
    assert (thing["kind"], thing["state"], thing["place_id"]) == ("story", "pending", state["stops"][2]["id"])
    stories = thing["feature"]["properties"]["stories"]
    assert [story["text"] for story in stories].count("Here the pilot's wife grew leeks.") == 1


def test_a_memory_added_while_the_clock_was_a_day_ahead_is_sent_all_the_same(visitor, server):
    one = open_walk(visitor, permissions=[])
    page = one.page
    page.evaluate(
        "() => { const real = Date.now; window.ahead = 864e5; Date.now = () => real() + window.ahead; }"
    )
    page.get_by_role("button", name="Start the walk").click()
    one.context.set_offline(True)
    hand_in_a_memory(
        page, state_of(page)["stops"][1], "Told on Tuesday by a phone that thought it Wednesday."
    )
    expect(page.locator("#said li")).to_have_attribute("data-state", "waiting")
    page.evaluate("window.ahead = 0")
    one.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#said li")).to_have_attribute("data-state", "sent")
    keys = json.loads(page.evaluate("localStorage.getItem('mm-keys')"))
    assert len(public_things(server, keys[0]["secret"])) == 1


REFUSED = """
const no = () => { throw new DOMException("no", "SecurityError"); };
Object.defineProperty(window, "localStorage", { get: no });
Object.defineProperty(window, "indexedDB", { get: no });
Object.defineProperty(navigator.serviceWorker, "register", { value: async () => no() });
"""


def test_a_browser_that_keeps_nothing_says_so_and_sends_all_the_same(visitor):
    one = visitor(**{**PHONE, "permissions": []})
    one.context.add_init_script(REFUSED)
    page = one.page
    page.goto(f"{one.base}/walk/{TOUR}?lang=en")
    page.locator("body[data-pack=never]").wait_for(state="attached")
    expect(page.locator("#kept")).to_have_text(
        "This browser keeps nothing for later: the walk needs the network."
    )
    page.get_by_role("button", name="Start the walk").click()
    expect(page.locator("#where-status")).to_contain_text("open each story by tapping it")
    one.context.set_offline(True)
    hand_in_a_memory(page, state_of(page)["stops"][0], "Nothing is kept here, and yet it was told.")
    expect(page.locator("#said li")).to_contain_text("leave this page open")
    one.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#said li")).to_have_attribute("data-state", "sent")


def test_a_position_that_may_be_a_kilometre_off_opens_no_story(visitor):
    one = open_walk(visitor, tour=FAR_APART)
    page = one.page
    stop = state_of(page)["stops"][0]
    one.context.set_geolocation({"longitude": stop["lon"], "latitude": stop["lat"], "accuracy": 1000})
    page.get_by_role("button", name="Start the walk").click()
    expect(page.locator("#where-status")).to_have_text("give or take 1,000 m")
    expect(page.locator("#go")).to_be_visible()
    assert page.locator("#main").get_attribute("data-screen") == "go"
    stand_at(one, stop["lon"], stop["lat"])
    expect(page.locator("#here-name")).to_have_text(stop["name"])


def test_the_other_way_and_photos_wait_offline_too_and_old_packs_go(visitor):
    one = open_walk(visitor, permissions=[])
    page = one.page
    page.locator("body[data-pack=ready]").wait_for(state="attached")
    names = page.evaluate("caches.keys()")
    assert len([name for name in names if name.startswith(f"mm-walk:{TOUR}:en:")]) == 1
    one.context.set_offline(True)
    page.locator("#other").click()
    page.locator("body[data-walk=ready]").wait_for(state="attached")
    assert state_of(page)["variant"] == "step-free"
    one.context.set_offline(False)
    page.goto(f"{one.base}/walk/{TOUR}?lang=pl")
    page.locator("body[data-pack=ready]").wait_for(state="attached")
    langs = {name.split(":")[2] for name in page.evaluate("caches.keys()") if name.startswith("mm-walk:")}
    assert langs == {"en", "pl"}


@pytest.mark.parametrize("lang", ["en", "uk"])
def test_nothing_is_wider_than_the_phone(visitor, lang):
    one = open_walk(visitor, f"?lang={lang}")
    page = one.page
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= 390
    page.locator("#begin").click()
    page.locator("#map[data-ready]").wait_for()
    assert page.evaluate(wide) <= 390
    page.locator("#here-now").click()
    assert page.evaluate(wide) <= 390
    for screen in ("list", "add"):
        page.locator(f"#bar [data-to={screen}]").click()
        assert page.evaluate(wide) <= 390
    for form in ("memory", "obstacle"):
        page.locator(f"#to-{form}").click()
        assert page.evaluate(wide) <= 390
