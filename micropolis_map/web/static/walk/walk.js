// The walk: one thing at a time. The way to the next stop, its story, all stops, something to add, the end.
import { $, make, state, t } from "../js/pin/page.js";
import { read, write } from "../js/pin/device.js";
import { adding, closeForms, tellAt } from "./add.js";
import { chart } from "./chart.js";
import { bearing, measured, metres, nearest, pointAt } from "./line.js";
import { keepOffline } from "./pack.js";
import { hush, toldAt } from "./story.js";
import { compass, compassAsks, place, stayAwake, vibrate, watch } from "./where.js";

const ARRIVED_M = 25;
const ROUGH_M = 100; // a position so vague says nothing of 25 m: one opens the story by tap
const ON_LINE_M = 40;
const LOOK_M = 25;
const TURN_M = 15;
const PACE_M_S = 1.2;
const WINDS = 8;
const SIDES = ["ahead", "ahead_right", "right", "back_right", "behind", "back_left", "left", "ahead_left"];
const SCREENS = ["start", "go", "here", "list", "add", "end"];

const { stops } = state;
const legs = state.legs.map((leg) => leg && { ...leg, ...measured(leg.line), told_m: leg.length_m });
const last = state.loop ? stops.length : stops.length - 1; // a loop's last aim is its first stop again
const at = (stop) => [stop.lon, stop.lat];

const NAME = `mm-walk:${state.tour}`;
const EMPTY = { aim: "", back: false, opened: [], started: 0, finished: 0 };
const progress = { ...EMPTY, ...read(NAME, {}) };
const save = () => write(NAME, progress);

let map = null;
let lastTurn = "";
let along_m = null;

// The aim is kept by the stop's id, so that it holds for the twin in another order too.
function target() {
  if (progress.back && state.loop) return stops.length;
  const found = stops.findIndex((stop) => stop.id === progress.aim);
  return Math.max(0, found);
}

function aim(index) {
  progress.back = index >= stops.length;
  progress.aim = stops[index % stops.length].id;
  along_m = null;
  lastTurn = "";
  save();
}

const aimed = (index) => stops[index % stops.length];
const isBack = (index) => index >= stops.length;

function say(text) {
  $("say").textContent = "";
  requestAnimationFrame(() => { $("say").textContent = text; });
}

function far(m) {
  if (m < 1000) return t("metres", { m: m < 100 ? Math.round(m) : Math.round(m / 10) * 10 });
  return t("kilometres", { km: m / 1000 });
}

