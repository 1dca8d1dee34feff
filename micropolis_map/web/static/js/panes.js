// What the drawing scripts share: panes one above the other, a canvas for each, answers in JSON.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const PANES = { outlines: 240, names: 245 };

  mm.fetchJson = async function (url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.json();
  };

  mm.pane = function (map, name, z) {
    const id = `mm-${name}`;
    if (!map.getPane(id)) {
      map.createPane(id).style.zIndex = z ?? PANES[name];
      map.getPane(id).style.pointerEvents = "none";
    }
    return id;
  };

  function canvas(map, name) {
    map._mmCanvas = map._mmCanvas || {};
    return (map._mmCanvas[name] = map._mmCanvas[name] || L.canvas({ pane: mm.pane(map, name), padding: 0.4 }));
  }
  mm.canvas = canvas;
})();
