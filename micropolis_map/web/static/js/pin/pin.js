// The three steps of pinning: where → what → look → sent. The draft is kept on the device at each input.
import { $, keyCard, line, make, state, t } from "./page.js";
import { ask as askCheck, drawCard, offer, pointOut } from "./look.js";
import { mine, NoConnection, Refused } from "./api.js";
import { dropBlob, keeps, keys } from "./device.js";
import { begin as beginWith, draftName, dropDraft, fill, hasContent, openDraft, saveDraft, seen } from "./draft.js";
import { flush, handIn, keepBoth, news, takeBack, waiting } from "./outbox.js";
import { whatStep } from "./what.js";
import { whereStep } from "./where.js";

const STEPS = ["where", "what", "look"];
const edit = new URLSearchParams(location.search).get("edit") || "";
let storage = draftName(state.slug, state.place && state.place.id, edit, state.given);
let where = null;
let what = null;
let draft = null;

function save() {
  Object.assign(draft, { kept: storage, page: location.pathname + location.search }); // where to correct it
  saveDraft(storage, draft);
  const told = t(keeps ? "saved" : "not_saved");
  if ($("kept").textContent !== told) $("kept").textContent = told;
  $("kept").classList.toggle("bad", !keeps);
}

// ---- steps ------------------------------------------------------------------------------------------------

function firstStep() {
  return draft.mode === "story" || draft.storyOnly ? "what" : "where";
}

function show(step, { focus = true } = {}) {
  $("stage").dataset.step = step;
  for (const name of [...STEPS, "sent"]) $(name).hidden = name !== step;
  const at = STEPS.indexOf(step);
  for (const button of document.querySelectorAll(".steps button")) {
    const index = STEPS.indexOf(button.dataset.step);
    if (index === at) button.setAttribute("aria-current", "step"); else button.removeAttribute("aria-current");
    button.disabled = step === "sent" || index > at || index < STEPS.indexOf(firstStep());
    button.classList.toggle("done", step === "sent" || index < at);
  }
  $("what").querySelector("[data-back]").hidden = firstStep() === "what";
  const head = $(step).querySelector("h1");
  document.title = `${at < 0 ? "" : `${t("step_of", { n: at + 1 })}: `}${head.textContent} · Micropolis Map`;
  where.activate(step === "where");
  if (at > 1 || at < 0) where.map.preview(seen(draft));
  else where.refresh();
  if (step === "what") where.map.show(draft.corners);
  if (step === "look") look();
  if (focus) {
    head.focus({ preventScroll: true });
    scrollTo(0, 0);
    $("main").scrollTop = 0;
  }
}

function go(step) {
  line("");
  draft.step = step;
  save();
  history.pushState({ step }, "");
  show(step);
}

addEventListener("popstate", (event) => {
  const step = event.state && event.state.step;
  if (!STEPS.includes(step) || !$("sent").hidden) return;
  draft.step = step;
  save();
  show(step);
});

function whereDone() {
  const problem = where.missing();
  $("where-error").textContent = problem;
  if (problem) return;
  go("what");
  checkNear();
}

function whatDone() {
  const wrong = what.check();
  if (wrong) wrong.focus();
  else go("look");
}

for (const [step, done] of [["where", whereDone], ["what", whatDone], ["look", send]]) {
  $(step).addEventListener("submit", (event) => { event.preventDefault(); done(); });
}
for (const button of document.querySelectorAll("[data-back]")) button.addEventListener("click", () => history.back());
for (const button of document.querySelectorAll(".steps button")) {
  button.addEventListener("click", () => { if (!button.hasAttribute("aria-current")) go(button.dataset.step); });
}

// ---- what is near, what may be personal -------------------------------------------------------------------

let nearTimer = 0;
function checkNear() {
  clearTimeout(nearTimer);
  if (draft.mode !== "place" || draft.name.trim().length < 3 || !draft.corners.length) return $("duplicates").replaceChildren();
  nearTimer = setTimeout(async () => {
    try {
      offerIn("duplicates", (await askCheck(draft)).duplicates);
    } catch (error) {
      if (error.name !== "AbortError") console.info("not checked", error); // asked again before it is sent
    }
  }, 450);
  return undefined;
}

function offerIn(id, found) {
  const others = { add: addStory, other: (ids) => { draft.otherPlace.push(...ids); save(); offerIn(id, found); } };
  offer($(id), found, draft, others);
}