export function show(screen, { focus = true } = {}) {
  hush();
  for (const one of SCREENS) $(one).hidden = one !== screen;
  $("main").dataset.screen = screen;
  $("bar").hidden = screen === "start";
  for (const button of $("bar").querySelectorAll("button")) {
    if (button.dataset.to === screen || (screen === "here" && button.dataset.to === "go")) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  scrollTo(0, 0);
  const head = $(screen).querySelector("h1");
  if (focus) head.focus({ preventScroll: true });
  if (screen === "go") go();
  if (screen === "list") list();
  if (screen === "add") closeForms();
}

function go() {
  const index = target();
  if (!map) {
    map = chart($("map"), state, { chosen: (stop) => open(stop) });
    $("map").dataset.ready = "";
  }
  $("kicker").textContent = isBack(index) ? "" : t("next_of", { n: index + 1, all: stops.length });
  $("target").textContent = isBack(index) ? t("back_to") : aimed(index).name;
  $("target").lang = isBack(index) ? state.lang : aimed(index).lang;
  map.goal(index, progress.opened);
  const leg = legs[index];
  map.show(leg ? leg.line : place.fix ? [at(aimed(index)), place.fix.at] : [at(aimed(index))]);
  update();
}

// How far it is, which way, and what to do: from the position, or from the words alone.
function guide(index) {
  const leg = legs[index];
  const goal = at(aimed(index));
  if (!place.fix) return { left_m: leg ? leg.told_m : null, along_m: 0, towards: null, off_m: 0 };
  const crow = metres(place.fix.at, goal);
  if (!leg || leg.straight) return { left_m: crow, along_m: leg ? 0 : null, towards: bearing(place.fix.at, goal), off_m: 0, crow };
  const here = nearest(leg, place.fix.at, along_m);
  along_m = here.along_m;
  const off = here.off_m > ON_LINE_M;
  const next = off ? here.at : pointAt(leg, here.along_m + LOOK_M);
  const left = (leg.length_m - here.along_m) * (leg.told_m / Math.max(leg.length_m, 1)) + (off ? here.off_m : 0);
  return { left_m: left, along_m: here.along_m, towards: bearing(place.fix.at, next), off_m: off ? here.off_m : 0, crow };
}

function update() {
  if ($("go").hidden) return;
  const index = target();
  const leg = legs[index];
  const now = guide(index);
  const pace = leg ? leg.told_m / Math.max(leg.seconds, 1) : PACE_M_S;
  $("distance").textContent = now.left_m === null ? "" : far(now.left_m);
  $("minutes").textContent = now.left_m === null ? "" : t("minutes", { n: Math.max(1, Math.round(now.left_m / pace / 60)) });
  arrow(now.towards);
  words(leg, now);
  whereStatus(now);
  $("fit-me").hidden = !place.fix;
  map.me(place.fix);
  if (now.crow !== undefined && now.crow <= ARRIVED_M && place.fix.accuracy_m <= ROUGH_M) arrive(index);
}

function arrow(towards) {
  $("arrow").toggleAttribute("hidden", towards === null);
  if (towards === null) { $("towards").textContent = ""; return; }
  const heading = place.heading;
  const turn = heading === null ? towards : towards - heading;
  $("arrow").querySelector("path").setAttribute("transform", `rotate(${Math.round(turn)} 50 50)`);
  const eighth = ((Math.round(turn / 45) % WINDS) + WINDS) % WINDS;
  const said = heading === null ? t(`wind_${eighth}`) : t(SIDES[eighth]);
  $("towards").textContent = said;
  $("arrow-says").textContent = said;
}

function words(leg, now) {
  if (!leg) { $("turn").textContent = t("first_of"); $("next").textContent = ""; return; }
  const scale = leg.length_m / Math.max(leg.told_m, 1);
  const passed = leg.turns.filter((turn) => turn.at_m * scale <= now.along_m + TURN_M);
  const current = passed[passed.length - 1] || leg.turns[0];
  const following = leg.turns[leg.turns.indexOf(current) + 1];
  $("turn").textContent = current.text;
  const ahead = following ? Math.max(0, following.at_m * scale - now.along_m) : 0;
  $("next").textContent = following ? t("then", { m: Math.round(ahead), what: following.text }) : "";
  if (place.fix && current.text !== lastTurn) {
    if (lastTurn) vibrate(200);
    say(current.text);
  }
  if (place.fix) lastTurn = current.text;
}

function whereStatus(now) {
  const status = $("where-status");
  status.dataset.tone = place.denied || now.off_m ? "warn" : "";
  if (place.denied) status.textContent = t("denied");
  else if (!place.fix) status.textContent = progress.started ? t("looking") : t("no_fix");
  else if (now.off_m) status.textContent = t("off_line", { m: Math.round(now.off_m) });
  else status.textContent = t("accuracy", { m: Math.round(place.fix.accuracy_m) });
}

function arrive(index) {
  vibrate([200, 100, 200, 100, 500]);
  if (isBack(index)) { finish(); return; }
  if (progress.opened.includes(aimed(index).id)) return;
  say(t("arrived", { name: aimed(index).name }));
  open(index);
}

// The story of a stop, whether one stands there or not.
function open(index) {
  const stop = stops[index];
  if (!progress.opened.includes(stop.id)) progress.opened.push(stop.id);
  save();
  $("here-kicker").textContent = t("next_of", { n: index + 1, all: stops.length });
  $("here-name").textContent = stop.name;
  $("here-name").lang = stop.lang;
  $("told").replaceChildren(...toldAt(stop, () => { show("add", { focus: false }); tellAt(stop.id); }));
  const following = index + 1;
  const onward = $("onward");
  onward.textContent = following > last ? t("finish") : isBack(following) ? t("onward_back") : t("onward", { name: stops[following].name });
  onward.onclick = () => {
    if (following > last) { finish(); return; }
    aim(following);
    show("go");
  };
  show("here");
}

function finish() {
  if (!progress.finished) progress.finished = Date.now();
  save();
  const took = progress.started ? Math.round((progress.finished - progress.started) / 60000) : 0;
  $("took").value = took >= 1 && took <= 1440 ? took : "";
  show("end");
}

function list() {
  $("stops").replaceChildren(...stops.map((stop, index) => {
    const done = progress.opened.includes(stop.id);
    const next = !isBack(target()) && target() === index;
    const mark = next ? t("current") : done ? t("visited") : "";
    return make("li", { class: [next ? "is-next" : "", done ? "is-done" : ""].join(" ") },
      make("button", { type: "button", class: "stop", onclick: () => open(index) }, make("b", {}, String(index + 1)), make("span", { lang: stop.lang }, stop.name), mark ? make("small", {}, mark) : null),
      make("button", { type: "button", class: "button small", "aria-label": `${t("walk_there")}: ${stop.name}`, onclick: () => { aim(index); begin(); } }, t("walk_there")));
  }));
  $("words").replaceChildren(...legs.filter(Boolean).flatMap((leg) => leg.turns.map((turn) => make("li", {}, turn.text))));
}

function begin() {
  if (!progress.started) progress.started = Date.now();
  save();
  watch(update);
  compass(update).then((on) => { $("compass").hidden = on || !compassAsks(); });
  stayAwake();
  show("go");
}

function startAgain() {
  Object.assign(progress, EMPTY, { opened: [] });
  save();
  $("report").hidden = false;
  $("report").reset();
  $("report-status").textContent = "";
  show("start");
}

$("begin").textContent = progress.started && !progress.finished ? t("go_on") : t("start");
$("begin").addEventListener("click", () => { if (progress.finished) Object.assign(progress, EMPTY, { opened: [] }); begin(); });
$("here-now").addEventListener("click", () => { if (isBack(target())) finish(); else open(target()); });
$("fit-me").addEventListener("click", () => map.show([place.fix.at, at(aimed(target()))], 18));
$("compass").addEventListener("click", async () => { if (await compass(update, true)) $("compass").hidden = true; });
$("walk-again").addEventListener("click", startAgain);
for (const button of $("bar").querySelectorAll("button")) {
  button.addEventListener("click", () => { if (button.dataset.to === "go") begin(); else show(button.dataset.to); });
}
document.addEventListener("visibilitychange", () => { if (!document.hidden && progress.started && !progress.finished) stayAwake(); });
addEventListener("pagehide", hush);

adding();
keepOffline();
if (progress.started && !progress.finished) {
  // Go on where one was; whoever let the browser tell the position before is not asked again.
  const known = navigator.permissions ? navigator.permissions.query({ name: "geolocation" }) : Promise.reject(new Error("unknown"));
  known.then(({ state: allowed }) => { if (allowed === "granted") begin(); }).catch((error) => console.info("position", error));
}
document.body.dataset.walk = "ready";
