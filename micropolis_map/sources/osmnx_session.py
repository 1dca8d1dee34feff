"""OSMnx as a downloader that cannot hang: its settings for one session, each answer checked, our own retries.

OSMnx (G. Boeing, "OSMnx", doi:10.1111/gean.70009) writes the queries, keeps the cache and, with its setting
``cache_only_mode``, stops before it builds a graph. Left alone it waits for ever on a busy server (55 s and
again). Its setting ``requests_kwargs`` hands a hook to ``requests``, which sees each answer first: the hook
reads it within our time limit and raises on everything that is no good answer, so that nothing bad reaches
OSMnx's waiting or its cache, and we decide what is tried again. A request runs on a thread of its own
(`sources.left_alone`): whoever stops does not wait for a server that says nothing.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from micropolis_map.sources.left_alone import POLL_S, LeftAlone, watched

PAUSES_S = (1.0, 3.0, 9.0, 15.0)
"""Before each further try; the last one again after that. Overpass frees a slot within seconds."""
MOST_PAUSE_S = 180.0
"""However long a server asks us to wait: a person waits at the other end."""
STATUS_TIMEOUT_S = 5.0
MAX_ANSWER_BYTES = 1 << 30
LARGEST_QUERY_M2 = 2_500e6
"""OSMnx's own limit for one request."""
MOST_SPLITS = 2
"""How often an area that is too much for the server is asked for in quarters: at most 16 pieces."""
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
PRODUCT = f"MicropolisMap/{__version__} (community map; through OSMnx)"
OVERPASS, NOMINATIM = "https://overpass-api.de/api", "https://nominatim.openstreetmap.org"
"""OSMnx's own defaults."""
_REMARK = re.compile(rb'"remark"\s*:\s*"((?:[^"\\]|\\.)*)"')
_TOO_MUCH = re.compile(rb"timed out|out of memory", re.IGNORECASE)
_NOT_NOW = re.compile(rb"dispatcher|rate_limited|open64|shm_open", re.IGNORECASE)
"""In a remark: the server's own trouble, which passes."""
_SLOT = re.compile(r"in (\d+) seconds")
_SLOTS_NOW = re.compile(r"\d+ slots available now")
_KEEPS_ADDRESS = "_config_dns"
"""What in OSMnx looks a server's address up, waits for it as long as it takes, and keeps it for the whole
process, so that two requests meet the same one of several servers: ours need not."""
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
    wait_s
        For how long the server asks us to wait first.
    too_much
        Whether the server said that the area is too large for one request.
    """

    def __init__(
        self, what: str, *, again: bool = True, wait_s: float | None = None, too_much: bool = False
    ) -> None:
        super().__init__(what, again, wait_s, too_much)
        self.what = what
        self.again = again
        self.wait_s = wait_s
        self.too_much = too_much


def overpass_url(settings: Settings) -> str:
    """Return the address OSMnx shall ask for data, as OSMnx wants it: without ``/interpreter``."""
    url = settings.overpass_url or OVERPASS
    return url.rstrip("/").removesuffix("/interpreter")


def nominatim_url(settings: Settings) -> str:
    """Return the address OSMnx shall ask for places, as OSMnx wants it: without ``/search``."""
    url = settings.nominatim_url or NOMINATIM
    return url.rstrip("/").removesuffix("/search")


def ask(
    request: Callable[[], object],
    url: str,
    folder: Path,
    settings: Settings,
    progress: Progress,
    area_m2: float = LARGEST_QUERY_M2,
) -> None:
    """Call `request` of OSMnx until its answers lie in `folder`, at most `settings.http_retries` times more.

    A server that says that the area is too much for it is asked for quarters of it.

    Parameters
    ----------
    area_m2
        Of what is asked for; where it is larger than `LARGEST_QUERY_M2`, OSMnx splits it by itself.

    Raises
    ------
    SourceUnavailable
        With the server's name, what happened, what to do.
    """
    host = urlsplit(url).netloc
    largest_m2, splits, attempt = LARGEST_QUERY_M2, 0, 0
    while (bad := _attempt(request, folder, settings, progress, largest_m2)) is not None:
        if bad.too_much and splits < MOST_SPLITS:
            splits += 1
            largest_m2 = min(largest_m2, area_m2) / 4
            progress(0.0, f"{host} {bad.what}; asking for smaller pieces")
            continue
        if not bad.again or attempt == settings.http_retries:
            break
        _pause(attempt, _wait_s(bad, url, settings, progress), f"{host} {bad.what}", progress)
        attempt += 1
    else:
        return
    tried = Sentence(mark(" ({n} tries)"), n=attempt + 1) if attempt else ""
    raise SourceUnavailable(
        mark("{host} {happened}{tried}"),
        mark("try again later, or load from a file"),
        keeper=mark("or name another server in MICROPOLIS_OVERPASS_URL or MICROPOLIS_NOMINATIM_URL"),
        host=host,
        happened=bad.what,
        tried=tried,
    )


def _attempt(
    request: Callable[[], object], folder: Path, settings: Settings, progress: Progress, largest_m2: float
) -> BadAnswer | None:
    """Return what went wrong, None where the answers are there."""
    call = LeftAlone(settings.http_timeout_s)
    try:
        with _osmnx_settings(settings, folder, call, largest_m2, progress):
            watched(request, call, progress)
    except InterruptedError:  # OSMnx's word for: all answers are in the cache folder
        return None
    except BadAnswer as error:
        return error
    except requests.TooManyRedirects:
        return BadAnswer(
            Sentence(mark("sends every request on to another address, in a circle")), again=False
        )
    except (requests.Timeout, TimeoutError):
        return BadAnswer(Sentence(mark("did not answer within {n} s"), n=settings.http_timeout_s))
    except requests.RequestException as error:
        return BadAnswer(Sentence(mark("cannot be reached ({reason})"), reason=type(error).__name__))
    except (ValueError, TypeError, KeyError, AttributeError):
        # OSMnx's own reading of the answer failed. Where it was saved it is JSON, and ours to judge.
        if any(folder.glob("*.json")):
            return None
        return BadAnswer(Sentence(mark("answered something that is not what was asked for")))
    return None


def _wait_s(bad: BadAnswer, url: str, settings: Settings, progress: Progress) -> float:
    """Return for how long the server wants us to wait: it said so, or Overpass's status page does."""
    if bad.wait_s is None or bad.wait_s > 0 or url != overpass_url(settings):
        return bad.wait_s or 0.0
    status = _Status(f"{url}/status")
    try:
        watched(status.ask, LeftAlone(STATUS_TIMEOUT_S, sending=True), progress)
    except (requests.RequestException, TimeoutError):
        return 0.0  # it has no such page, or no time for it
    return status.wait_s


