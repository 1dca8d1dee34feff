// What is tapped on a map is kept on the device until the page says that it took it: a page that is busy, draws its map
// anew or is reloaded meanwhile loses nothing.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const MOST = 200; // told at once; the page reads no more
  const LATE_MS = 500; // a busy browser may reload the address it had so long ago

  // Whose taps they are: those of this document, or of the one it was reloaded from; a link opens something else.
  // A reload opens the address as it was when it was asked for: what the page took only after that is told again.
  function kept(name) {
    const page = window.parent.performance;
    const fresh = { name, page: page.timeOrigin, last: 0, waiting: [], taken: [], session: "", told: 0 };
    try {
      const found = JSON.parse(sessionStorage.getItem(`mm-taps:${name}`));
      if (!found) return fresh;
      const { last, waiting, taken = [] } = found;
      if (found.page === page.timeOrigin) return { ...fresh, last, waiting, taken };
      if (page.getEntriesByType("navigation")[0].type !== "reload") return fresh;
      const missing = taken.filter((one) => one.at > page.timeOrigin - LATE_MS).map((one) => one.tap);
      return { ...fresh, last, waiting: [...missing, ...waiting] };
    } catch (error) {
      console.info("no taps are kept on this device", error);
      return fresh;
    }
  }

  function keep({ name, page, last, waiting, taken }) {
    try {
      sessionStorage.setItem(`mm-taps:${name}`, JSON.stringify({ page, last, waiting, taken }));
    } catch (error) {
      console.info("taps are kept only while the map is open", error);
    }
  }

  // Only taps are told: streamlit-folium writes whatever marker is clicked into the same value.
  function ours(value) {
    const global = window.__GLOBAL_DATA__;
    if (!global) return;
    Object.defineProperty(global, "last_active_drawing", { configurable: true, get: () => value.last_active_drawing, set: () => {} });
    global.previous_data = value;
  }

  function tell(queue) {
    const taps = queue.waiting.slice(0, MOST);
    queue.told = taps[taps.length - 1].n;
    const value = {
      last_active_drawing: { type: "Feature", id: "taps", properties: { session: queue.session, taps }, geometry: null },
    };
    ours(value);
    window.Streamlit.setComponentValue(value);
  }

  // given: {name, session: whom to tell, taken: the number of the last tap taken}
  mm.taps = function (map, given) {
    const queue = (map._mmTaps = map._mmTaps || kept(given.name));
    const renewed = queue.session !== given.session;
    if (renewed) ours({ last_active_drawing: null });
    queue.session = given.session;
    queue.last = Math.max(queue.last, given.taken);
    const at = window.parent.performance.timeOrigin + window.parent.performance.now();
    const news = queue.waiting.filter((tap) => tap.n <= given.taken).map((tap) => ({ at, tap }));
    queue.taken = [...queue.taken, ...news].slice(-MOST);
    queue.waiting = queue.waiting.filter((tap) => tap.n > given.taken);
    keep(queue);
    const next = queue.waiting.slice(0, MOST).pop();
    if (next && (renewed || next.n > queue.told)) tell(queue);
  };

  // The taps the page has not taken yet, oldest first.
  mm.waiting = (map) => (map._mmTaps ? map._mmTaps.waiting : []);

  mm.tap = function (map, kind, facts) {
    const queue = map._mmTaps;
    queue.waiting.push({ n: (queue.last += 1), kind, ...facts });
    keep(queue);
    tell(queue);
  };
})();
