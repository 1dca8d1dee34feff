"""A small OpenID Connect provider on 127.0.0.1: a page to choose who one is, tokens signed with RS256."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, CLIENT_SECRET = "micropolis", "a secret that only the test knows"


@dataclass
class OpenIdProvider:
    """A provider that knows `people`, claims by name; it refuses what the standard refuses."""

    people: dict[str, dict[str, Any]]
    url: str = ""
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = RSAKey.generate_key(2048, {"kid": "test-key", "use": "sig", "alg": "RS256"})
        self._codes: dict[str, tuple[str, dict[str, str]]] = {}
        config = uvicorn.Config(self.application(), host="127.0.0.1", port=0, log_level="warning")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> OpenIdProvider:
        """Begin to answer; `url` is the issuer from now on."""
        self._thread.start()
        gives_up = time.monotonic() + 30
        while not self._server.started:
            if time.monotonic() > gives_up:
                raise TimeoutError("the provider did not start")
            time.sleep(0.02)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    def stop(self) -> None:
        """Answer no more."""
        self._server.should_exit = True
        self._thread.join(15)

    def application(self) -> Starlette:
        """Return its routes."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/chosen", self._chosen),
                Route("/token", self._token, methods=["POST"]),
                Route("/jwks", self._jwks),
            ]
        )

    def _discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }
        )

    def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT or "openid" not in asked.get("scope", "").split():
            return self._refused(f"authorize was asked with {asked!r}")
        links = "".join(
            f'<p><a href="/chosen?{urlencode({**asked, "who": name})}">{name}</a></p>' for name in self.people
        )
        return HTMLResponse(f"<title>Who are you?</title><h1>Who are you?</h1>{links}")

    def _chosen(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe(16)
        self._codes[code] = (asked.pop("who"), asked)
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}")

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        basic = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        by_form = (form.get("client_id"), form.get("client_secret")) == (CLIENT, CLIENT_SECRET)
        if request.headers.get("authorization") != f"Basic {basic}" and not by_form:
            return self._refused("the client did not prove who it is")
        known = self._codes.pop(str(form.get("code")), None)
        if known is None:
            return self._refused("the code is unknown or spent")
        name, asked = known
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return self._refused("the redirect_uri is another one")
        if challenge := asked.get("code_challenge"):
            digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
                return self._refused("the code_verifier does not fit")
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": name, "iat": now, "exp": now + 3600}
        claims |= {"nonce": asked["nonce"]} if "nonce" in asked else {}
        token = jwt.encode({"alg": "RS256", "kid": "test-key"}, claims | self.people[name], self._key)
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 3600}
        return JSONResponse(answer | {"id_token": token})

    def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def _refused(self, why: str) -> Response:
        self.problems.append(why)
        return JSONResponse({"error": "invalid_request", "error_description": why}, status_code=400)
