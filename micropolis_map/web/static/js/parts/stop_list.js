// The stops of a walk somebody makes: dragged by their handle, or moved up and down with buttons; the page is told
// the new order each time.
export default function ({ data, parentElement, setTriggerValue }) {
  const t = data.texts;
  const root = parentElement.querySelector(".mm-stoplist") || parentElement.appendChild(document.createElement("ol"));
  root.className = "mm-stoplist";
  const known = JSON.stringify(data);
  if (root.dataset.known === known) return;
  const focused = root.contains(document.activeElement) ? [document.activeElement.dataset.does, document.activeElement.closest("li").dataset.stop] : null;
  root.dataset.known = known;
  root.setAttribute("aria-label", t.list);

  const ids = () => [...root.children].map((item) => item.dataset.stop);
  const tell = (order) => setTriggerValue("order", order);

  function button(does, icon, name, act, disabled) {
    const node = Object.assign(document.createElement("button"), { type: "button", className: `mm-stop-${does}`, disabled, textContent: icon, title: name });
    node.setAttribute("aria-label", name);
    node.dataset.does = does;
    node.addEventListener("click", act);
    return node;
  }

  function moved(id, by) {
    const order = ids();
    const at = order.indexOf(id);
    order.splice(at, 1);
    order.splice(at + by, 0, id);
    tell(order);
  }

  function handle(item, name) {
    const node = Object.assign(document.createElement("span"), { className: "mm-stop-handle", textContent: "⠿", title: t.drag.replace("{name}", name) });
    node.setAttribute("aria-hidden", "true");
    node.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const before = ids().join();
      item.classList.add("is-dragged");
      // On the window: moving the item in the list would end a capture of its handle's own.
      const move = (at) => {
        const over = [...root.children].find((one) => {
          const box = one.getBoundingClientRect();
          return one !== item && at.clientY >= box.top && at.clientY <= box.bottom;
        });
        if (!over) return;
        const box = over.getBoundingClientRect();
        const next = at.clientY > box.top + box.height / 2 ? over.nextSibling : over;
        if (next !== item && next !== item.nextSibling) root.insertBefore(item, next);
      };
      const end = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
        removeEventListener("pointercancel", end);
        item.classList.remove("is-dragged");
        if (before !== ids().join()) tell(ids());
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
      addEventListener("pointercancel", end);
    });
    return node;
  }

  root.replaceChildren(...data.stops.map((stop, index) => {
    const item = document.createElement("li");
    item.dataset.stop = stop.id;
    const words = document.createElement("span");
    words.className = "mm-stop-words";
    const name = Object.assign(document.createElement("b"), { textContent: stop.name });
    words.append(name);
    if (stop.note) words.append(Object.assign(document.createElement("small"), { textContent: stop.note }));
    const number = Object.assign(document.createElement("i"), { textContent: index + 1, className: "mm-stop-number" });
    item.append(handle(item, stop.name), number, words,
      button("up", "↑", t.up.replace("{name}", stop.name), () => moved(stop.id, -1), index === 0),
      button("down", "↓", t.down.replace("{name}", stop.name), () => moved(stop.id, 1), index === data.stops.length - 1),
      button("out", "✕", t.out.replace("{name}", stop.name), () => setTriggerValue("out", stop.id), false));
    return item;
  }));
  if (focused) {
    const item = [...root.children].find((one) => one.dataset.stop === focused[1]) || root.lastElementChild;
    const again = item && (item.querySelector(`[data-does="${focused[0]}"]:not(:disabled)`) || item.querySelector("button:not(:disabled)"));
    if (again) again.focus();
  }
}
