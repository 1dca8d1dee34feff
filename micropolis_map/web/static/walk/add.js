// What a walker adds: a memory, a photo, something in the way, how the walk was. All waits in the outbox.
import { $, make, state, t } from "../js/pin/page.js";
import { deviceSecret, keepBlob, keeps, newId, read, write } from "../js/pin/device.js";
import { openDraft } from "../js/pin/draft.js";
import { photoType } from "../js/pin/media.js";
import { flush, handIn, news, waiting } from "../js/pin/outbox.js";
import { chart } from "./chart.js";
import { measured, nearest, pointAt } from "./line.js";
import { place } from "./where.js";

const MOST_PHOTOS = 5;
const LARGEST = 15 * 1024 * 1024;
const NEAR_M = 150;
const SAID = `mm-walk-said:${state.tour}`;
const API = `${state.base}/api/walk/${encodeURIComponent(state.tour)}`;

const legs = state.legs.filter(Boolean);
const [first] = state.stops;
const whole = measured(legs.length ? legs.flatMap((leg) => leg.line) : [[first.lon, first.lat], [first.lon, first.lat]]);

let photos = [];
let opened = 0;
let map = null;
const sending = new Set();

const kept = () => read(SAID, []);
const remember = (entry) => write(SAID, [entry, ...kept()].slice(0, 50));

function stateOf({ id }) {
  const entry = waiting().find((one) => one.draft.id === id);
  if (!entry) return ["sent", t("state_sent")];
  if (entry.refused) return ["refused", t("state_refused", { why: entry.refused.message })];
  return sending.has(id) ? ["sending", t("state_sending")] : ["waiting", t(keeps ? "state_waiting" : "state_not_kept")];
}

export function showSaid() {
  const said = kept();
  $("said-box").hidden = !said.length;
  $("said").replaceChildren(...said.map((entry) => {
    const [name, words] = stateOf(entry);
    return make("li", { "data-state": name }, make("span", {}, entry.what), make("small", {}, words));
  }));
  const left = said.filter((entry) => stateOf(entry)[0] !== "sent").length;
  $("count").hidden = !left;
  $("count").textContent = left;
}

function hand(draft, what) {
  remember({ id: draft.id, what });
  handIn(draft);
  showSaid();
}

const posted = (url, body) => ({ id: newId("o"), slug: state.slug, post: { url: `${API}/${url}`, body }, photos: [], audio: null, started: Date.now() });

function open(form) {
  for (const one of ["memory", "obstacle"]) $(one).hidden = one !== form;
  $("add-status").textContent = "";
  opened = Date.now();
  if (form === "obstacle") atLine();
  $(form).querySelector("h2").focus();
}

export function tellAt(stopId) {
  $("memory-stop").value = stopId;
  open("memory");
  $("memory-words").focus();
}

export function closeForms() {
  for (const one of ["memory", "obstacle"]) $(one).hidden = true;
}

async function choosePhotos() {
  let bad = false;
  for (const file of $("memory-photos").files) {
    const type = photoType(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
    if (!type || file.size > LARGEST || photos.length >= MOST_PHOTOS) bad = true;
    else photos.push({ key: await keepBlob(file.slice(0, file.size, type)), alt: "" });
  }
  $("memory-photos").value = "";
  $("memory-kept").textContent = photos.length ? t("photo_kept", { n: photos.length }) : "";
  $("memory-error").textContent = bad ? t("photo_bad") : "";
}

function sendMemory(event) {
  event.preventDefault();
  const words = $("memory-words").value.trim();
  $("memory-error").textContent = words || photos.length ? "" : t("memory_empty");
  if (!words && !photos.length) { $("memory-words").focus(); return; }
  const stop = state.stops.find((one) => one.id === $("memory-stop").value);
  const draft = Object.assign(openDraft("mm-walk-draft", state.slug, state.lang, "story"), {
    base: { id: stop.id, geometry: stop.geometry, properties: { name: stop.names || {}, revision: stop.revision } },
    words, photos, told_by: $("memory-name").value, website2: $("website2").value, started: opened,
  });
  hand(draft, t("said_memory", { name: stop.name }));
  photos = [];
  $("memory").reset();
  $("memory-kept").textContent = "";
  $("memory").hidden = true;
  $("add-status").textContent = t("thanks_memory");
}

// The point on the line: where the walker is, unless that is far from it; the slider moves it.
function atLine() {
  if (!map) {
    map = chart($("spot"), state);
    $("along").max = Math.ceil(whole.length_m);
  }
  const here = place.fix && nearest(whole, place.fix.at);
  if (here && here.off_m < NEAR_M) $("along").value = Math.round(here.along_m);
  moveSpot(true);
}

function moveSpot(near) {
  const at = pointAt(whole, Number($("along").value));
  const words = t("obstacle_value", { m: Math.round($("along").value) });
  $("along-says").textContent = words;
  $("along").setAttribute("aria-valuetext", words);
  map.spot(at);
  if (near) map.show([at], 17);
  else map.keepInView(at);
}

function sendObstacle(event) {
  event.preventDefault();
  const chosen = $("obstacle").querySelector("input:checked");
  $("obstacle-error").textContent = chosen ? "" : t("obstacle_missing");
  if (!chosen) { $("obstacle").querySelector("input").focus(); return; }
  const [lon, lat] = pointAt(whole, Number($("along").value)).map((value) => Math.round(value * 1e6) / 1e6);
  const id = newId("b");
  const body = { id, device: deviceSecret(), kind: chosen.value, lon, lat, text: $("obstacle-words").value.trim() };
  hand(posted("obstacles", body), t("said_obstacle", { what: t(`obstacle_${chosen.value}`) }));
  $("obstacle").reset();
  $("obstacle").hidden = true;
  $("add-status").textContent = t("thanks_obstacle");
}

function sendReport(event) {
  event.preventDefault();
  const took = $("took").value.trim();
  const minutes = took ? Number(took) : null;
  const good = minutes === null || (Number.isInteger(minutes) && minutes >= 1 && minutes <= 1440);
  $("report-error").textContent = good ? "" : t("end_bad");
  if (!good) { $("took").focus(); return; }
  hand(posted("reports", { id: newId("r"), minutes, text: $("report-words").value.trim(), variant: state.variant }), t("said_report"));
  $("report").hidden = true;
  $("report-status").textContent = t("end_thanks");
  $("report-status").dataset.tone = "good";
}

export function adding() {
  $("to-memory").addEventListener("click", () => open("memory"));
  $("to-obstacle").addEventListener("click", () => open("obstacle"));
  $("memory").addEventListener("submit", sendMemory);
  $("memory-photos").addEventListener("change", choosePhotos);
  $("obstacle").addEventListener("submit", sendObstacle);
  $("along").addEventListener("input", () => moveSpot(false));
  $("report").addEventListener("submit", sendReport);
  news.addEventListener("change", ({ detail }) => {
    if (detail.state === "sending") sending.add(detail.id);
    else sending.delete(detail.id);
    showSaid();
  });
  showSaid();
  if (waiting().length) flush();
}
