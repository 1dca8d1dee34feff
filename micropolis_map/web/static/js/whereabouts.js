// Two buttons on every map: the whole town, and where I am. The browser is asked where that is only after a tap.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const NS = "http://www.w3.org/2000/svg";
  const SIGNS = {
    whole: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M8.500 15.500v-4.500l3.500-3 3.500 3v4.500z",
    here: "M12 2v4M12 18v4M2 12h4M18 12h4M12 6a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM12 10.500a1.500 1.500 0 1 1 0 3 1.500 1.500 0 0 1 0-3z",
  };
  const OUTSIDE_M = 3000; // this near the town one still sees oneself on its map
  const ROUGH_M = 2000; // a circle larger than this says nothing
  const ASK = { enableHighAccuracy: true, timeout: 20000, maximumAge: 20000 };

  function sign(path) {
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(NS, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  function button(box, name, act) {
    const one = L.DomUtil.create("button", `mm-${name}`, box);
    one.type = "button";
    one.append(sign(SIGNS[name]));
    one.addEventListener("click", act);
    return one;
  }

  function controls(map) {
    const entry = { texts: {}, state: {}, buttons: {}, said: null, marks: null, asking: false };
    const bar = L.control({ position: "topleft" });
    bar.onAdd = () => {
      const box = L.DomUtil.create("div", "leaflet-bar mm-whereabouts");
      entry.buttons.whole = button(box, "whole", () => { hush(entry); mm.look(map, entry.state.whole); });
      entry.buttons.here = button(box, "here", () => ask(map, entry));
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    bar.addTo(map);
    entry.said = L.DomUtil.create("p", "mm-here-said", map.getContainer());
    entry.said.setAttribute("role", "status");
    L.DomEvent.disableClickPropagation(entry.said);
    entry.said.addEventListener("click", () => hush(entry));
    map.on("click dragstart", () => hush(entry));
    return entry;
  }

  const say = (entry, text) => { entry.said.textContent = text || ""; };
  const hush = (entry) => { if (!entry.asking) say(entry, ""); };
  const figure = (entry, name, value) => mm.fill(entry.texts[name], entry.state, value);

  // In metres, from the box of the town; 0 inside.
  function outside(map, at, whole) {
    const [[south, west], [north, east]] = whole;
    const nearest = L.latLng(Math.min(Math.max(at.lat, south), north), Math.min(Math.max(at.lng, west), east));
    return map.distance(at, nearest);
  }

  function ask(map, entry) {
    if (entry.asking) return;
    if (!window.isSecureContext) { say(entry, entry.texts.hereInsecure); return; }
    if (!navigator.geolocation) { say(entry, entry.texts.hereFailed); return; }
    entry.asking = true;
    entry.buttons.here.setAttribute("aria-busy", "true");
    say(entry, entry.texts.hereLooking);
    const done = (act) => (told) => {
      entry.asking = false;
      entry.buttons.here.removeAttribute("aria-busy");
      act(told);
    };
    const found = ({ coords }) => show(map, entry, L.latLng(coords.latitude, coords.longitude), coords.accuracy);
    const failed = ({ code }) => say(entry, code === 1 ? entry.texts.hereRefused : entry.texts.hereFailed);
    navigator.geolocation.getCurrentPosition(done(found), done(failed), ASK);
  }

  function show(map, entry, at, accuracy) {
    if (entry.marks) entry.marks.remove();
    entry.marks = null;
    const far = outside(map, at, entry.state.whole);
    if (far > OUTSIDE_M + accuracy) { say(entry, figure(entry, "hereOutside", far / 1000)); return; }
    if (accuracy > ROUGH_M) { say(entry, figure(entry, "hereRough", accuracy / 1000)); return; }
    if (!map.getPane("mm-here")) map.createPane("mm-here").style.zIndex = 645;
    const look = { pane: "mm-here", interactive: false };
    entry.marks = L.layerGroup([
      L.circle(at, { ...look, className: "mm-here-round", radius: accuracy, color: "#0b4f6c", weight: 2, fillOpacity: 0.12 }),
      L.circleMarker(at, { ...look, className: "mm-here-dot", radius: 9, color: "#fffdf8", weight: 4, fillColor: "#0b62d0", fillOpacity: 1 }),
    ]).addTo(map);
    const { lat, lng } = at;
    mm.look(map, at.toBounds(Math.max(2 * accuracy, 600)), 17);
    map.getContainer().dataset.here = `${lat.toFixed(5)},${lng.toFixed(5)}`;
    say(entry, figure(entry, "hereFound", Math.max(1, Math.round(accuracy))));
  }

  // {whole, texts, lang}: the buttons, in the reader's language.
  mm.whereabouts = function (map, state) {
    if (!state.whole) return;
    const entry = (map._mmHomeBar = map._mmHomeBar || controls(map));
    entry.state = state;
    entry.texts = state.texts || {};
    for (const name of ["whole", "here"]) {
      entry.buttons[name].title = entry.texts[name] || "";
      entry.buttons[name].setAttribute("aria-label", entry.texts[name] || "");
    }
  };
})();
