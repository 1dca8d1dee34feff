"""Light, dark, high contrast: as the device asks or as chosen; at once, in maps too, no other first."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

READS_ONLY = True
THEMES = ("light", "dark", "contrast")
GROUND = {"light": "rgb(250, 246, 238)", "dark": "rgb(23, 27, 31)", "contrast": "rgb(255, 255, 255)"}
PLACE, TOUR = "demo-aeblekaffen", "demo-torvet-og-kajen"
PATHS = [
    "/?community=demo&lang=en",
    f"/?community=demo&lang=en&place={PLACE}",
    "/coverage?community=demo&lang=en",
    "/compare?community=demo&lang=en",
    "/planner?community=demo&lang=en",
    "/work_centres?community=demo&lang=en",
    "/tours?community=demo&lang=en",
    f"/tours?community=demo&lang=en&tour={TOUR}",
    "/datasets?community=demo&lang=en",
    "/about?community=demo&lang=en",
    "/sign_in?community=demo&lang=en",
]
OWN = [
    "/?lang=en",
    "/pin/demo?lang=en",
    f"/pin/demo/place/{PLACE}?lang=en",
    "/mine?lang=en",
    "/embed/demo?lang=en",
    f"/walk/{TOUR}?lang=en",
    "/pin/nowhere?lang=en",
]
SWITCH = "select[data-mm-theme]"
POOR = (Path(__file__).parent / "poor_contrast.js").read_text(encoding="utf-8")
SETTLED = """() => {
  const now = document.getElementsByTagName("*").length;
  if (now !== window.__seen) { window.__seen = now; window.__since = performance.now(); }
  return performance.now() - window.__since > 1000;
}"""
# Of each frame that is painted while the page comes: the theme, and Streamlit's ground once it is there.
WATCH = """
window.__painted = new Set();
(function look() {
  const root = document.documentElement;
  window.__painted.add(root.dataset.theme + " " + getComputedStyle(root).colorScheme);
  const app = document.querySelector(".stApp");
  if (app) window.__painted.add(getComputedStyle(app).backgroundColor);
  requestAnimationFrame(look);
})();
"""


def opened(visitor, path, theme="", **options):
    """Open a page, in a theme its reader chose before, and wait until it has come to rest."""
    one = visitor(**options)
    if theme:
        one.page.add_init_script(f"localStorage.setItem('mm-theme', '{theme}')")
    one.page.goto(one.base + path)
    one.page.wait_for_selector(".mm-head, #map, main")
    return one


@pytest.mark.parametrize(
    ("asks", "theme"),
    [
        ({"color_scheme": "light"}, "light"),
        ({"color_scheme": "dark"}, "dark"),
        ({"color_scheme": "light", "contrast": "more"}, "contrast"),
        ({"color_scheme": "dark", "contrast": "more"}, "contrast"),
    ],
)
@pytest.mark.parametrize("path", ["/about?lang=en", "/mine?lang=en"])
def test_a_page_looks_as_the_device_asks(visitor, path, asks, theme):
    one = opened(visitor, path, **asks)
    assert one.page.evaluate("micropolis.theme()") == theme
    expect(one.page.locator("html")).to_have_attribute("data-theme", theme)
    one.page.emulate_media(color_scheme="dark", contrast="no-preference")
    expect(one.page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.journey
def test_a_choice_is_seen_at_once_in_the_map_too_and_kept(visitor):
    one = opened(visitor, PATHS[0], color_scheme="light")
    one.places_on_map()
    one.in_map("{ window.__same = true; }")
    asked = []
    one.page.on("websocket", lambda socket: asked.append(socket.url))
    for theme in ("dark", "contrast", "light", "dark"):
        one.page.locator(SWITCH).select_option(theme)
        expect(one.page.locator(".stApp")).to_have_css("background-color", GROUND[theme])
        expect(one.map.locator("html")).to_have_attribute("data-theme", theme)
    # Streamlit's own parts, too: the text of a chooser is light on dark.
    expect(one.page.get_by_role("combobox", name="Language")).to_have_css("color", "rgb(236, 234, 228)")
    assert one.in_map("window.__same") is True
    assert asked == []
    one.page.goto(f"{one.base}/pin/demo?lang=en")
    expect(one.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(one.page.locator(SWITCH)).to_have_value("dark")
    one.page.locator(SWITCH).select_option("auto")
    expect(one.page.locator("html")).to_have_attribute("data-theme", "light")


def test_another_tab_follows(visitor):
    one = opened(visitor, "/mine?lang=en", color_scheme="light")
    other = one.context.new_page()
    other.goto(f"{one.base}/mine?lang=en")
    one.page.locator(SWITCH).select_option("contrast")
    expect(other.locator("html")).to_have_attribute("data-theme", "contrast")
    expect(other.locator(SWITCH)).to_have_value("contrast")


@pytest.mark.parametrize("path", ["/?lang=en", PATHS[0], PATHS[2], "/mine?lang=en", "/embed/demo?lang=en"])
def test_no_other_theme_is_painted_before_the_chosen_one(visitor, path):
    one = visitor(color_scheme="light")
    one.page.add_init_script("localStorage.setItem('mm-theme', 'dark')")
    one.page.goto(one.base + path)  # so that the choice is older than what is watched
    one.page.add_init_script(
        f"document.addEventListener('readystatechange', () => {{ if (!window.__painted) {{ {WATCH} }} }});"
    )
    one.page.reload()
    one.page.wait_for_selector(".mm-head, #map, main")
    one.page.wait_for_function(SETTLED, polling=100)
    painted = set(one.page.evaluate("[...window.__painted]"))
    assert painted <= {"dark dark", GROUND["dark"]}


def test_the_keyboard_chooses(visitor):
    one = opened(visitor, "/mine?lang=en", color_scheme="light")
    one.page.get_by_role("combobox", name="Colours").focus()
    one.page.keyboard.press("d")
    expect(one.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_page_that_may_keep_nothing_follows_all_the_same(visitor):
    one = visitor(color_scheme="light")
    one.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } })"
    )
    one.page.goto(f"{one.base}/embed/demo?lang=en")
    expect(one.page.locator("html")).to_have_attribute("data-theme", "light")
    one.page.evaluate("micropolis.chooseTheme('dark')")
    expect(one.page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
@pytest.mark.parametrize("path", [*PATHS, *OWN])
def test_every_text_in_sight_can_be_read(visitor, path, width, height):
    one = opened(visitor, path, viewport={"width": width, "height": height})
    one.page.wait_for_function(SETTLED, polling=100)
    poor = []
    for theme in THEMES:
        one.page.evaluate("theme => micropolis.chooseTheme(theme)", theme)
        one.page.wait_for_function(SETTLED, polling=100)
        for frame in one.page.frames:
            assert frame.evaluate("document.documentElement.dataset.theme") == theme, frame.url
            poor += [(theme, *found) for found in frame.evaluate(POOR)]
    assert poor == []
