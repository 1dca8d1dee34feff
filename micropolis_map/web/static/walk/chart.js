// The map of the walk: our own background, the line, the stops by number, where one is.
import { t } from "../js/pin/page.js";

const mm = window.micropolis;
const LINE = "#9d2233";
const DONE = "#5c6a6e";
const flip = (line) => line.map(([lon, lat]) => [lat, lon]);

export function chart(element, state, { chosen = () => {} } = {}) {
  const [west, south, east, north] = state.bounds;
  const box = L.latLngBounds([south, west], [north, east]);
  const map = L.map(element, { zoomSnap: 0.5, minZoom: 11, maxZoom: 19, preferCanvas: true, zoomControl: false, maxBounds: box.pad(0.5) });
  L.control.zoom({ zoomInTitle: t("zoom_in"), zoomOutTitle: t("zoom_out") }).addTo(map);
  map.attributionControl.setPrefix(false);
  const credit = state.credit || (state.loaded ? state.invented : "");
  if (credit) map.attributionControl.addAttribution(credit);
  map.fitBounds(box, { animate: false });
  mm.keepFitting(map);
  const drawn = [...state.stops.map((stop) => [stop.lat, stop.lon]), ...state.legs.flatMap((leg) => (leg ? flip(leg.line) : []))];
  mm.look(map, L.latLngBounds(drawn), 17);
  mm.paintWorker = new URL("paint.js", location.href).pathname; // below /walk/: the worker that keeps the pack answers it
  mm.background(map, state.background);
  map.createPane("mm-line").style.zIndex = 450;
  map.createPane("mm-stops").style.zIndex = 640;
  map.createPane("mm-me").style.zIndex = 650;

  const legs = state.legs.map((leg) => {
    if (!leg) return null;
    const line = flip(leg.line);
    const dash = leg.straight ? "2 12" : null;
    const casing = L.polyline(line, { pane: "mm-line", color: "#fff", weight: 11, opacity: 0.95, interactive: false }).addTo(map);
    return { casing, core: L.polyline(line, { pane: "mm-line", color: LINE, weight: 6, dashArray: dash, interactive: false }).addTo(map) };
  });
  const stops = state.stops.map((stop, index) => {
    const badge = document.createElement("b");
    badge.textContent = index + 1;
    const title = `${index + 1}. ${stop.name}`;
    const marker = L.marker([stop.lat, stop.lon], {
      pane: "mm-stops", icon: L.divIcon({ className: "walk-stop", html: badge, iconSize: [44, 44] }), title, alt: title, keyboard: true,
    }).addTo(map);
    marker.on("click", () => chosen(index)).on("keypress", (event) => { if (event.originalEvent.key === "Enter") chosen(index); });
    return marker;
  });
  const me = { dot: null, circle: null };
  const spot = { marker: null };

  return {
    leaflet: map,
    // What is behind is grey, what is next is strong.
    goal(target, opened) {
      legs.forEach((leg, index) => {
        if (!leg) return;
        leg.core.setStyle({ color: index < target ? DONE : LINE, weight: index === target ? 8 : 5, opacity: index === target ? 1 : 0.8 });
        if (index === target) { leg.casing.bringToFront(); leg.core.bringToFront(); }
      });
      stops.forEach((marker, index) => {
        const classes = marker.getElement().classList;
        const next = index === target % state.stops.length;
        classes.toggle("is-next", next);
        marker.setZIndexOffset(next ? 1000 : 0);
        classes.toggle("is-done", opened.includes(state.stops[index].id));
      });
    },
    me(fix) {
      if (!fix) { [me.dot, me.circle].forEach((one) => one && one.remove()); me.dot = me.circle = null; return; }
      const at = [fix.at[1], fix.at[0]];
      if (!me.dot) {
        me.circle = L.circle(at, { pane: "mm-me", radius: fix.accuracy_m, color: "#0b4f6c", weight: 1.5, fillOpacity: 0.12, interactive: false }).addTo(map);
        me.dot = L.circleMarker(at, { pane: "mm-me", radius: 10, color: "#fff", weight: 4, fillColor: "#0b62d0", fillOpacity: 1, interactive: false }).addTo(map);
      }
      me.dot.setLatLng(at);
      me.circle.setLatLng(at).setRadius(Math.min(fix.accuracy_m, 200));
    },
    show(points, zoom = 17) {
      mm.look(map, L.latLngBounds(flip(points)).pad(0.1), zoom);
    },
    keepInView(point) {
      if (!map.getBounds().pad(-0.15).contains([point[1], point[0]])) map.panTo([point[1], point[0]], { animate: false });
    },
    spot(point) {
      if (!spot.marker) spot.marker = L.circleMarker([point[1], point[0]], { pane: "mm-me", radius: 11, color: "#fff", weight: 4, fillColor: "#8a2e5d", fillOpacity: 1, interactive: false }).addTo(map);
      spot.marker.setLatLng([point[1], point[0]]);
    },
  };
}
