// Keeps walks on the phone. A pack is complete or it does not count: its list is put in last, and only then is
// an older pack of the same walk removed. Nothing that is sent passes here, and no position does.
const PREFIX = "mm-walk:";
const BASE = location.pathname.replace(/\/walk\/worker\.js$/, ""); // the path this server is below
const OURS = /^\/(walk|assets|vendor|photos|audio|tiles)\//;
const SLOW_MS = 4000;
const AT_ONCE = 4;
const LOOSE = { ignoreVary: true };

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

let turn = Promise.resolve();
addEventListener("message", (event) => {
  if (!event.data || !event.data.pack) return;
  turn = turn.then(() => renew(event.data, event.source));
  event.waitUntil(turn);
});

const ready = (manifest, renewed) => ({ walk: "ready", bytes: manifest.bytes, left_out: manifest.left_out, most_bytes: manifest.most_bytes, renewed });

async function renew({ pack, tour, here }, client) {
  const tell = (message) => client && client.postMessage({ tour, ...message });
  const before = await caches.match(pack, LOOSE);
  const old = before ? await before.json() : null;
  try {
    const answer = await fetch(pack, { cache: "no-store" });
    if (answer.status === 404) {
      await drop((name) => name.startsWith(`${PREFIX}${tour}:`));
      tell({ walk: "gone" });
      return;
    }
    if (!answer.ok) throw new Error(`${pack}: ${answer.status}`);
    const listed = answer.clone();
    const manifest = await answer.json();
    const name = `${PREFIX}${tour}:${manifest.lang}:${manifest.version}`;
    const store = await caches.open(name);
    await fill(store, manifest, old, tell);
    await alias(store, manifest, here);
    await store.put(pack, listed);
    await drop((other) => other.startsWith(`${PREFIX}${tour}:${manifest.lang}:`) && other !== name);
    tell(ready(manifest, Boolean(old) && old.version !== manifest.version));
  } catch (error) {
    console.warn("pack", error);
    tell(old ? ready(old, false) : { walk: "failed" });
  }
}

async function drop(which) {
  for (const name of await caches.keys()) if (which(name)) await caches.delete(name);
}

// Files that did not change are taken over from the older pack.
async function fill(store, manifest, old, tell) {
  const known = new Map(old ? old.files.map((file) => [file.url, file.hash]) : []);
  const left = [...manifest.files];
  let done = 0;
  const work = async () => {
    for (let file = left.shift(); file; file = left.shift()) {
      if (!(await store.match(file.url, LOOSE))) {
        const kept = known.get(file.url) === file.hash ? await caches.match(file.url, LOOSE) : null;
        const answer = kept || (await fetch(file.url, { cache: "no-cache" }));
        if (!answer.ok) throw new Error(`${file.url}: ${answer.status}`);
        await store.put(file.url, answer);
      }
      done += 1;
      if (done % 5 === 0) tell({ walk: "making", n: done, all: manifest.files.length });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

// The page also under the address it was opened by, with a language the browser chose.
async function alias(store, manifest, here) {
  const { searchParams } = new URL(here);
  const page = manifest.files.slice(0, 2).find((file) => (new URL(file.url, location.origin).searchParams.get("variant") || "") === (searchParams.get("variant") || ""));
  if (page && !(await store.match(here, LOOSE))) await store.put(here, await store.match(page.url, LOOSE));
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || !url.pathname.startsWith(`${BASE}/`)) return;
  const path = url.pathname.slice(BASE.length);
  if (request.mode === "navigate") {
    if (/^\/walk\/[^/]+$/.test(path)) event.respondWith(page(request));
  } else if (OURS.test(path)) event.respondWith(thing(request));
});

// The network first, as long as it answers soon: then the page is the newest.
async function page(request) {
  const kept = (await caches.match(request.url, LOOSE)) || (await caches.match(request.url, { ...LOOSE, ignoreSearch: true }));
  if (!kept) return fetch(request);
  try {
    const late = new Promise((_, reject) => { setTimeout(() => reject(new Error("slow")), SLOW_MS); });
    const answer = await Promise.race([fetch(request), late]);
    return answer.status >= 500 ? kept : answer;
  } catch (error) {
    console.info("from the pack", error);
    return kept;
  }
}

// What a pack holds is not asked for again; all of it has its version in its address or in the pack's list.
async function thing(request) {
  const kept = await caches.match(request.url, LOOSE);
  return kept ? part(request, kept) : fetch(request);
}

// Players ask for recordings in parts.
async function part(request, kept) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") || "");
  if (!range) return kept;
  const blob = await kept.blob();
  const start = Number(range[1]);
  const end = range[2] ? Math.min(Number(range[2]), blob.size - 1) : blob.size - 1;
  if (start > end) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${blob.size}` } });
  return new Response(blob.slice(start, end + 1), {
    status: 206,
    headers: { "Content-Range": `bytes ${start}-${end}/${blob.size}`, "Content-Length": String(end + 1 - start), "Content-Type": kept.headers.get("Content-Type") || blob.type, "Accept-Ranges": "bytes" },
  });
}
