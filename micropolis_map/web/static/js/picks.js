// Making a walk on the map: a tap on a place takes it in or out, at once; the page learns the whole list each time,
// so that taps faster than the page are not lost.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});

  const AGAIN_MS = 3000;

  function tell(entry) {
    const value = {
      last_active_drawing: { type: "Feature", id: "picks", properties: { click: entry.click, stops: entry.ids }, geometry: null },
    };
    const global = window.__GLOBAL_DATA__;
    if (global) {
      global.last_active_drawing = value.last_active_drawing;
      global.previous_data = value;
    }
    if (window.Streamlit) window.Streamlit.setComponentValue(value);
    clearTimeout(entry.again); // a busy page may miss one: told again until it answers
    entry.again = setTimeout(() => { if (entry.told < entry.click) tell(entry); }, AGAIN_MS);
  }

  function badge(map, entry, id, number) {
    const pin = map._mmPlaces && map._mmPlaces.pins && map._mmPlaces.pins.get(id);
    if (!pin) return null;
    const name = mm.pick(pin.mm.feature.properties.name, entry.lang);
    const node = document.createElement("b");
    node.className = "mm-tour-stop mm-pick";
    node.textContent = number;
    const icon = L.divIcon({ className: "mm-tour", html: node, iconSize: [44, 44] });
    const marker = L.marker(pin.getLatLng(), { icon, keyboard: true, zIndexOffset: 5000 });
    const label = document.createElement("span");
    label.textContent = `${number}. ${name}`;
    marker.bindTooltip(label, { direction: "top", offset: [0, -16] });
    marker.on("add", () => {
      marker.getElement().setAttribute("aria-label", (entry.texts.takeOut || "{name}").replace("{name}", `${number}. ${name}`));
      marker.getElement().dataset.stop = id;
    });
    marker.on("click", () => toggle(map, id));
    marker.on("keydown", (event) => {
      if (event.originalEvent.key !== "Enter" && event.originalEvent.key !== " ") return;
      L.DomEvent.preventDefault(event.originalEvent);
      toggle(map, id);
    });
    return marker;
  }

  function draw(map) {
    const entry = map._mmPicks;
    if (entry.layer) map.removeLayer(entry.layer);
    const markers = entry.ids.map((id, index) => badge(map, entry, id, index + 1)).filter(Boolean);
    entry.layer = L.layerGroup(markers).addTo(map);
    map.getContainer().dataset.picks = entry.ids.length;
  }

  function toggle(map, id) {
    const entry = map._mmPicks;
    const at = entry.ids.indexOf(id);
    if (at >= 0) entry.ids.splice(at, 1);
    else if (entry.ids.length < entry.most) entry.ids.push(id);
    else { mm.note(map, entry.texts.most || ""); return; }
    mm.note(map, "");
    entry.click += 1;
    draw(map);
    tell(entry);
  }

  // state: {picks: ids in the order of walking, click: the last tap the page knows of, most}
  mm.picks = function (map, state) {
    if (!map._mmPicks) {
      map._mmPicks = { ids: [], click: 0, told: 0, layer: null };
      map.on("mm:places", () => draw(map));
      map.on("mm:pick", ({ id }) => toggle(map, id));
    }
    const entry = map._mmPicks;
    Object.assign(entry, { lang: state.lang, texts: state.texts || {}, most: state.most });
    entry.click = Math.max(entry.click, state.firstClick || 0);
    entry.told = Math.max(entry.told, state.click);
    if (state.click < entry.click && entry.seen) return; // an answer to an older tap
    entry.seen = true;
    entry.ids = [...state.picks];
    draw(map);
  };
})();
