// Walking times painted as tiles: done by a worker, and on the page in short slices where there is none.
(function (scope) {
  "use strict";
  const NO_WAY = 255; // of a byte of times; otherwise half minutes
  const SIZE = 512, SLICE_MS = 40, CHUNK = 12, BATCH = 1500, KEPT = 12;
  const FILL = { light: 0.72, dark: 0.85, contrast: 0.8 }; // how much of an area's colour lies over the ground
  const EDGES = { light: ["#3b3226", 0.45], dark: ["#fffdf8", 0.6], contrast: ["#000000", 0.8] };
  const kept = new Map(); // what was fetched, by address; the last ones

  const tick = () => new Promise((go) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); go(); };
    port2.postMessage(0);
  });

  async function sliced(steps) {
    let began = performance.now(), step = steps.next();
    while (!step.done) {
      if (performance.now() - began > SLICE_MS) { await tick(); began = performance.now(); }
      step = steps.next();
    }
    return step.value;
  }

  const worldX = (lon) => (lon + 180) / 360;
  const worldY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, lat)) * Math.PI) / 360)) / (2 * Math.PI);

  // {"scale", "lines": [[lon, lat, dlon, dlat, …], …]} or {"scale", "points": […], "people": […]} read from its bytes: no
  // object is made of each of a million numbers, and it can pause anywhere.
  function* numbersOf(bytes) {
    const flat = new Int32Array((bytes.length >> 1) + 1), people = [], starts = [];
    let key = "", depth = 0, count = 0, scale = 1;
    for (let i = 0, n = 0; i < bytes.length; n += 1) {
      if ((n & 0xffff) === 0xffff) yield;
      const c = bytes[i];
      if (c === 34) {
        const end = bytes.indexOf(34, i + 1);
        key = String.fromCharCode(...bytes.subarray(i + 1, end));
        i = end + 1;
      } else if (c === 45 || (c >= 48 && c <= 57)) {
        let value = 0, j = c === 45 ? i + 1 : i;
        for (; bytes[j] >= 48 && bytes[j] <= 57; j += 1) value = value * 10 + bytes[j] - 48;
        if (bytes[j] === 46) for (let part = 0.1, k = (j += 1); bytes[k] >= 48 && bytes[k] <= 57; k += 1, part /= 10) { value += (bytes[k] - 48) * part; j = k + 1; }
        if (c === 45) value = -value;
        if (key === "scale") scale = value;
        else if (key === "people") people.push(value);
        else flat[count++] = value;
        i = j;
      } else {
        if (c === 91) { depth += 1; if (depth === (key === "lines" ? 2 : 1) && key !== "people") starts.push(count); }
        if (c === 93) depth -= 1;
        i += 1;
      }
    }
    return { flat: flat.subarray(0, count), people, starts, scale };
  }

  // Points of the world (0 to 1), in chunks of a few pieces of a line with their boxes.
  function* placed({ flat, people, starts, scale }, isLines) {
    const many = flat.length >> 1;
    const x = new Float64Array(many), y = new Float64Array(many);
    const ends = [...starts.slice(1), flat.length];
    for (let l = 0, done = 0; l < starts.length; l += 1) {
      let lon = 0, lat = 0;
      for (let i = starts[l]; i < ends[l]; i += 2) {
        lon += flat[i]; lat += flat[i + 1];
        x[i >> 1] = worldX(lon / scale); y[i >> 1] = worldY(lat / scale);
        if (((done += 1) & 0x3fff) === 0) yield;
      }
    }
    if (!isLines) return { kind: "points", x, y, people: Float32Array.from(people), count: many };
    const first = [], point = [], size = [], box = [];
    for (let l = 0, piece = 0; l < starts.length; l += 1) {
      const last = (ends[l] >> 1) - 1;
      for (let at = starts[l] >> 1; at < last; at += CHUNK) {
        const pieces = Math.min(CHUNK, last - at);
        let [w, n, e, s] = [2, 2, -1, -1];
        for (let i = at; i <= at + pieces; i += 1) { w = Math.min(w, x[i]); e = Math.max(e, x[i]); n = Math.min(n, y[i]); s = Math.max(s, y[i]); }
        first.push(piece); point.push(at); size.push(pieces); box.push(w, n, e, s);
        piece += pieces;
        if ((first.length & 0x7ff) === 0) yield;
      }
    }
    const pieces = first.length ? first[first.length - 1] + size[size.length - 1] : 0;
    return { kind: "lines", x, y, first: Uint32Array.from(first), point: Uint32Array.from(point), size: Uint8Array.from(size), box: Float64Array.from(box), count: pieces };
  }

  function* areasOf(data) {
    const rings = [], box = [], about = [];
    for (const { geometry, properties } of data.features) {
      const polygons = !geometry ? [] : geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
      const own = polygons.flat().map((ring) => Float64Array.from(ring.flatMap(([lon, lat]) => [worldX(lon), worldY(lat)])));
      let [w, n, e, s] = [2, 2, -1, -1];
      for (const ring of own) for (let i = 0; i < ring.length; i += 2) { w = Math.min(w, ring[i]); e = Math.max(e, ring[i]); n = Math.min(n, ring[i + 1]); s = Math.max(s, ring[i + 1]); }
      rings.push(own); box.push(w, n, e, s); about.push(properties);
      if ((about.length & 0xff) === 0) yield;
    }
    return { kind: "areas", rings, box: Float64Array.from(box), about, count: about.length };
  }

  // {"homes": [[lon, lat, people, near], …]}
  function* gainOf({ homes }) {
    const many = homes.length;
    const shape = { kind: "points", x: new Float64Array(many), y: new Float64Array(many), people: new Float32Array(many), count: many, sized: true };
    const times = new Uint8Array(many);
    for (let i = 0; i < many; i += 1) {
      const [lon, lat, people, near] = homes[i];
      shape.x[i] = worldX(lon); shape.y[i] = worldY(lat); shape.people[i] = people; times[i] = near ? 0 : 200;
      if ((i & 0x1fff) === 0) yield;
    }
    return { shape, times };
  }

  function keep(address, make) {
    if (!kept.has(address)) {
      kept.set(address, make().catch((error) => { kept.delete(address); throw error; }));
      while (kept.size > KEPT) kept.delete(kept.keys().next().value);
    }
    return kept.get(address);
  }
  async function fetched(address) {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer;
  }
  async function load(layer) {
    if (layer.url) return { shape: await keep(layer.url, async () => sliced(areasOf(await (await fetched(layer.url)).json()))) };
    if (layer.gain) return keep(layer.gain, async () => sliced(gainOf(await (await fetched(layer.gain)).json())));
    const bytes = async (address) => new Uint8Array(await (await fetched(address)).arrayBuffer());
    const [shape, times] = await Promise.all([
      keep(layer.ground, async () => sliced(placed(await sliced(numbersOf(await bytes(layer.ground))), layer.name === "streets"))),
      keep(layer.times, () => bytes(layer.times)),
    ]);
    return { shape, times };
  }

  // The first class whose upper bound (inclusive) holds; of minutes the last class is for no way at all.
  function classOf(value, classes) {
    if (value === null) return classes.length - 1;
    const found = classes.findIndex((c) => c.upTo !== null && value <= c.upTo + 1e-9);
    return found < 0 ? classes.findIndex((c) => c.upTo === null) : found;
  }
  // Of an area: the share of its people farther away than the threshold `key`, or its minutes.
  function valueOf(about, key) {
    if (key) return about.population > 0 && about.share_within ? 1 - about.share_within[key] : null;
    return typeof about.median_s === "number" ? about.median_s / 60 : null;
  }

  const weight = (zoom) => (zoom < 12 ? 1.4 : zoom < 14 ? 2.2 : zoom < 15 ? 3.2 : zoom < 16 ? 4.5 : 6.5);

  function hatch(surface, colour, ratio) {
    const side = Math.round(8 * ratio), tile = surface(side, side), ctx = tile.getContext("2d");
    Object.assign(ctx, { strokeStyle: colour, lineWidth: side / 2.6, lineCap: "square" });
    for (const by of [-side, 0, side]) { ctx.beginPath(); ctx.moveTo(by, side); ctx.lineTo(by + side, 0); ctx.stroke(); }
    return tile;
  }

  class Painter {
    constructor({ surface, tell, flush }) {
      Object.assign(this, { surface, tell, flush: flush || (() => {}), seen: { ratio: 1, zoom: 0, theme: "light" }, wanted: new Map(), queue: new Set(), turn: 0, what: null });
    }

    layerAt(zoom) { return this.what && this.what.layers.filter((one) => (one.from || 0) <= zoom).pop(); }

    show(what) {
      this.turn += 1;
      Object.assign(this, { what, told: "" });
      this.table = Uint8Array.from({ length: 256 }, (_, n) => classOf(n === NO_WAY ? null : n / 2, what.classes));
      this.again();
    }
    see(seen) {
      const before = JSON.stringify([this.seen.ratio, this.seen.theme]);
      this.seen = seen;
      if (before !== JSON.stringify([seen.ratio, seen.theme])) this.again(); else this.ready();
    }
    want(tile) { this.wanted.set(tile.key, tile); this.queue.add(tile.key); this.work(); }
    drop(key) { this.wanted.delete(key); this.queue.delete(key); }
    again() { for (const key of this.wanted.keys()) this.queue.add(key); this.ready(); this.work(); }

    // Says once what is shown at this zoom.
    async ready() {
      const { turn } = this, layer = this.layerAt(this.seen.zoom);
      if (!layer) return;
      try {
        const { shape } = await load(layer);
        const told = `${turn}:${layer.name}`;
        if (turn !== this.turn || told === this.told) return;
        this.told = told;
        this.tell({ ready: { name: layer.name, count: shape.count, turn: this.what.turn } });
      } catch (error) {
        if (turn === this.turn) this.tell({ failed: String(error), turn: this.what.turn });
      }
    }

    async work() {
      if (this.working) return;
      this.working = true;
      while (this.queue.size && this.what) {
        const key = this.queue.values().next().value, tile = this.wanted.get(key), turn = this.turn;
        this.queue.delete(key);
        const layer = this.layerAt(tile.z);
        try {
          const data = layer && (await load(layer));
          if (turn !== this.turn || this.wanted.get(key) !== tile) { if (this.wanted.has(key)) this.queue.add(key); continue; }
          const canvas = this.surface(Math.round(SIZE * this.seen.ratio), Math.round(SIZE * this.seen.ratio));
          if (data) await sliced(this.paint(canvas, tile, data));
          if (this.wanted.get(key) === tile) this.tell({ key }, canvas);
        } catch (error) {
          this.tell({ failed: String(error), turn: this.what.turn });
          this.queue.clear();
        }
      }
      this.working = false;
      if (this.what) this.tell({ rested: this.what.turn });
    }

    *paint(canvas, { x, y, z }, data) {
      const { ratio } = this.seen, k = 256 * 2 ** z * ratio, pad = (14 * ratio) / k;
      const ctx = canvas.getContext("2d");
      const from = { x: (x * SIZE * ratio) / k, y: (y * SIZE * ratio) / k, k };
      const inView = [from.x - pad, from.y - pad, from.x + canvas.width / k + pad, from.y + canvas.height / k + pad];
      yield* this[data.shape.kind](ctx, data, from, inView, z);
    }

    *lines(ctx, { shape, times }, from, [w, n, e, s], z) {
      const { box, first, point, size } = shape, { classes } = this.what;
      const paths = classes.map(() => []), counts = classes.map(() => BATCH);
      const draw = (index, a, b) => {
        if (counts[index] >= BATCH) { paths[index].push(new Path2D()); counts[index] = 0; }
        const path = paths[index][paths[index].length - 1];
        let px = (shape.x[a] - from.x) * from.k, py = (shape.y[a] - from.y) * from.k;
        path.moveTo(px, py);
        for (let i = a + 1; i <= b; i += 1) {
          const nx = (shape.x[i] - from.x) * from.k, ny = (shape.y[i] - from.y) * from.k;
          if (i < b && Math.abs(nx - px) + Math.abs(ny - py) < 1) continue;
          path.lineTo(nx, ny);
          counts[index] += 1; px = nx; py = ny;
        }
      };
      for (let c = 0, drawn = 0; c < first.length; c += 1) {
        if (box[4 * c] > e || box[4 * c + 2] < w || box[4 * c + 1] > s || box[4 * c + 3] < n) continue;
        for (let p = 0; p < size[c];) {
          const index = this.table[times[first[c] + p]];
          let q = p + 1;
          while (q < size[c] && this.table[times[first[c] + q]] === index) q += 1;
          draw(index, point[c] + p, point[c] + q);
          p = q;
        }
        if (((drawn += 1) & 0x1ff) === 0) yield;
      }
      const wide = weight(z) * this.seen.ratio;
      const [edge, alpha] = EDGES[this.seen.theme] || EDGES.light;
      Object.assign(ctx, { lineCap: wide > 3 ? "round" : "butt", lineJoin: wide > 3 ? "round" : "bevel", strokeStyle: edge, globalAlpha: alpha, lineWidth: wide + 1.4 * this.seen.ratio });
      for (const path of paths.slice(0, -1).flat()) { ctx.stroke(path); this.flush(ctx); yield; }
      ctx.globalAlpha = 1;
      for (let index = classes.length - 1; index >= 0; index -= 1) {
        const { colour, dash } = classes[index];
        Object.assign(ctx, { strokeStyle: colour, lineWidth: wide });
        ctx.setLineDash(dash ? dash.split(" ").map((px) => Number(px) * this.seen.ratio) : []);
        for (const path of paths[index]) { ctx.stroke(path); this.flush(ctx); yield; }
      }
    }

    *points(ctx, { shape, times }, from, [w, n, e, s], z) {
      const { classes } = this.what, { ratio } = this.seen, r = (z < 13 ? 2 : z < 15 ? 3 : z < 17 ? 4 : 6) * ratio;
      const [edge, alpha] = EDGES[this.seen.theme] || EDGES.light;
      for (let index = classes.length - 1, done = 0; index >= 0; index -= 1) {
        for (let i = 0; i < shape.count; i += 1) {
          if (((done += 1) & 0xffff) === 0) yield;
          if (this.table[times[i]] !== index || shape.x[i] < w || shape.x[i] > e || shape.y[i] < n || shape.y[i] > s) continue;
          ctx.beginPath();
          const size = shape.sized ? Math.min(9, 2.2 + Math.sqrt(shape.people[i]) * 0.55) * ratio : r;
          ctx.arc((shape.x[i] - from.x) * from.k, (shape.y[i] - from.y) * from.k, size, 0, 7);
          ctx.fillStyle = classes[index].colour;
          ctx.fill();
          Object.assign(ctx, { strokeStyle: edge, globalAlpha: alpha, lineWidth: 0.8 * this.seen.ratio });
          ctx.stroke();
          ctx.globalAlpha = 1;
          if (((done += 40) & 0x3fff) < 40) { this.flush(ctx); yield; }
        }
      }
    }

    *areas(ctx, { shape }, from, [w, n, e, s]) {
      const { classes, shareBeyond } = this.what, { ratio } = this.seen;
      const fills = classes.map(({ colour, dash }) => (dash ? ctx.createPattern(hatch(this.surface, colour, ratio), "repeat") : colour));
      for (let a = 0, drawn = 0; a < shape.count; a += 1) {
        const { box } = shape;
        if (box[4 * a] > e || box[4 * a + 2] < w || box[4 * a + 1] > s || box[4 * a + 3] < n) continue;
        ctx.beginPath();
        for (const ring of shape.rings[a]) {
          for (let i = 0; i < ring.length; i += 2) ctx[i ? "lineTo" : "moveTo"]((ring[i] - from.x) * from.k, (ring[i + 1] - from.y) * from.k);
          ctx.closePath();
        }
        Object.assign(ctx, { fillStyle: fills[classOf(valueOf(shape.about[a], shareBeyond), classes)], globalAlpha: FILL[this.seen.theme] || FILL.light });
        ctx.fill("evenodd");
        Object.assign(ctx, { globalAlpha: this.seen.theme === "dark" ? 0.45 : 0.9, strokeStyle: "#fffdf8", lineWidth: (shareBeyond ? 1.6 : 0.7) * ratio });
        ctx.stroke();
        if (((drawn += 1) & 0x7f) === 0) { this.flush(ctx); yield; }
      }
      ctx.globalAlpha = 1;
    }

    // What lies at a point of the world, at most `reach` away; null for nothing.
    async at({ x, y, reach, zoom }) {
      const layer = this.layerAt(zoom);
      if (!layer) return null;
      const { shape, times } = await load(layer);
      if (shape.kind === "areas") return areaAt(shape, x, y);
      const found = shape.kind === "lines" ? pieceAt(shape, x, y, reach) : pointAt(shape, x, y, reach);
      if (found < 0) return null;
      return { kind: shape.kind, minutes: times[found] === NO_WAY ? null : times[found] / 2, people: shape.people ? shape.people[found] : null };
    }

    // Where the first thing of what is shown lies: for tests, which cannot know it.
    async example({ zoom }) {
      const { shape } = await load(this.layerAt(zoom));
      if (shape.kind !== "areas") return { x: shape.x[0], y: shape.y[0] };
      const a = Math.max(0, shape.about.findIndex((about) => about.population > 0));
      const middle = { x: (shape.box[4 * a] + shape.box[4 * a + 2]) / 2, y: (shape.box[4 * a + 1] + shape.box[4 * a + 3]) / 2 };
      return { ...middle, about: shape.about[a] };
    }
  }

  function areaAt({ box, rings, about, count }, x, y) {
    for (let a = 0; a < count; a += 1) {
      if (box[4 * a] > x || box[4 * a + 2] < x || box[4 * a + 1] > y || box[4 * a + 3] < y) continue;
      let inside = false;
      for (const ring of rings[a]) {
        for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
          if (ring[i + 1] > y !== ring[j + 1] > y && x < ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
        }
      }
      if (inside) return { kind: "areas", about: about[a] };
    }
    return null;
  }
  function pointAt(shape, x, y, reach) {
    let best = reach ** 2, found = -1;
    for (let i = 0; i < shape.count; i += 1) {
      const d = (shape.x[i] - x) ** 2 + (shape.y[i] - y) ** 2;
      if (d < best) { best = d; found = i; }
    }
    return found;
  }
  function pieceAt({ box, first, point, size, x: px, y: py }, x, y, reach) {
    let best = reach ** 2, found = -1;
    for (let c = 0; c < first.length; c += 1) {
      if (box[4 * c] > x + reach || box[4 * c + 2] < x - reach || box[4 * c + 1] > y + reach || box[4 * c + 3] < y - reach) continue;
      for (let p = 0, i = point[c]; p < size[c]; p += 1, i += 1) {
        const dx = px[i + 1] - px[i], dy = py[i + 1] - py[i];
        const t = Math.max(0, Math.min(1, ((x - px[i]) * dx + (y - py[i]) * dy) / (dx * dx + dy * dy || 1)));
        const d = (px[i] + t * dx - x) ** 2 + (py[i] + t * dy - y) ** 2;
        if (d < best) { best = d; found = first[c] + p; }
      }
    }
    return found;
  }

  // One for all maps of a page: what they have in common is fetched and read once.
  scope.micropolisCoverage = function ({ surface, tell, flush }) {
    const painters = new Map();
    return async ({ map, does, what, asks }) => {
      if (does === "leave") { painters.delete(map); return; }
      if (!painters.has(map)) painters.set(map, new Painter({ surface, flush, tell: (message, canvas) => painters.has(map) && tell({ ...message, map }, canvas) }));
      const painter = painters.get(map);
      if (!asks) { painter[does](what); return; }
      const found = await painter[asks](what).catch(() => null);
      tell({ map, answers: what.turn, found });
    };
  };
})(typeof window === "undefined" ? self : window);
