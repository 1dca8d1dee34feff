// The background of the map, drawn from the community's own layers on canvases: land, green, water,
// buildings, streets by their standing, steps dashed, names. Nothing comes from another host.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});

  const PANES = { green: 205, water: 210, waterways: 212, buildings: 220, streets: 230, railways: 235, outlines: 240, names: 245 };
  // Widths in pixels at zoom 11, 12 … 19.
  const WIDTHS = {
    main: [1, 1.5, 2.1, 3.2, 4.8, 7, 10.5, 15, 21],
    minor: [0.4, 0.6, 0.9, 1.6, 2.7, 4.6, 7.5, 11, 16],
    path: [0, 0, 0.4, 0.7, 1, 1.4, 1.8, 2.4, 3],
    steps: [0, 0, 0, 1, 1.8, 3, 4.5, 6, 9],
  };
  const STREETS = [ // drawn in this order
    ["path", { color: "#a58a62", dash: [4, 3] }],
    ["minor", { color: "#fffefb", casing: "#c9b896" }],
    ["main", { color: "#fbe7b5", casing: "#c2a262" }],
    ["steps", { color: "#a0522d", dash: [2, 2] }],
  ];

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

  function polygons(map, name, data, style) {
    return L.geoJSON(data, {
      pane: mm.pane(map, name), renderer: canvas(map, name), interactive: false, style: () => style,
      pointToLayer: () => null, filter: (f) => f.geometry && /Polygon/.test(f.geometry.type),
    });
  }

  function polyline(map, name, parts, style) {
    return L.polyline(parts, {
      pane: mm.pane(map, name), renderer: canvas(map, name), interactive: false, smoothFactor: 0.8,
      lineCap: "round", lineJoin: "round", ...style,
    });
  }

  function streets(map, data) {
    const parts = {};
    for (const feature of data.features) {
      const name = (feature.properties || {}).class;
      const kind = WIDTHS[name] ? name : "minor";
      (parts[kind] = parts[kind] || []).push(...lines(feature));
    }
    const group = L.featureGroup();
    const drawn = [];
    for (const pass of ["casing", "color"]) {
      for (const [kind, style] of STREETS) {
        if (!parts[kind] || !style[pass]) continue;
        const line = polyline(map, "streets", parts[kind], { color: style[pass], lineCap: style.dash ? "butt" : "round" });
        drawn.push([line, kind, style, pass]);
        group.addLayer(line);
      }
    }
    const restyle = () => {
      const zoom = map.getZoom();
      for (const [line, kind, style, pass] of drawn) {
        const width = mm.width(kind, zoom);
        const casing = pass === "casing";
        const shown = width > 0 && !(casing && zoom < 13);
        line.setStyle({
          weight: casing ? width + (zoom >= 16 ? 2 : 1.3) : width,
          opacity: shown ? 1 : 0,
          color: !casing && zoom < 14 && kind === "minor" ? "#d6c9b1" : style[pass],
          dashArray: style.dash ? style.dash.map((n) => n * Math.max(1, width / 2)).join(" ") : null,
        });
      }
    };
    map.on("zoomend", restyle);
    group.on("remove", () => map.off("zoomend", restyle));
    restyle();
    mm.streetNames(map, data, group);
    return group;
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

  const DRAW = {
    green: (map, data) => polygons(map, "green", data, { stroke: false, fillColor: "#cfdcb2", fillOpacity: 0.9 }),
    water: (map, data) => {
      const style = { color: "#8fb7c4", weight: 0.8, fillColor: "#b7d3dc", fillOpacity: 1 };
      const layer = polygons(map, "water", data, style);
      const bounds = layer.getBounds();
      if (!map._mmIsland || !bounds.isValid()) return layer;
      // Around an island the sea goes on beyond the data.
      const far = bounds.pad(8);
      const ring = (b) => [b.getSouthWest(), b.getNorthWest(), b.getNorthEast(), b.getSouthEast()];
      const sea = L.polygon([ring(far), ring(bounds.pad(-0.001))], {
        pane: mm.pane(map, "water"), renderer: canvas(map, "water"), interactive: false, stroke: false, fillColor: style.fillColor, fillOpacity: 1,
      });
      return L.featureGroup([sea, layer]);
    },
    waterways: (map, data) => polyline(map, "waterways", data.features.flatMap(lines), { color: "#9dc3cf", weight: 2 }),
    buildings: (map, data) => {
      const layer = polygons(map, "buildings", data, { color: "#c9b596", weight: 0.6, fillColor: "#e0d0b5", fillOpacity: 1 });
      const group = L.featureGroup();
      const toggle = () => (map.getZoom() >= 15 ? group.addLayer(layer) : group.removeLayer(layer));
      map.on("zoomend", toggle);
      group.on("remove", () => map.off("zoomend", toggle));
      toggle();
      return group;
    },
    streets,
    railways: (map, data) => {
      const parts = data.features.flatMap(lines);
      return L.featureGroup([
        polyline(map, "railways", parts, { color: "#8b8680", weight: 3, lineCap: "butt" }),
        polyline(map, "railways", parts, { color: "#f3ede0", weight: 1.6, lineCap: "butt", dashArray: "8 8" }),
      ]);
    },
    outlines: (map, data) => {
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
    },
  };

  // Draw `urls` ({layer: address}); an address that did not change is left as it is.
  mm.background = function (map, urls) {
    const now = (map._mmLayers = map._mmLayers || {});
    for (const name of Object.keys(now)) {
      if (now[name].url !== urls[name]) {
        if (now[name].layer) map.removeLayer(now[name].layer);
        delete now[name];
      }
    }
    for (const [name, url] of Object.entries(urls)) {
      if (!url || now[name] || !DRAW[name]) continue;
      const entry = (now[name] = { url, layer: null });
      mm.fetchJson(url).then((data) => {
        if (now[name] !== entry || !data.features || !data.features.length) return;
        entry.layer = DRAW[name](map, data).addTo(map);
        map.fire("mm:layer", { name });
      }).catch((error) => console.warn(`background layer ${name} not drawn`, error));
    }
    map.getContainer().dataset.background = Object.keys(urls).join(" ");
  };
})();
