"""Which address this server says it has, who asked, and whose word about it counts."""

from __future__ import annotations

import itertools
from dataclasses import replace
from ipaddress import ip_network

import pytest
from asgi import get
from asgi_client import Client
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.errors import InvalidInput
from micropolis_map.settings import Settings, origin_of
from micropolis_map.web.proxies import seen_from_outside
from micropolis_map.web.requests import address_of

PUBLIC = "https://map.example.org"
FORGED = {
    "X-Forwarded-Proto": "javascript",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-For": "203.0.113.9",
}
WITH_ADDRESSES = (
    "/feeds/wawer.atom",
    "/calendar/wawer.ics",
    "/ogc",
    "/ogc/api",
    "/ogc/collections/places/items",
)


@pytest.fixture
def application(tmp_path):
    application = build_application(Settings(data=tmp_path))
    application.community_store.save(Community("wawer", {"en": "Wawer"}, centre=(21.15, 52.22)))
    return application


def a_client(application, **settings) -> Client:
    chosen = replace(application, settings=Settings(data=application.settings.data, **settings))
    echo = Route(
        "/who",
        lambda request: JSONResponse([address_of(request), request.url.scheme, request.headers["host"]]),
    )
    return Client(Starlette(routes=[*web.routes(application), echo], middleware=web.middleware(chosen)))


@pytest.mark.parametrize("path", WITH_ADDRESSES)
def test_forged_headers_change_no_answer(application, path):
    client = a_client(application)
    plain, forged = client.get(path), client.get(path, headers=FORGED)
    assert plain.status_code == 200
    assert b"evil.example" not in forged.content
    assert b"javascript" not in forged.content
    assert forged.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize("path", WITH_ADDRESSES)
def test_the_operators_address_stands_in_every_answer_whatever_host_is_asked(application, path):
    client = a_client(application, public_url=PUBLIC)
    answers = [
        client.get(path, headers={"Host": host, **FORGED})
        for host in ("map.example.org", "evil.example", "x y")
    ]
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert b"evil" not in answers[1].content
    assert "Host" not in answers[0].headers["vary"]


def test_without_it_a_cache_in_front_is_told_that_the_answer_hangs_on_the_host(application):
    client = a_client(application)
    for path in WITH_ADDRESSES:
        answer = client.get(path, headers={"Host": "town.example:8080"})
        assert "Host" in answer.headers["vary"].split(", ")
    assert "Host" not in client.get("/data/wawer/places.geojson").headers["vary"]
    assert (
        "http://town.example:8080/feeds/"
        in client.get("/feeds/wawer.atom", headers={"Host": "town.example:8080"}).content.decode()
    )
    assert client.get("/feeds/wawer.atom", headers={"Host": "<script>"}).status_code == 400


def test_another_name_for_the_server_is_not_another_feed(application, monkeypatch):
    made = []
    real = web.feed_routes.newest
    monkeypatch.setattr(web.feed_routes, "newest", lambda *given: made.append(1) or real(*given))
    client = a_client(application)
    for number in range(50):
        answer = client.get("/feeds/wawer.atom", headers={"Host": f"name-{number}.example"})
        assert f"http://name-{number}.example/" in answer.content.decode()
        assert ".invalid" not in answer.content.decode()
    assert len(made) == 1


NAMED = tuple(map(ip_network, ("10.0.0.0/8", "127.0.0.1", "2001:db8::/32")))
PEOPLE = ("192.0.2.1", "198.51.100.7:4711", "[2a00::1]:5", "2a00::2")
PROXIES = ("10.1.2.3", "127.0.0.1:80", "2001:db8::5", "::ffff:10.9.9.9")


def scope(peer: str, **headers: str) -> dict:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "scheme": "http",
        "client": (peer, 1),
        "headers": [(b"host", b"map.example"), *named],
    }


def asker(peer: str, forwarded: list[str]) -> str:
    seen = seen_from_outside(
        scope(peer, **({"x_forwarded_for": ", ".join(forwarded)} if forwarded else {})), NAMED
    )
    assert not [name for name, _ in seen["headers"] if name.startswith(b"x-forwarded")]
    return seen["client"][0]


@given(
    st.lists(st.sampled_from((*PEOPLE, *PROXIES, "unknown", "", "<x>")), max_size=4),
    st.sampled_from(PEOPLE),
    st.integers(0, 3),
)
def test_whatever_the_asker_wrote_before_the_proxy_adds_who_it_saw(forged, person, proxies):
    """The law: with named proxies in between, the address is that of who asked the outermost one."""
    way = [person, *itertools.islice(itertools.cycle(PROXIES), proxies)]
    alone = asker(way[0].partition(":4711")[0], []) if person == PEOPLE[0] else None
    found = asker("10.1.2.3", [*forged, *way])
    assert found in person
    assert alone in {None, found}


