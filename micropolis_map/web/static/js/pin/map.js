// The map to put the pin on: our own background, the places that are there already, the pin, a path or an area.
import { $, state, t } from "./page.js";

const mm = window.micropolis;
const NS = "http://www.w3.org/2000/svg";
const EARTH_M = 6371008.8;
const INK = "#8a2e5d";

export function metres([lon1, lat1], [lon2, lat2]) {
  const rad = Math.PI / 180;
  const x = (lon2 - lon1) * rad * Math.cos(((lat1 + lat2) / 2) * rad);
  return EARTH_M * Math.hypot(x, (lat2 - lat1) * rad);
}

function drop() {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", "0 0 36 48");
  svg.setAttribute("aria-hidden", "true");
  for (const [d, fill] of [["M18 47C11 36 3 27 3 17a15 15 0 0 1 30 0c0 10-8 19-15 30z", INK], ["M18 10.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z", "#fffdf8"]]) {
    const path = document.createElementNS(NS, "path");
    path.setAttribute("d", d);
    path.setAttribute("fill", fill);
    path.setAttribute("stroke", "#fffdf8");
    path.setAttribute("stroke-width", "2");
    svg.append(path);
  }
  return L.divIcon({ className: "drop", html: svg, iconSize: [44, 56], iconAnchor: [22, 52] });
}

// A map in #map: calls `placed(lon, lat)` where the visitor wants a corner, `moved` when the pin was dragged,
// `chosen(id)` when a place that is there already was tapped.
export function pinMap({ placed, moved, chosen }) {
  const [lon, lat] = state.centre;
  const map = L.map("map", { center: [lat, lon], zoom: state.zoom, zoomSnap: 0.25, minZoom: 9, maxZoom: 19, preferCanvas: true, worldCopyJump: true });
  map.on("mm:place", ({ id }) => chosen(id));
  mm.show(map, state.map);
  mm.fit(map);
  map.on("click", (event) => placed(event.latlng.lng, event.latlng.lat));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === map.getContainer()) placed(map.getCenter().lng, map.getCenter().lat);
  });
  map.createPane("mm-pin").style.zIndex = 650;
  let drawn = L.featureGroup().addTo(map);
  let circle = null;

  function pin([x, y]) {
    const marker = L.marker([y, x], { icon: drop(), draggable: true, autoPan: true, keyboard: true, zIndexOffset: 10000, title: t("pin_tool"), alt: t("pin_tool") });
    marker.on("dragend", () => moved([marker.getLatLng().lng, marker.getLatLng().lat]));
    marker.on("add", () => marker.getElement().addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-4, 0], ArrowRight: [4, 0], ArrowUp: [0, -4], ArrowDown: [0, 4] }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const at = map.unproject(map.project(marker.getLatLng()).add(step));
      marker.setLatLng(at);
      moved([at.lng, at.lat], true);
    }));
    return marker;
  }

  return {
    leaflet: map,
    draw(draft) {
      drawn.remove();
      drawn = L.featureGroup();
      const corners = draft.corners;
      const line = corners.map(([x, y]) => [y, x]);
      const style = { pane: "mm-pin", color: INK, weight: 5, interactive: false, fillOpacity: 0.2 };
      if (draft.fixedShape) drawn.addLayer(L.geoJSON({ type: "Feature", geometry: draft.fixedShape }, { style, pointToLayer: (f, at) => L.circleMarker(at, style) }));
      else if (draft.shape === "point" && corners.length) drawn.addLayer(pin(corners[0]));
      else if (corners.length) {
        if (corners.length > 1) drawn.addLayer(draft.shape === "area" ? L.polygon(line, style) : L.polyline(line, style));
        for (const at of line) drawn.addLayer(L.circleMarker(at, { ...style, radius: 7, weight: 3, color: "#fffdf8", fillColor: INK, fillOpacity: 1 }));
      }
      drawn.addTo(map);
    },
    // As neighbours will see it: the marker of its kind, and the line or area in the kind's colour.
    preview(feature) {
      drawn.remove();
      drawn = L.featureGroup();
      const shape = mm.shapeOf(feature.properties, state.map.shapes);
      if (mm.isOutline(feature.geometry)) {
        const outline = mm.outline(map, feature, shape);
        outline.choose(true);
        drawn.addLayer(outline);
      }
      const [x, y] = mm.anchor(feature.geometry);
      const icon = L.divIcon({ className: "mm-marker is-chosen is-preview", html: mm.shapeSvg(shape), iconSize: [44, 44] });
      drawn.addLayer(L.marker([y, x], { icon, pane: "mm-pin", interactive: false, keyboard: false }));
      drawn.addTo(map);
      mm.look(map, L.geoJSON(feature).getBounds().pad(0.3), 17);
    },
    accuracy(at, radius) {
      if (circle) circle.remove();
      circle = at ? L.circle([at[1], at[0]], { pane: "mm-pin", radius, color: "#0b4f6c", weight: 2, fillOpacity: 0.12, interactive: false }).addTo(map) : null;
    },
    show(corners, zoom = 17) {
      if (!corners.length) return;
      const box = L.latLngBounds(corners.map(([x, y]) => [y, x]));
      if (corners.length === 1) mm.look(map, box, Math.max(zoom, Math.min(map.getZoom(), 18)));
      else mm.look(map, box.pad(0.3), 18);
    },
    middle: () => [map.getCenter().lng, map.getCenter().lat],
    nameOf: (id) => {
      const found = map._mmPlaces && map._mmPlaces.pins && map._mmPlaces.pins.get(id);
      return found ? mm.pick(found.mm.feature.properties.name, state.lang) : "";
    },
    element: $("map"),
  };
}
