"""Which language whoever asks reads."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from micropolis_map.domain.text import LANGUAGES


def reader_language(request: HTTPConnection) -> str:
    """Return the language of ``?lang=``, else the first one of the browser's that we speak, else English."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    weighted = []
    for position, part in enumerate(request.headers.get("accept-language", "")[:500].split(",")):
        code, _, weight = part.strip().partition(";q=")
        lang = code.split("-")[0].lower()
        if lang in LANGUAGES:
            weighted.append((-_weight(weight), position, lang))
    return min(weighted)[2] if weighted else "en"


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