async function look() {
  clearTimeout(nearTimer); // its question would end this one unanswered
  drawCard(draft);
  $("findings").replaceChildren();
  $("look-error").textContent = "";
  $("look-status").textContent = t("look_checking");
  $("look-status").dataset.tone = "";
  try {
    const found = await askCheck(draft);
    offerIn("duplicates-look", found.duplicates);
    findings(found.findings);
  } catch (error) {
    if (error.name === "AbortError") return;
    $("look-status").textContent = t("look_unchecked");
    $("look-status").dataset.tone = "warn";
  }
}

function findings(found) {
  pointOut(found, draft, (left) => {
    save();
    what.show();
    drawCard(draft);
    findings(left);
    $("look").querySelector("h1").focus();
  });
}

// The draft becomes a story on the place that is there already.
async function addStory(id) {
  let base;
  try {
    const answer = await fetch(`${state.base}/data/${encodeURIComponent(state.slug)}/places/${encodeURIComponent(id)}.json`);
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    base = await answer.json();
  } catch (error) {
    line(t("failed", { why: error.message }));
    return;
  }
  dropDraft(storage);
  storage = draftName(state.slug, id, "");
  history.replaceState(history.state, "", `?${new URLSearchParams({ place: id, lang: state.lang })}`); // found again after a reload
  Object.assign(draft, { mode: "story", base, step: "what", about: draft.about || "past", corners: [], fixedShape: base.geometry });
  becomeStory();
  go("what");
}

function becomeStory() {
  const name = base();
  $("what").querySelector("h1").textContent = draft.mode === "edit" ? t("edit_head") : t("story_head");
  if (draft.base && draft.mode !== "edit") {
    const head = $("what").querySelector("h1");
    (head.nextElementSibling.classList.contains("about-place") ? head.nextElementSibling : head.insertAdjacentElement("afterend", make("p", { class: "about-place" }))).textContent = name;
  }
  what.show();
  where.refresh();
}

const base = () => (draft.base ? Object.values(draft.base.properties.name)[0] : "");

// ---- sent -------------------------------------------------------------------------------------------------

async function send() {
  if ($("send").disabled) return;
  line("");
  $("send").disabled = true;
  dropDraft(storage); // it lies in the outbox from now on
  $("sent-key").replaceChildren(keyCard(draft.secret));
  progress({ state: "sending" });
  show("sent");
  $("stage").classList.add("settling"); // the second tap of a double one must not hit what appears under it
  setTimeout(() => $("stage").classList.remove("settling"), 700);
  history.replaceState({ step: "sent" }, "");
  await handIn(draft);
}

function progress({ state: now, photo, photos, wait, answer, refused }) {
  const heads = { sending: t("sending"), sent: t("sent_head"), waiting: t("queued_head"), refused: t("refused_head") };
  if ($("sent-head").textContent !== heads[now]) {
    $("sent-head").textContent = heads[now];
    if (!$("sent").hidden) $("sent-head").focus({ preventScroll: true });
  }
  $("sent").dataset.state = now;
  $("sent-what").textContent = { sent: t(answer && answer.state === "approved" ? "sent_public" : "sent_what"), waiting: t("queued_what") }[now] || "";
  const part = photo ? t("sending_part", { n: photo, all: photos }) : "";
  $("sent-status").textContent = { sending: part, waiting: wait ? t("queued_next", { s: wait }) : "" }[now] || "";
  $("sent-error").textContent = refused ? whyNot(refused) : "";
  clashes(refused ? refused.clashes : []);
  $("sent-again").hidden = now !== "waiting" && now !== "refused";
  $("try-now").hidden = now !== "waiting";
  $("correct").hidden = now !== "refused";
  $("sent-key").hidden = now === "refused";
}

// Why it was not taken, in the reader's words where the field is known.
function whyNot({ message, fields, clashes: both, file }) {
  if (both.length) return t("conflict");
  const codes = Object.entries(fields).map(([field, code]) => state.t[`wrong_${code}`] && `${state.t[field.split("/")[0]] || field}: ${t(`wrong_${code}`)}`);
  if (codes.length && codes.every(Boolean)) return codes.join(" ");
  return file ? `${t(file.what === "photos" ? "photo_n" : "record", { n: file.index + 1 })}: ${message}` : message;
}

// Both versions of what two people changed, side by side.
function clashes(found) {
  const text = (value) => (value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value));
  $("clashes").hidden = !found.length;
  $("clashes").replaceChildren(...(found.length ? [
    ...found.map((one) => make("dl", {}, make("dt", {}, t("clash_mine")), make("dd", {}, text(one.mine)), make("dt", {}, t("clash_theirs")), make("dd", {}, text(one.theirs)))),
    make("p", { class: "ways" }, make("button", { type: "button", class: "button strong", onclick: () => keepBoth(draft.id) }, t("clash_both"))),
  ] : []));
}

