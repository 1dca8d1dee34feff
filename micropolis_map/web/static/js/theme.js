// How the page looks: as the device asks (light, dark, high contrast), or as its reader chose; kept on the device only.
// It runs in the head, before anything is painted, in our pages, in Streamlit's and in the frames of its maps.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  if (mm.theme) return; // there already, from the page's head
  const KEPT = "mm-theme";
  const THEMES = ["light", "dark", "contrast"];
  const SWITCH = "select[data-mm-theme]";
  const BAR = { light: "#fffdf8", dark: "#20262b", contrast: "#ffffff" };
  const root = document.documentElement;
  const asked = window.matchMedia.bind(window);
  const dark = asked("(prefers-color-scheme: dark)");
  const more = asked("(prefers-contrast: more)");
  const followers = new Set();
  let here = ""; // chosen where nothing can be kept

  function chosen() {
    let kept = here;
    try {
      kept = localStorage.getItem(KEPT) || here;
    } catch (error) {
      console.info("nothing is kept here", error);
    }
    return THEMES.includes(kept) ? kept : "auto";
  }

  mm.themeChosen = chosen;
  mm.theme = () => (chosen() !== "auto" ? chosen() : more.matches ? "contrast" : dark.matches ? "dark" : "light");

  function showChoice() {
    for (const select of document.querySelectorAll(SWITCH)) select.value = chosen();
  }

  function apply() {
    const now = mm.theme();
    showChoice();
    if (root.dataset.theme === now) return;
    root.dataset.theme = now;
    root.style.colorScheme = now === "dark" ? "dark" : "light"; // the empty page, too, before any style is there
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.content = BAR[now];
    for (const follower of followers) follower();
    document.dispatchEvent(new CustomEvent("mm:theme", { detail: now }));
  }

  // "auto", or one of the themes.
  mm.chooseTheme = function (name) {
    here = THEMES.includes(name) ? name : "";
    try {
      if (here) localStorage.setItem(KEPT, here);
      else localStorage.removeItem(KEPT);
    } catch (error) {
      console.info("kept for this page only", error);
    }
    apply();
  };

  // Streamlit's own parts ask the device whether it is dark, and follow it: they are told what was chosen here.
  function darkHere() {
    const heard = new Map();
    const list = {
      media: "(prefers-color-scheme: dark)",
      onchange: null,
      get matches() {
        return mm.theme() === "dark";
      },
      addEventListener(kind, hear) {
        if (kind === "change") heard.set(hear, true);
      },
      removeEventListener: (kind, hear) => heard.delete(hear),
      addListener: (hear) => heard.set(hear, true),
      removeListener: (hear) => heard.delete(hear),
      dispatchEvent: () => false,
    };
    let was = list.matches;
    followers.add(() => {
      if (list.matches === was) return;
      was = list.matches;
      const told = { type: "change", media: list.media, matches: was, target: list };
      for (const hear of [...heard.keys(), list.onchange]) {
        if (typeof hear === "function") hear.call(list, told);
        else if (hear) hear.handleEvent(told);
      }
    });
    return list;
  }

  if (document.currentScript && "streamlit" in document.currentScript.dataset) {
    const told = darkHere();
    window.matchMedia = (query) => (/^\(prefers-color-scheme:\s*dark\)$/.test(query.trim()) ? told : asked(query));
    try {
      // Streamlit's menu kept one of its two themes under a page's address: ours is chosen in our own switch.
      for (const name of Object.keys(localStorage)) if (name.startsWith("stActiveTheme-")) localStorage.removeItem(name);
    } catch (error) {
      console.info("nothing is kept here", error);
    }
  }

  for (const media of [dark, more]) media.addEventListener("change", apply);
  addEventListener("storage", (event) => {
    if (event.key === KEPT || event.key === null) apply(); // chosen in another frame or tab of ours
  });
  addEventListener("pageshow", apply); // back from another page, where it may have been chosen
  document.addEventListener("DOMContentLoaded", showChoice);
  for (const kind of ["pointerdown", "focusin"]) {
    document.addEventListener(kind, (event) => event.target.matches && event.target.matches(SWITCH) && showChoice(), true);
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches && event.target.matches(SWITCH)) mm.chooseTheme(event.target.value);
  });
  apply();
})();
