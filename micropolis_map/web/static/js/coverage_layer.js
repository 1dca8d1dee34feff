// The tiles of walking times: painted by a worker (by the page where there is none) behind a Leaflet layer.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const SCRIPT = new URL(document.currentScript.src);
  const ASSETS = SCRIPT.pathname.replace(/\/js\/coverage_layer\.js$/, "");
  const VERSION = SCRIPT.searchParams.get("v") || "";
  const MOST_RATIO = 2;
  const REACH_PX = 14;
  const layers = new Map(); // by number, those on a map of this page
  let last = 0;
  let post = null;

  function hear(message) {
    const layer = layers.get(message.map);
    if (layer) layer._hear(message);
  }

  function paintHere() {
    const held = [];
    post = (message) => held.push(message);
    const node = document.createElement("script");
    node.src = `${ASSETS}/js/coverage_paint.js?v=${VERSION}`;
    node.onload = () => {
      const surface = (width, height) => {
        const canvas = Object.assign(document.createElement("canvas"), { width, height });
        canvas.getContext("2d", { willReadFrequently: true });
        return canvas;
      };
      const flush = (ctx) => ctx.getImageData(0, 0, 1, 1); // what was drawn is done now, not all at once at the end
      post = window.micropolisCoverage({ surface, flush, tell: (message, canvas) => hear({ ...message, canvas }) });
      held.forEach((message) => post(message));
    };
    document.head.append(node);
    for (const layer of layers.values()) layer._again();
  }

  function begin() {
    try {
      const address = mm.coverageWorker || `${ASSETS}/js/coverage_worker.js`;
      const worker = new Worker(`${address}?assets=${encodeURIComponent(ASSETS)}&v=${VERSION}`);
      worker.onmessage = ({ data }) => hear(data);
      worker.onerror = (event) => { event.preventDefault(); worker.terminate(); mm.coverageBy = "page"; paintHere(); };
      post = (message) => worker.postMessage(message);
      mm.coverageBy = "worker";
    } catch (error) {
      console.info("no worker for walking times", error);
      mm.coverageBy = "page";
      paintHere();
    }
  }

  const Heat = L.GridLayer.extend({
    options: { tileSize: 512, updateWhenZooming: false, keepBuffer: 1, maxZoom: 19, className: "mm-heat" },

    initialize(options) {
      L.setOptions(this, options);
      Object.assign(this, { number: (last += 1), _waits: new Map(), _turn: 0, _answers: new Map() });
      layers.set(this.number, this);
      if (!post) begin();
    },

    onAdd(map) {
      this._map = map;
      this._see();
      L.GridLayer.prototype.onAdd.call(this, map);
      this.on("tileunload", ({ coords }) => { const key = this._name(coords); this._waits.delete(key); this._say("drop", key); });
      map.on("zoomend resize", this._see, this);
      this._themed = () => this._see();
      document.addEventListener("mm:theme", this._themed);
      map.on("unload", () => { layers.delete(this.number); this._say("leave"); });
    },

    onRemove(map) {
      map.off("zoomend resize", this._see, this);
      document.removeEventListener("mm:theme", this._themed);
      L.GridLayer.prototype.onRemove.call(this, map);
    },

    _name: ({ x, y, z }) => `${x}:${y}:${z}`,
    _say(does, what) { post({ map: this.number, does, what }); },

    _again() {
      this._seen = "";
      if (this._what) this._say("show", this._what);
      if (this._map) this._see();
      for (const { tile } of this._waits.values()) this._say("want", tile._mmWanted);
    },

    // Draw `what`: {layers: [{name, from, url | ground, times}], classes, shareBeyond}; `told` is called with what is drawn.
    show(what, told) {
      this._turn += 1;
      this._what = { ...what, turn: this._turn };
      this._told = told;
      delete this._map.getContainer().dataset.heat;
      this._say("show", this._what);
    },

    _see() {
      const zoom = this._map.getZoom(), whole = Math.round(zoom);
      const ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1) * (zoom > whole ? Math.min(1.25, 2 ** (zoom - whole)) : 1);
      const seen = { zoom: whole, ratio, theme: mm.theme ? mm.theme() : "light" };
      if (JSON.stringify(seen) === this._seen) return;
      this._seen = JSON.stringify(seen);
      this._say("see", seen);
    },

    createTile(coords, done) {
      const tile = document.createElement("canvas");
      tile.setAttribute("aria-hidden", "true");
      const key = this._name(coords);
      tile._mmWanted = { key, x: coords.x, y: coords.y, z: coords.z };
      this._waits.set(key, { tile, done, shown: false });
      delete this._map.getContainer().dataset.heat;
      this._say("want", tile._mmWanted);
      return tile;
    },

    _hear({ key, bitmap, canvas, ready, failed, turn, answers, found, rested }) {
      if (key && this._waits.has(key)) {
        const wait = this._waits.get(key), from = bitmap || canvas;
        Object.assign(wait.tile, { width: from.width, height: from.height });
        if (bitmap) wait.tile.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
        else wait.tile.getContext("2d").drawImage(canvas, 0, 0);
        if (!wait.shown) wait.done(null, wait.tile);
        wait.shown = true;
      }
      if (ready && ready.turn === this._turn) this._told(null, ready);
      if (failed && turn === this._turn) this._told(failed);
      if (answers) { const tell = this._answers.get(answers); this._answers.delete(answers); if (tell) tell(found); }
      if (rested === this._turn && this._map && [...this._waits.values()].every((wait) => wait.shown)) {
        this._map.getContainer().dataset.heat = `${Math.round(this._map.getZoom())}/${this._waits.size}`;
      }
    },

    _ask(asks, what) {
      return new Promise((tell) => {
        const turn = (last += 1);
        this._answers.set(turn, tell);
        post({ map: this.number, asks, what: { ...what, turn, zoom: Math.round(this._map.getZoom()) } });
      });
    },

    // What lies at `latlng`: {kind, minutes, people} or {kind, about}; null for nothing.
    at(latlng) {
      const { x, y } = this._map.project(latlng, 0);
      return this._ask("at", { x: x / 256, y: y / 256, reach: REACH_PX / (256 * 2 ** this._map.getZoom()) });
    },

    async example() {
      const { x, y, about } = await this._ask("example", {});
      return { latlng: this._map.unproject(L.point(x * 256, y * 256), 0), about };
    },
  });

  mm.heat = function (map) {
    if (!map._mmHeat) map._mmHeat = new Heat({ pane: mm.pane(map, "coverage", 228) }).addTo(map);
    if (map._mmPaint) map._mmPaint.namesAbove();
    return map._mmHeat;
  };
})();
