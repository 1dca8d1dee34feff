// Making a walk on the map: a tap on a place takes it in or out, at once; the page learns of each tap.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});

  function badge(map, id) {
    const entry = map._mmPicks;
    const pin = map._mmPlaces && map._mmPlaces.pins && map._mmPlaces.pins.get(id);
    if (!pin) return null;
    const node = document.createElement("b");
    node.className = "mm-tour-stop mm-pick";
    const icon = L.divIcon({ className: "mm-tour", html: node, iconSize: [44, 44] });
    const marker = L.marker(pin.getLatLng(), { icon, keyboard: true, autoPanOnFocus: false, zIndexOffset: 5000 });
    marker.on("add", () => mm.comeForKeys(map, marker));
    const label = document.createElement("span");
    marker.bindTooltip(label, { direction: "top", offset: [0, -16] });
    marker.say = (number) => {
      node.textContent = number;
      label.textContent = `${number}. ${mm.pick(pin.mm.feature.properties.name, entry.lang)}`;
      marker.getElement().setAttribute("aria-label", (entry.texts.takeOut || "{name}").replace("{name}", label.textContent));
      marker.getElement().dataset.stop = id;
    };
    marker.on("click", () => toggle(map, id));
    marker.on("keydown", (event) => {
      if (event.originalEvent.key !== "Enter" && event.originalEvent.key !== " ") return;
      L.DomEvent.preventDefault(event.originalEvent);
      toggle(map, id);
    });
    return marker;
  }

  // The places in the walk: those the page knows of, then what was tapped since.
  function picked(map) {
    const entry = map._mmPicks;
    return mm.waiting(map).reduce((ids, { kind, place }) => {
      if (kind === "out") return ids.filter((id) => id !== place);
      return ids.includes(place) || ids.length >= entry.most ? ids : [...ids, place];
    }, entry.picks);
  }

  // A badge that is there stays, with another number: a finger may be on it.
  function draw(map) {
    const { badges, layer } = map._mmPicks;
    const ids = picked(map);
    for (const [id, marker] of badges) if (!ids.includes(id)) { layer.removeLayer(marker); badges.delete(id); }
    ids.forEach((id, index) => {
      const marker = badges.get(id) || badge(map, id);
      if (!marker) return;
      badges.set(id, marker);
      layer.addLayer(marker);
      marker.say(index + 1);
    });
    map.getContainer().dataset.picks = badges.size;
  }

  function toggle(map, id) {
    const ids = picked(map), isIn = ids.includes(id);
    const entry = map._mmPicks;
    if (!isIn && ids.length >= entry.most) { mm.note(map, entry.texts.most || ""); return; }
    mm.note(map, "");
    mm.tap(map, isIn ? "out" : "put", { place: id });
    draw(map);
  }

  // state: {picks: ids in the order of walking, most}
  mm.picks = function (map, state) {
    if (!map._mmPicks) {
      map._mmPicks = { layer: L.layerGroup().addTo(map), badges: new Map() };
      map.on("mm:places", () => draw(map));
      map.on("mm:pick", ({ id }) => toggle(map, id));
    }
    Object.assign(map._mmPicks, { lang: state.lang, texts: state.texts || {}, most: state.most, picks: state.picks });
    draw(map);
  };
})();
