// The painter in a worker of its own: the page stays free while a town is drawn.
"use strict";
const asked = new URL(self.location.href).searchParams;
const assets = asked.get("assets") || "";
if (!/^(\/[\w.-]+)+$/.test(assets)) throw new Error("no address of ours");
const version = asked.get("v") || "";
self.window = self; // the library looks for it
importScripts(...["vendor/protomaps-leaflet-5.1.0.js", "js/paint/rules.js", "js/paint/names.js", "js/paint/painter.js"].map((name) => `${assets}/${name}?v=${encodeURIComponent(version)}`));

const paint = self.micropolisPaint;
const ready = Promise.all([fetch(`${assets}/map/style.json?v=${version}`).then((answer) => answer.json()), paint.fonts(assets, version, self.fonts)]).then(([table]) => new paint.Painter({
  table,
  told: (key, canvas, written) => {
    const [bitmap, names] = [canvas, written].map((drawn) => drawn && drawn.transferToImageBitmap());
    postMessage({ key, bitmap, names }, [bitmap, names].filter(Boolean));
  },
  rested: () => postMessage({ rested: last }),
  surface: (width, height) => new OffscreenCanvas(width, height),
}));
ready.catch((error) => postMessage({ broken: String(error) }));

let last = 0;
onmessage = async ({ data }) => {
  const painter = await ready;
  last = data.turn;
  if (data.facts) postMessage({ answers: data.turn, facts: painter.facts(data.facts) });
  else painter[data.does](data.what);
  if (!painter.working) postMessage({ rested: last });
};
postMessage({ ready: true });
