// Places that are a line or an area (a street, a park): drawn as such, with a marker at a point that stands for them.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const TOUCH_PX = 24; // a thin line is tapped with a finger

  // The middle of a line, by its length.
  function middle(line) {
    const steps = line.slice(1).map((at, i) => Math.hypot((at[0] - line[i][0]) * Math.cos((at[1] * Math.PI) / 180), at[1] - line[i][1]));
    let left = steps.reduce((sum, step) => sum + step, 0) / 2;
    const i = steps.findIndex((step) => (left -= step) <= 0);
    if (i < 0) return line[0];
    const share = steps[i] ? 1 + left / steps[i] : 0;
    return [0, 1].map((axis) => line[i][axis] + (line[i + 1][axis] - line[i][axis]) * share);
  }

  // A point inside a polygon: the middle of its widest stretch on the best of seven lines across it.
  function inside(rings) {
    const lats = rings[0].map((at) => at[1]);
    const [low, high] = [Math.min(...lats), Math.max(...lats)];
    let best = { width: -1, at: rings[0][0] };
    for (let k = 1; k < 8; k += 1) {
      const lat = low + ((high - low) * k) / 8.001;
      const across = rings.flatMap((ring) => ring.slice(1).flatMap((b, i) => {
        const a = ring[i];
        return a[1] > lat === b[1] > lat ? [] : [a[0] + ((lat - a[1]) / (b[1] - a[1])) * (b[0] - a[0])];
      })).sort((x, y) => x - y);
      for (let i = 0; i + 1 < across.length; i += 2) {
        const width = (across[i + 1] - across[i]) * (1 - Math.abs(k - 4) / 8);
        if (width > best.width) best = { width, at: [(across[i] + across[i + 1]) / 2, lat] };
      }
    }
    return best.at;
  }

  const longest = (parts) => parts.reduce((best, part) => (part.length > best.length ? part : best));
  const ANCHOR = {
    Point: (c) => c, MultiPoint: (c) => c[0],
    LineString: middle, MultiLineString: (c) => middle(longest(c)),
    Polygon: inside, MultiPolygon: (c) => inside(c.reduce((best, part) => (part[0].length > best[0].length ? part : best))),
  };

  // The point that stands for a geometry, [lon, lat]: on the line, within the area.
  mm.anchor = (geometry) => ANCHOR[geometry.type](geometry.coordinates);
  mm.isOutline = (geometry) => Boolean(geometry) && !geometry.type.endsWith("Point");

  // The drawing of a line or an area in the colour and the dashes of its kind; `clicked(latlng)` where it may be clicked.
  mm.outline = function (map, feature, shape, { clicked = null, faded = false } = {}) {
    const pane = mm.pane(map, "areas", 243);
    const renderer = (map._mmAreas = map._mmAreas || L.svg({ pane, padding: 0.4 }));
    const area = feature.geometry.type.endsWith("Polygon");
    const draw = (style, interactive = false) => L.geoJSON(feature, { pane, renderer, interactive, bubblingMouseEvents: false, style: { lineJoin: "round", ...style } });
    const casing = draw({ color: "#fffdf8", opacity: 0.9, fill: false });
    const ink = draw({ color: shape.colour, fillColor: shape.colour, fill: area, dashArray: shape.dash || null });
    const touch = draw({ color: shape.colour, weight: TOUCH_PX, opacity: 0, fill: area, fillOpacity: 0 }, Boolean(clicked));
    const group = L.featureGroup(clicked ? [casing, ink, touch] : [casing, ink]);
    let chosen = false;
    const restyle = (near) => {
      const strong = chosen || near;
      casing.setStyle({ weight: (area ? 5 : 9) + (strong ? 3 : 0) });
      ink.setStyle({ weight: (area ? 2.5 : 5) + (strong ? 1.5 : 0), opacity: faded ? 0.5 : 1, fillOpacity: (faded ? 0.08 : 0.2) + (strong ? 0.14 : 0) });
    };
    group.on("mouseover", () => restyle(true)).on("mouseout", () => restyle(false));
    if (clicked) group.on("click", (event) => { L.DomEvent.stopPropagation(event); clicked(event.latlng); });
    group.on("add", () => { // the marker is what keyboards and screen readers reach
      if (renderer._container) renderer._container.setAttribute("aria-hidden", "true");
      ink.eachLayer((layer) => { const path = layer.getElement(); if (path && feature.id) path.dataset.outline = feature.id; });
    });
    group.choose = (now) => { chosen = now; restyle(false); };
    restyle(false);
    return group;
  };
})();
