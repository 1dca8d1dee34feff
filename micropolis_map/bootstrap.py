"""Settings to the wired application; the one module that names adapters."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from micropolis_map.analysis.profiles import add_profiles
from micropolis_map.errors import StoreUnavailable
from micropolis_map.ports import CommunityStore, PlaceStore, TourStore
from micropolis_map.services.caretaking import Caretaker
from micropolis_map.services.health import Health
from micropolis_map.services.participation import Participation
from micropolis_map.services.publishing import Publishing, public_places
from micropolis_map.services.shipped_media import take_in_shipped
from micropolis_map.services.soundness import Soundness
from micropolis_map.services.uploading import Uploads
from micropolis_map.settings import Settings
from micropolis_map.stores.account_store import SqlAccountStore
from micropolis_map.stores.audio import AudioStore
from micropolis_map.stores.care_store import SqlCareStore
from micropolis_map.stores.community_store import FolderCommunityStore
from micropolis_map.stores.database import Database
from micropolis_map.stores.history_store import SqlHistoryStore
from micropolis_map.stores.media_store import SqlMediaStore
from micropolis_map.stores.open_towns import OpenPlaces, OpenTours
from micropolis_map.stores.photos import PhotoStore
from micropolis_map.stores.place_store import SqlPlaceStore
from micropolis_map.stores.proposal_store import SqlProposalStore
from micropolis_map.stores.round_store import SqlRoundStore
from micropolis_map.stores.run_store import SqlRunStore
from micropolis_map.stores.sql_tour_store import SqlTourStore
from micropolis_map.stores.tour_store import AllTourStore, FileTourStore
from micropolis_map.stores.town_request_store import SqlTownRequestStore
from micropolis_map.stores.town_states import TownStates
from micropolis_map.stores.walk_report_store import SqlWalkReportStore
from micropolis_map.stores.walk_store import SqlWalkStore

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Application:
    """Everything the three faces (commands, routes, pages) work with; shared by all threads of a process."""

    settings: Settings
    place_store: PlaceStore
    community_store: CommunityStore
    tour_store: TourStore
    run_store: SqlRunStore
    town_states: TownStates
    database: Database
    publishing: Publishing
    participation: Participation
    caretaker: Caretaker
    uploads: Uploads
    soundness: Soundness
    health: Health


_BUILT: dict[Settings, Application] = {}
_BUILDING = threading.Lock()


def build_application(settings: Settings) -> Application:
    """Return the application for `settings`: the same one each time in a process.

    A database that cannot be used does not prevent it: each use raises `StoreUnavailable` until it can be,
    and ``/healthz`` says so.
    """
    with _BUILDING:
        if settings not in _BUILT:
            _BUILT[settings] = _wired(settings)
        return _BUILT[settings]


def _wired(settings: Settings) -> Application:
    if (own := settings.data / "profiles.toml").is_file():
        add_profiles(own)
    database = Database(settings.sql_url, beside=settings.data)
    town_states = TownStates(settings.data / "geo")
    place_store = OpenPlaces(SqlPlaceStore(database), town_states)
    community_store = FolderCommunityStore(settings.data / "geo")
    publishing = Publishing(place_store, settings.data.resolve() / "places.geojson")
    database.read_instead(publishing.path, lambda path: _fill(path, publishing.path))
    try:
        publishing.renew()
    except StoreUnavailable as error:
        _LOG.error("%s", error)
    tours = SqlTourStore(database)
    participation = Participation(
        places=place_store,
        tours=tours,
        communities=community_store,
        proposals=SqlProposalStore(database),
        revisions=SqlHistoryStore(database),
        accounts=SqlAccountStore(database),
        media=SqlMediaStore(database),
        care=SqlCareStore(database),
        photos=PhotoStore(settings.data / "photos"),
        audio=AudioStore(settings.data / "audio"),
        walks=SqlWalkStore(database),
        walk_reports=SqlWalkReportStore(database),
        rounds=SqlRoundStore(database),
        town_requests=SqlTownRequestStore(database),
    )
    take_in_shipped(participation, settings.data / "media")
    runs, soundness = SqlRunStore(database), Soundness(database)
    return Application(
        settings=settings,
        place_store=place_store,
        community_store=community_store,
        tour_store=OpenTours(AllTourStore(FileTourStore(settings.data / "tours"), tours), town_states),
        town_states=town_states,
        run_store=runs,
        database=database,
        publishing=publishing,
        participation=participation,
        caretaker=Caretaker(participation, settings.keep_refused_months, runs, soundness),
        uploads=Uploads(participation.accounts),
        soundness=soundness,
        health=Health((place_store, community_store), database, publishing, soundness),
    )


def _fill(path: Path, public: Path) -> None:
    """Make a database of what the public file holds."""
    SqlPlaceStore(Database(f"sqlite:///{path}")).put_many(public_places(public))
