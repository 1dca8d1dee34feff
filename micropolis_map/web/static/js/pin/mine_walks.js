// My walks: what a key may change. A walk's state, an organiser's question, co-authors by link, its history.
import { keyCard, make, state, t, undoable } from "./page.js";
import { ask } from "./api.js";
import { newSecret } from "./device.js";
import { paragraphs } from "./texts.js";

const OPEN = ["pending", "questioned"];

const act = (what, key, body) => ask("POST", `${state.base}/api/mine/tours/${what}`, { body, keys: [key.secret] });

function day(moment) {
  return new Date(moment).toLocaleDateString(state.lang === "en" ? "en-GB" : state.lang, { day: "numeric", month: "long", year: "numeric" });
}

function nameOf(tour) {
  return tour ? tour.name[state.lang] || Object.values(tour.name)[0] || "" : t("state_deleted");
}

// The walk as it is now: what everybody sees, else what was sent last.
function now(walk) {
  const shown = walk.revisions.find((one) => one.revision === walk.published);
  return (walk.status === "published" && shown) || walk.revisions.at(-1);
}

function badges(walk) {
  const last = walk.revisions.at(-1);
  if (walk.status === "published") return OPEN.includes(last.state) ? ["walk_public", last.state] : ["walk_public"];
  return [walk.status === "suggested" ? last.state : walk.status];
}

function button(text, does, css = "button") {
  return make("button", { type: "button", class: css, onclick: does }, text);
}

function fold(title, content) {
  const node = make("details", {}, make("summary", {}, title));
  node.addEventListener("toggle", () => { if (node.open && node.children.length === 1) node.append(...content()); });
  return node;
}

// One card for each walk the key may change. `send(promise, thanks)` waits, says so, and shows the list anew.
export async function walkCards(key, send) {
  const { tours } = await ask("GET", `${state.base}/api/mine/tours`, { keys: [key.secret] });
  return tours.map((walk) => card(walk, key, send));
}

function card(walk, key, send) {
  const tour = now(walk).tour;
  const last = walk.revisions.at(-1);
  const name = nameOf(tour);
  const states = badges(walk).map((one) => make("span", { class: "badge" }, t(`state_${one}`)));
  const about = [state.names[walk.community], t(walk.role === "author" ? "walk_yours" : "walk_shared"), t("sent_on", { date: day(walk.created) })];
  const node = make("li", { class: `thing is-${last.state}` },
    make("header", {}, make("p", { class: "ways" }, ...states), make("h2", { tabIndex: -1 }, t("kind_of_walk", { name })), make("small", { class: "note" }, about.filter(Boolean).join(" · "))));
  node.dataset.id = walk.tour_id;
  if (walk.status === "deleted") return node;
  if (last.state === "rejected" && last.reason) node.append(make("p", {}, t("reason", { reason: last.reason })));
  if (last.state === "questioned") node.append(question(walk, last, key, send));
  node.append(doings(walk, last.tour || tour, name, key, send));
  node.append(fold(t("link_and_code"), () => [keyCard(key.secret)]));
  if (walk.role === "author") node.append(fold(t("co_authors"), () => coAuthors(walk, key, send)));
  if (walk.status === "published") node.append(fold(t("walk_told"), () => [told(walk, key)]));
  node.append(fold(t("history"), () => [history(walk, key, send)]));
  return node;
}

// What walkers told of the walk: how long it took, what was in the way and where.
function told(walk, key) {
  const list = make("ul", { class: "past" });
  const say = (text) => make("li", {}, make("span", {}, text));
  ask("GET", `${state.base}/api/walk/${encodeURIComponent(walk.tour_id)}/feedback`, { keys: [key.secret] }).then(({ reports, obstacles }) => {
    const took = (one) => [day(one.recorded), one.minutes === null ? "" : t("walk_took", { n: one.minutes }), one.words].filter(Boolean).join(" · ");
    const met = (one) => [t(`met_${one.kind}`), one.street || `${one.lat.toFixed(5)}, ${one.lon.toFixed(5)}`, one.words].filter(Boolean).join(" · ");
    list.replaceChildren(...obstacles.map((one) => say(met(one))), ...reports.map((one) => say(took(one))));
    if (!list.children.length) list.append(say(t("walk_nobody_told")));
  }).catch((error) => list.replaceChildren(make("li", { class: "error" }, error.message)));
  return list;
}

