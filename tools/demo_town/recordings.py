"""Have the invented town's recording read by a machine: ``python -m tools.demo_town.recordings``.

It needs espeak-ng and ffmpeg, which nothing else here does; only what they made is kept. Nobody's voice is in
it, and its transcript says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from micropolis_map.stores.recordings import bare

RECORDINGS = {"demo-amberoe-fyr": ("a-amberoe-glass-wiping-sunday", "en-gb")}
"""Each recording's id and voice, by the place whose story it reads."""


def main() -> None:
    """Write ``<place>/<recording>.ogg`` for each story that has one in the places file."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo_town.recordings", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data/media"), help="folder to write to")
    parser.add_argument("--places", type=Path, default=Path("data/places.geojson"), help="the stories")
    options = parser.parse_args()
    features = json.loads(options.places.read_text("utf-8"))["features"]
    for place, (recording, voice) in RECORDINGS.items():
        feature = next(feature for feature in features if feature["id"] == place)
        folder = options.out / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{recording}.ogg").write_bytes(_read(_told(feature, recording), voice))


def _told(feature: dict[str, Any], recording: str) -> str:
    stories = feature["properties"]["stories"]
    return next(str(story["text"]) for story in stories if story["audio"] == recording)


def _read(text: str, voice: str) -> bytes:
    """Return the text read aloud: Opus in Ogg, one channel, 16 kbit a second, its sound alone."""
    with tempfile.TemporaryDirectory() as folder:
        wave, ogg = Path(folder) / "told.wav", Path(folder) / "told.ogg"
        _run("espeak-ng", "-v", voice, "-s", "150", "-w", str(wave), "--", text)
        opus = ["-c:a", "libopus", "-b:a", "16k", "-ac", "1", "-map_metadata", "-1", "-bitexact"]
        _run("ffmpeg", "-v", "error", "-i", str(wave), *opus, str(ogg))
        return bare("ogg", ogg.read_bytes())


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - the two programs named above, on our own text


if __name__ == "__main__":
    main()
