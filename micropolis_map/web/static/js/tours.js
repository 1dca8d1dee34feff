// A walk on the map: its line (dashed where it is only as the crow flies), its stops, numbered, what stops a
// wheelchair, and benches, toilets and drinking water near it.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const COLOUR = "#9d2233";
  const SIGNS = { bench: "M3 9h14M3 12h14M5 12v4M15 12v4M4 5v4M16 5v4M4 5h12", toilets: "", drinking_water: "M10 3c3 4 5 6.500 5 9a5 5 0 0 1-10 0c0-2.500 2-5 5-9z" };

  function line(feature) {
    const corners = feature.geometry.coordinates.map(([lon, lat]) => [lat, lon]);
    const dash = feature.properties.straight ? "2 9" : null;
    return [
      L.polyline(corners, { color: "#fffdf8", weight: 8, opacity: 0.85, interactive: false }),
      L.polyline(corners, { color: COLOUR, weight: 4.5, dashArray: dash, interactive: false }),
    ];
  }

  function named(feature, icon, text, more) {
    const [lon, lat] = feature.geometry.coordinates;
    const label = document.createElement("span");
    label.textContent = text;
    return L.marker([lat, lon], { icon, alt: text, keyboard: false, ...more }).bindTooltip(label, { direction: "top", offset: [0, -12] });
  }

  function stop(feature) {
    const badge = document.createElement("b");
    badge.className = "mm-tour-stop";
    badge.textContent = feature.properties.number;
    const icon = L.divIcon({ className: "mm-tour", html: badge, iconSize: [28, 28] });
    return named(feature, icon, `${feature.properties.number}. ${feature.properties.name}`, { zIndexOffset: 4000 });
  }

  function obstacle(feature) {
    const p = feature.properties;
    const sign = document.createElement("b");
    sign.className = "mm-obstacle";
    sign.textContent = "!";
    const icon = L.divIcon({ className: "mm-tour", html: sign, iconSize: [24, 24] });
    return named(feature, icon, [p.what, p.name, `${p.length_m} m`].filter(Boolean).join(", "), { zIndexOffset: 3000 });
  }

  function comfort(feature, texts) {
    const p = feature.properties;
    const sign = document.createElement("b");
    sign.className = `mm-comfort mm-comfort-${p.kind}`;
    if (SIGNS[p.kind]) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "0 0 20 20");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", SIGNS[p.kind]);
      svg.append(path);
      sign.append(svg);
    } else sign.textContent = "WC";
    const icon = L.divIcon({ className: "mm-tour", html: sign, iconSize: [20, 20] });
    const kind = (texts.comforts || {})[p.kind] || p.kind;
    return named(feature, icon, p.name ? `${kind}: ${p.name}` : kind, { zIndexOffset: 1000 });
  }

  // While a walk is made, what is beside its way lies below the places: a bench must not take their taps.
  const below = (marker, state) => (state.picking ? marker.setZIndexOffset(-5000) : marker);

  function draw(data, state) {
    const group = L.featureGroup();
    for (const feature of data.features) {
      const role = feature.properties.role;
      if (role === "walk") line(feature).forEach((one) => group.addLayer(one));
      else if (role === "obstacle") group.addLayer(below(obstacle(feature), state));
      else if (role === "comfort") group.addLayer(below(comfort(feature, state.texts || {}), state));
      else if (!state.picking) group.addLayer(stop(feature));
    }
    return group;
  }

  mm.tour = function (map, state) {
    const now = map._mmTour;
    if ((now ? now.url : "") === (state.tour || "")) return;
    const entry = (map._mmTour = { url: state.tour || "", layer: now ? now.layer : null });
    const clear = () => { if (entry.layer) map.removeLayer(entry.layer); entry.layer = null; };
    map.getContainer().dataset.tour = "";
    if (!state.tour || !state.picking) clear();
    if (!state.tour) return;
    mm.fetchJson(state.tour).then((data) => {
      if (map._mmTour !== entry) return;
      clear();
      entry.layer = draw(data, state).addTo(map);
      map.getContainer().dataset.tour = data.features.length;
      const bounds = entry.layer.getBounds();
      const opened = state.picking && state.keepView && !map._mmTourSeen; // a walk somebody sent
      map._mmTourSeen = true;
      if (bounds.isValid() && (opened || !state.picking)) mm.look(map, bounds, 17);
    }).catch((error) => {
      if (map._mmTour !== entry) return;
      clear();
      map._mmTour = null;
      if (!state.picking && state.bounds) mm.look(map, state.bounds);
      mm.note(map, (state.texts || {}).failed || "");
      console.warn("walk not loaded", error);
    });
  };
})();
