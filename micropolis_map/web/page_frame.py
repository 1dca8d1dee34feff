"""Pages of our own, beside Streamlit's: plain HTML in the reader's language that a phone opens at once.

Texts come from the gettext catalogues, values are escaped by Jinja, and what a script needs lies in the page
as JSON. Such a page runs only scripts that this server sent: its policy knows no ``'unsafe-inline'``.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from micropolis_map import i18n
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.maps.shapes import svg
from micropolis_map.maps.state_layer import script_json
from micropolis_map.maps.theme_texts import THEMES
from micropolis_map.settings import base_path
from micropolis_map.web.assets import APP_FOLDER
from micropolis_map.web.reader import reader_language
from micropolis_map.web.security import TILE_HOSTS

_TEMPLATES = Path(__file__).parent / "templates"
_MODULES = ("js/pin", "walk")
"""Folders of modules that import each other."""

VERSION = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(APP_FOLDER.rglob("*.[cj]s*")))
).hexdigest()[:10]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'sha256-{import_map}'",
        "style-src 'self'",
        f"img-src 'self' data: blob: {' '.join(TILE_HOSTS)}",
        "font-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


@lru_cache(maxsize=4)
def _import_map(base: str) -> tuple[str, str]:
    """Return the page's import map and its hash.

    So that a module imports the others of its own version, never an old one the browser kept.
    """
    modules = [
        f"{base}/assets/{folder}/{path.name}"
        for folder in _MODULES
        for path in sorted((APP_FOLDER / folder).glob("*.js"))
    ]
    text = json.dumps({"imports": {module: f"{module}?v={VERSION}" for module in modules}})
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def translated(texts: Mapping[str, str], lang: str) -> dict[str, str]:
    """Return the marked `texts` in the language."""
    catalogue = i18n.translation(lang)
    return {name: catalogue.gettext(text) for name, text in texts.items()}


def page(
    request: Request,
    template: str,
    *,
    texts: Mapping[str, str],
    state: Mapping[str, Any],
    status: int = 200,
    framed: bool = False,
    **values: Any,
) -> Response:
    """Return the page of `template`.

    Parameters
    ----------
    texts
        Marked texts by name; the template has them translated as ``t``, its script as ``state.t``.
    state
        What the page's script needs, JSON-able; may hold what residents wrote.
    framed
        Whether other sites may show the page in a frame of theirs.
    values
        Further values for the template.
    """
    lang = reader_language(request)
    t = translated(texts, lang)
    languages = [
        (code, name, str(request.url.include_query_params(lang=code).query))
        for code, name in LANGUAGES.items()
    ]
    base = base_path()
    import_map, import_map_hash = _import_map(base)
    frame = {
        "t": t,
        "lang": lang,
        "languages": languages,
        "base": base,
        "themes": translated(THEMES, lang),
        "import_map": Markup(import_map),  # noqa: S704 - our own file names
        "state": {**state, "lang": lang, "t": t, "base": base},
    }
    html = _environment().get_template(template).render(**frame, **values)
    policy = POLICY.format(import_map=import_map_hash)
    headers = {
        "Content-Security-Policy": policy.replace("ancestors 'none'", "ancestors *") if framed else policy,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "Content-Language": lang,
        "Vary": "Accept-Language",
    }
    return Response(html, status_code=status, media_type="text/html", headers=headers)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["json"] = lambda value: Markup(script_json(value))  # noqa: S704 - no < or & left in it
    environment.globals["shape"] = lambda kind: Markup(svg(kind))  # noqa: S704 - our own drawing
    environment.globals["version"] = VERSION
    return environment
