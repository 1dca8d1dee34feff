"""What is not ours lies in the repository as its makers published it, with its licence."""

from __future__ import annotations

import hashlib

from micropolis_map.web.assets import APP_FOLDER

FILES = {
    # npm: protomaps-leaflet 5.1.0, dist/protomaps-leaflet.js
    "protomaps-leaflet-5.1.0.js": "26af014f7b1af308ec120b791cff76657bb9c3383633b52033e6edf9e5e4cdb5",
}


def test_each_vendored_file_is_the_published_one_and_has_its_licence():
    folder = APP_FOLDER / "vendor"
    scripts = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.suffix != ".txt"
    }
    assert scripts == FILES
    assert "Protomaps LLC" in (folder / "LICENSE-protomaps-leaflet.txt").read_text(encoding="utf-8")
