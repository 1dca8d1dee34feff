// The ground of the map: tiles of our own, painted in a worker (on the page where there is none) behind a Leaflet layer.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const SCRIPT = new URL(document.currentScript.src);
  const ASSETS = SCRIPT.pathname.replace(/\/js\/ground\.js$/, "");
  const VERSION = SCRIPT.searchParams.get("v") || "";
  const PARTS = ["vendor/protomaps-leaflet-5.1.0.js", "js/paint/rules.js", "js/paint/names.js", "js/paint/painter.js"];
  const SIZE = 512;
  const MOST_RATIO = 2;
  const REST_MS = 250;
  const DOT_EDGE_PX = 1.5; // around a quiet dot

  const stamped = (name) => `${ASSETS}/${name}?v=${VERSION}`;

  function script(address) {
    return new Promise((done, failed) => {
      const node = document.createElement("script");
      Object.assign(node, { src: address, async: false, onload: done, onerror: () => failed(new Error(address)) });
      document.head.append(node);
    });
  }

  // The painter on the page, with the worker's ways.
  let loaded = null;
  async function onPage(hear) {
    loaded = loaded || Promise.all([fetch(stamped("map/style.json")).then((answer) => answer.json()), Promise.all(PARTS.map((name) => script(stamped(name)))).then(() => window.micropolisPaint.fonts(ASSETS, VERSION, document.fonts))]);
    const [table] = await loaded;
    const surface = (width, height) => Object.assign(document.createElement("canvas"), { width, height });
    let last = 0;
    const painter = new window.micropolisPaint.Painter({ table, surface, told: (key, canvas, names) => hear({ key, canvas, names }), rested: () => hear({ rested: last }) });
    return (message) => {
      last = message.turn;
      if (message.facts) hear({ answers: message.turn, facts: painter.facts(message.facts) });
      else painter[message.does](message.what);
      if (!painter.working) hear({ rested: last });
    };
  }

  // What lies under the names, and over the ground: tiles of names alone, beside those of the ground.
  const Names = L.GridLayer.extend({
    initialize(ground, options) {
      L.setOptions(this, options);
      Object.assign(this, { ground, tiles: new Map(), _early: new Map() });
      this.on("tileunload", ({ coords }) => this.tiles.delete(ground._name(coords)));
    },

    createTile(coords) {
      const tile = document.createElement("canvas");
      tile.setAttribute("aria-hidden", "true");
      const key = this.ground._name(coords), early = this._early.get(key);
      this.tiles.set(key, tile);
      this._early.delete(key);
      if (early) copied(tile, early);
      return tile;
    },

    put(key, from) {
      if (this.tiles.has(key)) copied(this.tiles.get(key), from);
      else this._early.set(key, from);
    },

    drop(key) { this._early.delete(key); },
  });

  // Both kinds of picture that a painter hands over: a bitmap of the worker's, a canvas of the page's.
  function copied(tile, from) {
    Object.assign(tile, { width: from.width, height: from.height });
    if (from instanceof HTMLCanvasElement) tile.getContext("2d").drawImage(from, 0, 0);
    else tile.getContext("bitmaprenderer").transferFromImageBitmap(from);
  }

  const Ground = L.GridLayer.extend({
    options: { tileSize: SIZE, updateWhenZooming: false, keepBuffer: 1, pane: "tilePane", className: "mm-ground" },

    initialize(background, options) {
      L.setOptions(this, options);
      Object.assign(this, { background, _waits: new Map(), _turn: 0, _answers: new Map(), _held: [] });
    },

    onAdd(map) {
      this._began();
      this._say("source", { tiles: SCRIPT.origin + this.background.tiles, frame: this.background.frame || null });
      this._see();
      L.GridLayer.prototype.onAdd.call(this, map);
      this.on("tileunload", ({ coords }) => { const key = this._name(coords); this._waits.delete(key); this._say("drop", key); if (this._names) this._names.drop(key); });
      map.on("zoomend resize", this._see, this);
      map.on("moveend layeradd layerremove", this._free, this);
      this._themed = () => this._see();
      document.addEventListener("mm:theme", this._themed);
    },

    onRemove(map) {
      map.off("zoomend resize", this._see, this);
      map.off("moveend layeradd layerremove", this._free, this);
      document.removeEventListener("mm:theme", this._themed);
      L.GridLayer.prototype.onRemove.call(this, map);
      if (this._worker) this._worker.terminate();
      if (this._names) map.removeLayer(this._names);
    },

    // Names stand above what is laid over the ground.
    namesAbove() {
      if (this._names) return;
      const { maxZoom, tileSize, updateWhenZooming, keepBuffer } = this.options;
      this._names = new Names(this, { maxZoom, tileSize, updateWhenZooming, keepBuffer, pane: mm.pane(this._map, "names"), className: "mm-names" }).addTo(this._map);
      this._see();
    },

    _name: ({ x, y, z }) => `${x}:${y}:${z}`,

    _began() {
      try {
        const address = mm.paintWorker || `${ASSETS}/js/paint/paint.js`;
        this._worker = new Worker(`${address}?assets=${encodeURIComponent(ASSETS)}&v=${VERSION}`);
        this._worker.onmessage = ({ data }) => this._hear(data);
        this._worker.onerror = (event) => { event.preventDefault(); this._fall(); };
      } catch (error) {
        console.info("no worker for the map", error);
        this._fall();
      }
    },

    // Without a worker the page paints: what was asked for is asked again.
    _fall() {
      if (this._fell) return;
      this._fell = true;
      if (this._worker) this._worker.terminate();
      this._worker = null;
      this._paintHere();
    },

    _paintHere() {
      onPage((message) => this._hear(message)).then((painter) => {
        this._painter = painter;
        for (const message of this._held.splice(0)) painter(message);
      }).catch((error) => { // without a connection, and nothing kept: again when there is one
        console.info("the map is not painted", error);
        loaded = null;
        window.addEventListener("online", () => this._paintHere(), { once: true });
      });
    },

    _say(does, what) { this._post({ does, what }); },

    _post(message) {
      message.turn = this._turn += 1;
      if (this._map || message.does) delete this._container_()?.dataset.painted;
      if (this._worker && !this._sure) this._held.push(message);
      if (this._worker) this._worker.postMessage(message);
      else if (this._painter) this._painter(message);
      else this._held.push(message);
      return message.turn;
    },

    _container_() { return this._map && this._map.getContainer(); },

    _hear({ key, bitmap, canvas, names, rested, answers, facts, broken }) {
      if (broken) { console.info("the map's worker", broken); this._fall(); return; }
      if (key) {
        if (this._worker) { this._sure = true; this._held = []; }
        const wait = this._waits.get(key);
        if (wait) this._put(wait, bitmap || canvas);
        if (wait && names && this._names) this._names.put(key, names);
      }
      if (answers) { this._answers.get(answers)(facts); this._answers.delete(answers); }
      if (rested === this._turn && this._map) this._rested();
    },

    _put(wait, from) {
      const { tile, done } = wait;
      copied(tile, from);
      if (!wait.shown) done(null, tile);
      wait.shown = true;
    },

    _rested() {
      const tiles = [...this._waits.values()];
      if (tiles.some((wait) => !wait.shown)) return;
      this._container_().dataset.painted = `${this._map.getZoom()}/${tiles.length}`;
      this._map.fire("mm:painted");
    },

    _see() {
      if (!this._map && !this.background.map) return;
      const map = this._map || this.background.map;
      const zoom = map.getZoom();
      map.getContainer().classList.toggle("is-between", zoom !== Math.round(zoom));
      const step = 2 ** (Math.round(zoom) - zoom); // what Leaflet makes of a tile between two zooms is made good here
      const ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1) * (step === 1 ? 1 : Math.min(1.5, 1.15 / step));
      const seen = { zoom, ratio, lang: this.background.lang || "", theme: mm.theme ? mm.theme() : "light", above: Boolean(this._names) };
      const now = JSON.stringify(seen);
      if (now === this._seen) return;
      this._seen = now;
      this._say("see", seen);
      this._free();
    },

    createTile(coords, done) {
      const tile = document.createElement("canvas");
      tile.setAttribute("aria-hidden", "true");
      if (Math.round(this._map.getZoom()) === coords.z) this._see();
      const key = this._name(coords);
      this._waits.set(key, { tile, done });
      this._say("want", { key, x: coords.x, y: coords.y, z: coords.z });
      return tile;
    },

    // The view's corner and size in pixels of the world at the tiles' zoom.
    _box() {
      const map = this._map;
      const whole = Math.round(map.getZoom());
      const [a, b] = [map.containerPointToLatLng([0, 0]), map.containerPointToLatLng(map.getSize())].map((at) => map.project(at, whole));
      return { minX: a.x, minY: a.y, maxX: b.x, maxY: b.y };
    },

    // Once the map rests, names leave what lies over it free: they stand beside pins, and are not written under controls.
    _free() {
      clearTimeout(this._soon);
      this._soon = setTimeout(() => {
        if (!this._map) return;
        const frame = this._container_().getBoundingClientRect();
        const box = this._box();
        const k = (box.maxX - box.minX) / (frame.width || 1);
        const boxes = (selector) => [...this._container_().querySelectorAll(selector)].map((node) => node.getBoundingClientRect())
          .filter((r) => r.width && r.right > frame.left && r.left < frame.right && r.bottom > frame.top && r.top < frame.bottom)
          .map((r) => ({ minX: box.minX + (r.left - frame.left) * k, minY: box.minY + (r.top - frame.top) * k, maxX: box.minX + (r.right - frame.left) * k, maxY: box.minY + (r.bottom - frame.top) * k }));
        const icons = boxes(".leaflet-marker-icon");
        const free = { pins: [...icons, ...this._dots(box, k)], controls: boxes(".leaflet-control") };
        const now = JSON.stringify(free);
        if (now === this._kept) return;
        this._kept = now;
        this._say("keepFree", free);
        this._container_().dataset.keptFree = String(icons.length);
      }, REST_MS);
    },

    // The quiet dots in view: they are drawn on a canvas, and have no box of their own.
    _dots(box, k) {
      const map = this._map;
      return (map._mmKnown ? map._mmKnown.spots : []).map(({ at, dot }) => {
        const { x, y } = map.latLngToContainerPoint(at);
        const r = (dot.getRadius() + DOT_EDGE_PX) * k;
        const [left, top] = [box.minX + x * k, box.minY + y * k];
        return { minX: left - r, minY: top - r, maxX: left + r, maxY: top + r };
      }).filter((b) => b.maxX > box.minX && b.minX < box.maxX && b.maxY > box.minY && b.minY < box.maxY);
    },

    facts(points = []) {
      const whole = Math.round(this._map.getZoom());
      const box = this._box();
      const size = this._map.getSize();
      const k = size.x / (box.maxX - box.minX || 1);
      return new Promise((tell) => {
        this._answers.set(this._turn + 1, (facts) => { // the page's own painter answers at once
          for (const name of facts.names) name.boxes = name.boxes.map((b) => b.map((px) => px * k));
          tell({ ...facts, zoom: this._map.getZoom(), worker: Boolean(this._worker), theme: mm.theme ? mm.theme() : "light", tiles: this._waits.size });
        });
        this._post({ facts: { box, at: points.map((at) => { const { x, y } = this._map.project(at, whole); return { x, y }; }) } });
      });
    },
  });

  // Draw `background`: {tiles, frame, lang, outlines}; where there are no tiles, the outlines of the districts.
  mm.background = function (map, background) {
    const now = JSON.stringify(background);
    if (map._mmPaintNow === now) return;
    map._mmPaintNow = now;
    if (map._mmPaint) { map.removeLayer(map._mmPaint); map._mmPaint = null; }
    if (background.tiles) map._mmPaint = new Ground({ ...background, map }, { maxZoom: 19 }).addTo(map);
    if (map._mmPaint && map._mmHeat) map._mmPaint.namesAbove();
    if (mm.borders) mm.borders(map, background.tiles ? "" : background.outlines || "");
    map.getContainer().mmMap = map; // for whoever proves what it shows
    map.getContainer().dataset.background = background.tiles ? "tiles" : "outlines";
  };

  // What the map shows now: its names with their boxes in the frame, what was drawn, what lies at `points` ([lat, lng]).
  mm.drawn = (map, points) => (map._mmPaint ? map._mmPaint.facts(points) : Promise.resolve(null));
})();
