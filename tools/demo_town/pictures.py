"""Draw the pictures of the invented town's places: ``python -m tools.demo_town.pictures [--out FOLDER]``.

They are made from nothing but the shapes below, so that nobody's photo and nobody's town is in them. Each is
written as the server keeps a photo (`micropolis_map.stores.photos`): WebP without metadata, 960 and 320
pixels wide.
"""

from __future__ import annotations

import argparse
import io
import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 960, 640
SIZES = (320, 960)
QUALITY = 72
_FINE = 2
"""Times as many pixels as in the end while it is drawn: smooth edges."""

Points = Iterable[tuple[float, float]]


class Scene:
    """A picture being drawn, its coordinates 0 to 960 from the left and 0 to 640 from the top."""

    def __init__(self, *sky: str) -> None:
        """Begin with a sky of colours from the top down."""
        self.image = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE))
        self.image.paste(_gradient(self.image.size, sky))
        self.pen = ImageDraw.Draw(self.image)

    def shape(self, points: Points, colour: str) -> None:
        """Fill a shape."""
        self.pen.polygon([(x * _FINE, y * _FINE) for x, y in points], fill=colour)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a box given by its left upper corner."""
        self.shape([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], colour)

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        """Fill a circle."""
        box = [(x - radius) * _FINE, (y - radius) * _FINE, (x + radius) * _FINE, (y + radius) * _FINE]
        self.pen.ellipse(box, fill=colour)

    def line(self, points: Points, colour: str, width: float) -> None:
        """Draw a line."""
        placed = [(x * _FINE, y * _FINE) for x, y in points]
        self.pen.line(placed, fill=colour, width=round(width * _FINE), joint="curve")

    def hills(self, top: float, waves: tuple[float, ...], colour: str, bottom: float = HEIGHT) -> None:
        """Fill ground whose upper edge swings by each of `waves` pixels, slower ones first."""
        xs = np.linspace(0, WIDTH, 120)
        ys = top + sum(
            wave * np.sin(xs / WIDTH * math.pi * (2 * number + 1.3) + number)
            for number, wave in enumerate(waves)
        )
        self.shape([*zip(xs, ys, strict=True), (WIDTH, bottom), (0, bottom)], colour)

    def waves(self, top: float, colour: str, *, rows: int = 9, tint: str = "#ffffff") -> None:
        """Fill the sea below `top` with a few crests."""
        self.box(0, top, WIDTH, HEIGHT - top, colour)
        for row in range(rows):
            y = top + 14 + row * row * 3.2 + row * 6
            for part in range(7):
                x = (part * 167 + row * 71) % WIDTH
                self.line([(x, y), (x + 26 + 5 * row, y)], tint, 1.2 + row * 0.14)

    def glow(self, points: Points, colour: str, strength: int, blur: float) -> None:
        """Lay light over a shape, soft at its edge; `strength` 0 to 255."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon([(x * _FINE, y * _FINE) for x, y in points], fill=strength)
        mask = mask.filter(ImageFilter.GaussianBlur(blur * _FINE))
        self.image.paste(Image.new("RGB", self.image.size, colour), mask=mask)

    def webp(self, size: int) -> bytes:
        """Return the picture, `size` pixels wide."""
        smaller = self.image.resize((size, size * HEIGHT // WIDTH), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        smaller.save(out, "WEBP", quality=QUALITY, method=6)
        return out.getvalue()


def _gradient(size: tuple[int, int], colours: tuple[str, ...]) -> Image.Image:
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours], float)
    rows = np.linspace(0, 1, size[1])
    at = np.linspace(0, 1, len(colours))
    line = np.stack([np.interp(rows, at, stops[:, band]) for band in range(3)], axis=1)
    return Image.fromarray(np.repeat(line[:, None], size[0], axis=1).round().astype(np.uint8), "RGB")


def _tower(scene: Scene, x: float, foot: float, scale: float, white: str, shade: str, roof: str) -> None:
    """Draw the white lighthouse with its gallery and its lamp, its foot in the middle at ``(x, foot)``."""
    top, low, high = foot - 300 * scale, 42 * scale, 27 * scale
    scene.shape([(x - low, foot), (x + low, foot), (x + high, top), (x - high, top)], white)
    scene.shape([(x + low * 0.3, foot), (x + low, foot), (x + high, top), (x + high * 0.3, top)], shade)
    for number in range(3):
        scene.box(x - 5 * scale, foot - (80 + 80 * number) * scale, 10 * scale, 22 * scale, "#3d5a73")
    scene.box(x - 38 * scale, top - 8 * scale, 76 * scale, 9 * scale, "#39424e")
    scene.box(x - 21 * scale, top - 48 * scale, 42 * scale, 40 * scale, "#ffe9a6")
    for bar in (-21, -8, 5, 18):
        scene.box(x + bar * scale, top - 48 * scale, 3 * scale, 40 * scale, "#39424e")
    scene.shape(
        [(x - 27 * scale, top - 48 * scale), (x + 27 * scale, top - 48 * scale), (x, top - 84 * scale)], roof
    )
    scene.box(x - 12 * scale, foot - 40 * scale, 24 * scale, 40 * scale, "#7a4a35")


