// Keep the walk on this phone: the worker fetches the pack, the sign says when it is there and how much it is.
import { $, figure, line, make, state, t } from "../js/pin/page.js";

const AGAIN_MS = 30000;
let again = 0;
let asked = 0;

const mb = (bytes) => figure(bytes / 1e6, 1);

function sign(text, bad = false) {
  $("kept").textContent = text;
  $("kept").classList.toggle("bad", bad);
}

function heard({ data }) {
  if (!data || data.tour !== state.tour) return;
  document.body.dataset.pack = data.walk;
  if (data.walk === "making") sign(t("pack_making", { n: data.n, all: data.all }), true);
  if (data.walk === "failed") {
    sign(t("pack_failed"), true);
    clearTimeout(again);
    again = setTimeout(ask, AGAIN_MS);
  }
  if (data.walk === "ready") {
    sign(t("pack_ready", { mb: mb(data.bytes) }));
    $("left-out").hidden = !data.left_out;
    $("left-out").textContent = t("pack_left", { n: data.left_out, mb: mb(data.most_bytes) });
    if (data.renewed && asked > 1) line(t("pack_newer"), make("button", { type: "button", class: "button small", onclick: () => location.reload() }, t("reload")));
  }
}

async function ask() {
  asked += 1;
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ pack: state.pack, tour: state.tour, here: location.href.split("#")[0] });
}

// A private window, an address without encryption, or storage that was refused.
function never() {
  document.body.dataset.pack = "never";
  sign(t("pack_never"), true);
}

export async function keepOffline() {
  if (!("serviceWorker" in navigator) || !window.caches) { never(); return; }
  navigator.serviceWorker.addEventListener("message", heard);
  try {
    await navigator.serviceWorker.register(`${state.base}/walk/worker.js`, { scope: `${state.base}/walk/` });
    await ask();
    addEventListener("online", ask);
    if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
  } catch (error) {
    console.warn("the walk is not kept offline", error);
    never();
  }
}
