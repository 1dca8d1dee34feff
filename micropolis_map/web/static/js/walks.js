// Walks to choose from: each a line in its colour, with its number; a tap opens it.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const NEAR_PX = 18; // a finger is no needle
  const APART = 0.07; // of what all walks span: numbers closer than that would lie over each other

  const called = (walk) => `${walk.number}. ${walk.name}`;

  function badge(walk) {
    const sign = document.createElement("b");
    sign.className = "mm-tour-stop mm-walk-number";
    sign.textContent = walk.number;
    sign.setAttribute("role", "img"); // its card is the button
    sign.setAttribute("aria-label", called(walk));
    sign.style.background = walk.colour;
    return L.divIcon({ className: "mm-tour", html: sign, iconSize: [30, 30] });
  }

  function linesOf(walk, data) {
    const lines = data.features.filter((feature) => feature.properties.role === "walk");
    const corners = lines.map((feature) => feature.geometry.coordinates.map(([lon, lat]) => [lat, lon]));
    return { walk, corners, dash: lines.some((feature) => feature.properties.straight) ? "2 9" : null };
  }

  // Where the number stands: where the walk begins, or as near to it as those of other walks let it.
  function numbered(corners, taken, span) {
    const points = corners.flat().map((at) => L.latLng(at));
    const free = points.find((at) => taken.every((other) => other.distanceTo(at) > APART * span)) || points[0];
    taken.push(free);
    return free;
  }

  // The line, under a broader one nobody sees that takes the taps, and the number.
  function drawn(map, { walk, corners, dash }, at) {
    const name = document.createElement("span");
    name.textContent = called(walk);
    const open = () => mm.tap(map, "walk", { place: walk.id });
    const start = L.marker(at, { icon: badge(walk), keyboard: false, zIndexOffset: 4000 });
    const touch = L.polyline(corners, { weight: NEAR_PX, opacity: 0 });
    for (const part of [start, touch]) part.bindTooltip(name.cloneNode(true), { sticky: part === touch, direction: "top" }).on("click", open);
    return L.featureGroup([
      L.polyline(corners, { color: "#fffdf8", weight: 8, opacity: 0.85, interactive: false }),
      L.polyline(corners, { color: walk.colour, weight: 4.5, dashArray: dash, interactive: false }),
      touch,
      start,
    ]);
  }

  mm.walks = function (map, state) {
    const walks = state.walks || [];
    const key = JSON.stringify(walks);
    const now = map._mmWalks;
    if (now ? now.key === key : !walks.length) return;
    if (now && now.layer) map.removeLayer(now.layer);
    const entry = (map._mmWalks = { key, layer: null });
    const box = map.getContainer().dataset;
    delete box.walks;
    if (!walks.length) return;
    Promise.all(walks.map((walk) => mm.fetchKept(walk.url, mm.fetchJson).then((data) => linesOf(walk, data)).catch((error) => {
      console.warn("walk not loaded", walk.id, error);
      return null;
    }))).then((found) => {
      if (map._mmWalks !== entry) return;
      const some = found.filter((one) => one && one.corners.length);
      const all = L.latLngBounds(some.flatMap(({ corners }) => corners.flat()));
      const span = some.length ? all.getSouthWest().distanceTo(all.getNorthEast()) : 0;
      const taken = [];
      entry.layer = L.featureGroup(some.map((one) => drawn(map, one, numbered(one.corners, taken, span)))).addTo(map);
      box.walks = String(some.length);
      if (all.isValid()) mm.look(map, all, 16);
    });
  };
})();
