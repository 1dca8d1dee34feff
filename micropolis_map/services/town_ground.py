"""What any map of a town is drawn on: the tiles of its build, of its sketch, or outlines only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from micropolis_map.maps.background import background
from micropolis_map.ports import CommunityStore
from micropolis_map.services.sketched_map import sketched
from micropolis_map.services.town_map import tiles_frame


def town_ground(store: CommunityStore, slug: str, lang: str) -> dict[str, Any]:
    """Return the state of the ground that a map of the town is drawn on, as it is now.

    Raises
    ------
    NotFound
        There is no such town.
    StoreUnavailable
        The archive of the tiles is damaged.
    """
    found = sketched(store, slug)
    if found is None:
        return build_ground(slug, store.current_build(slug), lang)
    return background(slug, "", None, lang) | found.background(slug)


def build_ground(slug: str, build: Path | None, lang: str) -> dict[str, Any]:
    """Return the ground of one build, which need not be the current one; outlines where it has no tiles.

    Raises
    ------
    StoreUnavailable
        The archive of the tiles is damaged.
    """
    return background(slug, "" if build is None else build.name, tiles_frame(build), lang)
