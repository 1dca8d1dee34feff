// Streamlit fetches the code of each kind of widget when the first one comes, and shows a grey bar of another height until
// then. The first sight of a page is shown when those bars are gone: nothing jumps. A slow line does not keep it back long.
(function () {
  "use strict";
  const LONGEST_MS = 1600; // from the first heading on
  const QUIET_MS = 60;
  const NEVER_LONGER_MS = 8000; // from the page's first byte: also where no heading ever comes
  const LATE = '.stMainBlockContainer [data-testid="stSkeleton"]';
  const MAPS = ".st-key-map, .st-key-covmap, .st-key-planmap, .st-key-tourmap, .st-key-deskmap";
  const root = document.documentElement;
  let quiet = 0;

  root.classList.add("mm-laying");
  setTimeout(done, NEVER_LONGER_MS);

  function done() {
    watch.disconnect();
    root.classList.remove("mm-laying");
  }

  function look() {
    if (!document.querySelector(".mm-head, .stException, .stAlert")) return;
    if (!root.dataset.mmBegan) {
      root.dataset.mmBegan = "yes";
      setTimeout(done, LONGEST_MS);
    }
    clearTimeout(quiet);
    const late = [...document.querySelectorAll(LATE)].some((bar) => !bar.closest(MAPS) && bar.getBoundingClientRect().top < innerHeight);
    if (!late) quiet = setTimeout(done, QUIET_MS);
  }

  const watch = new MutationObserver(look);
  watch.observe(root, { childList: true, subtree: true });
})();
