// Walking time on the map: streets, homes or hexagons coloured by minutes, and the meeting places people walk to.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});

  // Minutes of a feature; null where no meeting place can be reached.
  mm.minutesOf = function (feature) {
    const p = feature.properties || {};
    for (const key of ["cost_s", "median_s"]) if (typeof p[key] === "number") return p[key] / 60;
    return typeof p.minutes === "number" ? p.minutes : null;
  };

  // The first class whose upper bound (minutes, inclusive) holds; the last class has none.
  mm.classOf = function (minutes, classes) {
    if (minutes === null) return classes.length - 1;
    const found = classes.findIndex((c) => c.upTo !== null && minutes <= c.upTo);
    return found < 0 ? classes.length - 2 : found;
  };

  function weight(zoom) {
    return zoom < 12 ? 1.4 : zoom < 14 ? 2.2 : zoom < 15 ? 3.2 : zoom < 16 ? 4.5 : 6.5;
  }

  function draw(map, data, state) {
    const byClass = state.classes.map(() => []);
    const group = L.featureGroup();
    for (const feature of data.features) {
      const type = feature.geometry && feature.geometry.type;
      const index = mm.classOf(mm.minutesOf(feature), state.classes);
      if (/LineString/.test(type)) {
        byClass[index].push(...mm.lines(feature));
      } else if (/Polygon/.test(type)) {
        const shape = L.geoJSON(feature, {
          pane: mm.pane(map, "coverage", 228), renderer: mm.canvas(map, "coverage"), interactive: false,
          style: { stroke: true, weight: 0.6, color: "#fffdf8", fillColor: state.classes[index].colour, fillOpacity: 0.82 },
        });
        group.addLayer(shape);
      } else if (type === "Point") {
        const [lon, lat] = feature.geometry.coordinates;
        group.addLayer(L.circleMarker([lat, lon], {
          pane: mm.pane(map, "coverage", 242), renderer: mm.canvas(map, "coverage"), interactive: false, radius: 3,
          stroke: false, fillColor: state.classes[index].colour, fillOpacity: 0.95,
        }));
      }
    }
    const drawn = [];
    mm.pane(map, "coverage", 242);
    byClass.forEach((parts, index) => {
      if (!parts.length) return;
      const style = { pane: "mm-coverage", renderer: mm.canvas(map, "coverage"), interactive: false, smoothFactor: 0.8, lineCap: "round" };
      const casing = L.polyline(parts, { ...style, color: "#3b3226", opacity: 0.35 });
      const line = L.polyline(parts, { ...style, color: state.classes[index].colour, dashArray: state.classes[index].dash });
      drawn.push([casing, 1.4], [line, 0]);
    });
    drawn.sort((a, b) => b[1] - a[1]).forEach(([line]) => group.addLayer(line));
    const restyle = () => drawn.forEach(([line, more]) => line.setStyle({ weight: weight(map.getZoom()) + more }));
    map.on("zoomend", restyle);
    group.on("remove", () => map.off("zoomend", restyle));
    restyle();
    return group;
  }

  mm.coverage = function (map, state) {
    const now = map._mmCoverage;
    if (now && now.url === state.coverage) return;
    const entry = (map._mmCoverage = { url: state.coverage, layer: null });
    mm.fetchJson(state.coverage).then((data) => {
      if (map._mmCoverage !== entry) return;
      if (now && now.layer) map.removeLayer(now.layer);
      entry.layer = draw(map, data, state).addTo(map);
      map.getContainer().dataset.coverage = data.features.length;
      if (!now && data.features.length) {
        const bounds = L.geoJSON(data).getBounds();
        if (bounds.isValid() && !state.keepView) map.fitBounds(bounds.pad(0.02), { animate: false, maxZoom: 15 });
      }
    }).catch((error) => {
      map._mmCoverage = null;
      mm.note(map, state.texts.failed || "");
      console.warn("coverage not loaded", error);
    });
  };

  // Meeting places as rings; their names are only ever set as text.
  mm.spots = function (map, state) {
    if (map._mmSpots && map._mmSpots.url === state.spots) return;
    const entry = { url: state.spots, layer: null };
    const old = map._mmSpots;
    map._mmSpots = entry;
    mm.fetchJson(state.spots).then((data) => {
      if (map._mmSpots !== entry) return;
      if (old && old.layer) map.removeLayer(old.layer);
      entry.layer = L.featureGroup();
      for (const feature of data.features) {
        if (!feature.geometry || feature.geometry.type !== "Point") continue;
        const [lon, lat] = feature.geometry.coordinates;
        const p = feature.properties || {};
        const name = mm.pick(p.name, state.lang) || (state.texts.whats || {})[p.what] || String(p.what || "").replaceAll("_", " ");
        const icon = L.divIcon({ className: "mm-spot", html: "", iconSize: [16, 16] });
        const pin = L.marker([lat, lon], { icon, keyboard: false, interactive: Boolean(name) });
        const label = document.createElement("span");
        label.textContent = name;
        if (name) pin.bindTooltip(label, { direction: "top", offset: [0, -8] });
        entry.layer.addLayer(pin);
      }
      entry.layer.addTo(map);
      map.getContainer().dataset.spots = data.features.length;
    }).catch((error) => console.warn("meeting places not loaded", error));
  };
})();
