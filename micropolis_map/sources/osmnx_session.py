"""OSMnx as a downloader that cannot hang: its settings for one session, each answer checked, our own retries.

OSMnx (G. Boeing, "OSMnx", doi:10.1111/gean.70009) writes the queries, keeps the cache and, with its setting
``cache_only_mode``, stops before it builds a graph. Left alone it waits for ever on a busy server (55 s and
again). Its setting ``requests_kwargs`` hands a hook to ``requests``, which sees each answer first: the hook
reads it within our time limit and raises on everything that is no good answer, so that nothing bad reaches
OSMnx's waiting or its cache, and we decide what is tried again.
"""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import requests

from micropolis_map import __version__
from micropolis_map.errors import Sentence, SourceUnavailable
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress
from micropolis_map.settings import Settings

PAUSES_S = (1.0, 3.0, 9.0, 15.0)
"""Before each further try; the last one again after that. Overpass frees a slot within seconds."""
MAX_ANSWER_BYTES = 1 << 30
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
PRODUCT = f"MicropolisMap/{__version__} (community map; through OSMnx)"
OVERPASS, NOMINATIM = "https://overpass-api.de/api", "https://nominatim.openstreetmap.org"
"""OSMnx's own defaults."""
_REMARK = re.compile(rb'"remark"\s*:\s*"((?:[^"\\]|\\.)*)"')
_LOCK = threading.Lock()  # OSMnx's settings are the module's


_BROKE_OFF = mark("broke off its answer after {n} bytes")


class BadAnswer(Exception):
    """A server's answer that must not be used.

    Parameters
    ----------
    what
        What it answered, to be put behind the server's name.
    again
        Whether another try may help.
    """

    def __init__(self, what: str, *, again: bool = True) -> None:
        super().__init__(what, again)
        self.what = what
        self.again = again


def overpass_url(settings: Settings) -> str:
    """Return the address OSMnx shall ask for data, as OSMnx wants it: without ``/interpreter``."""
    url = settings.overpass_url or OVERPASS
    return url.rstrip("/").removesuffix("/interpreter")


def nominatim_url(settings: Settings) -> str:
    """Return the address OSMnx shall ask for places, as OSMnx wants it: without ``/search``."""
    url = settings.nominatim_url or NOMINATIM
    return url.rstrip("/").removesuffix("/search")


def ask(
    request: Callable[[], object], url: str, folder: Path, settings: Settings, progress: Progress
) -> None:
    """Call `request` of OSMnx until its answers lie in `folder`, at most `settings.http_retries` times more.

    Raises
    ------
    SourceUnavailable
        With the server's name, what happened, what to do.
    """
    host = urlsplit(url).netloc
    for attempt in range(settings.http_retries + 1):
        try:
            with _osmnx_settings(settings, folder, progress):
                request()
        except InterruptedError:  # OSMnx's word for: all answers are in the cache folder
            return
        except BadAnswer as error:
            bad = error
        except requests.Timeout:
            bad = BadAnswer(Sentence(mark("did not answer within {n} s"), n=settings.http_timeout_s))
        except requests.RequestException as error:
            bad = BadAnswer(Sentence(mark("cannot be reached ({reason})"), reason=type(error).__name__))
        except (ValueError, TypeError, KeyError, AttributeError):
            # OSMnx's own reading of the answer failed. Where it was saved it is JSON, and ours to judge.
            if any(folder.glob("*.json")):
                return
            bad = BadAnswer(Sentence(mark("answered something that is not what was asked for")))
        else:
            return
        if not bad.again or attempt == settings.http_retries:
            break
        _pause(attempt, f"{host} {bad.what}", progress)
    tried = Sentence(mark(" ({n} tries)"), n=attempt + 1) if attempt else ""
    raise SourceUnavailable(
        mark("{host} {happened}{tried}"),
        mark("try again later, or load from a file"),
        keeper=mark("or name another server in MICROPOLIS_OVERPASS_URL or MICROPOLIS_NOMINATIM_URL"),
        host=host,
        happened=bad.what,
        tried=tried,
    )


