// Signing in, setting a password by a one-time link, signing out: the cookie is set by our own route, so
// that no script can read it. After it the page is opened anew, for the server sees cookies only then.
export default function ({ data, parentElement }) {
  const t = data.texts;
  const root = parentElement.querySelector(".mm-session") || parentElement.appendChild(document.createElement("div"));
  root.className = "mm-session";
  if (root.dataset.mode === data.mode) return;
  root.dataset.mode = data.mode;
  root.replaceChildren();

  // What stands behind the # is sent to no server. It is taken at once, and out of the address and its history.
  const given = { ...data.given };
  if (data.secret) {
    const secret = new URLSearchParams(window.location.hash.slice(1)).get(data.secret);
    if (secret) {
      given.token = secret;
      window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
    }
  }

  const make = (tag, properties = {}, inside = root) => inside.appendChild(Object.assign(document.createElement(tag), properties));
  if (data.secret && !given.token) {
    make("p", { textContent: t.no_secret, className: "mm-session-none" });
    return;
  }
  const form = make("form", { method: "post", action: data.address, noValidate: true });
  const inputs = {};
  for (const field of data.fields) {
    const label = make("label", {}, form);
    make("span", { textContent: t[field.name] }, label);
    inputs[field.name] = make("input", {
      name: field.name, type: field.type, autocomplete: field.autocomplete, required: true, spellcheck: false, autocapitalize: "none",
    }, label);
    if (field.hint) make("small", { textContent: field.hint }, label);
  }
  const said = make("p", { className: "mm-session-said", role: "alert" }, form);
  const button = make("button", { type: "submit", textContent: t.submit, className: "mm-primary" }, form);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const empty = Object.values(inputs).find((input) => !input.value.trim());
    if (empty) {
      said.textContent = t.empty;
      empty.focus();
      return;
    }
    said.textContent = "";
    button.disabled = true;
    const body = { ...given };
    for (const [name, input] of Object.entries(inputs)) body[name] = input.value;
    try {
      const answer = await fetch(data.address, {
        method: "POST", headers: { "Content-Type": "application/json", "Accept-Language": data.lang }, credentials: "same-origin", body: JSON.stringify(body),
      });
      if (answer.ok) {
        window.location.assign(data.next);
        return;
      }
      const problem = await answer.json().catch(() => ({}));
      said.textContent = t[`status${answer.status}`] || `${problem.error || t.failed} ${problem.todo || ""}`;
      if ([400, 429].includes(answer.status) && problem.error) said.textContent = `${problem.error}. ${problem.todo}.`;
    } catch {
      said.textContent = t.failed;
    }
    button.disabled = false;
    const last = Object.values(inputs).at(-1);
    if (last) last.select();
  });
}