@given(st.lists(st.sampled_from((*PEOPLE, *PROXIES)), min_size=1, max_size=4))
def test_from_anybody_else_the_header_says_nothing(forwarded):
    assert asker("192.0.2.200", forwarded) == "192.0.2.200"


def quoted(address):
    return f'for="{address}"' if ":" in address else f"For={address}"


def seen_with(header, peer="10.1.2.3", **others):
    seen = seen_from_outside(scope(peer, forwarded=header, **others), NAMED)
    assert [name for name, _ in seen["headers"]] == [b"host"]
    return seen["client"][0], seen["scheme"], seen["headers"][0][1].decode()


@given(
    st.lists(
        st.sampled_from(
            [
                *map(quoted, (*PEOPLE, *PROXIES)),
                *["for=unknown", "for=_hidden", 'for="open', "host=evil.example;proto=https", "", "=;", '"'],
            ]
        ),
        max_size=4,
    ),
    st.sampled_from(PEOPLE),
    st.integers(0, 3),
)
def test_forwarded_tells_the_same_whatever_the_asker_wrote_before_the_proxies_wrote_theirs(
    forged, person, proxies
):
    way = [f"{quoted(person)};host=town.example;proto=https"]
    way += [f"proto=http;{quoted(proxy)};host=inner" for proxy in itertools.islice(PROXIES, proxies)]
    client, scheme, host = seen_with(", ".join([*forged, *way]))
    assert client in person
    assert (scheme, host) == ("https", "town.example")


@pytest.mark.parametrize("peer", ["192.0.2.200", "203.0.113.1"])
def test_forwarded_of_anybody_else_says_nothing(peer):
    assert seen_with("for=192.0.2.1;host=evil.example;proto=https", peer) == (peer, "http", "map.example")


def test_what_a_proxy_hands_on_as_forwarded_while_it_writes_the_older_headers_says_nothing():
    forged = "for=192.0.2.66;host=evil.example;proto=https"
    assert seen_with(forged, x_forwarded_for="192.0.2.1") == ("192.0.2.1", "http", "map.example")
    assert seen_with(forged, x_forwarded_proto="https") == ("10.1.2.3", "https", "map.example")


def test_an_address_in_quotation_marks_is_read():
    assert asker("10.1.2.3", ['"[2a00::1]:5"']) == "2a00::1"
    assert asker("10.1.2.3", ["192.0.2.1:4711"]) == "192.0.2.1"


def test_a_named_proxy_tells_scheme_and_host_and_nobody_else(application):
    told = {
        "X-Forwarded-For": "1.1.1.1, 203.0.113.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "map.example.org",
    }
    assert a_client(application).get("/who", headers=told).json() == ["192.0.2.55", "http", "map.example"]
    named = a_client(application, proxies=(ip_network("192.0.2.0/24"),))
    assert named.get("/who", headers=told).json() == ["203.0.113.9", "https", "map.example.org"]
    assert named.get("/who", headers=told | {"X-Forwarded-Proto": "javascript"}).json()[1] == "http"


@pytest.mark.parametrize(
    ("hosts", "schemes", "seen"),
    [
        ("town.example.org, inner.internal", "https,http", ["https", "town.example.org"]),
        (" , town.example.org:8443 ,b,c", " HTTPS , http", ["https", "town.example.org:8443"]),
        ("no host, town.example.org", "javascript, https", ["http", "map.example"]),
    ],
)
def test_of_several_proxies_the_first_says_what_people_typed(application, hosts, schemes, seen):
    """Two proxies in a row each add theirs; what is no host or scheme says nothing."""
    told = {"X-Forwarded-Host": hosts, "X-Forwarded-Proto": schemes}
    named = a_client(application, proxies=(ip_network("192.0.2.0/24"),))
    assert named.get("/who", headers=told).json()[1:] == seen
    assert f"{'://'.join(seen)}/ogc/" in named.get("/ogc", headers=told).content.decode()
    assert a_client(application).get("/who", headers=told).json()[1:] == ["http", "map.example"]


