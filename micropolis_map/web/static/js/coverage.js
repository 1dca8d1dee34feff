// Walking time on the map: streets, homes, hexagons or districts coloured by class (coverage_layer.js), the meeting places
// people walk to, the worst-served homes and what stands in the way.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const kept = new Map(); // what was fetched, by address; the last ones

  mm.fetchKept = function (url, read) {
    if (!kept.has(url)) {
      const asked = read(url).catch((error) => { kept.delete(url); throw error; });
      kept.set(url, asked);
      while (kept.size > 16) kept.delete(kept.keys().next().value);
    }
    return kept.get(url);
  };

  mm.coverage = function (map, state) {
    const now = map._mmCoverage;
    const layers = [].concat(state.coverage);
    const key = JSON.stringify([layers, state.classes, state.shareBeyond]);
    if (now && now.key === key) { now.state = state; return; }
    const entry = (map._mmCoverage = { key, state });
    const box = map.getContainer().dataset;
    delete box.coverage;
    let first = true;
    mm.heat(map).show({ layers, classes: state.classes, shareBeyond: state.shareBeyond || "" }, (failed, ready) => {
      if (map._mmCoverage !== entry) return;
      if (failed) {
        map._mmCoverage = null;
        mm.note(map, state.texts.failed || "");
        console.warn("coverage not loaded", failed);
        return;
      }
      box.coverage = ready.count;
      box.layer = ready.name;
      if (first) box.shown = String((Number(box.shown) || 0) + 1);
      first = false;
      mm.tips(map);
    });
  };

  const FEW = 12; // so many spots are no crowd
  const STREETS_FROM = 15; // nearer, every spot and home stands for itself

  function clusters(state) {
    return L.markerClusterGroup({
      maxClusterRadius: 40, disableClusteringAtZoom: STREETS_FROM, showCoverageOnHover: false, spiderfyOnMaxZoom: false, animate: false, chunkedLoading: true, chunkInterval: 40, chunkDelay: 10,
      iconCreateFunction: (cluster) => {
        const text = document.createElement("b");
        text.textContent = mm.number(cluster.getChildCount(), state);
        const icon = L.divIcon({ className: "mm-spots-many", html: text, iconSize: [30, 30] });
        const make = icon.createIcon;
        icon.createIcon = (old) => {
          const node = make.call(icon, old);
          node.title = mm.fill(state.texts.spotCluster, state, cluster.getChildCount());
          node.setAttribute("aria-label", node.title || text.textContent);
          return node;
        };
        return icon;
      },
    });
  }

  // What is too much for the zoom of a town is hidden by style.
  function distant(map) {
    if (map._mmDistant) return;
    map._mmDistant = () => map.getContainer().classList.toggle("is-far", map.getZoom() < STREETS_FROM - 0.5);
    map.on("zoomend", map._mmDistant);
    map._mmDistant();
  }

  // Where walks are longest: outlines, which the label on each of them explains.
  function worstAreas(map, state) {
    const key = state.worstAreas || "";
    const old = map._mmWorstOutlines;
    if (old && old.key === key) return;
    const entry = (map._mmWorstOutlines = { key, layer: null });
    if (!key) { if (old && old.layer) map.removeLayer(old.layer); return; }
    mm.fetchKept(key, mm.fetchJson).then((data) => {
      if (map._mmWorstOutlines !== entry) return;
      if (old && old.layer) map.removeLayer(old.layer);
      const style = { pane: mm.pane(map, "worst", 243), renderer: mm.canvas(map, "worst"), interactive: false, fill: false };
      entry.layer = L.featureGroup([
        L.geoJSON(data, { ...style, style: { color: "#fffdf8", weight: 6, fill: false } }),
        L.geoJSON(data, { ...style, style: { color: "#9d2233", weight: 3, fill: false } }),
      ]).addTo(map);
    }).catch((error) => console.warn("areas not loaded", error));
  }

  // Markers from an address or a list of features; `make` gives the icon's class, its text and the label's lines.
  mm.marks = function (map, slot, wanted, make, group) {
    const key = JSON.stringify(wanted || null);
    const old = map[slot];
    if (old && old.key === key) return;
    const entry = (map[slot] = { key, layer: null });
    const box = map.getContainer().dataset;
    const name = slot.replace("_mm", "").toLowerCase();
    const drop = () => old && old.layer && map.removeLayer(old.layer);
    if (!wanted) { drop(); delete box[name]; return; }
    const features = typeof wanted === "string" ? mm.fetchKept(wanted, mm.fetchJson).then((data) => data.features) : Promise.resolve(wanted);
    features.then((list) => {
      if (map[slot] !== entry) return;
      drop();
      const pins = [];
      for (const feature of list) {
        const at = feature.properties.at || (feature.geometry && feature.geometry.type === "Point" && feature.geometry.coordinates);
        if (!at) continue;
        const [lon, lat] = at;
        const { css, text, lines, size, above } = make(feature);
        const inner = document.createElement("b");
        inner.textContent = text || "";
        const icon = L.divIcon({ className: css, html: text ? inner : "", iconSize: [size || 16, size || 16] });
        const pin = L.marker([lat, lon], { icon, keyboard: false, interactive: lines.length > 0, zIndexOffset: above || 0 });
        if (lines.length) pin.bindTooltip(mm.said(lines), { direction: "top", offset: [0, -(size || 16) / 2] });
        pins.push(pin);
      }
      entry.layer = (group && pins.length > FEW ? group() : L.featureGroup()).addTo(map);
      if (entry.layer.addLayers) entry.layer.addLayers(pins); else pins.forEach((pin) => entry.layer.addLayer(pin));
      box[name] = list.length;
    }).catch((error) => console.warn("marks not loaded", error));
  };

  // Lines of text as one node, the first in bold: names are only ever set as text.
  mm.said = function (lines) {
    const box = document.createElement("div");
    box.className = "mm-tip";
    lines.filter(Boolean).forEach((line, i) => {
      const part = document.createElement(i ? "div" : "b");
      part.textContent = line;
      box.append(part);
    });
    return box;
  };

  function spotName(feature, state) {
    const p = feature.properties || {};
    const whats = (state.texts || {}).whats || {};
    return mm.pick(p.name, state.lang) || whats[p.activity] || whats[p.what] || String(p.what || "").replaceAll("_", " ");
  }

  // Meeting places as rings; those nobody knows enough of are dashed, those that are planned filled.
  mm.spots = function (map, state) {
    const texts = state.texts || {};
    mm.marks(map, "_mmSpots", state.spots, (feature) => {
      const planned = feature.properties.what === "new_site";
      const lines = planned ? [texts.newSite] : [spotName(feature, state), feature.properties.opening_hours];
      return { css: planned ? "mm-spot is-new" : "mm-spot", lines: lines[0] ? lines : [], above: planned ? 900 : 0 };
    }, () => clusters(state));
    distant(map);
    worstAreas(map, state);
    mm.marks(map, "_mmWorstAreas", state.worstAreas, (feature) => {
      const p = feature.properties;
      const far = typeof p.at_least_s === "number" ? mm.fill(texts.walkArea, state, p.at_least_s / 60) : texts.noWayArea;
      return { css: "mm-worst-sign", text: "!", size: 22, above: 400, lines: [mm.live(p.population, state), far] };
    });
    mm.marks(map, "_mmUnknown", state.unknown, (feature) => (
      { css: "mm-spot is-unknown", text: "?", size: 20, lines: [spotName(feature, state), texts.unknownSpot] }
    ));
    mm.marks(map, "_mmWorst", state.worst, (feature) => {
      const p = feature.properties;
      const far = typeof p.cost_s === "number" ? mm.fill(texts.walkHome, state, p.cost_s / 60) : texts.noWay;
      return { css: "mm-worst", text: "", size: 13, above: 300, lines: [far, mm.fill(texts.people, state, p.population), p.district] };
    });
    mm.marks(map, "_mmBarriers", state.barriers, (feature) => (
      { css: `mm-barrier is-${feature.properties.list}`, text: String(feature.properties.number), size: 24, above: 600, lines: feature.properties.lines }
    ));
  };
})();
