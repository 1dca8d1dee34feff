"""Signing in with the organisation's account: a provider of our own, Streamlit's own way in, our roles."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import an_account, middle_of, sent
from openid_provider import CLIENT, CLIENT_SECRET, OpenIdProvider

from micropolis_map.bootstrap import build_application
from micropolis_map.services import media
from micropolis_map.settings import Settings

PEOPLE = {
    "ola": {"email": "Ola@Example.org", "email_verified": True, "name": "Ola Example"},
    "eve": {"email": "eve@example.org", "email_verified": True, "name": "Eve Example"},
    "heir": {"email": "ola@example.org", "email_verified": True, "name": "Heir Example"},
    "mallory": {"email": "ola@example.org", "email_verified": False, "name": "Mallory Example"},
}


@pytest.fixture(scope="module")
def provider():
    one = OpenIdProvider(PEOPLE).start()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def server_options(provider, tmp_path_factory):
    """Streamlit's secrets as docs/sign-in.md says."""
    secrets = tmp_path_factory.mktemp("secrets") / "secrets.toml"
    secrets.write_text(
        f"""
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "only-for-this-test-0123456789abcdef"
client_id = "{CLIENT}"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"
""",
        encoding="utf-8",
    )
    return ["--secrets.files", str(secrets)]


@pytest.fixture(scope="module")
def application(server):
    one = build_application(Settings(data=server.data))
    an_account(one, "ola@example.org", communities=("demo",))
    pump = sent(one, middle_of(server.data, "demo"), "The pump by the lime tree", who="pump")
    photo = BytesIO()
    Image.new("RGB", (640, 480), "#3a6").save(photo, "JPEG")
    sending = media.Sending("demo", pump.id, "pump-0123456789abcdefghijkl", alt="The pump")
    assert media.add_photo(one.participation, sending, photo.getvalue()).attached
    return one


def come_in(visitor, name):
    one = visitor()
    one.open("/sign_in")
    one.page.get_by_role("button", name="Sign in with your organisation's account").click()
    expect(one.page.get_by_role("heading", name="Who are you?")).to_be_visible()
    one.page.get_by_role("link", name=name, exact=True).click()
    one.page.wait_for_selector(".mm-head")
    return one


def test_an_organiser_comes_in_with_the_role_of_their_account_and_leaves_again(
    visitor, application, provider
):
    one = come_in(visitor, "ola")
    one.page.get_by_role("link", name="Moderation").click()
    expect(one.page.locator(".st-key-proposal h2")).to_have_text("The pump by the lime tree")
    thumb = one.page.locator(".mm-thumb")
    expect(thumb).to_have_js_property("naturalWidth", 320)  # it waits, and is only shown to who decides
    one.open("/sign_in")
    expect(one.page.locator(".mm-head")).to_contain_text("You are signed in")
    expect(one.page.locator(".mm-head")).to_contain_text("Ola@example.org Example")
    expect(one.page.get_by_role("link", name="Accounts")).to_have_count(0)
    one.page.get_by_role("button", name="Sign out").click()
    expect(one.page.get_by_role("link", name="Moderation")).to_have_count(0)
    one.open("/sign_in")
    expect(one.page.get_by_role("button", name="Sign in with your organisation's account")).to_be_visible()
    assert provider.problems == []


def test_who_gets_the_address_later_does_not_come_in_and_is_told(visitor, application, provider):
    come_in(visitor, "ola").open("/sign_in")
    one = come_in(visitor, "heir")
    expect(one.page.get_by_text("belongs to another sign-in")).to_be_visible()
    expect(one.page.get_by_role("link", name="Moderation")).to_have_count(0)
    assert provider.problems == []


@pytest.mark.parametrize("name", ["eve", "mallory"])
def test_who_has_no_account_gets_no_role_and_a_clear_sentence(visitor, application, provider, name):
    one = come_in(visitor, name)
    sentence = "no account here has your e-mail address"
    expect(one.page.get_by_text(sentence)).to_be_visible()
    expect(one.page.get_by_role("link", name="Moderation")).to_have_count(0)
    one.open("/moderation")
    expect(one.page.get_by_text(sentence)).to_be_visible()
    expect(one.page.locator(".st-key-proposal")).to_have_count(0)
    assert provider.problems == []
