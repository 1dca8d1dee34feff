"""Communities as folders under ``data/geo``: descriptions people edit, and layers the program builds.

::

    data/geo/<slug>/community.toml, districts.geojson      committed; people edit them
    data/geo/<slug>/sketch.geojson                          committed; until its streets are loaded
    data/geo/<slug>/built/<build_id>/report.json, *.geojson (+ .gz), network …
    data/geo/<slug>/built/current                           the current build's id

A build becomes visible only when ``current`` names it, which happens in one rename after everything in it is
on disk: after a crash the old build is still the current one.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.domain.place_fields import check_slug
from micropolis_map.domain.sketch import Sketch
from micropolis_map.errors import InvalidInput, NotFound, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.stores.community_toml import read_community, write_community
from micropolis_map.stores.districts_geojson import read_districts, write_districts
from micropolis_map.stores.files import sync_folder, unreadable, unwritable, write_whole
from micropolis_map.stores.locks import locked
from micropolis_map.stores.sketch_geojson import FILE as SKETCH
from micropolis_map.stores.sketch_geojson import read_sketch
from micropolis_map.stores.town_states import FILE, TownStates

_BUILD_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
_LAYER = re.compile(r"[a-z0-9_-]{1,40}")
_ABANDONED_S = 24 * 3600
"""A build that nobody finished within a day was interrupted; the next finished one removes it."""

_KEPT = 64
"""Communities kept in memory as they were read: those asked for last."""

_SETTLED_NS = 2_000_000_000
"""Younger files are read again each time: some systems keep moments in whole or even seconds only."""

_FILES = ("community.toml", "districts.geojson")
_SKETCHED = (SKETCH, "districts.geojson")

Version = tuple[tuple[int, int, int, int] | None, ...]
"""What the system says of a community's files: a rename gives another inode, an editor another moment."""


