// What every page of ours has: its state, its texts, elements, notices, the private link's card.
import { qrSvg } from "./qr.js";

export const state = JSON.parse(document.getElementById("state").textContent);
export const $ = (id) => document.getElementById(id);

const said = (value) => (typeof value === "number" ? figure(value) : String(value));

export function t(name, values = {}) {
  const text = state.t[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? said(values[key]) : all));
}

// A figure as people of the page's language write it.
export const figure = (value, least = 0) => value.toLocaleString(state.lang, { minimumFractionDigits: least, maximumFractionDigits: 1 });

// An element with properties and children; strings become text, never HTML.
export function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

// One line under the head: that the connection is gone, that a draft is back.
export function line(text, ...actions) {
  const node = $("line");
  node.replaceChildren(...(text ? [text, " ", ...actions] : []));
  node.hidden = !text;
}

// Do `act` in `seconds` unless the visitor undoes it; leaving the page does it at once.
export function undoable(text, act, undone = () => {}, seconds = 7) {
  const node = make("div", { class: "toast" }, make("span", {}, text));
  let open = true;
  const finish = (done) => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    removeEventListener("pagehide", leave);
    node.remove();
    (done ? act : undone)();
  };
  const leave = () => finish(true);
  const timer = setTimeout(leave, seconds * 1000);
  addEventListener("pagehide", leave);
  const undo = make("button", { type: "button", class: "button", onclick: () => finish(false) }, t("undo"));
  node.append(undo);
  $("toasts").append(node);
  undo.focus();
}

export function privateLink(secret) {
  return `${location.origin}${state.base}/mine?lang=${document.documentElement.lang}#${secret}`;
}

// The card with the private link: to copy, to share, to print, as a QR code drawn in the browser.
export function keyCard(secret, link = privateLink(secret)) {
  const card = $("key-card").content.cloneNode(true).firstElementChild;
  const field = card.querySelector("textarea");
  field.value = link;
  field.addEventListener("focus", () => field.select());
  card.querySelector(".qr").append(qrSvg(link, t("qr_alt")));
  const does = {
    copy: async (button) => {
      try {
        await navigator.clipboard.writeText(link);
        button.textContent = t("copied");
      } catch (error) {
        console.warn("clipboard", error);
        field.focus();
        button.textContent = t("copy_self");
      }
    },
    share: () => navigator.share({ title: document.title, url: link }).catch((error) => console.info("not shared", error)),
    print: () => {
      document.body.classList.add("printing-key");
      card.classList.add("printed");
      print();
      document.body.classList.remove("printing-key");
      card.classList.remove("printed");
    },
  };
  for (const button of card.querySelectorAll("[data-do]")) {
    button.hidden = button.dataset.do === "share" && !navigator.share;
    button.addEventListener("click", () => does[button.dataset.do](button));
  }
  return card;
}

// Tell when the connection goes and comes.
addEventListener("offline", () => line(t("offline")));
addEventListener("online", () => {
  line(t("online"));
  setTimeout(() => { if ($("line").textContent.startsWith(t("online"))) line(""); }, 4000);
});
if (!navigator.onLine) line(t("offline"));

// A language link keeps what stands behind the #.
for (const link of document.querySelectorAll("[data-lang]")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}
addEventListener("keydown", (event) => {
  const menu = document.querySelector(".lang[open]");
  if (event.key === "Escape" && menu) { menu.open = false; menu.firstElementChild.focus(); }
});

// Whether the visitor goes by keyboard: the map then shows its middle, where Enter puts the pin.
addEventListener("keydown", () => { document.body.dataset.keys = ""; }, true);
addEventListener("pointerdown", () => { delete document.body.dataset.keys; }, true);
