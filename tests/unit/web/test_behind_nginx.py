"""The configuration of docs/behind-nginx.md, run by nginx in front of the real server."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time

import needs
import pytest
from server_process import ROOT, a_free_port, a_server

from micropolis_map.domain.community import Community
from micropolis_map.stores.community_store import FolderCommunityStore

NAME = "map.example.org"
TOLD = {
    "client_header_timeout", "client_body_timeout", "client_max_body_size", "limit_conn",
    "proxy_read_timeout", "proxy_set_header", "proxy_http_version", "ssl_reject_handshake",
}  # fmt: skip
REPORTS = 10
"""That one address may send in an hour (`pinning.LIMITS`)."""


def snippet() -> str:
    text = (ROOT / "docs" / "behind-nginx.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"```nginx\n(.*?)```", text, re.DOTALL)
    return found


def test_the_snippet_says_what_a_proxy_must_do():
    told = re.findall(r"^\s*(\w+)\s+([^;]*);", snippet(), re.MULTILINE)
    assert {name for name, _ in told} >= TOLD
    headers = dict(value.split(None, 1) for name, value in told if name == "proxy_set_header")
    assert headers["X-Forwarded-For"] == "$remote_addr"  # overwritten: what a visitor sent is gone
    assert headers["X-Forwarded-Proto"] == "$scheme"
    assert headers["X-Forwarded-Host"] == headers["Forwarded"] == '""'
    assert headers["Upgrade"] == "$http_upgrade"


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """The server, which names 127.0.0.2 its proxy, and nginx, which asks it from there: the ports of both."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None or shutil.which("openssl") is None:
        needs.missing("nginx", "no nginx or no openssl")
    folder = tmp_path_factory.mktemp("nginx")
    key, certificate, log = folder / "key.pem", folder / "cert.pem", folder / "error.log"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate]
    subprocess.run([*made, "-subj", f"/CN={NAME}", "-days", "2"], check=True, capture_output=True)
    plain, https = a_free_port(), a_free_port()
    FolderCommunityStore(folder / "data" / "geo").save(Community("wawer", {"en": "Wawer"}))
    with a_server(folder, MICROPOLIS_PROXIES="127.0.0.2") as server:
        here = snippet()
        for pattern, put in (
            (r"listen 80\b", f"listen 127.0.0.1:{plain}"),
            (r"listen 443\b", f"listen 127.0.0.1:{https}"),
            (r"127\.0\.0\.1:8501", f"127.0.0.1:{server.port}"),
            (r"ssl_certificate +\S+;", f"ssl_certificate {certificate}; proxy_bind 127.0.0.2;"),
            (r"ssl_certificate_key +\S+;", f"ssl_certificate_key {key};"),
        ):
            here, count = re.subn(pattern, put, here)
            assert count, pattern
        temporary = "".join(
            f"{kind}_temp_path {folder / kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {folder / 'pid'}; error_log {log}; events {{}}\n"
            f"http {{ access_log off; {temporary}\n{here} }}\n"
        )
        process = subprocess.Popen(
            [nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", log], stderr=subprocess.PIPE
        )
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", https), 5).close()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        pytest.fail(
                            f"nginx does not start: {process.stderr.read().decode()} {log.read_text()}"
                        )
                    time.sleep(0.02)
            yield server.port, plain, https
        finally:
            process.terminate()
            process.wait(60)


def ask(port, method, path, body=None, *, tls=False, name=NAME, source="127.0.0.3", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120, source_address=(source, 0))
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection.connect()
        connection.sock = context.wrap_socket(connection.sock, server_hostname=name)
    told = {"Host": name, **{header.replace("_", "-"): value for header, value in headers.items()}}
    connection.request(method, path, body, told)
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


def report(port, number, **more):
    body = json.dumps({"reason": "wrong", "text": f"{number}", "device": "x" * 22})
    asked = {"Content_Type": "application/json", "X_Forwarded_For": f"203.0.113.{number}", **more}
    return ask(port, "POST", "/api/wawer/places/none/report", body, **asked)[0]


def test_addresses_in_answers_are_those_people_type(behind):
    own, plain, https = behind
    status, headers, feed = ask(
        https,
        "GET",
        "/feeds/wawer.atom",
        tls=True,
        X_Forwarded_Host="evil.example",
        X_Forwarded_Proto="javascript",
    )
    assert status == 200
    assert b'"https://map.example.org/feeds/wawer.atom' in feed
    assert b"evil.example" not in feed
    assert b"http://map.example.org/" in ask(own, "GET", "/feeds/wawer.atom", X_Forwarded_Proto="https")[2]
    status, headers, _ = ask(plain, "GET", "/c?x=1")
    assert (status, headers["Location"]) == (301, "https://map.example.org/c?x=1")


def test_nobody_writes_their_own_address(behind):
    own, _, https = behind
    for port, more in ((https, {"tls": True, "source": "127.0.0.3"}), (own, {"source": "127.0.0.1"})):
        told = [report(port, number, **more) for number in range(REPORTS + 1)]
        assert 429 not in told[:REPORTS]
        assert told[REPORTS] == 429, port
    assert report(https, 0, tls=True, source="127.0.0.4") != 429  # behind the proxy others are others


def test_the_cookie_is_this_hosts_alone_over_https(behind):
    _, _, https = behind
    sent = {"Content_Type": "application/json", "Origin": "https://map.example.org"}
    status, headers, _ = ask(https, "POST", "/api/session/end", "{}", tls=True, **sent)
    assert status == 200
    assert headers["Set-Cookie"].startswith("__Host-micropolis_session=")
    assert "Secure" in headers["Set-Cookie"]
    foreign = ask(
        https, "POST", "/api/session/end", "{}", tls=True, **sent | {"Origin": "https://evil.example"}
    )
    assert foreign[0] == 404


def test_the_pages_own_connection_goes_through(behind):
    _, _, https = behind
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec_WebSocket_Version": "13",
    }
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", https), 60) as raw,
        context.wrap_socket(raw, server_hostname=NAME) as line,
    ):
        headers = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in upgrade.items())
        line.sendall(
            f"GET /_stcore/stream HTTP/1.1\r\nHost: {NAME}\r\nOrigin: https://{NAME}\r\n{headers}\r\n".encode()
        )
        assert line.recv(4096).startswith(b"HTTP/1.1 101 ")


def test_large_bodies_and_other_names_stay_outside(behind):
    _, plain, https = behind
    assert ask(https, "POST", "/api/wawer/photos", b"x" * 17_000_000, tls=True)[0] == 413
    with pytest.raises(ssl.SSLError):
        ask(https, "GET", "/", tls=True, name="other.example")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        ask(plain, "GET", "/", name="other.example")
