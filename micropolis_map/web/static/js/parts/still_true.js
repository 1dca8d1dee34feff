// "Is it still true?": one click tells the server, once for each device, as on the place's own page.
export default function ({ data, parentElement, setTriggerValue }) {
  const t = data.texts;
  const root = parentElement.querySelector(".mm-still") || parentElement.appendChild(document.createElement("div"));
  root.className = "mm-still";
  const known = JSON.stringify(data);
  if (root.dataset.known === known) return;
  root.dataset.known = known;
  root.replaceChildren();
  const make = (tag, properties, inside) => inside.appendChild(Object.assign(document.createElement(tag), properties));

  // The number of this device's own that the pin pages keep too.
  function device() {
    const fresh = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24)))).replaceAll("+", "-").replaceAll("/", "_");
    try {
      const kept = JSON.parse(localStorage.getItem("mm-device")) || fresh();
      localStorage.setItem("mm-device", JSON.stringify(kept));
      return kept;
    } catch (error) {
      console.warn("nothing can be kept in this browser", error);
      return fresh();
    }
  }

  const words = make("p", {}, root);
  make("span", { textContent: t.since }, words);
  words.append(" ");
  make("b", { textContent: t.ask }, words);
  const ways = make("p", { className: "mm-ways" }, root);
  const yes = make("button", { type: "button", textContent: t.yes, className: "mm-primary" }, ways);
  make("a", { href: data.problem, textContent: t.no, className: "mm-plain-link" }, ways);
  const said = make("p", { className: "mm-session-said", role: "alert" }, root);
  yes.addEventListener("click", async () => {
    yes.disabled = true;
    said.textContent = "";
    try {
      const answer = await fetch(data.address, {
        method: "POST", headers: { "Content-Type": "application/json" }, credentials: "same-origin", body: JSON.stringify({ device: device() }),
      });
      if (answer.ok) {
        setTriggerValue("told", true);
        return;
      }
      said.textContent = answer.status === 429 ? t.often : t.failed;
    } catch {
      said.textContent = t.failed;
    }
    yes.disabled = false;
  });
}
