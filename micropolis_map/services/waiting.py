"""How much waits for an organiser, by community and district: without looking at any of it."""

from __future__ import annotations

from collections import Counter

from micropolis_map.domain.permission import Actor, may
from micropolis_map.domain.proposal import OPEN
from micropolis_map.services.participation import Participation


def waiting(desk: Participation, actor: Actor) -> Counter[tuple[str, str]]:
    """Return how many proposals wait that `actor` may decide on, by ``(community, district)``."""
    return Counter(
        (proposal.community, proposal.district)
        for proposal in desk.proposals.in_states(OPEN)
        if proposal.content is not None and may(actor, "decide", proposal.subject)
    )
