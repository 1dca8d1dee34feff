// Names on the map: of places, in lines around their point; of streets and rivers, bent along them. Both are what the
// labelers of protomaps-leaflet call symbolizers: they tell the boxes a name would take, and draw it where it found room.
(function () {
  "use strict";
  const paint = (self.micropolisPaint = self.micropolisPaint || {});
  const FAMILY = '"Commissioner", "Noto Sans", sans-serif';
  const LINE_CHARS = 16;
  const HALO_PX = 1.7;
  const REPEAT_PX = 340; // between two writings of one street's name
  const BEND = 0.38; // radians from a letter to the next
  const BENDS = 1.4; // in all
  const SMOOTH_EM = 0.9; // of the street on both sides of a letter: its corners are rounded, letters do not run into each other
  const END_PX = 6; // free of letters at a street's ends
  const ASIDE_PX = 14; // of a name that stands beside its point: clear of a pin on it
  const BESIDE = [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1]];
  const TRIES = [0.5, 0.3, 0.7, 0.15, 0.85, 0.4, 0.6, 0.22, 0.78, 0.05, 0.95];

  const widths = new Map();
  function advances(pen, font, text) {
    const key = `${font}|${text}`;
    let found = widths.get(key);
    if (!found) {
      pen.font = font;
      const letters = [...text];
      const upTo = letters.map((_, i) => pen.measureText(letters.slice(0, i + 1).join("")).width);
      found = { letters, upTo, width: upTo[upTo.length - 1] };
      if (widths.size > 5000) widths.clear();
      widths.set(key, found);
    }
    return found;
  }

  // One line, or two and more of about equal length.
  function lines(text) {
    if (text.length <= LINE_CHARS) return [text];
    const words = text.split(" ");
    const rows = Math.min(3, Math.ceil(text.length / LINE_CHARS));
    const aim = text.length / rows;
    const found = [""];
    for (const word of words) {
      const last = found[found.length - 1];
      if (last && last.length + word.length / 2 > aim && found.length < rows) found.push(word);
      else found[found.length - 1] = last ? `${last} ${word}` : word;
    }
    return found;
  }

  class Name {
    constructor(look, font) { Object.assign(this, { look, font }); }

    get css() { return `${this.font.weight} ${this.font.size * this.look.k}px ${FAMILY}`; }

    text(feature) {
      const { props } = feature;
      return String(props[`name_${this.look.lang}`] || props.name || "");
    }

    pen(pen) {
      pen.globalAlpha = 1;
      pen.font = this.css;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      pen.setLineDash([]);
      pen.lineWidth = 2 * HALO_PX * this.look.k;
      pen.strokeStyle = this.look.colour("halo");
      pen.fillStyle = this.look.colour(this.font.colour);
    }
  }

  paint.PointName = class extends Name {
    place(layout, geom, feature) {
      const text = this.text(feature);
      if (!text) return undefined;
      const { k } = this.look;
      const rows = lines(text);
      const height = this.font.size * 1.16 * k;
      const width = Math.max(...rows.map((row) => advances(layout.scratch, this.css, row).width));
      const [dx, dy] = [width / 2 + this.font.apart * k, (height * rows.length) / 2 + (this.font.apart / 2) * k];
      const draw = (pen) => {
        this.pen(pen);
        for (const ink of ["strokeText", "fillText"]) {
          rows.forEach((row, i) => pen[ink](row, 0, (i - (rows.length - 1) / 2) * height));
        }
      };
      draw.told = { text, kind: this.font.kind, layer: this.font.layer };
      const found = [];
      for (const [right, down] of BESIDE) { // the first that has room is written, the others are its doubles
        const [x, y] = [geom[0][0].x + right * (dx + ASIDE_PX * k), geom[0][0].y + down * (dy + ASIDE_PX * k)];
        const bboxes = [{ minX: x - dx, minY: y - dy, maxX: x + dx, maxY: y + dy }];
        if (paint.meets(bboxes, this.look.pins)) continue;
        found.push({ anchor: paint.point({ x, y }), bboxes, draw, deduplicationKey: `${this.font.kind}|${text}`, deduplicationDistance: 2 * (dx + dy + 2 * ASIDE_PX * k) });
      }
      return found;
    }
  };

  // The line's length up to each of its points.
  function measure(line) {
    const upTo = [0];
    for (let i = 1; i < line.length; i += 1) upTo.push(upTo[i - 1] + Math.hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y));
    return upTo;
  }

  function pointAt(line, upTo, at) {
    let i = 1;
    while (i < line.length - 1 && upTo[i] < at) i += 1;
    const share = (at - upTo[i - 1]) / (upTo[i] - upTo[i - 1] || 1);
    return { x: line[i - 1].x + (line[i].x - line[i - 1].x) * share, y: line[i - 1].y + (line[i].y - line[i - 1].y) * share };
  }

  // The letters along the line from `start` on; null where it bends too much for a name.
  function along(line, upTo, start, { letters, upTo: ends, width }, around) {
    const [a, b] = [pointAt(line, upTo, start), pointAt(line, upTo, start + width)];
    const back = b.x < a.x || (b.x === a.x && b.y < a.y);
    const found = [];
    let before = null;
    let [low, high, turn] = [0, 0, 0];
    for (let i = 0; i < letters.length; i += 1) {
      const from = i ? ends[i - 1] : 0;
      const middle = (from + ends[i]) / 2;
      const at = back ? start + width - middle : start + middle;
      const reach = Math.min(around, at, upTo[upTo.length - 1] - at); // as far on both sides: at its ends the street is as it is
      const [p, q, on] = [at - reach, at + reach, at].map((where) => pointAt(line, upTo, where));
      const angle = back ? Math.atan2(p.y - q.y, p.x - q.x) : Math.atan2(q.y - p.y, q.x - p.x);
      if (before !== null) {
        const step = Math.atan2(Math.sin(angle - before), Math.cos(angle - before));
        turn += step;
        low = Math.min(low, turn);
        high = Math.max(high, turn);
        if (Math.abs(step) > BEND || high - low > BENDS) return null;
      }
      before = angle;
      found.push({ letter: letters[i], angle, x: (p.x + q.x + 2 * on.x) / 4, y: (p.y + q.y + 2 * on.y) / 4, half: (ends[i] - from) / 2 });
    }
    return found;
  }

  paint.LineName = class extends Name {
    place(layout, geom, feature) {
      const text = this.text(feature);
      if (!text) return undefined;
      const { k } = this.look;
      const word = advances(layout.scratch, this.css, text);
      const found = [];
      for (const line of geom) {
        const upTo = measure(line);
        const free = upTo[upTo.length - 1] - word.width - 2 * END_PX * k;
        if (free < 0) continue;
        const steps = Math.max(1, Math.round(upTo[upTo.length - 1] / (REPEAT_PX * k)));
        const starts = steps > 1 ? Array.from({ length: steps }, (_, i) => (i + 0.5) / steps) : TRIES;
        for (const share of starts) {
          const letters = along(line, upTo, END_PX * k + free * share, word, SMOOTH_EM * this.font.size * k);
          const label = letters && this.label(text, letters);
          if (label && !paint.meets(label.bboxes, this.look.pins)) found.push(label);
        }
      }
      return found;
    }

    label(text, letters) {
      const { k } = this.look;
      const rise = this.font.size * 0.5 * k;
      const pad = (this.font.apart / 2) * k;
      const bboxes = letters.map(({ x, y, angle, half }) => {
        const [c, s] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
        const [dx, dy] = [half * c + rise * s + pad, half * s + rise * c + pad];
        return { minX: x - dx, minY: y - dy, maxX: x + dx, maxY: y + dy };
      });
      const anchor = letters[letters.length >> 1];
      const draw = (pen) => {
        this.pen(pen);
        for (const ink of ["strokeText", "fillText"]) {
          for (const { letter, x, y, angle } of letters) {
            pen.save();
            pen.translate(x - anchor.x, y - anchor.y);
            pen.rotate(angle);
            pen[ink](letter, 0, 0);
            pen.restore();
          }
        }
      };
      draw.told = { text, kind: this.font.kind, layer: this.font.layer };
      return { anchor: paint.point(anchor), bboxes, draw, deduplicationKey: text, deduplicationDistance: REPEAT_PX * 0.8 * k };
    }
  };

  // Whether any of `boxes` lies over any of `others`.
  paint.meets = (boxes, others) => others.some((a) => boxes.some((b) => a.minX < b.maxX && b.minX < a.maxX && a.minY < b.maxY && b.minY < a.maxY));

  paint.point = ({ x, y }) => ({ x, y, dist: (other) => Math.hypot(other.x - x, other.y - y) });
})();
