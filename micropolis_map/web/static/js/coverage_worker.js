// Paints walking times in a worker of its own: the page stays free, however large the town is.
"use strict";
const asked = new URL(self.location.href).searchParams;
const assets = asked.get("assets") || "";
if (!/^(\/[\w.-]+)+$/.test(assets)) throw new Error("no address of ours");
importScripts(`${assets}/js/coverage_paint.js?v=${encodeURIComponent(asked.get("v") || "")}`);

const hear = self.micropolisCoverage({
  surface: (width, height) => new OffscreenCanvas(width, height),
  tell: (message, canvas) => {
    if (!canvas) { postMessage(message); return; }
    const bitmap = canvas.transferToImageBitmap();
    postMessage({ ...message, bitmap }, [bitmap]);
  },
});
onmessage = ({ data }) => hear(data);
new OffscreenCanvas(1, 1).getContext("2d").fill(new Path2D()); // where there is none of these the page paints
