// New meeting places on the map, numbered: dragged, moved with the arrow keys, added by a tap, an area drawn.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const STEP_PX = 12;
  const SAME_DEG = 1e-5; // about a metre

  const place = (latlng) => ((at) => ({ lon: at.lng, lat: at.lat }))(latlng.wrap());
  const spot = ({ lon, lat }) => ({ lon, lat });
  const same = (one, other) => Math.abs(one.lon - other.lon) < SAME_DEG && Math.abs(one.lat - other.lat) < SAME_DEG;

  function tell(map, kind, facts) {
    mm.tap(map, kind, facts);
    draw(map);
  }

  // Sites and area as they will be: what the page says, then what was done since. A site is known by where it is, for its
  // number may be another one by then.
  function shown(map) {
    const { sites, area, most } = map._mmSites.state;
    return mm.waiting(map).reduce((now, { kind, at, from, corners }) => {
      if (kind === "area") return { ...now, area: corners.map(({ lon, lat }) => [lon, lat]) };
      if (kind === "add") return now.sites.length < most && !now.sites.some((one) => same(one, at)) ? { ...now, sites: [...now.sites, at] } : now;
      if (kind === "move") return { ...now, sites: now.sites.map((one) => (same(one, from) ? { ...one, ...at } : one)) };
      return now.sites.length > 1 ? { ...now, sites: now.sites.filter((one) => !same(one, from)) } : now;
    }, { sites: sites || [], area });
  }

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
    const moved = () => tell(map, "move", { from: spot(site), at: place(pin.getLatLng()) });
    pin.on("dragend", moved);
    let waiting;
    pin.on("keydown", ({ originalEvent: event }) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (event.key === "Delete") tell(map, "remove", { from: spot(site) });
      if (!by) return;
      L.DomEvent.stop(event);
      pin.setLatLng(map.layerPointToLatLng(map.latLngToLayerPoint(pin.getLatLng()).add(L.point(by).multiplyBy(STEP_PX))));
      clearTimeout(waiting);
      waiting = setTimeout(moved, 600);
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
      if (mode === "add") { set("add"); tell(map, "add", { at: place(latlng) }); return; }
      const first = corners.length > 2 && map.latLngToContainerPoint(corners[0]).distanceTo(map.latLngToContainerPoint(latlng)) < 22;
      if (first) { const done = corners.map(place); set("draw"); tell(map, "area", { corners: done }); return; }
      corners.push(latlng);
      map.getContainer().dataset.corners = corners.length;
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

  // Homes: those newly near, and those still too far; larger with more people. Painted as walking times are.
  function drawGain(map, state) {
    const now = map._mmGain;
    if ((now || "") === (state.gain || "")) return;
    map._mmGain = state.gain || "";
    const colours = state.gainColours || {};
    const classes = [{ upTo: 1, colour: colours.near }, { upTo: null, colour: colours.far }];
    mm.heat(map).show({ layers: state.gain ? [{ name: "gain", gain: state.gain }] : [], classes }, (failed, ready) => {
      if (!failed) { map.getContainer().dataset.gain = ready.count; return; }
      map._mmGain = now;
      console.warn("gains not loaded", failed);
    });
  }

  function draw(map) {
    const entry = map._mmSites;
    const { sites, area } = shown(map);
    const wanted = JSON.stringify([sites, area || null]);
    if (entry.wanted === wanted) return;
    const focused = entry.pins.findIndex((pin) => pin.getElement() === document.activeElement);
    if (entry.layer) map.removeLayer(entry.layer);
    entry.wanted = wanted;
    entry.pins = sites.map((site, index) => pinOf(map, { ...site, number: index + 1, label: site.label || String(index + 1) }, entry.state.texts || {}));
    entry.layer = L.featureGroup(entry.pins);
    if (area && area.length) {
      entry.layer.addLayer(L.polygon(area.map(([lon, lat]) => [lat, lon]), { color: "#9d2233", weight: 3, fillOpacity: 0.05, interactive: false }));
    }
    entry.layer.addTo(map);
    if (focused >= 0 && entry.pins[focused]) entry.pins[focused].getElement().focus();
    map.getContainer().dataset.sites = entry.pins.length;
  }

  mm.sites = function (map, state) {
    drawGain(map, state);
    const texts = state.texts || {};
    if (state.tools && map._mmToolsIn !== state.lang) {
      map._mmToolsIn = state.lang;
      tools(map, texts);
    }
    map._mmSites = { pins: [], layer: null, wanted: "", ...map._mmSites, state };
    draw(map);
  };
})();
