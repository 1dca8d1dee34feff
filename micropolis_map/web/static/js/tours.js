// A walk on the map: its line (dashed where it is only as the crow flies) and its stops, numbered.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const COLOUR = "#9d2233";

  function draw(map, data) {
    const group = L.featureGroup();
    const stops = [];
    for (const feature of data.features) {
      const p = feature.properties;
      if (p.role === "stop") { stops.push(feature); continue; }
      const corners = feature.geometry.coordinates.map(([lon, lat]) => [lat, lon]);
      group.addLayer(L.polyline(corners, { color: "#fffdf8", weight: 8, opacity: 0.85, interactive: false }));
      group.addLayer(L.polyline(corners, { color: COLOUR, weight: 4.5, dashArray: p.straight ? "2 9" : null, interactive: false }));
    }
    for (const feature of stops) {
      const [lon, lat] = feature.geometry.coordinates;
      const badge = document.createElement("b");
      badge.className = "mm-tour-stop";
      badge.textContent = feature.properties.number;
      const icon = L.divIcon({ className: "mm-tour", html: badge, iconSize: [28, 28] });
      const label = document.createElement("span");
      label.textContent = feature.properties.name;
      const title = `${feature.properties.number}. ${feature.properties.name}`;
      group.addLayer(L.marker([lat, lon], { icon, alt: title, keyboard: false }).bindTooltip(label, { direction: "top", offset: [0, -12] }));
    }
    return group;
  }

  mm.tour = function (map, state) {
    const now = map._mmTour;
    if ((now ? now.url : "") === (state.tour || "")) return;
    if (now && now.layer) map.removeLayer(now.layer);
    const entry = (map._mmTour = { url: state.tour || "", layer: null });
    map.getContainer().dataset.tour = "";
    if (!state.tour) return;
    mm.fetchJson(state.tour).then((data) => {
      if (map._mmTour !== entry) return;
      entry.layer = draw(map, data).addTo(map);
      map.getContainer().dataset.tour = data.features.length;
      const bounds = entry.layer.getBounds();
      if (bounds.isValid()) map.fitBounds(bounds.pad(0.08), { animate: false, maxZoom: 17 });
    }).catch((error) => {
      map._mmTour = null;
      mm.note(map, (state.texts || {}).failed || "");
      console.warn("walk not loaded", error);
    });
  };
})();
