"""What taking part in the map needs: the stores behind it and a clock, as the services are given them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from micropolis_map.domain.freshness import iso
from micropolis_map.domain.permission import Subject, subject_of
from micropolis_map.domain.place import Place
from micropolis_map.ports import CommunityStore, PlaceStore
from micropolis_map.services.place_district import district_at
from micropolis_map.stores.account_store import SqlAccountStore
from micropolis_map.stores.audio import AudioStore
from micropolis_map.stores.care_store import SqlCareStore
from micropolis_map.stores.history_store import SqlHistoryStore
from micropolis_map.stores.media_store import SqlMediaStore
from micropolis_map.stores.photos import PhotoStore
from micropolis_map.stores.proposal_store import SqlProposalStore
from micropolis_map.stores.round_store import SqlRoundStore
from micropolis_map.stores.sql_tour_store import SqlTourStore
from micropolis_map.stores.town_request_store import SqlTownRequestStore
from micropolis_map.stores.walk_report_store import SqlWalkReportStore
from micropolis_map.stores.walk_store import SqlWalkStore


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Participation:
    """The stores and the clock of everything people do to the map."""

    places: PlaceStore
    communities: CommunityStore
    proposals: SqlProposalStore
    revisions: SqlHistoryStore
    accounts: SqlAccountStore
    media: SqlMediaStore
    care: SqlCareStore
    photos: PhotoStore
    audio: AudioStore
    walks: SqlWalkStore
    walk_reports: SqlWalkReportStore
    tours: SqlTourStore
    rounds: SqlRoundStore
    town_requests: SqlTownRequestStore
    now: Callable[[], datetime] = field(default=utc_now)

    def moment(self) -> str:
        """Return the present as ISO 8601 in UTC."""
        return iso(self.now())

    def subject_of(self, place: Place) -> Subject:
        """Return what the permission function is asked about `place`; its author is told by its proposals."""
        community = self.communities.get(place.community)
        return subject_of(place, district_at(community, place))

    def subject_of_proposal(self, proposal_id: str) -> Subject:
        """Return what the permission function is asked about the proposal.

        Where there is none it is nobody's: whoever may do nothing with it is told the same, there or not.
        """
        proposal = self.proposals.find(proposal_id)
        return proposal.subject if proposal else Subject()
