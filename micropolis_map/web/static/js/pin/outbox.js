// What waits to be sent: once handed in it survives reload, closing and lost connections, and arrives once.
// The submission's id and secret are made here before the first try, so that trying again makes no second place.
import { act, ask, upload, submit, NoConnection, Refused } from "./api.js";
import { addKey, dropBlob, getBlob, read, write } from "./device.js";
import { feature } from "./draft.js";

const BOX = "mm-outbox";
const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 120;
const SLOWEST_MACHINE_MS = 3100;

export const news = new EventTarget(); // "change" with detail {id, state, …}
export const waiting = () => read(BOX, []);

function keep(entry) {
  const others = waiting().filter((one) => one.draft.id !== entry.draft.id);
  write(BOX, [...others, entry]);
}

function drop(entry) {
  write(BOX, waiting().filter((one) => one.draft.id !== entry.draft.id));
}

function tell(entry, state, more = {}) {
  news.dispatchEvent(new CustomEvent("change", { detail: { id: entry.draft.id, state, ...more } }));
}

// Hand in a draft: kept first, then sent. One with `post` ({url, body}) is posted as it is and needs no key.
export function handIn(draft) {
  if (!draft.post) addKey({ secret: draft.secret, slug: draft.slug, name: draft.name || (draft.base && Object.values(draft.base.properties.name)[0]) || "", at: new Date().toISOString() });
  keep({ draft, tries: 0, next: 0 });
  return flush();
}

export function takeBack(id) {
  const entry = waiting().find((one) => one.draft.id === id);
  if (entry) drop(entry);
  return entry ? entry.draft : null;
}

// Send it although somebody changed the same: an organiser sees both.
export function keepBoth(id) {
  const entry = waiting().find((one) => one.draft.id === id);
  if (!entry) return;
  keep({ ...entry, refused: null, keepBoth: true });
  flush();
}

let timer = 0;

// Send what is due, one after the other and in one tab only.
export async function flush(now = true) {
  clearTimeout(timer);
  const run = () => sendDue(now);
  await (navigator.locks ? navigator.locks.request("mm-outbox", run) : run());
  const left = waiting().filter((one) => !one.refused);
  if (left.length) {
    const soonest = Math.min(...left.map((one) => one.next));
    timer = setTimeout(() => flush(false), Math.min(LONGEST_WAIT_S * 1000, Math.max(500, soonest - Date.now())));
  }
}

async function sendDue(now) {
  for (const entry of waiting()) {
    const due = entry.next <= Date.now() || entry.since > Date.now(); // the clock was put back
    if (!entry.refused && (now || due)) await sendOne(entry);
  }
}

async function sendOne(entry) {
  tell(entry, "sending");
  const { draft } = entry;
  try {
    await sendFiles(entry);
    // The server takes what comes within three seconds for a machine's; a quick person waits here instead.
    // A clock that was put back meanwhile makes nobody wait a day, nor a machine of a person.
    if (draft.started > Date.now()) draft.started = Date.now();
    const early = draft.post ? 0 : SLOWEST_MACHINE_MS - (Date.now() - draft.started);
    if (early > 0) await new Promise((resolve) => { setTimeout(resolve, early); });
    const answer = draft.post ? await ask("POST", draft.post.url, { body: draft.post.body }) : await submit(draft.slug, {
      id: draft.id, secret: draft.secret, kind: draft.mode, place_id: draft.base && draft.mode !== "place" ? draft.base.id : undefined,
      base_revision: draft.base && draft.mode !== "place" ? draft.base.properties.revision : undefined, feature: feature(draft),
      started: draft.started, sent: Date.now(), website2: draft.website2, keep_both: Boolean(entry.keepBoth),
    });
    if (draft.replaces) await act("withdraw", draft.secret, { proposal_id: draft.replaces });
    drop(entry);
    await Promise.all([...draft.photos, draft.audio].filter((file) => file && file.key).map((file) => dropBlob(file.key)));
    tell(entry, "sent", { answer });
  } catch (error) {
    if (!(error instanceof NoConnection || error instanceof Refused)) throw error;
    failed(entry, error);
  }
}

async function sendFiles(entry) {
  const { draft } = entry;
  const files = [...draft.photos.map((photo) => [photo, "photos"]), ...(draft.audio ? [[draft.audio, "audio"]] : [])];
  const photos = draft.photos.length;
  for (const [index, [file, what]] of files.entries()) {
    if (file.id) continue;
    const blob = await getBlob(file.key);
    if (!blob) {
      file.gone = true;
      continue;
    }
    if (what === "photos") tell(entry, "sending", { photo: index + 1, photos });
    try {
      file.id = (await upload(draft.slug, what, draft, blob)).id;
    } catch (error) {
      if (error instanceof Refused) error.file = { what, index };
      throw error;
    }
    keep(entry); // so that a file that arrived is not sent again
  }
  draft.photos = draft.photos.filter((photo) => !photo.gone);
  if (draft.audio && draft.audio.gone) draft.audio = null;
}

function failed(entry, error) {
  entry.tries += 1;
  if (error instanceof Refused && !error.later) {
    entry.refused = { message: error.message, fields: error.fields, clashes: error.answer.clashes || [], file: error.file || null };
    keep(entry);
    tell(entry, "refused", { refused: entry.refused });
    return;
  }
  const wait = error.wait || Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (entry.tries - 1)) * (0.8 + 0.4 * Math.random());
  entry.since = Date.now();
  entry.next = entry.since + wait * 1000;
  keep(entry);
  tell(entry, "waiting", { wait: Math.ceil(wait), why: error.message });
}

addEventListener("online", () => flush());
document.addEventListener("visibilitychange", () => { if (!document.hidden && waiting().length) flush(false); });
