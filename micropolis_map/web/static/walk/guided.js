// Sign up for a guided walk, see one's place, give it back. The key is made here and stays on this device.
import { $, keyCard, make, state, t } from "../js/pin/page.js";
import { ask, NoConnection, Refused } from "../js/pin/api.js";
import { newId, newSecret, read, write } from "../js/pin/device.js";

const KEYS = `mm-guided:${state.walk}`;
const API = `${state.base}/api/guided/${encodeURIComponent(state.walk)}`;
const here = () => `${location.origin}${location.pathname}`;

// Opened by a private link: the key is kept, and leaves the address bar.
const given = location.hash.slice(1);
if (/^[A-Za-z0-9_-]{22,128}$/.test(given)) {
  write(KEYS, [...new Set([given, ...read(KEYS, [])])]);
  history.replaceState(null, "", `${location.pathname}${location.search}`);
}

let pending = null; // one sign-up keeps its id and key until it was answered

function showFree({ free, waiting }) {
  $("free").textContent = free > 0 ? t("free", { n: free, all: state.places }) : t("full", { all: state.places, n: waiting });
  const label = free > 0 ? t("sign_up") : t("queue_up");
  $("send").textContent = label;
  $("sign-head").textContent = label;
}

function showSeats(seats) {
  $("seats").replaceChildren(...seats.map(({ seat, name, waiting, key }) => {
    const card = keyCard(key, `${here()}#${key}`);
    return make("section", { class: "seat", ...(waiting ? { "data-waiting": "" } : {}) },
      make("h2", {}, waiting ? t("waiting", { n: waiting, name }) : t("have_place", { name })),
      make("p", { class: "note" }, t("seat_note")), card,
      state.open ? make("p", { class: "ways" }, make("button", { type: "button", class: "button", onclick: () => giveBack(seat, key) }, t("give_back"))) : null);
  }));
  $("sign-up").hidden = !state.open;
  if (seats.length) $("sign-head").textContent = t("another");
}

async function look() {
  const keys = read(KEYS, []);
  const held = [];
  let free = state;
  for (const key of keys) {
    const answer = await ask("GET", `${API}/seats`, { keys: [key] });
    held.push(...answer.seats.map((seat) => ({ ...seat, key })));
    free = answer;
  }
  showFree(free);
  showSeats(held);
}

async function trying(act) {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof NoConnection || error instanceof Refused)) throw error;
    $("sign-error").textContent = error instanceof NoConnection ? t("no_answer") : error.message;
    return false;
  }
}

async function giveBack(seat, key) {
  const done = await trying(async () => {
    await ask("POST", `${API}/give-back`, { keys: [key], body: { seat } });
    write(KEYS, read(KEYS, []).filter((one) => one !== key));
    await look();
  });
  if (done) $("seats-status").textContent = t("given_back");
}

$("sign-up").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = $("name").value.trim();
  $("sign-error").textContent = name ? "" : t("name_missing");
  if (!name) { $("name").focus(); return; }
  pending ??= { id: newId("g"), secret: newSecret() };
  write(KEYS, [...new Set([pending.secret, ...read(KEYS, [])])]); // before the first try: a lost answer loses nothing
  $("send").disabled = true;
  const done = await trying(async () => {
    await ask("POST", `${API}/seats`, { body: { ...pending, name, contact: $("contact").value.trim(), website2: $("website2").value } });
    pending = null;
    $("sign-up").reset();
    $("seats-status").textContent = "";
    await look();
  });
  $("send").disabled = false;
  if (done) $("seats").querySelector("h2").scrollIntoView({ block: "center" });
});

showFree(state);
$("sign-up").hidden = !state.open;
if (read(KEYS, []).length) {
  $("seats-status").textContent = t("checking");
  trying(look).then(() => { $("seats-status").textContent = ""; });
}
