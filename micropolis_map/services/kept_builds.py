"""The states of a community's streets and homes that are kept: the current one and the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from micropolis_map.errors import NotFound, NotLoaded
from micropolis_map.i18n import mark
from micropolis_map.ports import CommunityStore
from micropolis_map.services import opened
from micropolis_map.services.opened import Build


def kept_builds(store: CommunityStore, slug: str) -> tuple[Build, ...]:
    """Return the complete builds of the community, the current one first, then the newest; often only one."""
    folder = store.current_build(slug)
    if folder is None:
        return ()
    others = sorted(
        (path.parent for path in folder.parent.glob("*/report.json") if path.parent != folder), reverse=True
    )
    return tuple(Build(slug, path) for path in (folder, *others))


def kept_build(store: CommunityStore, slug: str, build_id: str = "") -> Build:
    """Return the build `build_id` of the community, the current one without an id.

    Raises
    ------
    NotFound
        There is no such community, or no such build is kept.
    NotLoaded
        Its streets are not loaded.
    """
    current = opened.current_build(store, slug)
    if build_id in {"", current.id}:
        return current
    for build in kept_builds(store, slug):
        if build.id == build_id:
            return build
    raise NotFound(
        mark("no state {state} of {town} is kept"),
        mark("compare with one that is kept"),
        state=repr(build_id[:40]),
        town=repr(slug),
    )


def loaded_at(build: Build) -> str:
    """Return when the build was loaded, ISO 8601.

    Raises
    ------
    NotLoaded
        It has just been removed.
    """
    try:
        report: Mapping[str, Any] = json.loads((build.folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotLoaded(
            mark("the state {state} cannot be read ({reason})"),
            mark("load the streets again"),
            state=repr(build.id),
            reason=error,
        ) from None
    return str(report.get("loaded", ""))
