// The public map in another site's page: tap a place to read what it is; its stories open in a tab of their own.
const state = JSON.parse(document.getElementById("state").textContent);
const $ = (id) => document.getElementById(id);
const mm = window.micropolis;
const [lon, lat] = state.centre;
const map = L.map("map", { center: [lat, lon], zoom: state.zoom, zoomSnap: 0.25, minZoom: 9, maxZoom: 19, preferCanvas: true, worldCopyJump: true, scrollWheelZoom: false });
L.control.scale({ imperial: false }).addTo(map);

function show(id) {
  const pin = map._mmPlaces && map._mmPlaces.pins && map._mmPlaces.pins.get(id);
  $("place").hidden = !pin;
  if (!pin) return;
  const { name, description } = pin.mm.feature.properties;
  $("name").textContent = mm.pick(name, state.lang);
  $("words").textContent = mm.pick(description, state.lang);
  $("story").href = `${state.home}&place=${encodeURIComponent(id)}`;
}

map.on("mm:place", ({ id }) => show(id));
mm.show(map, state.map);
mm.fit(map);
map.on("focus click", () => map.scrollWheelZoom.enable()); // a page that scrolls past the map is not caught by it
map.on("blur mouseout", () => map.scrollWheelZoom.disable());
$("close").addEventListener("click", () => { $("place").hidden = true; map.closePopup(); });
