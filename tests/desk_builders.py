"""People and proposals for tests of the organisers' pages."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from micropolis_map.bootstrap import Application
from micropolis_map.domain.account import Account
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, Role
from micropolis_map.domain.proposal import Proposal
from micropolis_map.services import pinning, signing_in
from micropolis_map.services.submission import Submission
from micropolis_map.stores.people_tables import ATTEMPT
from micropolis_map.stores.tables import META, METADATA

PASSWORD = "correct horse battery"
DEMO = (17.2, 55.7)
_numbers = count(1)


def an_account(
    application: Application,
    login: str = "ola",
    role: Role = "organiser",
    communities: tuple[str, ...] = ("demo",),
    districts: tuple[str, ...] = (),
) -> Account:
    """Somebody with an account and `PASSWORD`."""
    desk = application.participation
    name = f"{login.capitalize()} Example"
    account, token = signing_in.invite(desk, LOCAL_ADMINISTRATOR, login, name, role, communities, districts)
    return signing_in.accept_invitation(desk, token, PASSWORD) or account


def a_session(application: Application, account: Account) -> str:
    """The token of a session of theirs."""
    return signing_in.open_session(application.participation, account)


def stored_rows(application: Application) -> list[str]:
    """All that is stored, but for counted attempts and the moment the store was looked at."""
    with application.database.reading() as connection:
        return [
            repr(row)
            for table in METADATA.sorted_tables
            if table not in {ATTEMPT, META}
            for row in connection.execute(sa.select(table).order_by(*table.primary_key)).all()
        ]


def middle_of(data: Path, slug: str) -> tuple[float, float]:
    """A published place's position, so that a new one lies inside the community."""
    features = json.loads((data / "places.geojson").read_text(encoding="utf-8"))["features"]
    inside = next(
        f for f in features if f["properties"]["community"] == slug and f["geometry"]["type"] == "Point"
    )
    lon, lat = inside["geometry"]["coordinates"][:2]
    return lon, lat


def sent(
    application: Application,
    at: tuple[float, float],
    name: str = "Old pump",
    community: str = "demo",
    who: str = "ania",
    **properties: Any,
) -> Proposal:
    """A new place that a resident sent."""
    number = next(_numbers)
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(at)},
        "properties": {"kind": "co-created", "name": {"en": name}, **properties},
    }
    return submitted(application, "place", community, feature, number=number, who=who)


def submitted(
    application: Application,
    kind: str,
    community: str,
    feature: dict[str, Any],
    number: int = 0,
    who: str = "ania",
    **more: Any,
) -> Proposal:
    """Anything a resident sent."""
    submission = Submission(
        id=f"submission-{number or next(_numbers):08d}",
        secret=f"{who}-0123456789abcdefghijkl",
        kind=kind,  # type: ignore[arg-type]
        community=community,
        feature=feature,
        seconds=40.0,
        **more,
    )
    return pinning.submit(application.participation, submission).proposal
