// How the page looks: as the device asks (light, dark, high contrast), or as its reader chose; kept on the device only.
(function () {
  "use strict";
  const mm = (window.micropolis = window.micropolis || {});
  const KEPT = "mm-theme";
  const THEMES = ["light", "dark", "contrast"];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const more = matchMedia("(prefers-contrast: more)");

  function chosen() {
    try {
      const kept = localStorage.getItem(KEPT);
      return THEMES.includes(kept) ? kept : "auto";
    } catch (error) {
      console.info("nothing is kept here", error);
      return "auto";
    }
  }

  mm.themeChosen = chosen;
  mm.theme = () => (chosen() !== "auto" ? chosen() : more.matches ? "contrast" : dark.matches ? "dark" : "light");

  function apply() {
    const now = mm.theme();
    if (document.documentElement.dataset.theme === now) return;
    document.documentElement.dataset.theme = now;
    document.dispatchEvent(new CustomEvent("mm:theme", { detail: now }));
  }

  // "auto", or one of the themes.
  mm.chooseTheme = function (name) {
    if (THEMES.includes(name)) localStorage.setItem(KEPT, name);
    else localStorage.removeItem(KEPT);
    apply();
  };

  for (const media of [dark, more]) media.addEventListener("change", apply);
  addEventListener("storage", apply); // chosen in another frame or tab of ours
  apply();
})();
