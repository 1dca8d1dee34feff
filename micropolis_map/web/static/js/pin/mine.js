// My things: what the keys on this device open. A private link (/mine#secret) adds its key.
import { $, keyCard, make, state, t, undoable } from "./page.js";
import { act, mine, NoConnection } from "./api.js";
import { addKey, forgetKey, keys } from "./device.js";
import { saveDraft } from "./draft.js";
import { townCards } from "./mine_towns.js";
import { walkCards } from "./mine_walks.js";
import { paragraphs } from "./texts.js";
import { flush, news, takeBack, waiting } from "./outbox.js";

const EDITABLE = ["pending", "questioned", "approved", "rejected", "withdrawn"];
let opened = "";

function takeKey() {
  const secret = decodeURIComponent(location.hash.slice(1));
  if (!/^[A-Za-z0-9_-]{22,128}$/.test(secret)) return;
  opened = secret;
  addKey({ secret, at: new Date().toISOString() });
}

function day(moment) {
  return moment ? new Date(moment).toLocaleDateString(state.lang === "en" ? "en-GB" : state.lang, { day: "numeric", month: "long", year: "numeric" }) : "";
}

function nameOf(thing) {
  const names = (thing.feature && thing.feature.properties.name) || {};
  return names[state.lang] || Object.values(names)[0] || thing.name || "";
}

function heading(thing) {
  const name = nameOf(thing);
  return thing.kind === "place" ? name : t(`kind_of_${thing.kind}`, { name });
}

// ---- one thing ----------------------------------------------------------------------------------------------

function card(thing, key) {
  const head = make("h2", { tabIndex: -1 }, heading(thing));
  const node = make("li", { class: `thing is-${thing.state}${key.secret === opened ? " is-opened" : ""}` },
    make("header", {}, make("p", { class: "ways" }, ...thing.badges.map((name) => make("span", { class: "badge" }, t(`state_${name}`)))), head,
      make("small", { class: "note" }, [state.names[thing.community], thing.created ? t("sent_on", { date: day(thing.created) }) : ""].filter(Boolean).join(" · "))));
  node.dataset.id = thing.id;
  if (thing.state === "rejected" && thing.reason) node.append(make("p", {}, t("reason", { reason: thing.reason })));
  if (thing.state === "questioned") node.append(question(thing, key));
  if (thing.stillTrue) node.append(stillTrue(thing, key));
  node.append(doings(thing, key));
  node.append(fold(t("link_and_code"), () => [keyCard(key.secret)], key.secret === opened && !thing.feature));
  node.append(fold(t("history"), () => [past(thing)]));
  return node;
}

function fold(title, content, open = false) {
  const node = make("details", {}, make("summary", {}, title));
  const fill = () => { if (node.open && node.children.length === 1) node.append(...content()); };
  node.addEventListener("toggle", fill);
  node.open = open;
  return node;
}

function past(thing) {
  return make("ul", { class: "past" }, ...thing.history.map((entry) => make("li", {},
    make("small", {}, day(entry.at)), make("span", {}, entry.what))));
}

function doings(thing, key) {
  const slug = encodeURIComponent(thing.community);
  const row = make("p", { class: "ways" });
  if (thing.public) row.append(make("a", { class: "button strong", href: `${state.base}/?community=${slug}&place=${encodeURIComponent(thing.place_id)}&lang=${state.lang}` }, t("see_public")));
  if (thing.state === "deleted") return row;
  if (EDITABLE.includes(thing.state) && thing.feature) row.append(make("a", { class: "button", href: `${state.base}/pin/${slug}?edit=${encodeURIComponent(thing.id)}&lang=${state.lang}` }, t("edit")));
  if (["pending", "questioned", "approved"].includes(thing.state)) row.append(later(thing, key, "withdraw"));
  row.append(later(thing, key, "delete"));
  return row;
}

// Withdraw or take back everything: done after some seconds in which it can be undone.
function later(thing, key, what) {
  const done = { withdraw: "withdrawn", delete: "deleted" }[what];
  const button = make("button", { type: "button", class: what === "delete" ? "button bad" : "button" }, t(what));
  button.addEventListener("click", () => {
    const node = button.closest(".thing");
    node.inert = true;
    undoable(t(`${done}_soon`, { name: nameOf(thing) }), () => send(what, key, { proposal_id: thing.id }, t(done)), () => { node.inert = false; button.focus(); });
  });
  return button;
}

