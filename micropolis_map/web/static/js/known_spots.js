// Meeting places that OpenStreetMap knows and nobody has pinned: quiet dots below the pins. A tap near one names it and
// offers to tell a story; whoever uses no pointer finds the same places in the list beside the map.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const PANE = "mm-known";
  const NEAR_PX = 16;
  const COLOURS = { light: ["#7a6a55", "#fffdf8"], contrast: ["#000000", "#ffffff"], dark: ["#cdbfa6", "#22272b"] };

  const theme = () => COLOURS[mm.theme ? mm.theme() : "light"] || COLOURS.light;
  const radius = (map) => (map.getZoom() < 14 ? 2.5 : map.getZoom() < 16 ? 3.5 : 5);

  function look(map) {
    const [fillColor, color] = theme();
    return { radius: radius(map), fillColor, color, fillOpacity: 0.85, weight: 1.2, opacity: 0.9 };
  }

  function nearest(map, point) {
    let best = null;
    let reach = NEAR_PX;
    for (const spot of map._mmKnown.spots) {
      const away = map.latLngToContainerPoint(spot.at).distanceTo(point);
      if (away < reach) { reach = away; best = spot; }
    }
    return best;
  }

  // The frame of a page's map may not open another page in its place; its page may.
  function leave(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    let page = null;
    try {
      page = window.parent !== window && window.parent.document;
    } catch (error) {
      console.info("the page around is another site's", error);
    }
    if (!page) return;
    event.preventDefault();
    const link = page.createElement("a");
    link.href = event.currentTarget.href;
    page.body.append(link);
    link.click();
    link.remove();
  }

  function popup(spot, known) {
    const box = document.createElement("div");
    box.className = "mm-popup mm-known-popup";
    const title = document.createElement("strong");
    const kind = known.activities[spot.activity] || known.texts.place;
    title.textContent = spot.name || kind;
    const notes = [spot.name ? kind : "", known.texts.from].filter(Boolean).map((text) => {
      const small = document.createElement("small");
      small.textContent = text;
      return small;
    });
    const link = document.createElement("a");
    link.href = `${known.pin}&osm=${encodeURIComponent(spot.id)}`;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = known.texts.tell;
    link.addEventListener("click", leave);
    box.append(title, ...notes, link);
    return box;
  }

  function listen(map) {
    if (map._mmKnownListens) return;
    map._mmKnownListens = true;
    const drawn = () => { for (const spot of map._mmKnown ? map._mmKnown.spots : []) spot.dot.setStyle(look(map)); };
    map.on("zoomend", () => { for (const spot of map._mmKnown ? map._mmKnown.spots : []) spot.dot.setRadius(radius(map)); });
    document.addEventListener("mm:theme", drawn);
    map.on("click", ({ containerPoint }) => {
      const spot = map._mmKnown && nearest(map, containerPoint);
      if (spot) L.popup({ autoPanPadding: [24, 24] }).setLatLng(spot.at).setContent(popup(spot, map._mmKnown.known)).openOn(map);
    });
    let moved = null;
    map.on("mousemove", ({ containerPoint }) => {
      if (!moved) requestAnimationFrame(() => {
        map.getContainer().classList.toggle("mm-on-known", Boolean(map._mmKnown && nearest(map, moved)));
        moved = null;
      });
      moved = containerPoint;
    });
  }

  function clear(map) {
    if (map._mmKnown && map._mmKnown.group) map.removeLayer(map._mmKnown.group);
    map._mmKnown = null;
    map.getContainer().classList.remove("mm-on-known");
    delete map.getContainer().dataset.known;
  }

  // Show the spots of `known`: {url, pin, texts, activities}; none without it.
  mm.knownSpots = function (map, known) {
    const now = map._mmKnown;
    const key = known && JSON.stringify(known);
    if (now && now.key === key) return;
    if (!known) { clear(map); return; }
    const entry = { key, known, spots: [], group: null };
    clear(map);
    map._mmKnown = entry;
    mm.fetchJson(known.url).then(({ features }) => {
      if (map._mmKnown !== entry) return;
      if (!map.getPane(PANE)) {
        const pane = map.createPane(PANE);
        pane.style.zIndex = 395; // above the ground, below outlines and pins
        pane.style.pointerEvents = "none";
        map._mmKnownCanvas = L.canvas({ pane: PANE, padding: 0.2 });
      }
      entry.spots = features.map(({ id, geometry, properties }) => {
        const at = L.latLng(geometry.coordinates[1], geometry.coordinates[0]);
        return { id, at, ...properties, dot: L.circleMarker(at, { ...look(map), renderer: map._mmKnownCanvas, pane: PANE, interactive: false }) };
      });
      entry.group = L.layerGroup(entry.spots.map(({ dot }) => dot)).addTo(map);
      listen(map);
      map.getContainer().dataset.known = entry.spots.length;
    }).catch((error) => { console.warn("meeting places not loaded", error); });
  };
})();
