// New meeting places on the map, numbered: dragged, moved with the arrow keys, added by a tap, an area drawn.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const STEP_PX = 12;
  let events = Date.now() % 1e9; // an event after a reload is a new one, too

  function tell(id, properties) {
    const value = { last_active_drawing: { type: "Feature", id, properties: { move: (events += 1), ...properties }, geometry: null } };
    const global = window.__GLOBAL_DATA__;
    if (global) Object.assign(global, value, { previous_data: value });
    if (window.Streamlit) window.Streamlit.setComponentValue(value);
  }
  const place = (latlng) => ((at) => ({ lon: at.lng, lat: at.lat }))(latlng.wrap());

  function pinOf(map, site, texts) {
    const badge = document.createElement("b");
    badge.className = "mm-site";
    badge.textContent = site.number;
    const icon = L.divIcon({ className: "mm-tour", html: badge, iconSize: [40, 40] });
    const label = document.createElement("span");
    label.textContent = site.label;
    const pin = L.marker([site.lat, site.lon], { icon, draggable: !site.fixed, autoPan: true, zIndexOffset: 5000 });
    pin.bindTooltip(label, { direction: "top", offset: [0, -18] });
    pin.on("add", () => pin.getElement().setAttribute("aria-label", site.fixed ? site.label : `${site.label}. ${texts.keys || ""}`));
    if (site.fixed) return pin;
    pin.on("dragend", () => tell(`site-${site.number}`, place(pin.getLatLng())));
    let waiting;
    pin.on("keydown", ({ originalEvent: event }) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (event.key === "Delete") tell(`site-${site.number}`, { gone: true });
      if (!by) return;
      L.DomEvent.stop(event);
      pin.setLatLng(map.layerPointToLatLng(map.latLngToLayerPoint(pin.getLatLng()).add(L.point(by).multiplyBy(STEP_PX))));
      clearTimeout(waiting);
      waiting = setTimeout(() => tell(`site-${site.number}`, place(pin.getLatLng())), 600);
    });
    return pin;
  }

  // The tools: one more place where the map is tapped, an area whose corners are tapped. Enter takes the middle.
  function tools(map, texts) {
    for (const old of map._mmTools || []) map.removeControl(old);
    const control = L.control({ position: "topleft" }), below = L.control({ position: "bottomleft" });
    const hint = L.DomUtil.create("p", "mm-toolhint");
    hint.setAttribute("role", "status");
    let mode = "", corners = [], drawn = null;
    function set(next) {
      mode = mode === next ? "" : next;
      corners = [];
      if (drawn) map.removeLayer(drawn);
      drawn = null;
      buttons.forEach(([name, button]) => button.setAttribute("aria-pressed", String(name === mode)));
      hint.textContent = { add: texts.addHint, draw: texts.drawHint }[mode] || "";
      map.getContainer().classList.toggle("is-aiming", Boolean(mode));
      if (mode) map.getContainer().focus();
    }
    function take(latlng) {
      if (mode === "add") { set("add"); tell("site-new", place(latlng)); return; }
      const first = corners.length > 2 && map.latLngToContainerPoint(corners[0]).distanceTo(map.latLngToContainerPoint(latlng)) < 22;
      if (first) { const done = corners.map(place); set("draw"); tell("area", { corners: done }); return; }
      corners.push(latlng);
      if (drawn) map.removeLayer(drawn);
      drawn = L.featureGroup([L.polygon(corners, { color: "#9d2233", weight: 3, dashArray: "6 6", interactive: false }),
        ...corners.map((at, n) => L.circleMarker(at, { radius: n ? 5 : 11, color: "#9d2233", fillColor: "#fffdf8", fillOpacity: 1, interactive: false }))]).addTo(map);
    }
    const buttons = [["add", "+", texts.add], ["draw", "✎", texts.draw]].map(([name, sign, title]) => {
      const button = L.DomUtil.create("button", "");
      button.type = "button";
      button.textContent = sign;
      button.title = title;
      button.setAttribute("aria-label", title);
      button.addEventListener("click", () => set(name));
      return [name, button];
    });
    control.onAdd = () => {
      const box = L.DomUtil.create("div", "mm-tools");
      box.append(...buttons.map(([, button]) => button));
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    below.onAdd = () => hint;
    map._mmTools = [control.addTo(map), below.addTo(map)];
    map._mmTake = (event) => mode && take(event.latlng);
    map._mmKey = ({ originalEvent: event }) => {
      if (mode && event.key === "Escape") set(mode);
      if (mode && event.key === "Enter" && event.target === map.getContainer()) take(map.getCenter());
    };
    if (!map._mmAiming) {
      map._mmAiming = map.on("click", (event) => map._mmTake(event)).on("keydown", (event) => map._mmKey(event));
    }
    set(mode);
  }

  // Homes: those newly near, and those still too far; larger with more people.
  function drawGain(map, state) {
    const now = map._mmGain;
    if ((now ? now.url : "") === (state.gain || "")) return;
    const entry = (map._mmGain = { url: state.gain || "", layer: null });
    if (!state.gain && now && now.layer) map.removeLayer(now.layer);
    if (!state.gain) return;
    mm.fetchJson(state.gain).then((data) => {
      if (map._mmGain !== entry) return;
      if (now && now.layer) map.removeLayer(now.layer);
      const pane = mm.pane(map, "coverage", 242), renderer = mm.canvas(map, "coverage");
      entry.layer = L.featureGroup(data.homes.map(([lon, lat, people, near]) => L.circleMarker([lat, lon], {
        pane, renderer, interactive: false, radius: Math.min(9, 2.2 + Math.sqrt(people) * 0.55), weight: near ? 1 : 0, color: "#fffdf8",
        fillColor: near ? "#0b7d6c" : "#00204d", fillOpacity: near ? 0.95 : 0.5,
      }))).addTo(map);
      map.getContainer().dataset.gain = data.homes.length;
    }).catch((error) => { map._mmGain = now; console.warn("gains not loaded", error); });
  }

  mm.sites = function (map, state) {
    drawGain(map, state);
    const texts = state.texts || {};
    if (state.tools && map._mmToolsIn !== state.lang) {
      map._mmToolsIn = state.lang;
      tools(map, texts);
    }
    const wanted = JSON.stringify([state.sites || null, state.area || null]);
    if (map._mmSites && map._mmSites.wanted === wanted) return;
    const focused = map._mmSites && [...map._mmSites.pins].findIndex((pin) => pin.getElement() === document.activeElement);
    if (map._mmSites) map.removeLayer(map._mmSites.layer);
    const pins = (state.sites || []).map((site) => pinOf(map, site, texts));
    const layer = L.featureGroup(pins);
    if (state.area && state.area.length) {
      layer.addLayer(L.polygon(state.area.map(([lon, lat]) => [lat, lon]), { color: "#9d2233", weight: 3, fillOpacity: 0.05, interactive: false }));
    }
    map._mmSites = { wanted, pins, layer: layer.addTo(map) };
    if (focused >= 0 && pins[focused] && pins[focused].getElement()) pins[focused].getElement().focus();
    map.getContainer().dataset.sites = pins.length;
  };
})();
