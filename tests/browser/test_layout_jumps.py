"""No page jumps while it comes: the layout shift of a first visit is at most 0.1 (Core Web Vitals: good)."""

from __future__ import annotations

import pytest

READS_ONLY = True
GOOD = 0.1
PATHS = ["/?", "/tours?", "/coverage?", "/compare?", "/planner?", "/work_centres?", "/datasets?", "/about?"]
OWN = ["/embed/demo?", "/pin/demo?", "/mine?"]
WATCH = """
window.__jumps = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__jumps += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
AT_REST = """() => {
  const now = document.getElementsByTagName("*").length + window.__jumps;
  if (now !== window.__seen) { window.__seen = now; window.__since = performance.now(); }
  return performance.now() - window.__since > 1500;
}"""


@pytest.mark.parametrize("path", [*PATHS, *OWN])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
def test_nothing_jumps_while_the_page_comes(visitor, path, width, height):
    one = visitor({"width": width, "height": height})
    one.page.add_init_script(WATCH)
    one.page.goto(f"{one.base}{path}community=demo")
    one.page.wait_for_selector(".mm-head, #map, main")
    one.page.wait_for_function(AT_REST, polling=100)
    assert one.page.evaluate("window.__jumps") <= GOOD
