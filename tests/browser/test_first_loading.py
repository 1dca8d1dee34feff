"""Whoever starts a map: from the link in the terminal to the streets of a town."""

from __future__ import annotations

import re

import pytest
from look_alikes import look_alike
from playwright.sync_api import expect
from replay_server import RECORDED, Answers, replaying

PASSWORD = "four small words here"


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    made = tmp_path_factory.mktemp("look-alikes")
    files = (look_alike(made, name.removeprefix("look-alikes/")) for name in RECORDED["look-alike"])
    with replaying(Answers(*files)) as server:
        yield server


@pytest.fixture(scope="module")
def server_options(replay):
    """The server asks the one that replays, and nobody else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROPOLIS_OVERPASS_URL", replay.overpass_url)
        patch.setenv("MICROPOLIS_NOMINATIM_URL", replay.nominatim_url)
        yield []


def step(page, number: int, state: str):
    return page.locator(f".mm-step[data-step='{number}'][data-state='{state}']")


def a_stranger_reads_where_the_link_is(stranger):
    stranger.page.goto(f"{stranger.base}/?lang=en")
    expect(stranger.page.locator(".nobody")).to_contain_text("terminal")
    stranger.open("/?community=wawer&lang=en")
    expect(stranger.page.locator(".st-key-nobodyyet")).to_contain_text("terminal")
    stranger.open("/sign_in?lang=en")
    expect(stranger.page.locator(".mm-session-none")).to_contain_text("terminal")
    expect(stranger.page.locator("input[name=login]")).to_have_count(0)


def test_three_steps_from_the_terminal_to_a_town_with_streets(visitor, server, replay):
    a_stranger_reads_where_the_link_is(visitor())
    log = (server.data / "server.log").read_text(encoding="utf-8", errors="replace")
    token = re.findall(r"/sign_in#setup=(\S+)", log)[-1]
    ada = visitor()
    sent: list[str] = []
    ada.page.on("request", lambda request: sent.append(f"{request.url} {request.headers.get('referer', '')}"))
    ada.open(f"/sign_in?lang=en#setup={token}")
    form = ada.page.locator(".st-key-firstaccount")
    expect(form.locator("input[name=login]")).to_be_visible()
    expect(step(ada.page, 1, "next")).to_be_visible()
    assert token not in ada.page.url  # nor in the history
    form.locator("input[name=login]").fill("ada")
    form.locator("input[name=name]").fill("Ada")
    form.locator("input[name=password]").fill(PASSWORD)
    form.get_by_role("button").click()
    expect(step(ada.page, 2, "next")).to_be_visible()
    assert not [line for line in sent if token in line]

    ada.page.get_by_role("link", name="Load Wawer").click()
    ada.page.locator(".st-key-w_where_wawer button").click()
    drawn = ada.page.locator(".mm-where img")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert not [path for path, *_ in replay.requests if path.endswith("/interpreter")]
    ada.page.get_by_role("button", name="Load from OpenStreetMap").click()
    said = ada.page.locator(".st-key-loaded, .st-key-trouble_wawer").first
    expect(said).to_be_visible()
    expect(ada.page.locator(".st-key-loaded")).to_contain_text("Loaded:")
    ada.open("/?community=wawer&lang=en")
    expect(step(ada.page, 2, "done")).to_be_visible()
    expect(step(ada.page, 3, "next")).to_be_visible()

    again = visitor()
    again.open(f"/sign_in?lang=en#setup={token}")  # spent: it is the ordinary way in
    expect(again.page.locator("input[name=login]")).to_be_visible()
    expect(again.page.locator("input[name=name]")).to_have_count(0)