def test_each_proxy_may_have_sent_a_line_of_its_own():
    asked = scope("10.1.2.3", x_forwarded_host="town.example.org", x_forwarded_proto="https")
    asked["headers"] += [(b"x-forwarded-host", b"inner:8080"), (b"x-forwarded-proto", b"http")]
    seen = seen_from_outside(asked, NAMED)
    assert (seen["scheme"], seen["headers"]) == ("https", [(b"host", b"town.example.org")])


def test_one_household_is_one_address(application):
    client = a_client(application, proxies=(ip_network("192.0.2.55"),))
    of = [
        client.get("/who", headers={"X-Forwarded-For": address}).json()[0]
        for address in (
            "2a00:1:2:3::1",
            "2a00:1:2:3:4:5:6:7",
            "2a00:1:2:4::1",
            "::ffff:203.0.113.9",
            "203.0.113.9",
        )
    ]
    assert of[0] == of[1] != of[2]
    assert of[3] == of[4] == "203.0.113.9"


@pytest.mark.parametrize(
    ("public", "host", "origin", "may"),
    [
        ("", "map.example", "http://map.example", True),
        ("", "map.example", "https://map.example", True),  # https ended at a proxy that is not named
        ("", "map.example:443", "https://map.example", True),
        ("", "map.example", "http://map.example:8080", False),
        ("", "map.example", "http://evil.example", False),
        ("", "map.example", "null", False),
        ("", "map.example", "http://[", False),
        ("", "map.example", "file://map.example", False),
        (PUBLIC, "map.example.org", PUBLIC, True),
        (PUBLIC, "upstream:8501", PUBLIC, True),
        (PUBLIC, "map.example.org", "http://map.example.org", False),
        (PUBLIC, "map.example.org", "https://map.example.org.evil.example", False),
        (PUBLIC, "localhost:8501", "http://localhost:8501", True),
        (PUBLIC, "localhost:8501", "http://evil.example", False),
    ],
)
def test_only_our_own_pages_may_send(application, public, host, origin, may):
    client = a_client(application, public_url=public)
    for forged in ({}, {"X-Forwarded-Host": origin.partition("://")[2]}):
        answer = client.post("/api/session/end", json={}, headers={"Host": host, "Origin": origin, **forged})
        assert (answer.status_code == 200) is may


def test_over_https_the_cookie_is_this_hosts_alone_and_browsers_stay_there(application):
    plain, https = a_client(application), a_client(application, public_url=PUBLIC)
    assert "strict-transport-security" not in plain.get("/healthz").headers
    assert https.get("/healthz").headers["strict-transport-security"].startswith("max-age=")
    https.headers = {"origin": PUBLIC}
    ended = https.post("/api/session/end", json={}).headers["set-cookie"]
    assert ended.startswith("__Host-micropolis_session=")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert attribute in ended
    assert "Domain" not in ended
    assert plain.post("/api/session/end", json={}).headers["set-cookie"].startswith("micropolis_session=")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MICROPOLIS_PUBLIC_URL", "javascript://map.example.org"),
        ("MICROPOLIS_PUBLIC_URL", "map.example.org"),
        ("MICROPOLIS_PUBLIC_URL", "https://"),
        ("MICROPOLIS_PUBLIC_URL", "https://map.example.org/map"),
        ("MICROPOLIS_PUBLIC_URL", "https://user@map.example.org"),
        ("MICROPOLIS_PUBLIC_URL", "https://map.example.org:99999"),
        ("MICROPOLIS_PUBLIC_URL", "https://a b"),
        ("MICROPOLIS_PROXIES", "nginx"),
        ("MICROPOLIS_PROXIES", "10.0.0.1/8"),
        ("MICROPOLIS_PROXIES", "*"),
    ],
)
def test_a_setting_that_is_no_address_is_refused_with_its_name_and_value(name, value):
    with pytest.raises(InvalidInput) as refused:
        Settings.read({name: value})
    assert name in str(refused.value)
    assert value in str(refused.value)


def test_settings_are_read_as_people_write_them():
    read = Settings.read(
        {
            "MICROPOLIS_PUBLIC_URL": " HTTPS://Map.Example.org:443/ ",
            "MICROPOLIS_PROXIES": "127.0.0.1, ::1,10.0.0.0/8",
        }
    )
    assert read.public_url == PUBLIC
    assert [str(network) for network in read.proxies] == ["127.0.0.1/32", "::1/128", "10.0.0.0/8"]
    assert origin_of("http://[::1]:8501/x?y") == "http://[::1]:8501"


def test_a_host_that_is_none_is_said_in_json(application):
    answer = get(a_client(application).app, "/ogc", host="a b")
    assert answer.status == 400
    assert "a b" in answer.json["description"]