def _gulls(scene: Scene, colour: str, *places: tuple[float, float, float]) -> None:
    for x, y, size in places:
        scene.line([(x - size, y - size * 0.5), (x - size * 0.3, y - size * 0.7), (x, y)], colour, 2)
        scene.line([(x, y), (x + size * 0.3, y - size * 0.7), (x + size, y - size * 0.5)], colour, 2)


def _house(
    scene: Scene, x: float, y: float, size: tuple[float, float], wall: str, roof: str, lit: str
) -> None:
    """Draw a house that stands at ``(x, y)``, its left lower corner."""
    width, height = size
    scene.box(x, y - height, width, height, wall)
    ridge = y - height - width * 0.42
    scene.shape([(x - 6, y - height), (x + width / 2, ridge), (x + width + 6, y - height)], roof)
    for column in range(max(2, int(width // 38))):
        for row in range(max(1, int(height // 48))):
            scene.box(x + 14 + column * 36, y - height + 16 + row * 44, 15, 22, lit)


def lighthouse_by_day() -> Scene:
    """Draw the lighthouse on its headland on a clear day."""
    scene = Scene("#8fc4dd", "#d6ebee", "#f6efdc")
    scene.dot(770, 120, 46, "#fff3c4")
    scene.waves(395, "#4f93ad", tint="#8dbfd0")
    scene.hills(388, (10, 5), "#a7bfae", bottom=402)
    scene.shape(
        [(0, 470), (120, 432), (290, 410), (420, 425), (520, 470), (600, 560), (640, 640), (0, 640)],
        "#7c9a62",
    )
    scene.shape([(420, 425), (520, 470), (600, 560), (640, 640), (540, 640), (470, 520)], "#b9a684")
    _tower(scene, 300, 430, 1.0, "#fbf8f0", "#d9d8d3", "#b5423a")
    _house(scene, 120, 452, (110, 52), "#f1e3c6", "#b5523f", "#6d8796")
    scene.line([(60, 640), (140, 560), (230, 500), (300, 432)], "#e6d6ae", 12)
    _gulls(scene, "#ffffff", (610, 190, 20), (680, 230, 14), (560, 250, 11))
    return scene


def lighthouse_at_night() -> Scene:
    """Draw the same headland at night, its lamp over the sea."""
    scene = Scene("#0f1c38", "#23375c", "#5d6a86")
    for number in range(60):
        scene.dot((number * 197) % WIDTH, (number * 83) % 330, 0.9 + number % 3 * 0.5, "#dfe6f4")
    scene.waves(395, "#16304c", tint="#2e5273")
    scene.shape(
        [(0, 470), (120, 432), (290, 410), (420, 425), (520, 470), (600, 560), (640, 640), (0, 640)],
        "#1c2c2c",
    )
    _tower(scene, 300, 430, 1.0, "#c9cede", "#8d96ad", "#54303a")
    scene.glow([(300, 102), (960, 20), (960, 230), (300, 108)], "#ffe9a6", 165, 9)
    scene.glow([(300, 102), (0, 62), (0, 150), (300, 108)], "#ffe9a6", 110, 9)
    scene.dot(300, 104, 12, "#fff6d8")
    _house(scene, 120, 452, (110, 52), "#3a3f4c", "#2a2229", "#ffcf73")
    return scene


def lighthouse_from_above() -> Scene:
    """Draw what is seen from the gallery: the town, the sound and the islet."""
    scene = Scene("#9fcbe0", "#dfeeea", "#f7f0de")
    scene.waves(250, "#5b9fb7", rows=10, tint="#93c4d3")
    scene.hills(246, (8, 5), "#8aa88b", bottom=258)
    scene.shape(
        [(560, 300), (640, 282), (760, 278), (880, 290), (930, 312), (820, 330), (650, 326)], "#6f9464"
    )
    for number in range(16):
        scene.dot(600 + number * 19, 296 + (number * 7) % 15, 11, "#5c8455")
    scene.line([(470, 372), (560, 330), (600, 312)], "#d9c9a2", 7)
    scene.shape(
        [(0, 380), (160, 350), (360, 352), (520, 392), (600, 450), (660, 560), (700, 640), (0, 640)],
        "#a8bd83",
    )
    walls = ("#f3e4c8", "#e9c9a5", "#f8efe0", "#dfe3dc", "#efd3b8")
    for row in range(4):
        for column in range(7 - row // 2):
            x, y = 40 + column * 78 + row * 23, 420 + row * 56
            _house(scene, x, y, (46 + row * 4, 24 + row * 4), walls[(row + column) % 5], "#b5553f", "#6d8796")
    scene.box(0, 604, WIDTH, 10, "#39424e")
    for bar in range(25):
        scene.box(bar * 40 + 8, 560, 5, 80, "#39424e")
    scene.box(0, 556, WIDTH, 9, "#39424e")
    _gulls(scene, "#ffffff", (330, 150, 24), (430, 190, 15), (250, 205, 12))
    return scene


def _quay(scene: Scene, stone: str, water: str, tint: str) -> None:
    scene.waves(470, water, tint=tint)
    scene.box(0, 428, WIDTH, 46, stone)
    for number in range(9):
        scene.box(number * 118 + 24, 440, 12, 62, "#5a4a3c")


def harbour_then() -> Scene:
    """Draw the harbour master's house in 1954: sails, nets and a cart, as in an old brown picture."""
    scene = Scene("#d8c8a6", "#eadfc6", "#efe6d2")
    scene.hills(330, (16, 8), "#c3b18d", bottom=430)
    _quay(scene, "#a89372", "#b3a080", "#c9b896")
    _house(scene, 300, 428, (230, 150), "#e6d8b8", "#7d6245", "#8a7352")
    scene.box(396, 366, 38, 62, "#6b5338")
    for x, tall in ((90, 250), (690, 290), (840, 230)):
        scene.shape([(x - 62, 470), (x + 66, 470), (x + 44, 508), (x - 44, 508)], "#5f4a33")
        scene.line([(x, 470), (x, 470 - tall)], "#5f4a33", 6)
        scene.shape([(x + 6, 470 - tall + 12), (x + 6, 456), (x + 78, 450)], "#d3bf95")
        scene.shape([(x - 6, 470 - tall + 40), (x - 6, 456), (x - 54, 452)], "#c6b083")
    scene.box(560, 404, 74, 20, "#6b5338")
    for x in (576, 618):
        scene.dot(x, 426, 13, "#5a452f")
    scene.line([(200, 428), (220, 388), (240, 428)], "#6b5338", 5)
    scene.line([(240, 428), (260, 388), (280, 428)], "#6b5338", 5)
    scene.line([(214, 398), (266, 398)], "#8a7352", 3)
    return scene


def harbour_now() -> Scene:
    """Draw the same house today: benches, a tree, bicycles and small boats."""
    scene = Scene("#93c9e2", "#d9edf0", "#f5f0e0")
    scene.hills(330, (16, 8), "#9dbb8d", bottom=430)
    _quay(scene, "#cfc5b3", "#4f93ad", "#8dbfd0")
    _house(scene, 300, 428, (230, 150), "#f6e6c2", "#b5523f", "#5b7f95")
    scene.box(396, 366, 38, 62, "#2f6a86")
    scene.box(180, 360, 12, 68, "#6b5338")
    for x, y, size in ((186, 330, 44), (156, 350, 30), (218, 348, 32)):
        scene.dot(x, y, size, "#6f9a55")
    for x in (590, 700):
        scene.box(x, 404, 78, 7, "#8a5a3a")
        scene.box(x + 8, 411, 6, 17, "#39424e")
        scene.box(x + 64, 411, 6, 17, "#39424e")
    for x, hull in ((110, "#c8503f"), (650, "#f4f1e8"), (820, "#3c7d99")):
        scene.shape([(x - 58, 486), (x + 62, 486), (x + 40, 514), (x - 42, 514)], hull)
        scene.line([(x, 486), (x, 312)], "#e8e4da", 4)
        scene.shape([(x + 5, 322), (x + 5, 474), (x + 58, 470)], "#fdfaf2")
    for x in (800, 832):
        scene.pen.ellipse([(x - 14) * 2, 402 * 2, (x + 14) * 2, 430 * 2], outline="#39424e", width=4)
    scene.line([(800, 416), (812, 396), (828, 396), (832, 416), (814, 416), (812, 396)], "#c8503f", 3)
    _gulls(scene, "#ffffff", (720, 150, 20), (800, 190, 13))
    return scene


PICTURES: dict[str, dict[str, Callable[[], Scene]]] = {
    "demo-amberoe-fyr": {
        "p-amberoe-lighthouse-by-day": lighthouse_by_day,
        "p-amberoe-lighthouse-at-night": lighthouse_at_night,
        "p-amberoe-lighthouse-from-above": lighthouse_from_above,
    },
    "demo-havnekontoret": {
        "p-amberoe-harbour-of-1954": harbour_then,
        "p-amberoe-harbour-today": harbour_now,
    },
}
"""Each picture by its place and its id in the places' TOML."""


def main() -> None:
    """Write ``<place>/<photo>-<size>.webp``."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo_town.pictures", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data/media"), help="folder to write to")
    folder: Path = parser.parse_args().out
    for place, pictures in PICTURES.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        for photo, draw in pictures.items():
            scene = draw()
            for size in SIZES:
                (folder / place / f"{photo}-{size}.webp").write_bytes(scene.webp(size))


if __name__ == "__main__":
    main()
