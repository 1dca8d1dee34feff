"""A browser's part in tests: posts, sends its page's origin, keeps cookies; no server, no network."""

from __future__ import annotations

import asyncio
import json as json_module
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from own_loop import run


@dataclass(frozen=True)
class Reply:
    status_code: int
    headers: dict[str, str]
    content: bytes
    set_cookies: tuple[str, ...] = ()

    def json(self) -> Any:
        return json_module.loads(self.content)


@dataclass
class Client:
    app: Any
    host: str = "map.example"
    address: str = "192.0.2.55"
    headers: dict[str, str] = field(default_factory=lambda: {"origin": "http://map.example"})
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **more: Any) -> Reply:
        return self.ask("GET", address, **more)

    def post(self, address: str, **more: Any) -> Reply:
        return self.ask("POST", address, **more)

    def ask(
        self,
        method: str,
        address: str,
        *,
        json: Any = None,
        content: bytes | str = b"",
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        parts = urlsplit(address)
        query = parts.query + (urlencode(params) if params else "")
        body = content.encode() if isinstance(content, str) else content
        all_headers = {"host": self.host, **self.headers}
        if json is not None:
            body = json_module.dumps(json).encode()
            all_headers["content-type"] = "application/json"
        all_headers["content-length"] = str(len(body))
        if self.cookies:
            all_headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        all_headers |= {name.lower(): value for name, value in (headers or {}).items()}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": unquote(parts.path), "raw_path": parts.path.encode(),
            "query_string": query.encode(), "root_path": "", "server": (self.host, 80),
            "client": (self.address, 1),
            "headers": [(name.encode(), value.encode()) for name, value in all_headers.items()],
        }  # fmt: skip
        return self._kept(run(_asked(self.app, scope, body)))

    def _kept(self, reply: Reply) -> Reply:
        for header in reply.set_cookies:
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return reply


async def _asked(app: Any, scope: dict[str, Any], body: bytes) -> Reply:
    messages = []
    pieces = [body[start : start + 65_536] for start in range(0, len(body), 65_536)] or [b""]

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.sleep(3600)
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    await app(scope, receive, send)
    found = {name.decode().lower(): value.decode() for name, value in messages[0]["headers"]}
    cookies = tuple(value.decode() for name, value in messages[0]["headers"] if name == b"set-cookie")
    return Reply(messages[0]["status"], found, b"".join(m.get("body", b"") for m in messages[1:]), cookies)
