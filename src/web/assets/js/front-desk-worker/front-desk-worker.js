// Keeps the front desk's page and what it is made of, so that it opens without network. It keeps no answer of the server
// but these: rosters and scans are the page's business, sealed.

const CACHE = "front-desk";
const PATIENCE = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const isAsset = (url) => url.origin === location.origin && url.pathname.startsWith("/assets/");

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate") event.respondWith(page(event));
  else if (isAsset(url)) event.respondWith(asset(event.request));
});

/** The newest page while there is a network; the kept one where it is slow, broken or gone. */
async function page(event) {
  const kept = await caches.match(event.request.url, { cacheName: CACHE, ignoreSearch: true });
  const fresh = fetch(event.request);
  event.waitUntil(fresh.then((answer) => keepPage(event.request, answer.clone())).catch(() => {}));
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE));
  try {
    const answer = await Promise.race([fresh, late]);
    return answer.status >= 500 ? kept : answer;
  } catch {
    return kept;
  }
}

async function keepPage(request, answer) {
  if (answer.status === 200 && answer.type === "basic") await (await caches.open(CACHE)).put(request.url, answer);
  // Sent elsewhere: signed out or cut off, and the page that would clear up is not opened any more.
  if (answer.type === "opaqueredirect") await Promise.all([caches.delete(CACHE), forgetDay()]);
}

/** Deletes the day's roster and its key; what waits to be sent stays (see the page's `vault.js`). */
function forgetDay() {
  return new Promise((resolve) => {
    const opened = indexedDB.open("linli-front-desk");
    opened.onupgradeneeded = () => opened.transaction.abort();
    opened.onerror = resolve;
    opened.onsuccess = () => {
      const change = opened.result.transaction(["day", "keys"], "readwrite");
      change.oncomplete = change.onabort = () => resolve(opened.result.close());
      change.objectStore("day").clear();
      change.objectStore("keys").delete(IDBKeyRange.bound("day:", "day;"));
    };
  });
}

/** A file's address carries its checksum: what is kept under it is right. */
async function asset(request) {
  const kept = await caches.match(request, { cacheName: CACHE });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

// The page tells what it is made of; what an older version needed goes.
self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(keep(event.data.keep).then(() => event.source.postMessage({ kept: true })));
  if (event.data.forget) event.waitUntil(caches.delete(CACHE));
});

async function keep(urls) {
  const cache = await caches.open(CACHE);
  for (const url of urls) {
    if (isAsset(new URL(url)) && (await cache.match(url))) continue;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200 && !answer.redirected) await cache.put(url, answer);
  }
  const wanted = new Set(urls);
  for (const request of await cache.keys()) {
    if (isAsset(new URL(request.url)) && !wanted.has(request.url)) await cache.delete(request);
  }
}
