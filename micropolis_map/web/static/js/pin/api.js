// What this page asks of the server. Errors tell what to do: wait and try again, or correct something.
import { state } from "./page.js";

export class NoConnection extends Error {}

export class Refused extends Error {
  constructor(status, answer = {}, wait = 0) {
    super([answer.error, answer.todo].filter(Boolean).join("; ") || `HTTP ${status}`);
    this.status = status;
    this.answer = answer;
    this.fields = answer.fields || {};
    this.wait = wait; // seconds, when the server said so
  }

  // Worth trying again as it is: the server is busy or broken, not the content.
  get later() {
    return this.status === 429 || this.status >= 500;
  }
}

export async function ask(method, url, { body, keys = [], type, signal, keepalive = false } = {}) {
  const headers = { "Accept-Language": document.documentElement.lang }; // of what an error says
  if (keys.length) headers["X-Micropolis-Key"] = keys.join(",");
  if (body !== undefined) headers["Content-Type"] = type || "application/json";
  let answer;
  try {
    answer = await fetch(url, {
      method, headers, signal, keepalive, credentials: "same-origin", cache: "no-store",
      body: body === undefined || type ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NoConnection(error.message);
  }
  const text = await answer.text().catch((error) => { throw new NoConnection(error.message); });
  let found = {};
  try {
    found = text ? JSON.parse(text) : {};
  } catch (error) {
    if (answer.ok) throw new NoConnection(`${url}: ${error.message}`); // a captive portal's page
  }
  if (answer.ok) return found;
  throw new Refused(answer.status, found, Number(answer.headers.get("Retry-After")) || 0);
}

const path = (slug) => `${state.base}/api/${encodeURIComponent(slug)}`;

export const find = (slug, q, signal) => ask("GET", `${path(slug)}/find?q=${encodeURIComponent(q)}`, { signal });
export const check = (slug, body, signal) => ask("POST", `${path(slug)}/check`, { body, signal });
export const submit = (slug, body) => ask("POST", `${path(slug)}/submissions`, { body, keys: [body.secret] });

export function upload(slug, what, draft, blob) {
  const url = `${path(slug)}/${what}?submission=${encodeURIComponent(draft.id)}`;
  return ask("POST", url, { body: blob, type: blob.type || "application/octet-stream", keys: [draft.secret] });
}

export const mine = (keys) => ask("GET", `${state.base}/api/mine`, { keys });
export const act = (what, key, body) => ask("POST", `${state.base}/api/mine/${what}`, { body, keys: [key], keepalive: true });
export const confirmPlace = (slug, place, body) => ask("POST", `${path(slug)}/places/${encodeURIComponent(place)}/confirm`, { body });
export const report = (slug, place, body) => ask("POST", `${path(slug)}/places/${encodeURIComponent(place)}/report`, { body });
