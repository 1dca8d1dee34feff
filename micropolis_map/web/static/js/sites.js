// New meeting places on the map, numbered; the planner drags one and the page computes it anew.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  let moves = 0;

  function tell(number, at) {
    const { lat, lng } = at.wrap();
    const value = {
      last_active_drawing: {
        type: "Feature", id: `site-${number}`, properties: { move: (moves += 1), lon: lng, lat }, geometry: null,
      },
    };
    const global = window.__GLOBAL_DATA__;
    if (global) {
      global.last_active_drawing = value.last_active_drawing;
      global.previous_data = value;
    }
    if (window.Streamlit) window.Streamlit.setComponentValue(value);
  }

  mm.sites = function (map, state) {
    const wanted = JSON.stringify(state.sites || null);
    if (map._mmSites && map._mmSites.wanted === wanted) return;
    if (map._mmSites) map.removeLayer(map._mmSites.layer);
    const layer = L.featureGroup();
    for (const site of state.sites || []) {
      const badge = document.createElement("b");
      badge.className = "mm-site";
      badge.textContent = site.number;
      const icon = L.divIcon({ className: "mm-tour", html: badge, iconSize: [40, 40] });
      const label = document.createElement("span");
      label.textContent = site.label;
      const pin = L.marker([site.lat, site.lon], { icon, alt: site.label, draggable: true, autoPan: true, zIndexOffset: 5000 });
      pin.bindTooltip(label, { direction: "top", offset: [0, -18] });
      pin.on("dragend", () => tell(site.number, pin.getLatLng()));
      layer.addLayer(pin);
    }
    map._mmSites = { wanted, layer: layer.addTo(map) };
    map.getContainer().dataset.sites = (state.sites || []).length;
  };
})();
