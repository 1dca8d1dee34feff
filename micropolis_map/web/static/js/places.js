// The places on the map: markers by kind and shape, clustered, with the keyboard and for screen readers.
// Texts that residents wrote are only ever set as text.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  let clicks = 0;

  mm.pick = function (texts, lang) {
    if (typeof texts === "string") return texts;
    return (texts && (texts[lang] || texts.en || Object.values(texts).find(Boolean))) || "";
  };

  // Tell the page which place was chosen: the component's value is a feature with its id.
  function report(feature) {
    const value = { last_active_drawing: { type: "Feature", id: feature.id, properties: { click: (clicks += 1) }, geometry: null } };
    const global = window.__GLOBAL_DATA__;
    if (global) {
      global.last_active_drawing = value.last_active_drawing;
      global.previous_data = value;
    }
    if (window.Streamlit) window.Streamlit.setComponentValue(value);
  }

  function markerIcon(shape, chosen) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 32 32");
    svg.setAttribute("aria-hidden", "true");
    for (const [d, fill, stroke] of [[shape.outline, shape.colour, "#fffdf8"], [shape.mark, "none", "#fffdf8"]]) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", d);
      path.setAttribute("fill", fill);
      path.setAttribute("stroke", stroke);
      path.setAttribute("stroke-width", "2");
      path.setAttribute("stroke-linejoin", "round");
      path.setAttribute("stroke-linecap", "round");
      svg.append(path);
    }
    return L.divIcon({ className: `mm-marker${chosen ? " is-chosen" : ""}`, html: svg, iconSize: [44, 44] });
  }

  function map_of(pin) {
    return pin._map || pin.__parent._group._map;
  }

  function popup(name, kind) {
    const box = document.createElement("div");
    box.className = "mm-popup";
    const title = document.createElement("strong");
    title.textContent = name;
    const small = document.createElement("small");
    small.textContent = kind;
    box.append(title, small);
    return box;
  }

  function position(feature) {
    const g = feature.geometry;
    if (!g) return null;
    if (g.type === "Point") return L.latLng(g.coordinates[1], g.coordinates[0]);
    const bounds = L.geoJSON(feature).getBounds();
    return bounds.isValid() ? bounds.getCenter() : null;
  }

  function marker(feature, state) {
    const at = position(feature);
    if (!at) return null;
    const p = feature.properties || {};
    const shape = state.shapes[p.activity === "help_point" ? "help_point" : p.kind] || state.shapes.historical;
    const name = mm.pick(p.name, state.lang);
    const kind = (state.texts.kinds || {})[p.kind] || p.kind || "";
    const pin = L.marker(at, { icon: markerIcon(shape, false), keyboard: true, riseOnHover: true });
    pin.mm = { feature, shape };
    const label = document.createElement("span");
    label.textContent = name;
    pin.bindTooltip(label, { direction: "top", offset: [0, -16] });
    pin.on("add", () => {
      const node = pin.getElement();
      node.setAttribute("aria-label", `${name}, ${kind}`);
      node.dataset.place = feature.id;
    });
    pin.on("keydown", (event) => {
      if (event.originalEvent.key !== "Enter" && event.originalEvent.key !== " ") return;
      L.DomEvent.preventDefault(event.originalEvent);
      pin.fire("click", { latlng: at });
    });
    pin.on("click", () => {
      if (map_of(pin).getSize().x >= 600) L.popup({ offset: [0, -14], autoPanPadding: [24, 24] }).setLatLng(at).setContent(popup(name, kind)).openOn(map_of(pin));
      report(feature);
    });
    return pin;
  }

  // A ring around a cluster's number: its kinds' colours by their share.
  function ring(cluster, state) {
    const count = {};
    for (const pin of cluster.getAllChildMarkers()) {
      const colour = pin.mm.shape.colour;
      count[colour] = (count[colour] || 0) + 1;
    }
    const total = cluster.getChildCount();
    let from = 0;
    const parts = Object.values(state.shapes).map((shape) => shape.colour).filter((colour) => count[colour]).map((colour) => {
      const to = from + (360 * count[colour]) / total;
      const part = `${colour} ${from}deg ${to}deg`;
      from = to;
      return part;
    });
    return `conic-gradient(${parts.join(",")})`;
  }

  function clusters(state) {
    return L.markerClusterGroup({
      maxClusterRadius: 46, disableClusteringAtZoom: 17, showCoverageOnHover: false, spiderfyOnMaxZoom: true, chunkedLoading: true,
      iconCreateFunction: (cluster) => {
        const text = document.createElement("span");
        text.textContent = cluster.getChildCount();
        text.style.setProperty("--ring", ring(cluster, state));
        return L.divIcon({ className: "mm-cluster", html: text, iconSize: [48, 48] });
      },
    });
  }

  function labelClusters(map, state) {
    for (const node of map.getContainer().querySelectorAll(".mm-cluster")) {
      node.setAttribute("aria-label", (state.texts.cluster || "{n}").replace("{n}", node.textContent));
      node.setAttribute("role", "button");
    }
  }

  function choose(map, id, move) {
    const now = map._mmPlaces;
    if (!now || !now.pins) return;
    const previous = now.pins.get(now.chosen);
    if (previous && now.chosen !== id) previous.setIcon(markerIcon(previous.mm.shape, false));
    now.chosen = id;
    const pin = id && now.pins.get(id);
    if (!pin) {
      if (!id) map.closePopup();
      return;
    }
    pin.setIcon(markerIcon(pin.mm.shape, true));
    if (map.getSize().x < 600) { // on a phone the story covers the lower half: bring the place into the upper one
      const above = () => map.panTo(map.unproject(map.project(pin.getLatLng()).add([0, map.getSize().y * 0.2])), { animate: false });
      if (pin._map) above(); else now.group.zoomToShowLayer(pin, above);
      return;
    }
    if (!move) return;
    if (!map.getBounds().pad(-0.1).contains(pin.getLatLng()) || !pin._map) {
      now.group.zoomToShowLayer(pin, () => map.panTo(pin.getLatLng(), { animate: false }));
    }
  }

  // Show what `state` says: {places, chosen, lang, shapes, texts}; refetch only when the address changed.
  mm.places = function (map, state) {
    const now = map._mmPlaces;
    if (now && now.url === state.places && now.lang === state.lang) {
      if (now.chosen !== state.chosen) choose(map, state.chosen, true);
      return;
    }
    const first = !now;
    const entry = (map._mmPlaces = { url: state.places, lang: state.lang, pins: null, group: null, chosen: null });
    mm.fetchJson(state.places).then((data) => {
      if (map._mmPlaces !== entry) return;
      if (now && now.group) map.removeLayer(now.group);
      entry.pins = new Map();
      entry.group = clusters(state);
      for (const feature of data.features) {
        const pin = marker(feature, state);
        if (pin) entry.pins.set(feature.id, pin);
      }
      entry.group.addLayers([...entry.pins.values()]);
      entry.group.on("animationend", () => labelClusters(map, state));
      if (map._mmLabel) map.off("moveend", map._mmLabel);
      map.on("moveend", (map._mmLabel = () => labelClusters(map, state)));
      map.addLayer(entry.group);
      labelClusters(map, state);
      map.getContainer().dataset.places = entry.pins.size;
      if (first && !state.chosen && entry.pins.size && !state.keepView) {
        map.fitBounds(entry.group.getBounds().pad(0.08), { animate: false, maxZoom: 16 });
      }
      choose(map, state.chosen, true);
      map.fire("mm:places", { count: entry.pins.size });
    }).catch((error) => {
      map._mmPlaces = null;
      mm.note(map, state.texts.failed || "");
      console.warn("places not loaded", error);
    });
  };

  mm.note = function (map, text) {
    if (!map._mmNote) {
      const control = L.control({ position: "topright" });
      control.onAdd = () => L.DomUtil.create("div", "mm-note");
      map._mmNote = control.addTo(map);
      map._mmNote.getContainer().setAttribute("role", "status");
    }
    map._mmNote.getContainer().textContent = text;
  };
})();
