// What a map opens on: nearly everybody's home, a walk, a place — at any size, clear of the controls in its corners. It is
// fitted once the frame has a size, and again with each new size until somebody moves the map; then its middle stays.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const REAL_PX = 40; // a frame smaller than this is hidden, or not laid out yet
  const EDGE = 0.035; // of the smaller side, in these limits
  const [EDGE_LEAST_PX, EDGE_MOST_PX] = [12, 32];
  const GAP_PX = 8;
  const LEAST_LEFT = 0.55; // of width and height, when the controls have taken theirs
  const CLOSEST = 16;

  // One box, [[south, west], [north, east]], or several of which the one that suits the frame is taken.
  const boxesOf = (bounds) => (Array.isArray(bounds) && Array.isArray(bounds[0][0]) ? bounds : [bounds]).map((box) => L.latLngBounds(box));

  function hasSize(map) {
    const { clientWidth, clientHeight } = map.getContainer();
    return clientWidth >= REAL_PX && clientHeight >= REAL_PX;
  }

  // How far the controls of each corner reach into the map.
  function corners(map) {
    const frame = map.getContainer().getBoundingClientRect();
    return [...map.getContainer().querySelectorAll(":scope > .leaflet-control-container > div")].map((corner) => {
      const right = corner.classList.contains("leaflet-right");
      const bottom = corner.classList.contains("leaflet-bottom");
      let [x, y] = [0, 0];
      for (const control of corner.children) {
        const r = control.getBoundingClientRect();
        if (!r.width || !r.height) continue;
        x = Math.max(x, right ? frame.right - r.left : r.right - frame.left);
        y = Math.max(y, bottom ? frame.bottom - r.top : r.bottom - frame.top);
      }
      return { right, bottom, x, y };
    }).filter(({ x, y }) => x > 0 && y > 0);
  }

  // The ways to keep clear of them: each corner costs a strip at its side, or one above or below.
  function paddings(map) {
    const size = map.getSize();
    const taken = corners(map);
    const edge = Math.min(EDGE_MOST_PX, Math.max(EDGE_LEAST_PX, EDGE * Math.min(size.x, size.y)));
    const found = [];
    for (let way = 0; way < 2 ** taken.length; way += 1) {
      const pad = { left: edge, right: edge, top: edge, bottom: edge };
      taken.forEach(({ right, bottom, x, y }, i) => {
        const [side, px] = way & (1 << i) ? [bottom ? "bottom" : "top", y] : [right ? "right" : "left", x];
        pad[side] = Math.max(pad[side], px + GAP_PX);
      });
      if (size.x - pad.left - pad.right >= LEAST_LEFT * size.x && size.y - pad.top - pad.bottom >= LEAST_LEFT * size.y) found.push(pad);
    }
    return found.length ? found : [{ left: edge, right: edge, top: edge, bottom: edge }];
  }

  function area(map, box) {
    const [one, other] = [map.project(box.getNorthWest(), 0), map.project(box.getSouthEast(), 0)];
    return Math.abs((one.x - other.x) * (one.y - other.y));
  }

  // Where to look from to see one of `bounds` as large as it goes: {center, zoom}. Of those as large the one that shows most.
  mm.framing = function (map, bounds, maxZoom = CLOSEST) {
    let best = null;
    for (const box of boxesOf(bounds)) {
      for (const pad of paddings(map)) {
        const zoom = Math.min(maxZoom, map.getBoundsZoom(box, false, L.point(pad.left + pad.right, pad.top + pad.bottom)));
        const room = Object.values(pad).reduce((sum, px) => sum + px);
        const one = { box, pad, zoom, worth: [zoom, area(map, box), -room] };
        const k = best ? one.worth.findIndex((value, i) => value !== best.worth[i]) : 0;
        if (!best || (k >= 0 && one.worth[k] > best.worth[k])) best = one;
      }
    }
    const { box, pad, zoom } = best;
    const middle = map.project(box.getSouthWest(), zoom).add(map.project(box.getNorthEast(), zoom)).divideBy(2);
    const center = map.unproject(middle.add([(pad.right - pad.left) / 2, (pad.bottom - pad.top) / 2]), zoom);
    return { center, zoom };
  };

  function began(map) {
    if (map._mmHome) return map._mmHome;
    const home = (map._mmHome = { key: "", boxes: null, maxZoom: CLOSEST, fitted: false, moved: false, touched: false, ours: 0 });
    map.on("movestart zoomstart", () => { if (home.fitted && !home.ours) home.moved = true; });
    map.on("moveend", () => { map.getContainer().dataset.view = map.getBounds().toBBoxString(); });
    for (const type of ["pointerdown", "keydown"]) {
      map.getContainer().addEventListener(type, () => { home.touched = true; }, { capture: true, passive: true });
    }
    return home;
  }

  // Move the map without taking it for the visitor's doing.
  mm.quietly = function (map, act) {
    const home = began(map);
    home.ours += 1;
    try { act(); } finally { home.ours -= 1; }
  };

  function measure(map) {
    const { clientWidth, clientHeight } = map.getContainer();
    const { x, y } = map.getSize();
    if (x !== clientWidth || y !== clientHeight) mm.quietly(map, () => map.invalidateSize({ animate: false }));
  }

  function fitNow(map) {
    const home = map._mmHome;
    if (!home.boxes || home.moved || !hasSize(map)) return;
    measure(map);
    mm.quietly(map, () => {
      const { center, zoom } = mm.framing(map, home.boxes, home.maxZoom);
      map.setView(center, zoom, { animate: false });
    });
    home.fitted = true;
    map.getContainer().dataset.fitted = String((Number(map.getContainer().dataset.fitted) || 0) + 1);
  }

  // Look at `bounds` from now on, also when the frame changes its size, until the visitor looks elsewhere.
  mm.look = function (map, bounds, maxZoom = CLOSEST) {
    Object.assign(began(map), { boxes: bounds, maxZoom, moved: false });
    fitNow(map);
  };

  // What a state is about: looked at when it is new. A map that opens `at` something begins there; one of a walk, or of
  // several, looks at them as soon as they have come (tours.js, walks.js).
  mm.home = function (map, state) {
    if (!state.bounds || !state.bounds.length) return;
    const home = began(map);
    const walk = state.picking ? "" : state.tour || (state.walks || []).map(({ url }) => url).join(" ");
    const key = JSON.stringify([state.bounds, walk]);
    if (home.key === key) return;
    const first = !home.key;
    home.key = key;
    if (!walk) mm.look(map, first && state.at && state.at.length ? state.at : state.bounds);
  };

  // Begin with a map: its frame is laid out after the script ran, may lose its size on the way and get it again.
  mm.keepFitting = function (map) {
    const home = began(map);
    const frame = map.getContainer();
    new ResizeObserver(() => {
      if (!hasSize(map)) return; // hidden: it comes back as it was
      measure(map);
      fitNow(map);
    }).observe(frame);
    // Controls that come later, or grow with their letters, want their room, too; a form the visitor opens does not.
    const controls = new ResizeObserver(() => { if (!home.touched) fitNow(map); });
    for (const corner of frame.querySelectorAll(":scope > .leaflet-control-container > div")) controls.observe(corner);
  };
})();
