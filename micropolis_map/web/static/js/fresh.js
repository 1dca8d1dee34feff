// Looks by a small address whether a place was changed meanwhile. Only then is the page told, and draws itself anew: a page
// that nobody touches costs its server next to nothing.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});

  async function changed({ url, version }) {
    const answer = await fetch(url, { cache: "no-cache" }); // with the ETag of the last answer
    if (!answer.ok) throw new Error(`${answer.status} from ${url}`);
    const now = (await answer.json()).version;
    return now === version ? "" : now;
  }

  async function look(map) {
    const shown = map._mmFresh;
    try {
      const newer = document.hidden ? "" : await changed(shown);
      if (newer && newer !== map._mmTold && shown === map._mmFresh) {
        map._mmTold = newer;
        mm.tap(map, "changed", {});
      }
    } catch (error) {
      console.info("not known whether places changed", error); // asked again soon
    }
    setTimeout(look, shown.every_s * 1000, map);
  }

  // given: {url, version: what the page shows, every_s}
  mm.fresh = function (map, given) {
    const isNew = !map._mmFresh;
    map._mmFresh = given;
    if (isNew) setTimeout(look, given.every_s * 1000, map);
  };
})();