function question(thing, key) {
  const id = `answer-${thing.id}`;
  const field = make("textarea", { id, rows: 3, maxLength: 5000 });
  const form = make("form", { class: "question" }, ...paragraphs(t("question", { question: thing.reason })),
    make("label", { for: id }, t("your_answer")), field, make("p", { class: "ways" }, make("button", { type: "submit", class: "button strong" }, t("answer_send"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) send("answer", key, { proposal_id: thing.id, text: field.value.trim() }, t("answered"));
    else field.focus();
  });
  return form;
}

function stillTrue(thing, key) {
  return make("div", { class: "question" }, make("p", {}, t("still_true")),
    make("p", { class: "ways" }, make("button", { type: "button", class: "button strong", onclick: () => send("still-true", key, { place_id: thing.place_id }, t("still_thanks")) }, t("still_yes"))));
}

async function send(what, key, body, thanks) {
  $("mine-error").textContent = "";
  try {
    await act(what, key.secret, body);
    if (what === "delete" && !(await mine([key.secret])).things.length) forgetKey(key.secret);
    await load();
    $("mine-status").textContent = thanks;
  } catch (error) {
    await load();
    failed(error);
  }
}

// ---- the list -----------------------------------------------------------------------------------------------

function unsent(entry) {
  const { draft } = entry;
  const name = draft.name || Object.values(draft.base ? draft.base.properties.name : {})[0] || "";
  const key = { secret: draft.secret };
  return make("li", { class: "thing is-waiting" },
    make("header", {}, make("span", { class: "badge" }, t("state_waiting")), make("h2", {}, name)),
    entry.refused ? make("p", { class: "error" }, entry.refused.message) : null,
    make("p", { class: "ways" },
      entry.refused
        ? make("button", { type: "button", class: "button strong", onclick: () => correct(draft) }, t("refused_back"))
        : make("button", { type: "button", class: "button strong", onclick: () => flush() }, t("send")),
      make("button", { type: "button", class: "button bad", onclick: () => undoable(t("deleted_soon", { name }), () => { takeBack(draft.id); forgetKey(draft.secret); load(); }) }, t("delete"))),
    fold(t("link_and_code"), () => [keyCard(key.secret)]));
}

// Back into the form with what was not taken.
function correct(draft) {
  takeBack(draft.id);
  saveDraft(draft.kept, { ...draft, step: "what" });
  location.assign(draft.page);
}

function stranger(key) {
  return make("li", { class: "thing" }, make("header", {}, make("h2", {}, key.name || t("private_link"))), make("p", {}, t("unknown_key")),
    make("p", { class: "ways" }, make("button", { type: "button", class: "button", onclick: () => { forgetKey(key.secret); load(); } }, t("forget"))));
}

function failed(error) {
  $("mine-error").textContent = error instanceof NoConnection ? t("no_answer") : error.message;
}

async function load() {
  const box = waiting();
  const all = keys().filter((key) => !box.some((entry) => entry.draft.secret === key.secret));
  const shown = box.map(unsent);
  try {
    for (const [key, things, others] of await thingsOf(all)) {
      if (!things.length && !others.length) shown.push(stranger(key));
      for (const thing of things) shown.push(card(thing, key));
      for (const one of others) {
        if (key.secret === opened) one.classList.add("is-opened");
        shown.push(one);
      }
    }
    $("mine-status").textContent = "";
  } catch (error) {
    if (!(error instanceof NoConnection) && !error.status) throw error;
    $("mine-status").textContent = "";
    failed(error);
    $("things").replaceChildren(...shown);
    return;
  }
  $("things").replaceChildren(...shown);
  $("empty").hidden = shown.length > 0;
  const slugs = [...new Set(all.map((key) => key.slug).filter(Boolean))];
  if (slugs.length) { $("pin-more").href = `${state.base}/pin/${encodeURIComponent(slugs[0])}?lang=${state.lang}`; $("pin-more").textContent = t("pin_more"); }
  const first = document.querySelector(".thing.is-opened h2");
  if (first && document.activeElement === document.body) { first.focus(); first.scrollIntoView({ block: "nearest" }); }
}

// [key, its things, cards of its walks and towns] for each key, in the order of the keys. A key opens its own only, so
// each asks alone.
function thingsOf(all) {
  return Promise.all(all.map(async (key) => [
    key, (await mine([key.secret])).things.map(thingOf), [...await walkCards(key, sendOther), ...await townCards(key, sendOther)],
  ]));
}

async function sendOther(done, thanks) {
  $("mine-error").textContent = "";
  try {
    await done;
    await load();
    $("mine-status").textContent = thanks;
  } catch (error) {
    await load();
    failed(error);
  }
}

function thingOf(answer) {
  const { place } = answer;
  return {
    ...answer, id: answer.proposal_id, public: Boolean(place && place.status === "published" && answer.state === "approved"),
    badges: [answer.state, ...(place && answer.state === "approved" && ["hidden", "archived"].includes(place.status) ? [place.status] : []), ...(answer.looked_at ? ["looked_at"] : [])],
    stillTrue: Boolean(place && place.ask_still_true),
    history: [
      { at: answer.created, what: t("history_sent") },
      ...answer.thread.map((message) => ({ at: message.at, what: t(`history_${message.by}`, { text: message.text }) })),
      ...(answer.decided ? [{ at: answer.decided, what: t(`state_${answer.state}`) }] : []),
    ],
  };
}

takeKey();
addEventListener("hashchange", () => { takeKey(); load(); });
news.addEventListener("change", ({ detail }) => { if (["sent", "refused"].includes(detail.state)) load(); });
load().then(() => flush());
