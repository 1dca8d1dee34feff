"""Slows down who guesses passwords, and never the right password from a device that signed in before.

Wrong passwords are counted by login and address together, so that nobody shuts somebody else out from
elsewhere; by address; by login; and in all, for those who guess from many addresses. Each slows down: some
are free, then each wait is twice the one before. A device on which the account signed in is asked none of
it: guessing elsewhere does not keep its owner out. Logins that do not exist are counted like those that do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

from micropolis_map.domain.freshness import iso
from micropolis_map.domain.secret import hashed, new_secret
from micropolis_map.errors import TooMany
from micropolis_map.i18n import mark
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import hashed_today
from micropolis_map.stores.care_store import Brake

DEVICE_DAYS = 400
"""As long as browsers keep a cookie at most."""
DEVICE_TRIES, DEVICE_WINDOW_S = 100, 86_400.0
"""So many wrong passwords in a day, and a device is known no more: somebody else may hold it."""
_HOUR_S = 3600.0
BRAKES: Mapping[str, tuple[int, float, float, float]] = {
    "here for the login": (5, 2.0, 900.0, 6 * _HOUR_S),
    "here": (20, 2.0, 300.0, _HOUR_S),
    "for the login": (30, 1.0, 60.0, _HOUR_S),
    "anywhere": (200, 1.0, 5.0, _HOUR_S),
}
"""So many wrong passwords are free, the first wait and the longest (seconds), how long one counts."""


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
    who = {
        "here for the login": _pair(desk, login, address),
        "here": hashed_today(desk, address) if address else "",
        "for the login": hashed(f"login:{login}"),
        "anywhere": "anybody",
    }
    return [Brake(who[name], f"password {name}", *numbers) for name, numbers in BRAKES.items() if who[name]]


def _pair(desk: Participation, login: str, address: str) -> str:
    return hashed_today(desk, f"{address} {login}")
