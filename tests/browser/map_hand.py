"""What a finger does on a map, for the tests of it: it taps where things are drawn, not the things."""

from __future__ import annotations

from typing import Any

FREE = """(() => { const seen = [];
    const all = [...document.querySelectorAll('.mm-marker, .mm-cluster')];
    const covered = (node, x, y) => all.some((other) => {
      const at = other.getBoundingClientRect();
      return other !== node && x > at.left - 2 && x < at.right + 2 && y > at.top - 2 && y < at.bottom + 2;
    });
    for (const node of document.querySelectorAll('.mm-marker[data-place]')) {
      const box = node.getBoundingClientRect();
      const x = box.left + box.width / 2, y = box.top + box.height / 2;
      const inside = x > 30 && y > 80 && x < innerWidth - 30 && y < innerHeight - 50;
      const hit = inside && document.elementFromPoint(x, y);
      const far = seen.every((s) => Math.hypot(s.x - x, s.y - y) > 52);
      const alone = far && !covered(node, x, y);
      if (hit && node.contains(hit) && alone) seen.push({ id: node.dataset.place, x, y });
    }
    return seen; })()"""
GAP_MS = 120
DOWN_MS = 80


def free_pins(one) -> list[dict[str, Any]]:
    """Ids and spots of places whose marker stands free in the map's frame, so that a finger hits it alone."""
    return one.in_map(FREE)


class Finger:
    """A quick finger on the map: `touch` on glass, else with a mouse. It waits for nothing but itself."""

    def __init__(self, one, *, touch: bool = False) -> None:
        self.one, self.touch = one, touch
        self.frame = one.page.locator("iframe[title*=folium]").last

    def tap(self, spot: dict[str, float]) -> None:
        """Tap a spot of the map's frame, wherever the page has moved the frame meanwhile."""
        box = self.frame.bounding_box()
        self.tap_page(box["x"] + spot["x"], box["y"] + spot["y"])

    def tap_page(self, x: float, y: float) -> None:
        """Tap a spot of the page."""
        page = self.one.page
        if self.touch:
            page.touchscreen.tap(x, y)
        else:
            page.mouse.move(x, y)
            page.mouse.down()
            page.wait_for_timeout(DOWN_MS)
            page.mouse.up()

    def rest(self) -> None:
        """Wait as long as a quick finger does between two taps."""
        self.one.page.wait_for_timeout(GAP_MS)

    def shown(self, name: str) -> str:
        """Return what the map says of itself at this moment."""
        return self.one.in_map(f"document.getElementById('map_div').dataset.{name}")
