// Paints the tiles of a town's map with protomaps-leaflet's painter: in a worker, or on the page where there is none.
(function () {
  "use strict";
  const paint = (self.micropolisPaint = self.micropolisPaint || {});
  const SIZE = 512;
  const [MOST_ZOOM, LABELED, BESIDE] = [15, 64, 1]; // tile zoom of the archive; tiles with names at once; Leaflet zooms beyond it
  const [VEIL, VEIL_REACH] = ["a0", 1.2]; // how thick it gets beyond the data, and over how much of its frame
  const WAIT_MS = 2500; // for a slow tile the others do not wait longer
  const FONTS = { latin: "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD", "latin-ext": "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+1E00-1E9F, U+20A0-20AB", cyrillic: "U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116" };

  // The fonts of the names: a name is measured with its own font or not at all.
  paint.fonts = async function (assets, version, set) {
    await Promise.all(Object.entries(FONTS).map(async ([part, unicodeRange]) => {
      const face = new FontFace("Commissioner", `url("${assets}/fonts/commissioner-${part}-wght-normal.woff2")`, { weight: "100 900", unicodeRange });
      set.add(face);
      try { await face.load(); } catch (error) { console.warn("font of the map", part, error); }
    }));
  };

  const soon = () => new Promise((go) => { setTimeout(go); });
  const atMost = (ms, promise) => Promise.race([promise, new Promise((go) => { setTimeout(go, ms); })]);

  paint.Painter = class {
    // `told(key, canvas, names)` hands over a tile, and its names where they are to stand above something else, `rested()` tells that nothing is left to paint, `surface(w, h)` makes a canvas.
    constructor({ table, told, rested, surface }) {
      Object.assign(this, { table, told, rested, surface });
      this.known = new Set();
      this.tiles = new Map();
      this.look = { k: 1, zoom: 0, lang: "", theme: "light", pins: [], known: this.known, colour: (name) => (name[0] === "#" ? name : table.themes[this.look.theme][name]) };
      this.ratio = 1;
      this.avoid = [];
      this.queue = new Set();
      this.scratch = surface(8, 8).getContext("2d");
    }

    source({ tiles, frame }) {
      if (this.address === tiles) return;
      this.address = tiles;
      this.frame = frame;
      const lib = protomapsL;
      const zxy = new lib.ZxySource(tiles, false);
      this.failed = 0;
      const source = { get: async (at, size) => {
        try {
          return paint.byKind(await zxy.get(at, size), this.known);
        } catch (error) {
          this.failed += 1;
          throw error;
        }
      } };
      this.view = new lib.View(new lib.TileCache(source, SIZE), MOST_ZOOM, BESIDE);
      this.anew();
    }

    // How the map is seen: `zoom` between two whole ones, `ratio` of the screen's pixels, language and theme.
    see({ zoom, ratio, lang, theme, above = false }) {
      const whole = Math.round(zoom);
      const k = 2 ** (whole - zoom);
      const names = k !== this.look.k || lang !== this.look.lang || whole !== this.whole;
      const changed = names || ratio !== this.ratio || theme !== this.look.theme || above !== this.above;
      Object.assign(this.look, { k, zoom, lang, theme });
      this.whole = whole;
      this.ratio = ratio;
      this.above = above;
      if (names) this.anew();
      if (changed) this.again();
    }

    anew() { this.labeler = null; }

    again() {
      for (const [key, tile] of this.tiles) if (tile.z === this.whole) this.queue.add(key);
      this.work();
    }

    want({ key, x, y, z }) {
      this.tiles.set(key, { x, y, z, done: false });
      this.queue.add(key);
      this.work();
    }

    drop(key) {
      this.tiles.delete(key);
      this.queue.delete(key);
    }

    async work() {
      if (this.working) return;
      this.working = true;
      await soon(); // what is asked for at once is laid out at once
      while (this.queue.size) {
        const keys = [...this.queue].filter((key) => this.tiles.has(key));
        this.queue.clear();
        try { await this.paintAll(keys); } catch (error) { console.warn("map tiles", error); }
      }
      this.working = false;
      this.rested();
    }

    async paintAll(keys) {
      const tiles = keys.map((key) => [key, this.tiles.get(key)]).sort(([, a], [, b]) => a.x - b.x || a.y - b.y);
      await Promise.all(tiles.map(async ([key, tile]) => {
        const got = this.view.getDisplayTile({ z: tile.z, x: tile.x * 2, y: tile.y * 2 }).then((ready) => { tile.data = ready; }, (error) => { console.warn("map tile", key, error); });
        await atMost(WAIT_MS, got);
        if (!tile.data) got.then(() => { if (this.tiles.get(key) === tile) { this.queue.add(key); this.work(); } });
      }));
      const rules = this.rules();
      this.layOut(tiles.map(([, tile]) => tile).filter((tile) => tile.data && tile.z === this.whole));
      for (const [key, tile] of tiles) {
        await soon();
        if (this.queue.has(key) || this.tiles.get(key) !== tile) continue;
        tile.done = true;
        this.told(key, this.paint(tile, rules), this.above ? this.paintNames(tile) : null);
      }
    }

    rules() {
      return paint.paintRules(this.table, this.look);
    }

    // Names of new tiles find room beside those that are written; one that is more important takes it, and that tile is
    // painted again.
    layOut(tiles) {
      if (!tiles.length) return;
      if (!this.labeler || this.labeledKinds !== this.known.size) {
        this.labeledKinds = this.known.size;
        const changed = (keys) => {
          for (const [key, tile] of this.tiles) {
            if (tile.done && [0, 1].some((i) => [0, 1].some((j) => keys.has(`${tile.x * 2 + i}:${tile.y * 2 + j}:${tile.z}`)))) this.queue.add(key);
          }
        };
        this.labeler = new protomapsL.Labelers(this.scratch, paint.labelRules(this.table, this.look), LABELED, changed);
        for (const tile of this.tiles.values()) if (tile.done && tile.data && tile.z === this.whole && !tiles.includes(tile)) { tiles.push(tile); }
        for (const [key, tile] of this.tiles) if (tile.done && tile.z === this.whole) this.queue.add(key);
      }
      const byData = new Map(tiles.map((tile) => [`${tile.data.dataTile.x}:${tile.data.dataTile.y}`, tile.data]));
      this.labeler.add(this.whole, new Map([["", [...byData.values()]]]));
    }

    labels() {
      const index = this.labeler && this.labeler.getIndex(this.whole);
      if (!index) return null;
      const free = ({ bboxes }) => !paint.meets(bboxes, this.avoid);
      return { searchBbox: (box, order) => new Set([...index.searchBbox(box, order)].filter(free)) };
    }

    // Names that would lie under a control are not written, and where pins are new all names find their places anew; the boxes
    // count in pixels of the world at this zoom.
    keepFree({ pins, controls }) {
      const before = this.avoid;
      this.avoid = controls;
      if (JSON.stringify(pins) !== JSON.stringify(this.look.pins)) {
        this.look.pins = pins;
        this.anew();
        this.again();
        return;
      }
      const index = this.labeler && this.labeler.getIndex(this.whole);
      if (!index) return;
      const touched = new Set();
      for (const box of [...before, ...controls]) {
        for (const label of index.searchBbox(box, Infinity)) for (const b of label.bboxes) touched.add(b);
      }
      for (const [key, tile] of this.tiles) {
        if (tile.z !== this.whole || !tile.done) continue;
        const [x, y] = [tile.x * SIZE, tile.y * SIZE];
        if ([...touched].some((b) => b.minX < x + SIZE && b.maxX > x && b.minY < y + SIZE && b.maxY > y)) this.queue.add(key);
      }
      if (this.queue.size) this.work();
    }

    sheet() {
      const side = Math.round(SIZE * this.ratio);
      const canvas = this.surface(side, side);
      const pen = canvas.getContext("2d");
      pen.scale(side / SIZE, side / SIZE);
      return [canvas, pen];
    }

    paint(tile, rules) {
      const [canvas, pen] = this.sheet();
      this.paper(pen, tile);
      this.draw(pen, tile, rules, false);
      this.veil(pen, tile);
      if (!this.above) this.draw(pen, tile, [], true);
      return canvas;
    }

    paintNames(tile) {
      const [canvas, pen] = this.sheet();
      this.draw(pen, tile, [], true);
      return canvas;
    }

    draw(pen, tile, rules, named) {
      if (!tile.data) return;
      const origin = { x: tile.x * SIZE, y: tile.y * SIZE };
      const box = { minX: origin.x, minY: origin.y, maxX: origin.x + SIZE, maxY: origin.y + SIZE };
      const labels = named && tile.z === this.whole ? this.labels() : null;
      protomapsL.paint(pen, tile.z, new Map([["", [tile.data]]]), labels, rules, box, origin, false);
    }

    // The data's own frame in the tile's pixels: [left, top, width, height].
    framed(tile) {
      const [west, south, east, north] = this.frame;
      const world = SIZE * 2 ** (tile.z - 1);
      const x = (lon) => ((lon + 180) / 360) * world - tile.x * SIZE;
      const y = (lat) => (0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * world - tile.y * SIZE;
      return [x(west), y(north), x(east) - x(west), y(south) - y(north)];
    }

    // Paper, on which the tiles' own veil thickens; where there are no tiles, all of it is veiled.
    paper(pen, tile) {
      const [left, top, wide, high] = this.frame ? this.framed(tile) : [0, 0, SIZE, SIZE];
      const framed = left < SIZE && top < SIZE && left + wide > 0 && top + high > 0;
      const known = framed || Boolean(tile.data && tile.data.data.size);
      pen.fillStyle = this.look.colour(known ? "paper" : "veil");
      pen.fillRect(0, 0, SIZE, SIZE);
    }

    // Beyond the data's frame nobody knows how the coast goes on: what is drawn there fades the farther it is.
    veil(pen, tile) {
      if (!this.frame) return;
      const [left, top, wide, high] = this.framed(tile);
      const [right, bottom, reach] = [left + wide, top + high, VEIL_REACH * Math.max(wide, high)];
      const colour = this.look.colour("veil");
      const patch = ([x, x2], [y, y2], gradient) => {
        if (x2 <= 0 || y2 <= 0 || x >= SIZE || y >= SIZE) return;
        gradient.addColorStop(0, `${colour}00`);
        gradient.addColorStop(1, `${colour}${VEIL}`);
        pen.fillStyle = gradient;
        const [from, to] = [Math.max(0, x), Math.max(0, y)];
        pen.fillRect(from, to, Math.min(SIZE, x2) - from, Math.min(SIZE, y2) - to);
      };
      const [before, after] = [(edge) => [-Infinity, edge], (edge) => [edge, Infinity]];
      const [across, down] = [[left, right], [top, bottom]];
      patch(before(left), down, pen.createLinearGradient(left, 0, left - reach, 0));
      patch(after(right), down, pen.createLinearGradient(right, 0, right + reach, 0));
      patch(across, before(top), pen.createLinearGradient(0, top, 0, top - reach));
      patch(across, after(bottom), pen.createLinearGradient(0, bottom, 0, bottom + reach));
      for (const [x, xs] of [[left, before(left)], [right, after(right)]]) {
        for (const [y, ys] of [[top, before(top)], [bottom, after(bottom)]]) patch(xs, ys, pen.createRadialGradient(x, y, 0, x, y, reach));
      }
    }

    // Facts for whoever proves the map: what is written and where, what was drawn, what no rule knows.
    facts({ box, at = [] }) {
      const index = this.labels();
      const names = index ? [...index.searchBbox(box, Infinity)].map((label) => ({ ...label.draw.told, boxes: label.bboxes.map((b) => [b.minX - box.minX, b.minY - box.minY, b.maxX - box.minX, b.maxY - box.minY]) })) : [];
      const counts = {};
      const seen = new Set();
      for (const tile of this.tiles.values()) {
        if (!tile.data || tile.z !== this.whole || seen.has(tile.data.data)) continue;
        seen.add(tile.data.data);
        for (const [name, features] of tile.data.data) counts[name] = (counts[name] || 0) + features.length;
      }
      const ruled = (name) => this.table.rules.some((rule) => { const [layer, kind] = name.split("/"); return rule.layer === layer && (layer === "shade" || !rule.kinds.length || rule.kinds.includes(kind)); });
      return { names, counts, unknown: [...this.known].filter((name) => !ruled(name)), failed: this.failed, painted: this.painted(box), at: at.map((point) => this.under(point)) };
    }

    // The share of the box that tiles cover, and of that what is bare paper.
    painted(box) {
      let [all, covered, bare] = [(box.maxX - box.minX) * (box.maxY - box.minY), 0, 0];
      for (const tile of this.tiles.values()) {
        const [x, y] = [tile.x * SIZE, tile.y * SIZE];
        const [w, h] = [Math.min(box.maxX, x + SIZE) - Math.max(box.minX, x), Math.min(box.maxY, y + SIZE) - Math.max(box.minY, y)];
        if (tile.z !== this.whole || !tile.done || w <= 0 || h <= 0) continue;
        covered += w * h;
        if (!tile.data || !tile.data.data.size) bare += w * h;
      }
      return { covered: covered / all, bare: bare / all };
    }

    // The kinds of the areas at a point of the world, the lowest first.
    under({ x, y }) {
      for (const tile of this.tiles.values()) {
        const [left, top] = [tile.x * SIZE, tile.y * SIZE];
        if (tile.z !== this.whole || !tile.data || x < left || y < top || x >= left + SIZE || y >= top + SIZE) continue;
        const { origin, scale, data } = tile.data;
        const point = { x: (x - origin.x) / scale, y: (y - origin.y) / scale };
        return [...data].filter(([, features]) => features.some((one) => one.geomType === 3 && protomapsL.pointInPolygon(point, one.geom))).map(([name]) => name);
      }
      return null;
    }
  };
})();
