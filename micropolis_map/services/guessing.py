"""Slows down who guesses passwords, and never the right password from a device that signed in before.

Wrong passwords are counted by address, by the subscriber's network (IPv6 /48, IPv4 /24), by the provider's
(/32, /16) and in all, each for the login and for all logins. Each slows down: some are free, then each wait
is twice the one before. Who guesses from many addresses or networks meets the wider brakes; but of each
address its subscriber's brake counts only so many, of each subscriber the provider's and of each provider
that of all, and fewer than are free: nobody alone slows down somebody else. A device on which the account
signed in is asked none of it. Logins that do not exist are counted like those that do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

from micropolis_map.domain.freshness import iso
from micropolis_map.domain.network_address import HOUSEHOLD, PROVIDER, SUBSCRIBER, network
from micropolis_map.domain.secret import hashed, new_secret
from micropolis_map.errors import TooMany
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import hashed_today, hashing_today
from micropolis_map.stores.care_store import Brake

DEVICE_DAYS = 400
"""As long as browsers keep a cookie at most."""
DEVICE_TRIES, DEVICE_WINDOW_S = 100, 86_400.0
"""So many wrong passwords in a day, and a device is known no more: somebody else may hold it."""
_HOUR_S = 3600.0
BRAKES: Mapping[str, tuple[int, float, float, float]] = {
    "here for the login": (5, 2.0, 900.0, 6 * _HOUR_S),
    "near for the login": (10, 2.0, 300.0, 6 * _HOUR_S),
    "around for the login": (20, 1.0, 120.0, _HOUR_S),
    "for the login": (30, 1.0, 60.0, _HOUR_S),
    "here": (20, 2.0, 300.0, _HOUR_S),
    "near": (60, 2.0, 120.0, _HOUR_S),
    "around": (120, 1.0, 30.0, _HOUR_S),
    "anywhere": (200, 1.0, 5.0, _HOUR_S),
}
"""So many wrong passwords are free, the first wait and the longest (seconds), how long one counts."""
SHARE = 0.5
"""Of the free ones, so many count at most of one part: it takes two to slow others down."""
_WITHIN = {"here": HOUSEHOLD, "near": SUBSCRIBER, "around": PROVIDER}


def slow_down(desk: Participation, login: str, address: str) -> Sequence[int]:
    """Count a try as a wrong one before it is looked at; return what `forgive` takes back when it was right.

    Raises
    ------
    TooMany
        There is a wait; the try is not counted.
    """
    wait_s, counted = desk.care.slow_down(_brakes(desk, login, address), desk.now().timestamp())
    if not wait_s:
        return counted
    seconds = math.ceil(wait_s)
    what = mark("too many wrong passwords")
    if seconds < 120:
        raise TooMany(what, mark("try again in {wait} seconds"), seconds, wait=seconds)
    raise TooMany(what, mark("try again in {wait} minutes"), seconds, wait=math.ceil(seconds / 60))


def forgive(desk: Participation, login: str, address: str, counted: Sequence[int]) -> None:
    """Forget the wrong passwords of the login from the address, and that this try was counted elsewhere."""
    desk.care.take_back(counted)
    desk.care.forget_attempts(_pair(desk, login, address), "password here for the login")


def forgive_device(desk: Participation, device: str) -> None:
    """Forget the wrong passwords that came from the device: the right one came."""
    desk.care.forget_attempts(hashed(device), "device")


def is_known(desk: Participation, device: str, login: str) -> bool:
    """Return whether the login signed in on the device that holds the token; it counts the try there."""
    token = hashed(device)
    if not desk.accounts.is_device(token, login, desk.moment()):
        return False
    now_s = desk.now().timestamp()
    if desk.care.attempt(token, "device", now_s, DEVICE_WINDOW_S, DEVICE_TRIES):
        desk.accounts.end_token(token)
        return False
    return True


def know_device(desk: Participation, session: str, before: str = "") -> str:
    """Return a fresh token for the device on which the session was just opened, instead of `before`."""
    token = new_secret()
    expires = iso(desk.now() + timedelta(days=DEVICE_DAYS))
    old = hashed(before)
    desk.accounts.know_device(hashed(token), hashed(session), desk.moment(), expires, replaces=old)
    return token


def _brakes(desk: Participation, login: str, address: str) -> Sequence[Brake]:
    today = hashing_today(desk)
    networks = {name: network(address, bits) for name, bits in _WITHIN.items()} if address else {}
    brakes = []
    for which, of, everybody in (
        (" for the login", f" {login}", hashed(f"login:{login}")),
        ("", "", "anybody"),
    ):
        part = ""
        for name, within in networks.items():
            who = today(f"{within}{of}" if name == "here" else f"{name} {within}{of}")
            brakes.append(_brake(who, f"{name}{which}", part))
            part = who
        brakes.append(_brake(everybody, which.strip() or "anywhere", part))
    return brakes


def _brake(who: str, name: str, part: str) -> Brake:
    free = BRAKES[name][0]
    return Brake(who, f"password {name}", *BRAKES[name], part, math.floor(free * SHARE) if part else 0)


def _pair(desk: Participation, login: str, address: str) -> str:
    return hashed_today(desk, f"{address} {login}")
