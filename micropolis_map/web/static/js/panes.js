// What the drawing scripts share: panes one above the other, a canvas for each, lines of GeoJSON, answers in JSON.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const PANES = { streets: 230, outlines: 240, names: 245 };
  // Widths in pixels at zoom 11, 12 … 19.
  const WIDTHS = {
    main: [1, 1.5, 2.1, 3.2, 4.8, 7, 10.5, 15, 21],
    minor: [0.4, 0.6, 0.9, 1.6, 2.7, 4.6, 7.5, 11, 16],
    path: [0, 0, 0.4, 0.7, 1, 1.4, 1.8, 2.4, 3],
    steps: [0, 0, 0, 1, 1.8, 3, 4.5, 6, 9],
  };

  mm.width = function (kind, zoom) {
    const table = WIDTHS[kind];
    return table[Math.max(0, Math.min(table.length - 1, Math.round(zoom) - 11))];
  };

  // [lat, lng] lines of every LineString and MultiLineString.
  function lines(feature) {
    const g = feature.geometry;
    if (!g) return [];
    const parts = g.type === "LineString" ? [g.coordinates] : g.type === "MultiLineString" ? g.coordinates : [];
    return parts.map((part) => part.map(([lon, lat]) => [lat, lon]));
  }
  mm.lines = lines;

  mm.fetchJson = async function (url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.json();
  };

  mm.pane = function (map, name, z) {
    const id = `mm-${name}`;
    if (!map.getPane(id)) {
      map.createPane(id).style.zIndex = z ?? PANES[name];
      map.getPane(id).style.pointerEvents = "none";
    }
    return id;
  };

  function canvas(map, name) {
    map._mmCanvas = map._mmCanvas || {};
    return (map._mmCanvas[name] = map._mmCanvas[name] || L.canvas({ pane: mm.pane(map, name), padding: 0.4 }));
  }
  mm.canvas = canvas;
})();
