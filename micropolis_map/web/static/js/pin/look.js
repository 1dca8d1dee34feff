// Step 3, look: what neighbours will see, what may be personal in it, what is near and called the same.
import { $, make, state, t } from "./page.js";
import { check } from "./api.js";
import { ownWords, tells } from "./draft.js";
import { audioUrl, picture } from "./media.js";
import { paragraphs } from "./texts.js";

const FIELDS = ["name", "title", "words", "transcript"];

// Where in the draft a field's text stands.
function holder(draft, field) {
  if (FIELDS.includes(field)) return [draft, field];
  const photo = draft.photos.find((one) => field.includes(`photos/${one.id || one.key}/`));
  return photo ? [photo, "alt"] : null;
}

function textOf(draft, field) {
  const held = holder(draft, field);
  return held ? held[0][held[1]] || "" : "";
}

function shapeSvg(kind) {
  const shape = state.map.shapes[kind];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("aria-hidden", "true");
  for (const [d, fill, stroke] of [[shape.outline, shape.colour, "none"], [shape.mark, "none", "#fffdf8"]]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    Object.entries({ d, fill, stroke, "stroke-width": 2.2, "stroke-linecap": "round" }).forEach(([name, value]) => path.setAttribute(name, value));
    svg.append(path);
  }
  return svg;
}

function years(draft) {
  const [from, to] = [draft.from_year.trim(), draft.to_year.trim()];
  if (!from && !to) return "";
  return from === to ? from : `${from}–${to}`;
}

export function drawCard(draft) {
  const onStory = draft.mode === "story" || draft.storyOnly;
  const chips = onStory ? [] : [
    make("span", { class: `chip kind-${draft.kind}` }, shapeSvg(draft.kind), t(`kind_${draft.kind}`)),
    draft.activity ? make("span", { class: "chip" }, t(`activity_${draft.activity}`)) : null,
    years(draft) ? make("span", { class: "chip" }, years(draft)) : null,
  ];
  const name = onStory ? Object.values(draft.base.properties.name)[0] : draft.name;
  const told = [
    draft.told_by.trim() ? t("look_told_by", { name: draft.told_by.trim() }) : "", onStory ? draft.year.trim() : "",
    draft.about ? t(`look_${draft.about}`) : "",
  ].filter(Boolean).join(" · ");
  const photos = draft.photos.length ? make("div", { class: "shots" }, ...draft.photos.map((photo) => picture(photo, photo.alt, draft.secret))) : null;
  const tale = make("div", { class: "tale", lang: draft.told_lang },
    draft.title.trim() ? make("h3", {}, draft.title.trim()) : null, ...paragraphs(draft.words),
    told && tells(draft) ? make("footer", {}, told) : null);
  const card = [make("p", { class: "chips" }, ...chips.filter(Boolean)), make("h2", {}, name), photos];
  card.push(tells(draft) ? tale : make("p", { class: "note" }, t("look_no_words")));
  if (draft.audio) {
    const audio = make("audio", { controls: true });
    audioUrl(draft.audio, draft.secret).then((url) => { audio.src = url; });
    card.push(audio, ...(draft.transcript.trim() ? [make("div", { class: "transcript", lang: draft.told_lang }, ...paragraphs(draft.transcript))] : []));
  }
  if (!onStory) card.push(make("p", { class: `facts is-${draft.step_free}` }, t(`look_${draft.step_free}`)));
  $("card").replaceChildren(...card.filter(Boolean));
}

// The field of this page that holds a path of the Feature.
function fieldOf(path) {
  const last = path.split("/").at(-1);
  if (path.startsWith("name/")) return "name";
  return { title: "title", text: "words", transcript: "transcript", alt: path }[last] || path;
}

// Ask what is near and what may be personal; the newest question wins.
let asking = null;
export async function ask(draft) {
  if (asking) asking.abort();
  asking = new AbortController();
  const found = await check(state.slug, { feature: ownWords(draft) }, asking.signal);
  return { duplicates: found.duplicates, findings: found.findings.map((one) => ({ ...one, field: fieldOf(one.field) })) };
}

// Offer what may be the same place: `add(id)` tells the story there, `other()` says it is another place.
export function offer(node, found, draft, { add, other }) {
  const open = found.filter((one) => !draft.otherPlace.includes(one.id));
  if (!open.length || draft.mode !== "place") {
    node.replaceChildren();
    return;
  }
  const items = open.map((one) => {
    const name = one.name[state.lang] || Object.values(one.name)[0];
    return make("li", {}, make("span", {}, make("b", {}, name), make("small", {}, t("metres", { m: one.distance_m }))),
      make("button", { type: "button", class: "button strong", onclick: () => add(one.id) }, t("duplicate_add")));
  });
  const no = make("button", { type: "button", class: "button", onclick: () => other(open.map((one) => one.id)) }, t("duplicate_no"));
  node.replaceChildren(make("p", {}, make("b", {}, t("duplicates"))), make("ul", {}, ...items), make("p", { class: "ways" }, no));
}

// Point out what may be personal; one tap takes it out of the draft.
export function pointOut(findings, draft, taken) {
  const here = findings.filter((one) => textOf(draft, one.field).includes(one.text));
  $("look-status").textContent = here.length ? t("look_found") : t("look_clean");
  $("look-status").dataset.tone = here.length ? "warn" : "good";
  $("findings").replaceChildren(...here.map((one) => make("li", {},
    make("span", {}, make("small", {}, t(`found_${one.kind}`)), make("b", {}, one.text)),
    make("button", { type: "button", class: "button", onclick: () => { takeOut(draft, one); taken(here.filter((other) => other !== one)); } }, t("take_out")))));
}

// A name becomes initials, so that the sentence still reads; anything else goes.
export function takeOut(draft, finding) {
  const initials = finding.kind === "full_name" ? finding.text.split(/\s+/).map((word) => `${[...word][0]}.`).join(" ") : "";
  const [node, name] = holder(draft, finding.field);
  node[name] = node[name].split(finding.text).join(initials).replace(/ {2,}/g, " ").replace(/ +([.,;:!?])/g, "$1").trim();
}