news.addEventListener("change", ({ detail }) => { if (draft && detail.id === draft.id) progress(detail); });
$("try-now").addEventListener("click", () => flush());
$("correct").addEventListener("click", () => {
  draft = takeBack(draft.id) || draft;
  $("send").disabled = false;
  saveDraft(storage, { ...draft, step: "what" });
  location.reload();
});

// ---- begin ------------------------------------------------------------------------------------------------

async function fromMine() {
  for (const { secret } of keys()) {
    const { things } = await mine([secret]);
    const thing = things.find((one) => one.proposal_id === edit && one.feature);
    if (!thing) continue;
    const open = ["pending", "questioned"].includes(thing.state);
    const current = thing.place && thing.place.feature;
    const stories = things.flatMap((one) => [`st-${one.proposal_id}`, ...one.feature ? one.feature.properties.stories.map((story) => story.id).filter((id) => !current || !current.properties.stories.some((known) => known.id === id)) : []]);
    draft.secret = secret;
    fill(draft, thing.state === "approved" && current ? current : thing.feature, stories, thing.kind === "story");
    if (thing.kind === "story" && thing.state !== "approved") retell(thing, open); // a story is sent anew, the old one withdrawn
    else if (thing.kind === "place" && !open && !thing.place) Object.assign(draft, { mode: "place", base: null }); // and so is a place
    else if (thing.kind === "edit" && open) draft.replaces = thing.proposal_id;
    return;
  }
  throw new Refused(404, { error: t("not_yours") }, 0);
}

function retell(thing, open) {
  Object.assign(draft, { mode: "story", storyId: "", base: { ...draft.base, properties: { ...draft.base.properties } }, replaces: open ? thing.proposal_id : "" });
}

async function begin() {
  const mode = edit ? "edit" : state.place ? "story" : "place";
  draft = openDraft(storage, state.slug, state.lang, mode);
  const back = hasContent(draft);
  if (state.given && !back && draft.mode === "place") beginWith(draft, state.given);
  if (state.place && !draft.base) draft.base = state.place;
  if (state.place && draft.mode === "story") draft.fixedShape = state.place.geometry;
  if (edit && !draft.base) await fromMine();
  where = whereStep(draft, { changed: save, addStory });
  what = whatStep(draft, { changed: save, named: checkNear });
  if (draft.mode !== "place") becomeStory();
  if (draft.mode === "edit") $("where").querySelector("h1").textContent = t("edit_head");
  const step = STEPS.includes(draft.step) ? draft.step : firstStep();
  if (step !== firstStep()) history.replaceState({ step: firstStep() }, "");
  if (step === firstStep()) history.replaceState({ step }, ""); else history.pushState({ step }, "");
  show(step, { focus: false });
  if (draft.corners.length) where.map.show(draft.corners);
  else if (draft.base) where.map.show(corners(draft.base.geometry));
  if (back) {
    line(t("draft_kept"), make("button", { type: "button", class: "button small", onclick: startAfresh }, t("draft_drop")));
    save();
  }
  const left = waiting().length;
  if (left && !back) line(t("waiting_line", { n: left }), make("a", { href: `${state.base}/mine?lang=${state.lang}` }, t("my_things")));
  flush();
  keepPage().catch((error) => console.info("the page is not kept for offline", error));
}

// Keep this page on the device, so that the draft opens again without a connection.
async function keepPage() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(`${state.base}/pin/worker.js`, { scope: `${state.base}/pin/` });
  const { active } = await navigator.serviceWorker.ready;
  const ours = performance.getEntriesByType("resource").map((one) => one.name).filter((url) => new RegExp(`^${state.base}/(assets|vendor|data)/`).test(new URL(url).pathname));
  active.postMessage({ keep: [location.href.split("#")[0], ...ours] });
}

function corners(geometry) {
  return geometry.type === "Point" ? [geometry.coordinates] : geometry.coordinates.flat(9).reduce((all, value, i, flat) => (i % 2 ? all : [...all, [value, flat[i + 1]]]), []);
}

async function startAfresh() {
  await Promise.all([...draft.photos, draft.audio].filter((file) => file && file.key).map((file) => dropBlob(file.key)));
  dropDraft(storage);
  location.reload();
}

begin().catch((error) => {
  line(error instanceof NoConnection ? t("no_answer") : t("failed", { why: error.message }));
  if (!(error instanceof NoConnection || error instanceof Refused)) throw error;
});
