// What the page calls: one function that brings the map to a state, and the OpenStreetMap switch.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const OSM = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"; // asked only after the visitor ticked the box
  const CREDIT = '<a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noopener">© OpenStreetMap contributors</a>';

  function tileSwitch(map, texts) {
    if (map._mmTiles) map.removeControl(map._mmTiles);
    const control = L.control({ position: "topright" });
    control.onAdd = () => {
      const box = L.DomUtil.create("div", "mm-tiles");
      const button = L.DomUtil.create("button", "", box);
      button.type = "button";
      button.textContent = texts.background;
      button.setAttribute("aria-expanded", "false");
      const form = L.DomUtil.create("form", "", box);
      form.hidden = true;
      const label = L.DomUtil.create("label", "", form);
      const tick = L.DomUtil.create("input", "", label);
      tick.type = "checkbox";
      tick.checked = Boolean(map._mmOsm);
      label.append(document.createTextNode(texts.tiles));
      L.DomUtil.create("p", "", form).textContent = texts.tilesNote;
      button.addEventListener("click", () => {
        form.hidden = !form.hidden;
        button.setAttribute("aria-expanded", String(!form.hidden));
      });
      tick.addEventListener("change", () => {
        if (tick.checked) {
          map._mmOsm = L.tileLayer(OSM, { maxZoom: 19, attribution: CREDIT, zIndex: 1 }).addTo(map);
        } else if (map._mmOsm) {
          map.removeLayer(map._mmOsm);
          map._mmOsm = null;
        }
        // Our own drawing steps aside for the tiles.
        if (map._mmPaint) map._mmPaint.getContainer().style.display = tick.checked ? "none" : "";
      });
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    map._mmTiles = control.addTo(map);
  }

  // Says on the map that it is a sketch, of what and of when.
  function sketch(map, text) {
    if (!text && !map._mmSketch) return;
    if (!map._mmSketch) {
      const control = L.control({ position: "bottomleft" });
      control.onAdd = () => {
        const box = L.DomUtil.create("p", "mm-sketch");
        box.setAttribute("role", "note");
        return box;
      };
      map._mmSketch = control.addTo(map);
    }
    map._mmSketch.getContainer().textContent = text;
  }

  mm.show = function (map, state) {
    if (!map._mmHeld) { show(map, state); return; }
    if (!map._mmNext) map._mmHeld.then(() => { const next = map._mmNext; map._mmNext = null; mm.show(map, next); });
    map._mmNext = state;
  };

  function show(map, state) {
    if (state.compare && mm.compare) { mm.compare(map, state); return; }
    const texts = state.texts || {};
    map.getContainer().setAttribute("aria-label", texts.map || "Map");
    map.getContainer().setAttribute("role", "region");
    if (map._mmLang !== state.lang) {
      map._mmLang = state.lang;
      document.documentElement.lang = state.lang;
      tileSwitch(map, texts);
      for (const [css, name] of [[".leaflet-control-zoom-in", texts.zoomIn], [".leaflet-control-zoom-out", texts.zoomOut]]) {
        const node = map.getContainer().querySelector(css);
        if (node && name) { node.title = name; node.setAttribute("aria-label", name); }
      }
    }
    if (map.attributionControl) {
      map.attributionControl.setPrefix(false);
      if (map._mmCredit) map.attributionControl.removeAttribution(map._mmCredit);
      map._mmCredit = state.fromOsm ? CREDIT : mm.escape(texts.credit || "");
      if (map._mmCredit) map.attributionControl.addAttribution(map._mmCredit);
    }
    mm.background(map, { lang: state.lang, ...state.background });
    sketch(map, state.sketch || "");
    mm.whereabouts(map, state);
    mm.home(map, state);
    if (state.taps) mm.taps(map, state.taps);
    if (state.fresh) mm.fresh(map, state.fresh);
    if (mm.spots) mm.spots(map, state);
    if (mm.knownSpots && "known" in state) mm.knownSpots(map, state.known);
    if (state.places) mm.places(map, state);
    if (state.coverage && mm.coverage) mm.coverage(map, state);
    if (mm.tour) mm.tour(map, state);
    if (mm.walks) mm.walks(map, state);
    if (state.picking && mm.picks) mm.picks(map, state);
    if (state.sites && mm.sites) mm.sites(map, state);
  }

  // What lies under a finger stays until it is lifted: a marker drawn anew between down and up is not clicked.
  mm.lifted = (map) => map._mmHeld || Promise.resolve();

  function watchFinger(map) {
    map.getContainer().addEventListener("pointerdown", () => {
      if (map._mmHeld) return;
      map._mmHeld = new Promise((lift) => {
        const names = ["pointerup", "pointercancel", "pointermove"];
        const up = (event) => {
          if (event.type === "pointermove" && event.buttons) return;
          for (const name of names) window.removeEventListener(name, up, true);
          setTimeout(() => { map._mmHeld = null; lift(); }); // after the click, which comes with it
        };
        for (const name of names) window.addEventListener(name, up, true);
      });
    }, true);
  }

  const EDGE_PX = 40;

  // A marker that the keyboard reached comes into view. One that was tapped is seen: Leaflet would move the map for it, too,
  // and the next tap would hit something else.
  mm.comeForKeys = function (map, marker) {
    const node = marker.getElement();
    node.addEventListener("focus", () => {
      if (node.matches(":focus-visible")) map.panInside(marker.getLatLng(), { padding: [EDGE_PX, EDGE_PX] });
    });
  };

  const APART_PX = 24;

  // On a touch screen Leaflet takes any two quick taps for a double one and zooms, also two on two places.
  function doubleTap(map) {
    map.doubleClickZoom.disable();
    let taps = [];
    map.getContainer().addEventListener("click", (event) => { taps = [taps[1], event]; }, true);
    map.on("dblclick", ({ containerPoint, originalEvent }) => {
      const [one, other] = taps;
      if (map._mmPicks || !one || Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) > APART_PX) return;
      map.setZoomAround(containerPoint, map.getZoom() + (originalEvent.shiftKey ? -1 : 1));
    });
  }

  mm.escape = function (text) {
    const span = document.createElement("span");
    span.textContent = text;
    return span.innerHTML;
  };

  mm.fit = function (map) {
    watchFinger(map);
    doubleTap(map);
    mm.keepFitting(map);
  };
})();
