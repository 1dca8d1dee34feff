// Step 1, where: tap the map, my location, search, coordinates, a photo's place; a spot, a path or an area.
import { $, make, state, t } from "./page.js";
import { find } from "./api.js";
import { gpsOf } from "./exif.js";
import { metres, pinMap } from "./map.js";

const POOR_M = 15; // worse than this, a position is not yet a spot
const FAR_M = 15000;
const CLOSE_ZOOM = 16;
const NEED = { point: 1, line: 2, area: 3 };

// "55.7, 17.2", "55,7001 17,2003", "N 55.7° E 17.2°" as [lon, lat]; the order that lies nearer to `centre`.
export function readCoordinates(text, centre) {
  const marks = text.toUpperCase();
  if (/[^\d\s.,;°'"NSEW+/-]/.test(marks)) return null;
  const comma = /\d,\d/.test(marks) && !/\d\.\d/.test(marks) && (marks.match(/,/g).length > 1 || /\s|;/.test(marks.trim()));
  const plain = comma ? marks.replace(/(\d),(\d)/g, "$1.$2") : marks;
  const numbers = plain.match(/[+-]?\d+(\.\d+)?/g);
  if (!numbers || numbers.length !== 2 || !numbers.some((number) => number.includes("."))) return null;
  const letters = plain.match(/[NSEW]/g) || [];
  let [a, b] = numbers.map(Number);
  if (letters.length === 2) {
    if ("SW".includes(letters[0])) a = -Math.abs(a);
    if ("SW".includes(letters[1])) b = -Math.abs(b);
    return "EW".includes(letters[0]) ? valid([a, b]) : valid([b, a]);
  }
  const ways = [valid([b, a]), valid([a, b])].filter(Boolean);
  return ways.sort((one, other) => metres(one, centre) - metres(other, centre))[0] || null;
}

const valid = ([lon, lat]) => (Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null);
const round = (value) => Math.round(value * 1e7) / 1e7;
const said = ([lon, lat]) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`;

export function whereStep(draft, { changed, addStory }) {
  const map = pinMap({ placed: tapped, moved: (at) => put(at, { pan: false }), chosen: known });
  let active = true;

  function say(text, tone = "") {
    $("where-status").textContent = text;
    $("where-status").dataset.tone = tone;
  }

  function refresh() {
    map.draw(draft);
    const shape = draft.shape;
    for (const radio of document.querySelectorAll("input[name=shape]")) radio.checked = radio.value === shape;
    $("drawing").hidden = shape === "point" || Boolean(draft.fixedShape);
    if (shape !== "point") {
      $("drawing-hint").textContent = draft.corners.length ? t("shape_count", { n: draft.corners.length }) : t(`shape_${shape}_hint`);
      $("undo-corner").hidden = !draft.corners.length;
    }
    document.querySelector(".shapes").hidden = Boolean(draft.fixedShape);
    $("where").classList.toggle("has-spot", !missing());
  }

  function put(at, { pan = true, name = "" } = {}) {
    const corner = [round(at[0]), round(at[1])];
    draft.corners = draft.shape === "point" ? [corner] : [...draft.corners, corner];
    draft.fixedShape = null;
    map.accuracy(null);
    refresh();
    if (pan) map.show([corner]);
    $("where-error").textContent = "";
    $("known-here").hidden = true;
    const away = metres(corner, state.centre);
    if (away > FAR_M) say(t("far", { km: Math.round(away / 1000), name: state.name }), "warn");
    else say(draft.shape === "point" ? t("pin_moved", { place: name || said(corner) }) : "");
    changed();
  }

  function tapped(lon, lat) {
    if (!active) return;
    const first = draft.shape === "point" && map.leaflet.getZoom() < CLOSE_ZOOM;
    put([lon, lat], { pan: first }); // nearer, so that the next tap can be exact
  }

  function known(id) {
    if (!active) return;
    const box = $("known-here");
    box.replaceChildren(
      make("p", {}, t("known_here", { name: map.nameOf(id) })),
      make("p", { class: "ways" }, make("button", { type: "button", class: "button strong", onclick: () => { box.hidden = true; addStory(id); } }, t("known_add")),
        make("button", { type: "button", class: "button", onclick: () => { box.hidden = true; } }, t("cancel"))),
    );
    box.hidden = false;
    box.scrollIntoView({ block: "nearest" });
  }

  // Search: what is typed as coordinates needs no server.
  let asking = null;
  let timer = 0;
  let pressed = false; // a finger is on a result: the list stays until it has done what it came for
  let newer = null;
  function results(found, none = "") {
    if (pressed) {
      newer = [found, none];
      return;
    }
    $("found").replaceChildren(...found.map((one) => make("li", {}, make("button", {
      type: "button",
      onclick: () => {
        clearTimeout(timer);
        if (asking) asking.abort();
        newer = null;
        $("found").replaceChildren();
        $("q-status").textContent = "";
        $("q").value = one.name;
        put([one.lon, one.lat], { name: one.name });
        document.querySelector("#where .go button").focus();
      },
    }, make("b", {}, one.name), one.note ? make("small", {}, one.note) : null))));
    $("q-status").textContent = found.length ? t("search_found", { n: found.length }) : none;
  }

  async function search() {
    const q = $("q").value.trim();
    if (asking) asking.abort();
    const at = readCoordinates(q, state.centre);
    if (at) return results([{ name: said(at), lon: at[0], lat: at[1] }]);
    if (q.length < 2) return results([]);
    asking = new AbortController();
    try {
      const answer = await find(state.slug, q, asking.signal);
      results(answer.results.map((one) => ({ ...one, name: one.text, note: t(`found_${one.kind}`) })), t("search_none"));
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      results([], t("search_offline"));
    }
    return undefined;
  }
  $("found").addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => setTimeout(() => { // its click comes first
      pressed = false;
      const later = newer;
      newer = null;
      if (later) results(...later);
    }));
  }
  $("q").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 220); });
  $("q").addEventListener("keydown", (event) => {
    const first = $("found").querySelector("button");
    if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(timer);
      if (first) first.click(); else search();
    } else if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    }
  });
  $("found").addEventListener("keydown", (event) => {
    const item = event.target.closest("li");
    const next = { ArrowDown: item && item.nextElementSibling, ArrowUp: item && item.previousElementSibling }[event.key];
    if (event.key === "Escape" || (event.key === "ArrowUp" && !next)) $("q").focus();
    else if (next) next.firstElementChild.focus();
    else return;
    event.preventDefault();
  });

  // My location: asked only here.
  $("me").addEventListener("click", () => {
    if (!navigator.geolocation) return say(t("me_failed"), "warn");
    say(t("me_asking"));
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const at = [coords.longitude, coords.latitude];
      put(at);
      map.accuracy(at, coords.accuracy);
      const poor = coords.accuracy > POOR_M;
      if (metres(at, state.centre) <= FAR_M) say(t(poor ? "me_poor" : "me_good", { m: Math.max(1, Math.round(coords.accuracy)) }), poor ? "warn" : "good");
    }, (error) => say(t(error.code === 1 ? "me_denied" : "me_failed"), "warn"), { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 });
    return undefined;
  });

  // The place of a photo: asked first, read here.
  const ask = (shown) => { $("photo-ask").hidden = !shown; if (shown) $("photo-yes").focus(); };
  $("from-photo").addEventListener("click", () => ask($("photo-ask").hidden));
  $("photo-no").addEventListener("click", () => { ask(false); $("from-photo").focus(); });
  $("photo-yes").addEventListener("click", () => $("photo-place").click());
  $("photo-place").addEventListener("change", async () => {
    const [file] = $("photo-place").files;
    $("photo-place").value = "";
    if (!file) return;
    ask(false);
    const at = gpsOf(await file.slice(0, 262144).arrayBuffer());
    if (!at) return say(t("photo_place_none"), "warn");
    put(at);
    if (metres(at, state.centre) <= FAR_M) say(t("photo_place_found"), "good");
    return undefined;
  });

  for (const radio of document.querySelectorAll("input[name=shape]")) {
    radio.addEventListener("change", () => {
      draft.shape = radio.value;
      if (draft.shape === "point") draft.corners = draft.corners.slice(-1);
      say("");
      refresh();
      changed();
    });
  }
  $("undo-corner").addEventListener("click", () => {
    draft.corners = draft.corners.slice(0, -1);
    refresh();
    changed();
    if (!draft.corners.length) map.element.focus();
  });
  $("pin-middle").addEventListener("click", () => put(map.middle(), { pan: false }));

  function missing() {
    if (draft.fixedShape || draft.corners.length >= NEED[draft.shape]) return "";
    return t({ point: "where_missing", line: "line_missing", area: "area_missing" }[draft.shape]);
  }

  refresh();
  return {
    map, missing, refresh,
    activate(on) { active = on; },
  };
}
