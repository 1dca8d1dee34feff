"""Hiding a town and, as a second step, erasing it for good; for administrators.

A hidden town is on no page, map, feed, file or address: it is as if there were none of its name. Everything
of it is kept, and it can be shown again. Erasing takes a hidden one, and brings nothing back.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from micropolis_map.domain.permission import Actor, require
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.ports import CommunityStore
from micropolis_map.services.participation import Participation
from micropolis_map.settings import Settings
from micropolis_map.stores.database import Database
from micropolis_map.stores.files import unwritable
from micropolis_map.stores.town_rows import erase_town, media_of_town
from micropolis_map.stores.town_states import FILE, TownState, TownStates


class Deps(Protocol):
    """What removing needs of the application."""

    @property
    def community_store(self) -> CommunityStore:
        """The towns that are shown."""

    @property
    def town_states(self) -> TownStates:
        """Which towns are not."""

    @property
    def participation(self) -> Participation:
        """Photos and recordings."""

    @property
    def database(self) -> Database:
        """All that people gave."""

    @property
    def settings(self) -> Settings:
        """Where the folders are."""


def hide(deps: Deps, actor: Actor, slug: str) -> TownState:
    """Take the town off every public face; what is being loaded for it stops at its next step.

    Raises
    ------
    NotFound
        There is no such town, or it is hidden already.
    InvalidInput
        It is the only one that is shown.
    """
    require(actor, "remove_town")
    with deps.town_states.alone():
        name = deps.community_store.get(slug).name
        if list(deps.community_store.slugs()) == [slug]:
            raise InvalidInput(
                mark("{slug} is the only town that is shown"), mark("add another one first"), slug=repr(slug)
            )
        shown = name.get("en") or next(iter(name.values()), slug)
        state = TownState("hidden", shown, deps.participation.moment(), actor.account_id)
        deps.town_states.put(slug, state)
        return state


def show(deps: Deps, actor: Actor, slug: str) -> None:
    """Put the hidden town back as it was."""
    require(actor, "remove_town")
    with deps.town_states.alone():
        if _hidden(deps, slug).state != "hidden":
            raise InvalidInput(
                mark("{slug} is being erased"),
                mark("erase it to the end, or restore a backup"),
                slug=repr(slug),
            )
        deps.town_states.remove(slug)


def hidden(deps: Deps, actor: Actor) -> Mapping[str, TownState]:
    """Return the towns that are hidden, or whose erasing was broken off, by slug."""
    require(actor, "remove_town")
    return {slug: state for slug, state in deps.town_states.all().items() if state.state != "erased"}


def erase(deps: Deps, actor: Actor, slug: str) -> None:
    """Erase a hidden town for good: its folder, tours, contributions, photos, recordings, and rights in it.

    Broken off, it is erased to the end when it is asked for again.

    Raises
    ------
    NotFound
        There is no hidden town of that name: hide it first.
    """
    require(actor, "remove_town")
    with deps.town_states.alone():
        _erase(deps, slug, TownState("erasing", _hidden(deps, slug).name, "", actor.account_id))


def erase_again(desk: Participation, database: Database, states: TownStates) -> None:
    """Erase what a restored backup brought of towns that were erased after it was made."""
    for slug, state in states.all().items():
        if state.state == "erased":
            _erase_rows(desk, database, slug)


def _hidden(deps: Deps, slug: str) -> TownState:
    state = deps.town_states.all().get(slug)
    if state is None or state.state == "erased":
        raise NotFound(mark("there is no hidden town {slug}"), mark("hide it first"), slug=repr(slug[:80]))
    return state


def _erase(deps: Deps, slug: str, state: TownState) -> None:
    at = deps.participation.moment()
    deps.town_states.put(slug, TownState("erasing", state.name, at, state.by))
    _erase_rows(deps.participation, deps.database, slug)
    _erase_files(deps.settings.data, slug)
    deps.town_states.put(slug, TownState("erased", "", at, state.by))


def _erase_rows(desk: Participation, database: Database, slug: str) -> None:
    for kind, medium in media_of_town(
        database, slug
    ):  # first: broken off, the records still lead to the rest
        with suppress(NotFound):  # went when it was broken off before
            (desk.photos if kind == "photo" else desk.audio).remove(medium)
    erase_town(database, slug, desk.moment())


def _erase_files(data: Path, slug: str) -> None:
    folder = data / "geo" / slug
    try:
        (data / "tours" / f"{slug}.toml").unlink(missing_ok=True)
        for path in folder.iterdir():
            if path.name == FILE:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    except OSError as error:
        raise unwritable(folder, error) from error
