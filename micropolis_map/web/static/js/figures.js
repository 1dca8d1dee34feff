// Figures under the pointer: what a street, home, hexagon or district on the map of walking times stands for.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const REACH_PX = 12;

  mm.number = function (value, state, digits) {
    return value.toLocaleString(state.lang, { maximumFractionDigits: digits ?? (value < 10 ? 1 : 0) });
  };
  mm.fill = function (text, state, value) {
    return String(text || "").replace("{n}", mm.number(value, state));
  };
  function percent(share, state) {
    const whole = Math.round(share * 100);
    const hides = share > 0 && share < 1 && (whole === 0 || whole === 100); // as figures.py writes shares
    const shown = hides ? Math.min(Math.max(share, 0.001), 0.999) : share;
    return `${(shown * 100).toLocaleString(state.lang, { maximumFractionDigits: hides ? 1 : 0 })} %`;
  }

  function inRing(lon, lat, ring) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [x1, y1] = ring[i];
      const [x2, y2] = ring[j];
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
    }
    return inside;
  }
  function holds(feature, at) {
    const g = feature.geometry || {};
    const polygons = g.type === "Polygon" ? [g.coordinates] : g.type === "MultiPolygon" ? g.coordinates : [];
    return polygons.some(([outer, ...holes]) => inRing(at.lng, at.lat, outer) && !holes.some((hole) => inRing(at.lng, at.lat, hole)));
  }

  // The middles of the pieces, or the homes, as flat numbers: quick to search.
  function middles(shape) {
    if (shape.middles) return shape.middles;
    const flat = [];
    if (shape.points) for (const p of shape.points) flat.push(p.lng, p.lat);
    else for (const line of shape.lines) for (let i = 1; i < line.length; i += 1) flat.push((line[i - 1].lng + line[i].lng) / 2, (line[i - 1].lat + line[i].lat) / 2);
    return (shape.middles = Float64Array.from(flat));
  }

  function nearest(map, shape, at) {
    const flat = middles(shape);
    const perPx = 360 / (256 * 2 ** map.getZoom());
    const squeeze = Math.cos((at.lat * Math.PI) / 180);
    let best = (REACH_PX * perPx) ** 2 * (shape.points ? 1 : 6);
    let found = -1;
    for (let i = 0; i < flat.length; i += 2) {
      const dx = flat[i] - at.lng;
      const dy = (flat[i + 1] - at.lat) / squeeze;
      const d = dx * dx + dy * dy;
      if (d < best) { best = d; found = i / 2; }
    }
    return found;
  }

  function areaLines(feature, state) {
    const p = feature.properties;
    const t = state.texts;
    if (!(p.population > 0)) return [p.name || t.area, t.nobody];
    const lines = [p.name || t.area, mm.fill(t.people, state, p.population)];
    for (const [minutes, share] of Object.entries(p.share_within || {})) {
      lines.push(String(t.within).replace("{n}", minutes).replace("{share}", percent(share, state)));
    }
    lines.push(typeof p.median_s === "number" ? mm.fill(t.median, state, p.median_s / 60) : t.noWay);
    if (typeof p.beyond === "number") lines.push(mm.fill(t.beyond, state, p.beyond));
    return lines;
  }

  function linesAt(map, at) {
    const entry = map._mmCoverage;
    if (!entry) return null;
    const { state, shape, times, data } = entry;
    if (data) {
      const feature = data.features.find((one) => holds(one, at));
      return feature ? areaLines(feature, state) : null;
    }
    if (!shape) return null;
    const index = nearest(map, shape, at);
    if (index < 0) return null;
    const walk = times[index] === 255 ? state.texts.noWay : mm.fill(shape.points ? state.texts.walkHome : state.texts.walk, state, times[index] / 2);
    return [walk, shape.people && mm.fill(state.texts.people, state, shape.people[index])];
  }

  // Hovering shows a tip, a click or tap keeps it.
  mm.tips = function (map) {
    if (map._mmTips) return;
    map._mmTips = true;
    const tip = L.tooltip({ direction: "top", offset: [0, -6], className: "mm-tipbox" });
    let waiting = false;
    let last = null;
    map.on("mousemove", (event) => {
      last = event.latlng;
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        const lines = last && linesAt(map, last);
        if (!lines) { map.closeTooltip(tip); return; }
        tip.setLatLng(last).setContent(mm.said(lines));
        if (!map.hasLayer(tip)) map.openTooltip(tip);
      });
    });
    map.on("mouseout", () => { last = null; map.closeTooltip(tip); });
    map.on("click", (event) => {
      const lines = linesAt(map, event.latlng);
      if (lines) L.popup({ maxWidth: 260, autoPanPadding: [12, 12] }).setLatLng(event.latlng).setContent(mm.said(lines)).openOn(map);
    });
  };
})();