def _pause(attempt: int, why: str, progress: Progress) -> None:
    end = monotonic() + PAUSES_S[min(attempt, len(PAUSES_S) - 1)]
    while (left := end - monotonic()) > 0:
        progress(0.0, f"{why}, trying again in {left:.0f} s")
        sleep(min(left, 0.5))


@contextmanager
def _osmnx_settings(settings: Settings, folder: Path, progress: Progress) -> Iterator[None]:
    """Set OSMnx up for one request, and put back its settings and the name look-up that it replaces."""
    import osmnx  # noqa: PLC0415 - takes seconds; only those who download wait for it

    values: dict[str, Any] = {
        "overpass_url": overpass_url(settings),
        "nominatim_url": nominatim_url(settings),
        "overpass_rate_limit": False,  # no /status before each request: a busy server says 429, and we retry
        "requests_timeout": max(1, round(settings.http_timeout_s)),
        "requests_kwargs": {"hooks": {"response": _Hook(settings.http_timeout_s, progress)}},
        "doh_url_template": None,  # never ask a third party for a server's address
        "http_user_agent": PRODUCT,
        "http_referer": "Micropolis Map",
        "use_cache": True,
        "cache_only_mode": True,
        "cache_folder": folder,
    }
    with _LOCK:
        before = {name: getattr(osmnx.settings, name) for name in values}
        look_up = socket.getaddrinfo
        try:
            for name, value in values.items():
                setattr(osmnx.settings, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(osmnx.settings, name, value)
            socket.getaddrinfo = look_up


class _Hook:
    """What ``requests`` calls with each answer before anybody else sees it."""

    def __init__(self, timeout_s: float, progress: Progress) -> None:
        self.timeout_s = timeout_s
        self.progress = progress

    def __call__(self, response: requests.Response, **_: object) -> requests.Response:
        """Return the answer, read whole within the time limit; raise `BadAnswer` otherwise."""
        if response.is_redirect:
            return response
        content = self._read(response)
        if response.status_code != requests.codes.ok:
            raise BadAnswer(
                Sentence(
                    mark("answered {reason}"), reason=f"{response.status_code} {_reason(response)}".strip()
                ),
                again=response.status_code in TRY_AGAIN,
            )
        _check_json(content)
        whole = requests.Response()
        whole.status_code, whole.reason, whole.url = response.status_code, response.reason, response.url
        whole.headers, whole.encoding, whole.request = response.headers, "utf-8", response.request
        whole.raw = io.BytesIO(content)
        return whole

    def _read(self, response: requests.Response) -> bytes:
        """Return the content; a server that trickles longer than the limit is stopped."""
        end = monotonic() + self.timeout_s
        content = bytearray()
        try:
            for chunk in response.iter_content(1 << 16):
                content += chunk
                self.progress(0.0, f"received {len(content) / 1e6:.1f} MB")
                if monotonic() > end:
                    raise BadAnswer(
                        Sentence(mark("did not finish its answer within {n} s"), n=self.timeout_s)
                    )
                if len(content) > MAX_ANSWER_BYTES:
                    raise BadAnswer(
                        Sentence(mark("answered with more than 1 GB: ask for a smaller area")), again=False
                    )
        except requests.RequestException as error:
            raise BadAnswer(Sentence(_BROKE_OFF, n=len(content))) from error
        return bytes(content)


def _reason(response: requests.Response) -> str:
    if response.status_code == requests.codes.too_many_requests:
        return "(too many requests)"
    return f"({response.reason})" if response.reason else ""


def _check_json(content: bytes) -> None:
    """Raise `BadAnswer` on what is plainly no whole JSON answer, and on Overpass's word that it gave up."""
    text = content.strip()
    if text[:1] not in {b"{", b"["}:
        kind = "a web page" if text[:1] == b"<" else "something else"
        raise BadAnswer(Sentence(mark("answered with {kind} instead of data"), kind=kind))
    if text[-1:] not in {b"}", b"]"}:
        raise BadAnswer(Sentence(_BROKE_OFF, n=len(content)))
    for part in (text[:2000], text[-2000:]):
        said = _REMARK.search(part)
        if said and b"runtime error" in said[1]:
            words = said[1].decode("utf-8", "replace").replace('\\"', '"')
            raise BadAnswer(Sentence(mark("gave up: {reason}"), reason=words), again=False)
