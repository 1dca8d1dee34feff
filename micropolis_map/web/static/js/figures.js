// Figures under the pointer: what a street, home, hexagon or district on the map of walking times stands for.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});

  const formats = new Map(); // to make one takes as long as to write a hundred numbers
  mm.number = function (value, state, digits) {
    const most = digits ?? (value < 10 ? 1 : 0), key = `${state.lang} ${most}`;
    if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(state.lang, { maximumFractionDigits: most }));
    return formats.get(key).format(value);
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

  // "120 people live here"
  mm.live = function (people, state) {
    const form = new Intl.PluralRules(state.lang).select(people < 10 ? Math.round(people * 10) / 10 : Math.round(people));
    return mm.fill(state.texts.live[form] || state.texts.live.other, state, people);
  };

  // "7 min · 120 people live here"
  function walkAndPeople(minutes, people, state) {
    const walk = minutes === null ? state.texts.noWay : mm.fill(state.texts.minutes, state, minutes);
    return people > 0 ? `${walk} · ${mm.live(people, state)}` : walk;
  }

  function areaLines(p, state) {
    const t = state.texts;
    if (!(p.population > 0)) return [p.name || t.area, t.nobody];
    const walk = typeof p.median_s === "number" ? p.median_s / 60 : null;
    const lines = [p.name, walkAndPeople(walk, p.population, state)].filter(Boolean);
    for (const [minutes, share] of Object.entries(p.share_within || {})) {
      lines.push(String(t.within).replace("{n}", minutes).replace("{share}", percent(share, state)));
    }
    if (walk !== null) lines.push(mm.fill(t.median, state, walk));
    if (typeof p.beyond === "number") lines.push(mm.fill(t.beyond, state, p.beyond));
    return lines;
  }

  async function linesAt(map, at) {
    const found = map._mmHeat && map._mmCoverage && (await map._mmHeat.at(at));
    if (!found || !map._mmCoverage) return null;
    const { state } = map._mmCoverage;
    if (found.kind === "areas") return areaLines(found.about, state);
    if (found.kind === "points") return [walkAndPeople(found.minutes, found.people, state), state.texts.nearest];
    return [found.minutes === null ? state.texts.noWay : mm.fill(state.texts.walk, state, found.minutes)];
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
      requestAnimationFrame(async () => {
        const lines = last && (await linesAt(map, last));
        waiting = false;
        if (!lines || !last) { map.closeTooltip(tip); return; }
        tip.setLatLng(last).setContent(mm.said(lines));
        if (!map.hasLayer(tip)) map.openTooltip(tip);
      });
    });
    map.on("mouseout", () => { last = null; map.closeTooltip(tip); });
    map.on("click", async (event) => {
      const lines = await linesAt(map, event.latlng);
      if (lines) L.popup({ minWidth: 190, maxWidth: 260, autoPanPadding: [12, 12] }).setLatLng(event.latlng).setContent(mm.said(lines)).openOn(map);
    });
  };
})();
