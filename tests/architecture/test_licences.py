"""What the product installs may be used, changed and passed on with it; what nobody can read is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]

_NAMES = (
    "mit", "bsd", "0bsd", "apache", "isc", "psfl?", "python software foundation", "mpl", "mozilla public",
    "zlib", "unlicense", "hpnd", "cc0", "lgpl", "gnu lesser general public", "gnu library or lesser",
)  # fmt: skip
ALLOWED = re.compile(
    rf"(the )?(new |modified |simplified )?(\d-clause )?({'|'.join(_NAMES)})\b.*", re.IGNORECASE
)
"""LGPL because Python loads it as a library that anybody can exchange; MPL because it keeps to its files."""
REFUSED = re.compile(r"\b(a?gpl|gnu (affero )?general public)", re.IGNORECASE)
_LIBRARIES = (
    "x26[45]", "postproc", "fftw3?[fl]?", "gsl", "gslcblas", "readline", "history", "gdbm", "glpk",
    "xvidcore", "faad", "faac", "mad", "poppler", "gs", "mupdf", "avcodec", "avformat", "avfilter",
    "rubberband", "vidstab", "dvdread", "dvdcss", "cdio", "umfpack", "cholmod",
)  # fmt: skip
GPL_LIBRARIES = re.compile(rf"(lib)?({'|'.join(_LIBRARIES)})([-_.\d]|$)", re.IGNORECASE)
"""Libraries under the GPL, or often built under it as FFmpeg's are, that wheels are known to carry."""
BY_HAND = {
    "streamlit-folium": "MIT",  # LICENSE of github.com/randyzwitch/streamlit-folium; its wheel says nothing
    "xstatic-jquery": "MIT",  # "same as jQuery"
    "xstatic-leaflet": "BSD-2-Clause",  # "same as Leaflet"
    "xstatic-leaflet-markercluster": "MIT",  # "same as Leaflet-MarkerCluster"
}


def is_allowed(expression: str) -> bool:
    """Whether the licences of an expression (``MIT AND (Zlib OR GPL-2.0)``) let us; one of OR is enough."""
    flat = expression.replace("(", " ").replace(")", " ")
    return any(
        all(
            ALLOWED.fullmatch(part.strip()) and not REFUSED.search(part) for part in re.split(r"\bAND\b", one)
        )
        for one in re.split(r"\bOR\b", flat)
    )


def told_of(one: metadata.Distribution) -> list[str]:
    """What a distribution says of its licence: the expression, else the field if short, and classifiers."""
    if expression := one.metadata.get("License-Expression"):
        return [expression]
    field = " ".join((one.metadata.get("License") or "").split())
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in one.metadata.get_all("Classifier") or ()
        if text.startswith("License ::")
    ]
    named = [field] if field and (len(field) < 60 or not classifiers) else []
    return [*named, *(text for text in classifiers if text != "OSI Approved")]


def runtime() -> Iterator[tuple[str, metadata.Distribution | None]]:
    """Every distribution that requirements.in reaches here, by name; None for one that is not installed."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    waiting = [Requirement(line) for line in lines if line and not line.startswith("#")]
    seen: dict[str, set[str]] = {}
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), {"", *wanted.extras}
        if name in seen and extras <= seen[name]:
            continue
        first, seen[name] = name not in seen, seen.get(name, set()) | extras
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            yield name, None
            continue
        if first:
            yield name, found
        needs = (Requirement(text) for text in found.requires or ())
        waiting += [
            r for r in needs if r.marker is None or any(r.marker.evaluate({"extra": e}) for e in seen[name])
        ]


def libraries(one: metadata.Distribution) -> Iterable[str]:
    """The names of compiled files it brings."""
    compiled = re.compile(r"\.(so|dylib|dll|pyd)(\.|$)")
    return [name for file in one.files or () if compiled.search(name := PurePosixPath(str(file)).name)]


@pytest.fixture(scope="module")
def installed() -> dict[str, metadata.Distribution]:
    found = dict(runtime())
    assert [name for name, one in found.items() if one is None] == [], "not installed: run make test"
    assert len(found) > 80
    return {name: one for name, one in found.items() if one is not None}


def test_every_licence_lets_us(installed):
    told = {name: [BY_HAND[name]] if name in BY_HAND else told_of(one) for name, one in installed.items()}
    assert [name for name, licences in told.items() if not licences] == [], (
        "nothing said: look it up for BY_HAND"
    )
    assert {name: said for name, said in told.items() if not all(map(is_allowed, said))} == {}
    assert set(BY_HAND) <= set(installed)


def test_no_wheel_carries_a_library_under_the_gpl(installed):
    carried = {
        name: [file for file in libraries(one) if GPL_LIBRARIES.match(file)]
        for name, one in installed.items()
    }
    assert {name: files for name, files in carried.items() if files} == {}


LETS_US = (
    "MIT", "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", "3-Clause BSD License", "LGPL-3.0-only",
    "GNU Lesser General Public License v3 (LGPLv3)", "MIT OR GPL-3.0-only", "Apache-2.0 WITH LLVM-exception",
    "ISC License (ISCL)", "Mozilla Public License 2.0 (MPL 2.0)", "PSFL",
)  # fmt: skip
DOES_NOT = (
    "GPL-2.0-or-later", "GNU General Public License v2 (GPLv2)", "AGPL-3.0-only", "MIT AND GPL-2.0-only",
    "GNU Affero General Public License v3", "Proprietary", "(same as jQuery)", "SSPL-1.0", "",
)  # fmt: skip


@pytest.mark.parametrize("expression", [*LETS_US, *DOES_NOT])
def test_what_lets_us(expression):
    assert is_allowed(expression) is (expression in LETS_US)


GPL = ("libx265-1f7a3c5b.so.215", "libx264.164.dylib", "x265.dll", "libreadline.so.8", "libgsl-2.so")
OTHERS = ("libheif-7a3e919c.so.1.23.0", "libde265-90fb0ce1.so.0.2.0", "libgslide.so", "_core.cpython-311.so")


@pytest.mark.parametrize("file", [*GPL, *OTHERS])
def test_what_is_under_the_gpl(file):
    assert bool(GPL_LIBRARIES.match(file)) is (file in GPL)
