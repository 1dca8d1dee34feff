// The style table as rules of protomaps-leaflet's painter. Widths, fonts and distances are times `look.k`, so that a map
// between two zooms, whose tiles Leaflet scales, shows them in their true size.
(function () {
  "use strict";
  const paint = (self.micropolisPaint = self.micropolisPaint || {});
  const BRIDGE_PX = 1.3;
  const TUNNEL_OPACITY = 0.45;
  const TEXT_APART_PX = 3;

  // A rule's number by zoom, even in proportion between two of the table.
  paint.width = function (table, zoom) {
    const stops = Object.entries(table).map(([at, px]) => [Number(at), px]).sort((a, b) => a[0] - b[0]);
    if (zoom <= stops[0][0]) return stops[0][1];
    for (let i = 1; i < stops.length; i += 1) {
      const [[a, from], [b, to]] = [stops[i - 1], stops[i]];
      if (zoom > b) continue;
      const share = (zoom - a) / (b - a);
      return from > 0 && to > 0 ? from * (to / from) ** share : from + (to - from) * share;
    }
    return stops[stops.length - 1][1];
  };

  function trace(pen, geom) {
    pen.beginPath();
    for (const part of geom) {
      part.forEach((at, i) => (i ? pen.lineTo(at.x, at.y) : pen.moveTo(at.x, at.y)));
    }
  }

  // What the painter of the library calls: `style(zoom)` is asked once a tile, `ink` once a feature.
  function stroke(look, { colour, width, opacity = 1, dash = null, cap = "round" }) {
    return {
      before(pen) {
        const px = width();
        pen.globalAlpha = px > 0 ? opacity : 0;
        pen.strokeStyle = look.colour(colour);
        pen.lineWidth = px * look.k;
        pen.lineCap = dash ? "butt" : cap;
        pen.lineJoin = "round";
        pen.setLineDash(dash ? dash.map((n) => n * Math.max(1, px) * look.k) : []);
      },
      draw(pen, geom) { if (pen.globalAlpha) { trace(pen, geom); pen.stroke(); } },
    };
  }

  function fill(look, { colour, opacity = 1 }) {
    return {
      before(pen) { pen.globalAlpha = opacity; pen.fillStyle = look.colour(colour); },
      draw(pen, geom) { trace(pen, geom); pen.fill(); },
    };
  }

  const shown = (rule, zoom) => zoom + 0.001 >= (rule.from || 0) && zoom - 0.001 <= (rule.to ?? 99);

  // Layers are kept by kind, and streets by how they run: on the ground, in a tunnel, over a bridge.
  function kindsOf(rule, known) {
    if (rule.kinds.length) return rule.kinds.map((kind) => `${rule.layer}/${kind}`);
    const level = rule.level === undefined ? "" : `/${rule.level}`;
    if (level) return [`${rule.layer}${level}`];
    return [...known].filter((name) => name.startsWith(`${rule.layer}/`) && !/\/(tunnel|bridge)$/.test(name));
  }

  function roads(rules, look, add) {
    const wide = (rule, more = 0) => () => {
      const px = paint.width(rule.width, look.zoom);
      return px + 2 * more;
    };
    const passes = [
      ["/tunnel", (rule) => stroke(look, { colour: rule.line, width: wide(rule), opacity: TUNNEL_OPACITY, dash: rule.dash, cap: "butt" })],
      ["", (rule) => rule.casing && look.zoom >= rule.casing_from && stroke(look, { colour: rule.casing, width: wide(rule, rule.casing_px) })],
      ["", (rule) => stroke(look, { colour: rule.line, width: wide(rule), dash: rule.dash })],
    ];
    for (const [part, symbolizer] of passes) {
      for (const rule of rules) for (const name of kindsOf(rule, look.known)) add(name + part, symbolizer(rule));
    }
    for (const rule of rules) {
      for (const name of kindsOf(rule, look.known)) {
        if (rule.casing && look.zoom >= rule.casing_from) add(`${name}/bridge`, stroke(look, { colour: rule.casing, width: wide(rule, BRIDGE_PX), cap: "butt" }));
        add(`${name}/bridge`, stroke(look, { colour: rule.line, width: wide(rule), dash: rule.dash }));
      }
    }
  }

  function areas(rule, look, add) {
    const edge = rule.edge && stroke(look, { colour: rule.edge, width: () => paint.width(rule.width, look.zoom) * (rule.layer === "water" ? 2 : 1) });
    const body = fill(look, { colour: rule.fill, opacity: rule.opacity });
    const names = kindsOf(rule, look.known);
    // A lake of several parts has one shore: the edges first, then what lies between covers their inner half.
    if (rule.layer === "water" && edge) for (const name of names) add(name, edge);
    for (const name of names) add(name, body);
    if (rule.layer !== "water" && edge) for (const name of names) add(name, edge);
  }

  // Rules to paint by, in the painter's order.
  paint.paintRules = function (table, look) {
    const found = [];
    const add = (dataLayer, symbolizer) => symbolizer && found.push({ dataLayer, symbolizer });
    const now = table.rules.filter((rule) => shown(rule, look.zoom) && !rule.text);
    let streets = now.filter((rule) => rule.layer === "streets");
    for (const rule of now) {
      if (rule.layer === "streets") {
        roads(streets, look, add);
        streets = [];
      } else if (rule.fill) areas(rule, look, add);
      else if (rule.line) {
        for (const name of kindsOf(rule, look.known)) {
          add(name, stroke(look, { colour: rule.line, width: () => paint.width(rule.width, look.zoom), opacity: rule.opacity, dash: rule.dash }));
        }
      }
    }
    return found;
  };

  // Rules of names, the most important first.
  paint.labelRules = function (table, look) {
    const found = [];
    for (const rule of table.rules.filter((one) => one.text && shown(one, look.zoom))) {
      const font = { size: rule.size, weight: rule.weight || 500, colour: rule.text, apart: TEXT_APART_PX, kind: rule.kinds[0], layer: rule.layer };
      for (const name of kindsOf(rule, look.known)) {
        const symbolizer = rule.layer === "labels" ? new paint.PointName(look, font) : new paint.LineName(look, font);
        for (const part of rule.layer === "streets" ? ["", "/bridge", "/tunnel"] : [""]) {
          found.push({ dataLayer: name + part, symbolizer, sort: (a, b) => (a.rank || 0) - (b.rank || 0) });
        }
      }
    }
    return found;
  };

  // The features of a parsed tile by layer and kind; `known` collects the names that came.
  paint.byKind = function (tile, known) {
    const found = new Map();
    for (const [layer, features] of tile) {
      for (const feature of features) {
        const { kind, bridge, tunnel, level } = feature.props;
        let name = `${layer}/${layer === "shade" ? level : kind || ""}`;
        known.add(name);
        if (layer === "streets" || layer === "railways") name += tunnel ? "/tunnel" : bridge && layer === "streets" ? "/bridge" : "";
        if (!found.has(name)) found.set(name, []);
        found.get(name).push(feature);
      }
    }
    for (const [name, features] of found) if (name.endsWith("/bridge")) features.sort((a, b) => (a.props.level || 0) - (b.props.level || 0));
    return found;
  };
})();
