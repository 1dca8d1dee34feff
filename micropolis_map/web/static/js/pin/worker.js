// Keeps the pin page and its map on the device, so that a half-written pin opens again without a connection.
// The network comes first; what was kept is only the answer when there is none. Nothing that is sent passes here.
const STORE = "mm-pin";
const BASE = location.pathname.replace(/\/pin\/worker\.js$/, ""); // the path this server is below
const OURS = /^\/(pin|assets|vendor|data)\//;
const ours = (url) => url.pathname.startsWith(`${BASE}/`) && OURS.test(url.pathname.slice(BASE.length));

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

// The page tells what it consists of; what it does not need any more is dropped.
addEventListener("message", (event) => event.waitUntil((async () => {
  const store = await caches.open(STORE);
  const wanted = new Set(event.data.keep);
  for (const request of await store.keys()) {
    if (new URL(request.url).pathname.startsWith(`${BASE}/assets/`) && !wanted.has(request.url)) await store.delete(request);
  }
  await Promise.all([...wanted].map(async (url) => { if (!(await store.match(url))) await fetchAndKeep(store, url); }));
})()));

async function fetchAndKeep(store, request) {
  const answer = await fetch(request);
  if (answer.ok) await store.put(request, answer.clone());
  return answer;
}

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !ours(url)) return;
  event.respondWith((async () => {
    const store = await caches.open(STORE);
    try {
      return await fetchAndKeep(store, event.request);
    } catch (error) {
      const kept = (await store.match(event.request, { ignoreVary: true })) || (await store.match(event.request, { ignoreVary: true, ignoreSearch: true }));
      if (!kept) throw error;
      return kept;
    }
  })());
});
