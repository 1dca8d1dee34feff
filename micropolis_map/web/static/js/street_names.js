// Names along the streets from zoom 16 on, on a canvas of their own; each name once in a while, never crossing.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const FONT = '500 13px "Commissioner", sans-serif';
  const APART = 260; // pixels between two writings of the same name

  mm.streetNames = function (map, data, group) {
    const named = data.features.filter((f) => f.properties && f.properties.name);
    if (!named.length) return;
    const canvas = L.DomUtil.create("canvas", "mm-street-names", map.getPane(mm.pane(map, "names")));
    canvas.setAttribute("aria-hidden", "true");

    const draw = () => {
      const size = map.getSize();
      const ratio = window.devicePixelRatio || 1;
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      if (map.getZoom() < 16) return;
      const pen = canvas.getContext("2d");
      pen.scale(ratio, ratio);
      pen.font = FONT;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      const bounds = map.getBounds().pad(0.02);
      const taken = [];
      const written = {};
      for (const feature of named) {
        const name = feature.properties.name;
        for (const line of mm.lines(feature)) {
          for (let i = 1; i < line.length; i += 1) {
            const middle = [(line[i - 1][0] + line[i][0]) / 2, (line[i - 1][1] + line[i][1]) / 2];
            if (!bounds.contains(middle)) continue;
            const a = map.latLngToContainerPoint(line[i - 1]);
            const b = map.latLngToContainerPoint(line[i]);
            const width = pen.measureText(name).width;
            if (a.distanceTo(b) < width + 8) continue;
            const at = a.add(b).divideBy(2);
            if ((written[name] || []).some((p) => p.distanceTo(at) < APART)) continue;
            const half = width / 2 + 6;
            const angle = Math.atan2(b.y - a.y, b.x - a.x);
            const ux = Math.abs(Math.cos(angle)) * half + 8;
            const uy = Math.abs(Math.sin(angle)) * half + 8;
            if (taken.some((t) => Math.abs(t.x - at.x) < t.ux + ux && Math.abs(t.y - at.y) < t.uy + uy)) continue;
            taken.push({ x: at.x, y: at.y, ux, uy });
            (written[name] = written[name] || []).push(at);
            pen.save();
            pen.translate(at.x, at.y);
            pen.rotate(Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle);
            pen.strokeStyle = "rgb(255 253 248 / 92%)";
            pen.lineWidth = 4;
            pen.strokeText(name, 0, 0);
            pen.fillStyle = "#4d4336";
            pen.fillText(name, 0, 0);
            pen.restore();
          }
        }
      }
    };
    const hide = () => { canvas.style.visibility = "hidden"; };
    const show = () => { canvas.style.visibility = ""; draw(); };
    map.on("moveend resize", draw).on("zoomstart", hide).on("zoomend", show);
    group.on("remove", () => {
      map.off("moveend resize", draw).off("zoomstart", hide).off("zoomend", show);
      canvas.remove();
    });
    draw();
  };
})();