@dataclass
class _Status:
    """Overpass's page that says when our next request is welcome."""

    url: str
    wait_s: float = 0.0

    def ask(self) -> None:
        answer = requests.get(self.url, timeout=STATUS_TIMEOUT_S, headers={"User-Agent": PRODUCT})
        text = answer.text[:10_000]
        waits = [float(seconds) for seconds in _SLOT.findall(text)]
        self.wait_s = 0.0 if _SLOTS_NOW.search(text) or not waits else min(waits)


def _pause(attempt: int, asked_s: float, why: str, progress: Progress) -> None:
    pause_s = max(PAUSES_S[min(attempt, len(PAUSES_S) - 1)], min(asked_s, MOST_PAUSE_S))
    end = monotonic() + pause_s
    while (left := end - monotonic()) > 0:
        progress(0.0, f"{why}; trying again in {left:.0f} s")
        sleep(min(left, POLL_S))


@contextmanager
def _osmnx_settings(
    settings: Settings, folder: Path, call: LeftAlone, largest_m2: float, progress: Progress
) -> Iterator[None]:
    """Set OSMnx up for one request, and put back its settings and the name look-up that it replaces."""
    import osmnx  # noqa: PLC0415 - takes seconds; only those who download wait for it
    from osmnx import _http  # noqa: PLC0415

    values: dict[str, Any] = {
        "overpass_url": overpass_url(settings),
        "nominatim_url": nominatim_url(settings),
        "overpass_rate_limit": False,  # no /status before each request: a busy server says 429, and we retry
        "requests_timeout": max(1, round(settings.http_timeout_s)),
        "requests_kwargs": {
            "hooks": {"response": _Hook(settings.http_timeout_s, call)},
            "auth": call.sends,  # what requests calls just before it sends
        },
        "doh_url_template": None,  # never ask a third party for a server's address
        "http_user_agent": PRODUCT,
        "http_referer": "Micropolis Map",
        "use_cache": True,
        "cache_only_mode": True,
        "cache_folder": folder,
        "max_query_area_size": largest_m2,
    }
    warnings.filterwarnings(
        "ignore", "This area is .* max query area size", UserWarning
    )  # we split on purpose
    while not _LOCK.acquire(timeout=POLL_S):
        progress(0.0, "waiting for another download to end")
    keep_address = getattr(_http, _KEEPS_ADDRESS)
    try:
        before = {name: getattr(osmnx.settings, name) for name in values}
        setattr(_http, _KEEPS_ADDRESS, _look_up_as_usual)
        for name, value in values.items():
            setattr(osmnx.settings, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(osmnx.settings, name, value)
    finally:
        setattr(_http, _KEEPS_ADDRESS, keep_address)
        _LOCK.release()


def _look_up_as_usual(url: str) -> None:
    """Leave the look-up of names as it is."""


class _Hook:
    """What ``requests`` calls with each answer before anybody else sees it."""

    def __init__(self, timeout_s: float, call: LeftAlone) -> None:
        self.timeout_s = timeout_s
        self.call = call

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
                wait_s=_asked_to_wait(response),
            )
        _check_json(content)
        self.call.received()
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
                self.call.tell(f"received {len(content) / 1e6:.1f} MB")
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


def _asked_to_wait(response: requests.Response) -> float | None:
    """Return the seconds a busy server asks us to wait, 0 where it does not say; None of other answers."""
    if response.status_code != requests.codes.too_many_requests:
        return None
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else 0.0


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
            raise BadAnswer(
                Sentence(mark("gave up: {reason}"), reason=words),
                again=bool(_NOT_NOW.search(said[1])),
                too_much=bool(_TOO_MUCH.search(said[1])),
            )