class FolderCommunityStore:
    """The `ports.CommunityStore` on a folder (``<data>/geo``)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._states = TownStates(folder)
        self._read_once = lru_cache(maxsize=_KEPT)(_read)
        self._sketched_once = lru_cache(maxsize=_KEPT)(_read_sketch)

    def slugs(self) -> Sequence[str]:
        """Return the communities' slugs, sorted; without hidden ones."""
        try:
            found = {path.parent.name for path in self.folder.glob("*/community.toml")}
            return sorted(found - self._states.closed())
        except OSError as error:
            raise unreadable(self.folder, error) from error

    def get(self, slug: str) -> Community:
        """Return the community; `NotFound` names the known slugs.

        The files are read and checked once for each of their versions: every page asks several times.
        """
        folder = self._existing(slug)
        version = _version_of(folder)
        read = self._read_once if _settled(version) else _read
        return read(folder, slug, version)

    def sketch(self, slug: str) -> Sketch | None:
        """Return what is known of the town without its streets, None without a sketch.

        Raises
        ------
        NotFound
            There is no such town for everybody to see.
        UnreadableFile
            The sketch is damaged.
        """
        folder = self._existing(slug)
        if not (folder / SKETCH).is_file():
            return None
        version = _version_of(folder, _SKETCHED)
        return (self._sketched_once if _settled(version) else _read_sketch)(folder, version)

    def cache_folder(self, slug: str) -> Path:
        """Return the folder for what is made again when it is lost; it may not be there yet."""
        return self._folder(slug) / "cache"

    def save(self, community: Community) -> None:
        """Write ``districts.geojson`` and ``community.toml``, each aside and renamed."""
        folder = self._folder(community.slug)
        state = self._states.all().get(community.slug)
        if state is not None and state.state == "erased":  # it is added anew
            self._states.remove(community.slug)
        write_whole(folder / "districts.geojson", write_districts(community))
        write_whole(folder / "community.toml", write_community(community))

    def current_build(self, slug: str) -> Path | None:
        """Return the folder of the community's newest complete build, None when nothing is loaded."""
        built = self._existing(slug) / "built"
        build_id = self._named_current(built)
        return built / build_id if build_id and (built / build_id).is_dir() else None

    def build(self, slug: str, build_id: str) -> Path | None:
        """Return the folder of that complete build of an open community, None without such a one."""
        try:
            built = self._folder(slug) / "built"
        except InvalidInput:
            return None
        is_open = (built.parent / "community.toml").is_file() and not (built.parent / FILE).exists()
        if not is_open or not _BUILD_ID.fullmatch(build_id):
            return None
        return built / build_id if (built / build_id / "report.json").is_file() else None

    def begin_build(self, slug: str) -> Path:
        """Return a new empty folder to build in; nobody sees it until `finish_build`."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        build = self._folder(slug) / "built" / f"{stamp}-{secrets.token_hex(4)}"
        try:
            build.mkdir(parents=True)
        except OSError as error:
            raise unwritable(build, error) from error
        return build

    def finish_build(self, slug: str, build: Path, report: LoadReport) -> None:
        """Make `build` the current one, atomically; old builds but the last are removed."""
        built = self._folder(slug) / "built"
        if build.parent != built or not _BUILD_ID.fullmatch(build.name):
            raise InvalidInput(
                f"{str(build)!r} is not a build of {slug!r}", "build in what begin_build returned"
            )
        complete = asdict(replace(report, build_id=build.name))
        try:
            _sync_tree(build)
        except OSError as error:
            raise unwritable(build, error) from error
        with locked(built / ".lock"):
            before = self._named_current(built)
            write_whole(build / "report.json", json.dumps(complete, ensure_ascii=False, indent=1) + "\n")
            write_whole(built / "current", build.name + "\n")
            _remove_old(built, keep={build.name, before or build.name})

    def report(self, slug: str) -> LoadReport | None:
        """Return the report of the current build, None when nothing is loaded."""
        build = self.current_build(slug)
        if build is None:
            return None
        path = build / "report.json"
        try:
            raw = json.loads(_read_text(path))
            known = {field.name for field in fields(LoadReport)}
            return LoadReport(**{key: value for key, value in raw.items() if key in known} | _notes(raw))
        except (ValueError, TypeError, AttributeError) as error:
            raise UnreadableFile(
                mark("{file} is not a report: {reason}"),
                mark("load the community again"),
                file=repr(str(path)),
                reason=error,
            ) from error

    def put_layer(self, build: Path, name: str, collection: Mapping[str, Any]) -> None:
        """Write the GeoJSON layer `name` into the build as ``<name>.geojson``, and gzipped beside it.

        `name` is 1 to 40 of ``a-z 0-9 _ -``, such as ``streets``.
        """
        path = self.layer_path(build, name)
        text = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(text, compresslevel=9, mtime=0))
        except OSError as error:
            raise unwritable(path, error) from error

    @staticmethod
    def layer_path(build: Path, name: str) -> Path:
        """Return where the layer `name` of the build is; InvalidInput for any other kind of name."""
        if not _LAYER.fullmatch(name):
            raise InvalidInput(f"layer {name[:80]!r} is not a valid name", "use a-z, digits, _ and -")
        return build / f"{name}.geojson"

    @staticmethod
    def _named_current(built: Path) -> str | None:
        try:
            build_id = (built / "current").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise unreadable(built / "current", error) from error
        if not _BUILD_ID.fullmatch(build_id):
            raise UnreadableFile(
                f"{str(built / 'current')!r} names {build_id[:40]!r}",
                "remove that file and load the community again",
            )
        return build_id

    def _folder(self, slug: str) -> Path:
        return self.folder / check_slug(slug)

    def _existing(self, slug: str) -> Path:
        folder = self._folder(slug)
        if not (folder / "community.toml").is_file() or (folder / FILE).exists():
            known = ", ".join(self.slugs()) or "none yet"
            raise NotFound(
                mark("there is no community {name}"),
                mark("choose one of: {known}"),
                name=repr(slug),
                known=known,
            )
        return folder


def _read(folder: Path, slug: str, _version: Version) -> Community:  # the version to remember it by
    description, districts = (folder / name for name in _FILES)
    community = read_community(_read_text(description), slug, str(description))
    if not districts.exists():
        return community
    outline, quarters = read_districts(_read_text(districts), str(districts))
    return replace(community, outline=outline, districts=quarters)


def _read_sketch(folder: Path, _version: Version) -> Sketch:
    path, districts = (folder / name for name in _SKETCHED)
    salt = _read_text(districts) if districts.exists() else ""
    return read_sketch(_read_text(path), str(path), salt)


def _version_of(folder: Path, names: Sequence[str] = _FILES) -> Version:
    facts: list[tuple[int, int, int, int] | None] = []
    for name in names:
        try:
            of = (folder / name).stat()
        except OSError:  # missing, or not to be read: reading it says which
            facts.append(None)
        else:
            facts.append((of.st_ino, of.st_size, of.st_mtime_ns, of.st_ctime_ns))
    return tuple(facts)


def _settled(version: Version) -> bool:
    return all(facts is None or time.time_ns() - facts[2] > _SETTLED_NS for facts in version)


def _notes(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"notes": tuple(raw.get("notes", ()))}


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        elif path.is_dir():
            sync_folder(path)
    sync_folder(folder)


def _remove_old(built: Path, keep: set[str]) -> None:
    """Remove finished builds not in `keep`, and unfinished ones that are more than a day old."""
    for path in built.iterdir():
        if not path.is_dir() or path.name in keep or not _BUILD_ID.fullmatch(path.name):
            continue
        finished = (path / "report.json").exists()
        if finished or time.time() - path.stat().st_mtime > _ABANDONED_S:
            shutil.rmtree(path, ignore_errors=True)  # a reader may hold a file open; the next load retries
