// Suggesting a walk: a name is enough. The private key and the submission's id are made here and kept on this device
// before anything is sent, so that a lost answer loses nothing and sending twice is sending once.
export default function ({ data, parentElement, setTriggerValue }) {
  const t = data.texts;
  const root = parentElement.querySelector(".mm-offer") || parentElement.appendChild(document.createElement("div"));
  root.className = "mm-offer";
  root.mm = data; // what is sent is what the page shows now
  const shown = [data.edit, data.lang, data.slug].join("|");
  if (root.dataset.shown === shown && [undefined, data.stops.join()].includes(root.dataset.sent)) return;
  delete root.dataset.sent;
  root.dataset.shown = shown;
  root.replaceChildren();
  const started = Math.round(performance.timeOrigin); // the page's opening: the form comes with the second stop
  let base = null; // the walk being changed, as its author's key opens it
  const device = import(new URL(`${data.base}/assets/js/pin/device.js`, location.origin).href);
  const make = (tag, properties, inside) => inside.appendChild(Object.assign(document.createElement(tag), properties));

  const form = make("form", { noValidate: true }, root);
  const nameLabel = make("label", {}, form);
  make("span", { textContent: t.name }, nameLabel);
  const name = make("input", { type: "text", maxLength: 200, name: "walkname", autocomplete: "off", placeholder: t.example }, nameLabel);
  const aboutLabel = make("label", {}, form);
  make("span", { textContent: t.about }, aboutLabel);
  const about = make("textarea", { rows: 3, maxLength: 5000, name: "walkabout" }, aboutLabel);
  const trap = make("label", { className: "mm-trap", ariaHidden: "true" }, form);
  make("span", { textContent: "Website" }, trap);
  const website2 = make("input", { type: "text", name: "website2", tabIndex: -1, autocomplete: "off" }, trap);
  make("small", { textContent: t.licence }, form);
  const said = make("p", { className: "mm-session-said", role: "alert" }, form);
  const button = make("button", { type: "submit", className: "mm-primary", textContent: data.edit ? t.sendChange : t.send }, form);

  if (data.edit) load();

  async function load() {
    const { keys } = await device;
    for (const { secret } of keys()) {
      const answer = await fetch(`${data.base}/api/mine/tours`, { headers: { "X-Micropolis-Key": secret }, cache: "no-store" });
      const found = answer.ok ? (await answer.json()).tours.find((one) => one.tour_id === root.mm.edit) : null;
      if (!found) continue;
      const last = found.revisions.at(-1);
      base = { secret, revision: last.revision, tour: last.tour };
      if (!name.value) name.value = last.tour.name[data.lang] || "";
      if (!about.value) about.value = last.tour.about[data.lang] || "";
      return;
    }
    said.textContent = t.noKey;
  }

  function tourNow() {
    const now = root.mm;
    const before = base ? base.tour : { name: {}, about: {}, stops: [] };
    const minutes = Object.fromEntries(before.stops.map((stop) => [stop.place, stop.minutes]));
    const words = (texts, text) => Object.fromEntries(Object.entries({ ...texts, [now.lang]: text.trim() }).filter(([, one]) => one));
    return {
      name: words(before.name, name.value), about: words(before.about, about.value), loop: now.loop, languages: before.languages || [now.lang],
      stops: now.stops.map((place) => ({ place, minutes: minutes[place] ?? now.minutes })),
    };
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    const tour = tourNow();
    if (!Object.keys(tour.name).length) { said.textContent = t.nameless; name.focus(); return; }
    if (data.edit && !base) { said.textContent = t.noKey; return; }
    button.disabled = true;
    const { addKey, newId, newSecret } = await device;
    const what = JSON.stringify(tour);
    if (!form.mm || form.mm.what !== what) form.mm = { what, id: newId("walk-"), secret: base ? base.secret : (form.mm || {}).secret || newSecret() };
    const { id, secret } = form.mm;
    addKey({ secret, slug: root.mm.slug, name: name.value.trim(), at: new Date().toISOString() });
    try {
      const body = { id, secret, tour, started, sent: Date.now(), website2: website2.value, ...(base ? { tour_id: data.edit, base: base.revision } : {}) };
      const answer = await fetch(`${data.base}/api/${encodeURIComponent(root.mm.slug)}/tours`, {
        method: "POST", headers: { "Content-Type": "application/json" }, credentials: "same-origin", body: JSON.stringify(body),
      });
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) { thanks(secret, told); setTriggerValue("sent", told.tour_id); return; }
      said.textContent = [told.error, told.todo].filter(Boolean).join("; ") || t.failed;
    } catch (error) {
      console.warn("the walk was not sent", error);
      said.textContent = t.failed;
    }
    button.disabled = false;
  });

  function thanks(secret, told) {
    root.replaceChildren();
    root.dataset.sent = root.mm.stops.join();
    const box = make("div", { className: "mm-thanks", tabIndex: -1 }, root);
    box.setAttribute("role", "status");
    make("b", { textContent: t.thanks }, box);
    make("p", { textContent: t.waits }, box);
    if (told.findings && told.findings.length) make("p", { textContent: t.personal.replace("{text}", told.findings.map((one) => one.text).join(", ")) }, box);
    const link = `${location.origin}${data.base}/mine?lang=${encodeURIComponent(root.mm.lang)}#${secret}`;
    const row = make("p", { className: "mm-thanks-link" }, box);
    make("a", { href: link, textContent: t.mine, className: "mm-primary" }, row);
    const copy = make("button", { type: "button", textContent: t.copy }, row);
    copy.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(link); copy.textContent = t.copied; } catch { copy.replaceWith(Object.assign(document.createElement("code"), { textContent: link })); }
    });
    make("small", { textContent: t.keep }, box);
    box.focus();
  }
}
