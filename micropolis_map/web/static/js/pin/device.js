// What this device keeps: keys to one's things, drafts, photos and recordings. Nothing of it is sent by itself.
const KEYS = "mm-keys";
const memory = new Map(); // where the browser forbids storage, for as long as the page is open
export let keeps = true;

export function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? memory.get(name) ?? otherwise;
  } catch (error) {
    console.warn(`${name} could not be read`, error);
    return memory.get(name) ?? otherwise;
  }
}

export function write(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
    memory.delete(name);
    keeps = true;
  } catch (error) {
    console.warn(`${name} is not kept`, error);
    memory.set(name, value);
    keeps = false;
  }
  return keeps;
}

function random(bytes) {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

// 192 random bits; the server only ever keeps their hash.
export function newSecret() {
  return btoa(String.fromCharCode(...random(24))).replaceAll("+", "-").replaceAll("/", "_");
}

export function newId(prefix) {
  return prefix + [...random(12)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A number of this device's own, so that one neighbour counts once.
export function deviceSecret() {
  const kept = read("mm-device", "");
  if (kept) return kept;
  const made = newSecret();
  write("mm-device", made);
  return made;
}

// Keys: {secret, slug, name, at}, the newest first.
export const keys = () => read(KEYS, []);

export function addKey(key) {
  const others = keys().filter((one) => one.secret !== key.secret);
  const known = keys().find((one) => one.secret === key.secret);
  write(KEYS, [{ ...known, ...key }, ...others]);
}

export function forgetKey(secret) {
  write(KEYS, keys().filter((one) => one.secret !== secret));
}

// Photos and recordings lie in IndexedDB.
let opening = null;
const loose = new Map();

function database() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("mm-blobs", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("blobs");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opening;
}

async function within(mode, act) {
  const store = (await database()).transaction("blobs", mode).objectStore("blobs");
  return new Promise((resolve, reject) => {
    const asked = act(store);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

export async function keepBlob(blob) {
  const key = newId("b");
  try {
    // Bytes, not the Blob itself, which WebKit loses; read before the transaction, which would not wait for them.
    const bytes = await blob.arrayBuffer();
    await within("readwrite", (store) => store.put({ type: blob.type, bytes }, key));
  } catch (error) {
    console.warn("the file is kept only while the page is open", error);
    loose.set(key, blob);
    keeps = false;
  }
  return key;
}

export async function getBlob(key) {
  if (loose.has(key)) return loose.get(key);
  try {
    const kept = await within("readonly", (store) => store.get(key));
    return kept ? new Blob([kept.bytes], { type: kept.type }) : null;
  } catch (error) {
    console.warn("the file could not be read", error);
    return null;
  }
}

export async function dropBlob(key) {
  loose.delete(key);
  try {
    await within("readwrite", (store) => store.delete(key));
  } catch (error) {
    console.warn("the file could not be removed", error);
  }
}
