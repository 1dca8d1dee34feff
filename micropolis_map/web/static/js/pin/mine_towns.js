// The towns a key asked for: what became of each, and taking it back.
import { keyCard, make, state, t, undoable } from "./page.js";
import { act, ask } from "./api.js";

function day(moment) {
  return new Date(moment).toLocaleDateString(state.lang === "en" ? "en-GB" : state.lang, { day: "numeric", month: "long", year: "numeric" });
}

// One card for each town the key asked for. `send(promise, thanks)` waits, says so, and shows the list anew.
export async function townCards(key, send) {
  const { towns } = await ask("GET", `${state.base}/api/mine/towns`, { keys: [key.secret] });
  return towns.map((town) => card(town, key, send));
}

function card(town, key, send) {
  const name = `${town.town}, ${town.where}`;
  const back = make("button", { type: "button", class: "button bad", onclick: () => {
    node.inert = true;
    undoable(t("town_deleted_soon", { name }), () => send(act("towns/delete", key.secret, { id: town.id }), t("deleted")), () => { node.inert = false; });
  } }, t("delete"));
  const fold = make("details", {}, make("summary", {}, t("link_and_code")));
  fold.addEventListener("toggle", () => { if (fold.open && fold.children.length === 1) fold.append(keyCard(key.secret)); });
  const node = make("li", { class: `thing is-${town.state}` },
    make("header", {}, make("p", { class: "ways" }, make("span", { class: "badge" }, t(`state_town_${town.state}`))),
      make("h2", { tabIndex: -1 }, t("kind_of_town", { name })), make("small", { class: "note" }, t("sent_on", { date: day(town.created) }))),
    make("p", {}, town.why), town.reason ? make("p", {}, t("reason", { reason: town.reason })) : null, make("p", { class: "ways" }, back), fold);
  node.dataset.id = town.id;
  return node;
}