function question(walk, last, key, send) {
  const id = `answer-${walk.tour_id}`;
  const field = make("textarea", { id, rows: 3, maxLength: 2000 });
  const form = make("form", { class: "question" }, ...paragraphs(t("question", { question: last.reason })), make("label", { for: id }, t("your_answer")), field,
    make("p", { class: "ways" }, make("button", { type: "submit", class: "button strong" }, t("answer_send"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) send(act("answer", key, { tour: walk.tour_id, text: field.value.trim() }), t("answered"));
    else field.focus();
  });
  return form;
}

function editAddress(walk, tour) {
  const query = new URLSearchParams({ community: walk.community, stops: tour.stops.map((stop) => stop.place).join(","), order: "own", edit: walk.tour_id, lang: state.lang });
  if (tour.loop) query.set("loop", "1");
  return `${state.base}/tours?${query}`;
}

function doings(walk, tour, name, key, send) {
  const row = make("p", { class: "ways" });
  if (walk.address) row.append(make("a", { class: "button strong", href: `${walk.address}&lang=${state.lang}` }, t("walk_see")));
  row.append(make("a", { class: "button", href: editAddress(walk, tour) }, t("edit")));
  if (walk.role !== "author") return row;
  const later = (what, soon, done, css) => button(t(what), (event) => {
    const node = event.target.closest(".thing");
    node.inert = true;
    undoable(t(soon, { name }), () => send(act(what, key, { tour: walk.tour_id }), t(done)), () => { node.inert = false; });
  }, css);
  if (walk.status !== "withdrawn") row.append(later("withdraw", "withdrawn_soon", "withdrawn", "button"));
  row.append(later("delete", "walk_deleted_soon", "deleted", "button bad"));
  return row;
}

function coAuthors(walk, key, send) {
  const list = make("ul", { class: "past" }, ...walk.co_authors.map((one, index) => make("li", {},
    make("span", {}, one.name || t("co_author_nameless")),
    button(t("co_author_out"), () => send(act("uninvite", key, { tour: walk.tour_id, number: index + 1 }), t("co_author_gone"))))));
  const id = `invite-${walk.tour_id}`;
  const field = make("input", { id, type: "text", maxLength: 60, autocomplete: "off" });
  const form = make("form", { class: "question" }, make("p", {}, t("co_author_about")), make("label", { for: id }, t("co_author_name")), field,
    make("p", { class: "ways" }, make("button", { type: "submit", class: "button strong" }, t("co_author_invite"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const secret = newSecret(); // theirs: this device does not keep it
    try {
      await act("invite", key, { tour: walk.tour_id, secret, name: field.value.trim() });
      form.replaceChildren(make("p", {}, t("co_author_send")), keyCard(secret));
    } catch (error) {
      form.append(make("p", { class: "error", role: "alert" }, error.message));
    }
  });
  return [list, form];
}

function history(walk, key, send) {
  const whole = walk.revisions.filter((one) => one.tour);
  return make("ul", { class: "past" }, ...walk.revisions.map((one) => entry(walk, one, whole, key, send)));
}

function entry(walk, one, whole, key, send) {
  const shown = walk.status === "published" && one.revision === walk.published;
  const by = t(`walk_by_${one.by.replace("-", "_")}`);
  const words = `${one.revision}. ${day(one.recorded)} · ${t(shown ? "state_walk_public" : `state_${one.state}`)} · ${by}`;
  const item = make("li", {}, make("span", {}, words));
  if (!one.tour) return item;
  const others = whole.filter((other) => other !== one);
  const before = make("select", { ariaLabel: t("compare_with") }, make("option", { value: "0" }, t("compare_nothing")),
    ...others.map((other) => make("option", { value: String(other.revision) }, t("compare_revision", { n: other.revision }))));
  const previous = whole.filter((other) => other.revision < one.revision).at(-1);
  before.value = String(previous ? previous.revision : 0);
  const told = make("ul", { class: "note" });
  const compare = button(t("compare"), async () => {
    try {
      const query = new URLSearchParams({ tour: walk.tour_id, before: before.value, after: String(one.revision) });
      const { differences } = await ask("GET", `${state.base}/api/mine/tours/compare?${query}`, { keys: [key.secret] });
      told.replaceChildren(...(differences.length ? differences.map(difference) : [make("li", {}, t("compare_same"))]));
    } catch (error) {
      told.replaceChildren(make("li", { class: "error" }, error.message));
    }
  });
  item.append(make("p", { class: "ways" }, before, compare, one === walk.revisions.at(-1) ? null
    : button(t("restore"), () => send(act("restore", key, { tour: walk.tour_id, revision: one.revision }), t("restored")))), told);
  return item;
}

function difference({ path, before, after }) {
  const [name, lang] = path.split("/");
  const words = (value) => {
    if (value === null) return "–";
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    return Array.isArray(value) ? value.map(([place, seconds]) => `${place} (${Math.round(seconds / 60)} min)`).join(", ") : value;
  };
  return make("li", {}, make("b", {}, `${t(`part_${name}`)}${lang ? ` (${lang})` : ""}: `), make("del", {}, before === null ? "" : words(before)), " ", make("ins", {}, words(after)));
}
