// The outlines and names of a town's districts, where there are no tiles of its map yet.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});

  function polyline(map, name, parts, style) {
    return L.polyline(parts, {
      pane: mm.pane(map, name), renderer: mm.canvas(map, name), interactive: false, smoothFactor: 0.8,
      lineCap: "round", lineJoin: "round", ...style,
    });
  }

  // The runs of a polygon's borders that are not in `seen` yet: a border that two districts share is drawn once,
  // so that dashes stay dashes.
  function newBorders(feature, seen) {
    const g = feature.geometry || {};
    const rings = g.type === "Polygon" ? g.coordinates : g.type === "MultiPolygon" ? g.coordinates.flat() : [];
    const runs = [];
    for (const ring of rings) {
      let run = [];
      for (let i = 1; i < ring.length; i += 1) {
        const ends = [ring[i - 1], ring[i]].map(([lon, lat]) => `${lon.toFixed(5)},${lat.toFixed(5)}`);
        const key = ends.sort().join(" ");
        if (seen.has(key)) {
          if (run.length) runs.push(run);
          run = [];
          continue;
        }
        seen.add(key);
        if (!run.length) run.push([ring[i - 1][1], ring[i - 1][0]]);
        run.push([ring[i][1], ring[i][0]]);
      }
      if (run.length) runs.push(run);
    }
    return runs;
  }

  function draw(map, data) {
    const group = L.featureGroup();
    const seen = new Set();
    for (const feature of data.features) {
      const p = feature.properties || {};
      group.addLayer(polyline(map, "outlines", newBorders(feature, seen), {
        color: "#7a6a55", weight: p.role === "outline" ? 2 : 1.4, opacity: 0.7, lineCap: "butt",
        dashArray: p.approximate === false ? null : "7 6",
      }));
    }
    const names = L.featureGroup();
    for (const feature of data.features) {
      const p = feature.properties || {};
      const at = p.centre || (feature.geometry && L.geoJSON(feature).getBounds().isValid() && L.geoJSON(feature).getBounds().getCenter());
      if (!p.name || !at) continue;
      const text = document.createElement("span");
      text.textContent = p.name;
      const icon = L.divIcon({ className: "mm-district", html: text, iconSize: [0, 0] });
      const where = Array.isArray(at) ? [at[1], at[0]] : at;
      names.addLayer(L.marker(where, { icon, interactive: false, keyboard: false, pane: mm.pane(map, "names") }));
    }
    const toggle = () => {
      const zoom = map.getZoom();
      if (zoom >= 11 && zoom <= 15) group.addLayer(names); else group.removeLayer(names);
    };
    map.on("zoomend", toggle);
    group.on("remove", () => map.off("zoomend", toggle));
    toggle();
    return group;
  }

  // Draw the districts at `url`; none where it is empty.
  mm.borders = function (map, url) {
    if (map._mmBorders) map._mmBorders.remove();
    map._mmBorders = null;
    map._mmBordersOf = url;
    if (!url) return;
    mm.fetchJson(url).then((data) => {
      if (map._mmBordersOf !== url || !data.features || !data.features.length) return;
      map._mmBorders = draw(map, data).addTo(map);
    }).catch((error) => console.warn("districts not drawn", error));
  };
})();
