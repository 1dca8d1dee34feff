// Walking time on the map: streets, homes, hexagons or districts coloured by class, the meeting places people
// walk to, the worst-served homes and what stands in the way. Another threshold is drawn from what is here.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const NO_WAY = 255; // of a byte of times; otherwise half minutes
  const kept = new Map(); // what was fetched, by address; the last ones

  mm.fetchKept = function (url, read) {
    if (!kept.has(url)) {
      const asked = read(url).catch((error) => { kept.delete(url); throw error; });
      kept.set(url, asked);
      while (kept.size > 16) kept.delete(kept.keys().next().value);
    }
    return kept.get(url);
  };
  async function bytes(url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  // Minutes of a feature; null where no meeting place can be reached.
  mm.minutesOf = function (feature) {
    const p = feature.properties || {};
    for (const key of ["cost_s", "median_s"]) if (typeof p[key] === "number") return p[key] / 60;
    return typeof p.minutes === "number" ? p.minutes : null;
  };

  // The first class whose upper bound (inclusive) holds; of minutes the last class is for no way at all.
  mm.classOf = function (value, classes) {
    if (value === null) return classes.length - 1;
    const found = classes.findIndex((c) => c.upTo !== null && value <= c.upTo + 1e-9);
    return found < 0 ? classes.findIndex((c) => c.upTo === null) : found;
  };

  function weight(zoom) {
    return zoom < 12 ? 1.4 : zoom < 14 ? 2.2 : zoom < 15 ? 3.2 : zoom < 16 ? 4.5 : 6.5;
  }

  // Where streets or homes are, as Leaflet's points: made once for each ground.
  function ground(data) {
    const line = (numbers) => {
      const points = [];
      for (let i = 0, lon = 0, lat = 0; i < numbers.length; i += 2) {
        lon += numbers[i]; lat += numbers[i + 1];
        points.push(L.latLng(lat / data.scale, lon / data.scale));
      }
      return points;
    };
    return data.lines ? { lines: data.lines.map(line), casing: null } : { points: line(data.points), people: data.people };
  }

  // Pieces of street, the same class joined to one line.
  function runs(lines, classOfPiece, count) {
    const byClass = Array.from({ length: count }, () => []);
    let piece = 0;
    for (const line of lines) {
      for (let i = 0; i + 1 < line.length; piece += 1) {
        const index = classOfPiece[piece];
        let j = i + 1;
        while (j + 1 < line.length && classOfPiece[piece + 1] === index) { j += 1; piece += 1; }
        byClass[index].push(line.slice(i, j + 1));
        i = j;
      }
    }
    return byClass;
  }

  function streetLines(map, group, byClass, casing, state) {
    const drawn = [];
    mm.pane(map, "coverage", 242);
    const style = { pane: "mm-coverage", renderer: mm.canvas(map, "coverage"), interactive: false, smoothFactor: 1.2, lineCap: "round" };
    const all = casing || byClass.flat();
    if (all.length) drawn.push([L.polyline(all, { ...style, color: "#3b3226", opacity: 0.35 }), 1.4]);
    byClass.forEach((parts, index) => {
      if (parts.length) drawn.push([L.polyline(parts, { ...style, color: state.classes[index].colour, dashArray: state.classes[index].dash }), 0]);
    });
    const restyle = () => drawn.forEach(([line, more]) => line.setStyle({ weight: weight(map.getZoom()) + more }));
    restyle();
    drawn.forEach(([line]) => group.addLayer(line));
    map.on("zoomend", restyle);
    group.on("remove", () => map.off("zoomend", restyle));
  }

  function dot(map, group, at, colour) {
    group.addLayer(L.circleMarker(at, {
      pane: mm.pane(map, "coverage", 242), renderer: mm.canvas(map, "coverage"), interactive: false, radius: 3,
      stroke: false, fillColor: colour, fillOpacity: 0.95,
    }));
  }

  function fromBytes(map, { shape, times }, state) {
    const group = L.featureGroup();
    const table = Uint8Array.from({ length: 256 }, (_, n) => mm.classOf(n === NO_WAY ? null : n / 2, state.classes));
    const classes = times.map((n) => table[n]);
    if (shape.lines) streetLines(map, group, runs(shape.lines, classes, state.classes.length), shape.lines, state);
    else shape.points.forEach((at, i) => dot(map, group, at, state.classes[classes[i]].colour));
    return group;
  }

  function fromFeatures(map, data, state) {
    const byClass = state.classes.map(() => []);
    const group = L.featureGroup();
    for (const feature of data.features) {
      const type = feature.geometry && feature.geometry.type;
      const index = mm.classOf(state.shareBeyond ? mm.shareBeyond(feature, state.shareBeyond) : mm.minutesOf(feature), state.classes);
      if (/LineString/.test(type)) {
        byClass[index].push(...mm.lines(feature));
      } else if (/Polygon/.test(type)) {
        group.addLayer(L.geoJSON(feature, {
          pane: mm.pane(map, "coverage", 228), renderer: mm.canvas(map, "coverage"), interactive: false,
          style: { stroke: true, weight: state.shareBeyond ? 1.6 : 0.6, color: "#fffdf8", fillColor: state.classes[index].colour, fillOpacity: 0.8 },
        }));
      } else if (type === "Point") {
        const [lon, lat] = feature.geometry.coordinates;
        dot(map, group, [lat, lon], state.classes[index].colour);
      }
    }
    streetLines(map, group, byClass, null, state);
    return group;
  }

  // Share of an area's people farther away than the threshold `key`; null without people.
  mm.shareBeyond = function (feature, key) {
    const p = feature.properties || {};
    return p.population > 0 && p.share_within ? 1 - p.share_within[key] : null;
  };

  async function fetched(wanted) {
    if (typeof wanted === "string") return { data: await mm.fetchKept(wanted, mm.fetchJson) };
    if (!wanted.times) return { data: await mm.fetchKept(wanted.url, mm.fetchJson) };
    const [shape, times] = await Promise.all([
      mm.fetchKept(wanted.ground, (url) => mm.fetchJson(url).then(ground)), mm.fetchKept(wanted.times, bytes),
    ]);
    return { shape, times };
  }

  mm.coverage = function (map, state) {
    const now = map._mmCoverage;
    const key = JSON.stringify([state.coverage, state.classes, state.shareBeyond]);
    if (now && now.key === key) { now.state = state; return; }
    const entry = (map._mmCoverage = { key, state, layer: now && now.layer });
    fetched(state.coverage).then((got) => {
      if (map._mmCoverage !== entry) return;
      if (entry.layer) map.removeLayer(entry.layer);
      entry.layer = (got.times ? fromBytes(map, got, state) : fromFeatures(map, got.data, state)).addTo(map);
      Object.assign(entry, got);
      const box = map.getContainer().dataset;
      box.coverage = got.times ? got.times.length : got.data.features.length;
      box.shown = key.length ? String((Number(box.shown) || 0) + 1) : "";
      if (mm.tips) mm.tips(map);
    }).catch((error) => {
      map._mmCoverage = null;
      mm.note(map, state.texts.failed || "");
      console.warn("coverage not loaded", error);
    });
  };

  // Markers from an address or a list of features; `make` gives the icon's class, its text and the label's lines.
  mm.marks = function (map, slot, wanted, make) {
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
      entry.layer = L.featureGroup();
      for (const feature of list) {
        if (!feature.geometry || feature.geometry.type !== "Point") continue;
        const [lon, lat] = feature.geometry.coordinates;
        const { css, text, lines, size, above } = make(feature);
        const inner = document.createElement("b");
        inner.textContent = text || "";
        const icon = L.divIcon({ className: css, html: text ? inner : "", iconSize: [size || 16, size || 16] });
        const pin = L.marker([lat, lon], { icon, keyboard: false, interactive: lines.length > 0, zIndexOffset: above || 0 });
        if (lines.length) pin.bindTooltip(mm.said(lines), { direction: "top", offset: [0, -(size || 16) / 2] });
        entry.layer.addLayer(pin);
      }
      entry.layer.addTo(map);
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
