// Two maps side by side that move together; on a phone one above the other.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});

  function other(map) {
    const box = document.createElement("div");
    box.id = "mm-other";
    box.style.position = "absolute"; // before the styles are there, Leaflet would make it relative
    map.getContainer().after(box);
    document.body.classList.add("mm-split");
    const twin = L.map(box, {
      center: map.getCenter(), zoom: map.getZoom(), zoomSnap: 0.25, minZoom: 9, maxZoom: 19, preferCanvas: true, zoomControl: false,
    });
    map.invalidateSize({ animate: false });
    mm.fit(twin);
    return twin;
  }

  // Both keep the same zoom, and as far from where they began: also of two communities.
  function together(one, two) {
    let moving = false;
    const follow = (from, to) => () => {
      if (moving || !from._mmBegan) return;
      moving = true;
      const zoom = from.getZoom();
      const step = from.project(from.getCenter(), zoom).subtract(from.project(from._mmBegan, zoom));
      to.setView(to.unproject(to.project(to._mmBegan, zoom).add(step), zoom), zoom, { animate: false });
      moving = false;
    };
    one.on("move zoomend", follow(one, two));
    two.on("move zoomend", follow(two, one));
  }

  // The frame grows when the page is laid out: until somebody moves a map, both show their whole community.
  function begin(maps, sides) {
    maps.forEach((map) => { map._mmBegan = null; map.invalidateSize({ animate: false }); });
    if (maps.some((map) => map.getSize().x < 40 || map.getSize().y < 40)) return;
    const views = maps.map((map, i) => mm.framing(map, sides[i].bounds, 15));
    const { zoom, center } = views.reduce((least, view) => (view.zoom < least.zoom ? view : least));
    const same = JSON.stringify(sides[0].bounds) === JSON.stringify(sides[1].bounds); // one town twice: the same spot on both
    maps.forEach((map, i) => mm.quietly(map, () => map.setView(same ? center : views[i].center, zoom, { animate: false })));
    maps.forEach((map) => { map._mmBegan = map.getCenter(); map.getContainer().dataset.fitted = "1"; });
  }

  function title(map, text) {
    if (map._mmTitle) map.removeControl(map._mmTitle);
    const control = L.control({ position: "bottomleft" });
    control.onAdd = () => {
      const box = L.DomUtil.create("div", "mm-title");
      box.textContent = text;
      return box;
    };
    map._mmTitle = control.addTo(map);
  }

  mm.compare = function (map, state) {
    if (!map._mmTwin) {
      map._mmTwin = other(map);
      together(map, map._mmTwin);
      let touched = false;
      for (const type of ["pointerdown", "wheel", "keydown"]) {
        document.body.addEventListener(type, () => { touched = true; }, { capture: true, passive: true });
      }
      const again = new ResizeObserver(() => { if (!touched && map._mmSides) begin([map, map._mmTwin], map._mmSides); });
      again.observe(map.getContainer());
      again.observe(map._mmTwin.getContainer());
    }
    const maps = [map, map._mmTwin];
    const places = JSON.stringify(state.compare.map((side) => side.bounds));
    const fresh = map._mmPlaces !== places;
    state.compare.forEach((side, i) => {
      mm.show(maps[i], { ...state, compare: null, ...side, bounds: null, whole: i ? null : side.whole, keepView: true });
      title(maps[i], side.title);
    });
    map._mmSides = state.compare;
    if (fresh) {
      map._mmPlaces = places;
      begin(maps, state.compare);
    }
  };
})();
