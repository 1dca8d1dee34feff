"""What people send about tours, for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from micropolis_map.domain.permission import Actor
from micropolis_map.services.mine import actor_of

STOPS = ("demo-torvebroenden", "demo-havnekontoret", "demo-biblioteket-kompasset")
ORGANISER = Actor("organiser", "org1", frozenset({"demo"}), name="Ola")
ELSEWHERE = Actor("organiser", "org2", frozenset({"wawer"}))
_numbers = count(1)


def secret(name: str) -> str:
    return f"{name}-0123456789abcdefghijkl"


def holder(*names: str) -> Actor:
    return actor_of(secret(name) for name in names)


def document(name: str = "Round the quay", stops: tuple[str, ...] = STOPS, **more: Any) -> dict[str, Any]:
    return {"name": {"en": name}, "stops": [{"place": stop, "minutes": 5} for stop in stops], **more}


def body(who: str = "ania", name: str = "Round the quay", **more: Any) -> dict[str, Any]:
    """A suggestion as our page sends it."""
    tour = more.pop("tour") if "tour" in more else document(name)
    number = f"walk-submission-{next(_numbers):06d}"
    times = {"started": 1_000, "sent": 61_000}
    return {"id": number, "secret": secret(who), "tour": tour, "website2": "", **times, **more}
