// The places on the map: markers by kind and shape, clustered, with the keyboard and for screen readers.
// Texts that residents wrote are only ever set as text.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});

  mm.pick = function (texts, lang) {
    if (typeof texts === "string") return texts;
    return (texts && (texts[lang] || texts.en || Object.values(texts).find(Boolean))) || "";
  };

  // Who shows the map is told which place was tapped; a page is told as long as it takes, and the place is marked at once.
  function report(map, { id }) {
    map.fire("mm:place", { id });
    if (!map._mmTaps) return;
    mm.tap(map, "place", { place: id });
    choose(map, id, false);
  }

  // The place tapped last to be read, until the page knows of it; then the one it says.
  function chosenOf(map, state) {
    const tapped = mm.waiting ? mm.waiting(map).filter(({ kind }) => kind === "place").pop() : null;
    return tapped ? tapped.place : state.chosen;
  }

  // The shape of a kind as an SVG picture.
  mm.shapeSvg = function (shape) {
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
    return svg;
  };

  function markerIcon({ shape, faded }, chosen) {
    const names = ["mm-marker", chosen ? "is-chosen" : "", faded ? "is-faded" : ""];
    return L.divIcon({ className: names.filter(Boolean).join(" "), html: mm.shapeSvg(shape), iconSize: [44, 44] });
  }

  mm.shapeOf = (properties, shapes) => shapes[properties.activity === "help_point" ? "help_point" : properties.kind] || shapes.historical;

  function popup(name, notes) {
    const box = document.createElement("div");
    box.className = "mm-popup";
    const title = document.createElement("strong");
    title.textContent = name;
    box.append(title, ...notes.map((note) => {
      const small = document.createElement("small");
      small.textContent = note;
      return small;
    }));
    return box;
  }

  function position(feature) {
    if (!feature.geometry) return null;
    const [lon, lat] = mm.anchor(feature.geometry);
    return L.latLng(lat, lon);
  }

  function marker(map, feature, state) {
    const at = position(feature);
    if (!at) return null;
    const p = feature.properties || {};
    const shape = mm.shapeOf(p, state.shapes);
    const faded = (state.faded || {})[feature.id];
    const name = mm.pick(p.name, state.lang);
    const notes = [(state.texts.kinds || {})[p.kind] || p.kind || "", faded].filter(Boolean);
    const looks = { feature, shape, faded: Boolean(faded), outline: null };
    const pin = L.marker(at, { icon: markerIcon(looks, false), keyboard: true, autoPanOnFocus: false, riseOnHover: true });
    pin.mm = looks;
    const label = document.createElement("span");
    label.textContent = name;
    pin.bindTooltip(label, { direction: "top", offset: [0, -16] });
    pin.on("add", () => {
      const node = pin.getElement();
      node.setAttribute("aria-label", [name, ...notes].join(", "));
      node.dataset.place = feature.id;
      mm.comeForKeys(map, pin);
    });
    pin.on("keydown", (event) => {
      if (event.originalEvent.key !== "Enter" && event.originalEvent.key !== " ") return;
      L.DomEvent.preventDefault(event.originalEvent);
      pin.fire("click", { latlng: at });
    });
    const open = (where, offset) => {
      if (state.picking) { map.fire("mm:pick", { id: feature.id }); return; }
      if (map.getSize().x >= 600) L.popup({ offset, autoPanPadding: [24, 24] }).setLatLng(where).setContent(popup(name, notes)).openOn(map);
      report(map, feature);
    };
    pin.on("click", () => open(at, [0, -14]));
    if (mm.isOutline(feature.geometry)) {
      pin.mm.outline = mm.outline(map, feature, shape, { clicked: state.still ? null : (where) => open(where, [0, 0]), faded: Boolean(faded) });
    }
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
      maxClusterRadius: state.picking ? 18 : 46, disableClusteringAtZoom: 17, showCoverageOnHover: false, spiderfyOnMaxZoom: true, chunkedLoading: true,
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

  // The outline of a chosen line or area, or the place's own spot.
  const whole = (pin) => (pin.mm.outline ? pin.mm.outline.getBounds() : L.latLngBounds([pin.getLatLng()]));

  function look(pin, chosen) {
    pin.setIcon(markerIcon(pin.mm, chosen));
    if (pin.mm.outline) pin.mm.outline.choose(chosen);
  }

  function choose(map, id, move) {
    const now = map._mmPlaces;
    if (!now || !now.pins) return;
    const previous = now.pins.get(now.chosen);
    if (previous && now.chosen !== id) look(previous, false);
    now.chosen = id;
    const inView = () => { map.getContainer().dataset.chosen = id || ""; };
    const pin = id && now.pins.get(id);
    if (!pin) {
      if (!id) map.closePopup();
      inView();
      return;
    }
    look(pin, true);
    if (map.getSize().x < 600) { // on a phone the story covers the lower half: bring the place into the upper one
      const above = () => {
        map.panTo(map.unproject(map.project(pin.getLatLng()).add([0, map.getSize().y * 0.2])), { animate: false });
        inView();
      };
      if (pin._map) above(); else now.group.zoomToShowLayer(pin, above);
      return;
    }
    if (!move) { inView(); return; }
    const bounds = whole(pin);
    if (pin.mm.outline && !map.getBounds().contains(bounds)) {
      map.fitBounds(bounds.pad(0.15), { animate: false, maxZoom: 17 });
    }
    if (!map.getBounds().pad(-0.1).contains(pin.getLatLng()) || !pin._map) {
      now.group.zoomToShowLayer(pin, () => { map.panTo(pin.getLatLng(), { animate: false }); inView(); });
    } else inView();
  }

  // Show what `state` says: {places, chosen, lang, shapes, texts, faded}; refetch only when something changed.
  mm.places = function (map, state) {
    const now = map._mmPlaces;
    const url = `${state.places}#${Object.keys(state.faded || {}).join()}`;
    if (now && now.url === url && now.lang === state.lang) {
      if (now.chosen !== chosenOf(map, state)) choose(map, chosenOf(map, state), true);
      return;
    }
    const entry = (map._mmPlaces = { url, lang: state.lang, pins: null, group: null, outlines: null, chosen: null });
    mm.fetchJson(state.places).then((data) => mm.lifted(map).then(() => {
      if (map._mmPlaces !== entry) return;
      for (const old of now ? [now.group, now.outlines] : []) if (old) map.removeLayer(old);
      entry.pins = new Map();
      entry.group = clusters(state);
      for (const feature of data.features) {
        const pin = marker(map, feature, state);
        if (pin) entry.pins.set(feature.id, pin);
      }
      const pins = [...entry.pins.values()];
      entry.group.addLayers(pins);
      // Large areas first, so that what lies within them can be clicked.
      const size = (outline) => { const b = outline.getBounds(); return (b.getEast() - b.getWest()) * (b.getNorth() - b.getSouth()); };
      const outlines = pins.map((pin) => pin.mm.outline).filter(Boolean).sort((one, other) => size(other) - size(one));
      entry.outlines = L.featureGroup(outlines).addTo(map);
      entry.group.on("animationend", () => labelClusters(map, state));
      if (map._mmLabel) map.off("moveend", map._mmLabel);
      map.on("moveend", (map._mmLabel = () => labelClusters(map, state)));
      map.addLayer(entry.group);
      labelClusters(map, state);
      map.getContainer().dataset.places = entry.pins.size;
      map.getContainer().dataset.outlines = outlines.length;
      choose(map, chosenOf(map, state), true);
      map.fire("mm:places", { count: entry.pins.size });
    })).catch((error) => {
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
