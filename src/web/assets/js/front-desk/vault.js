// What the device keeps: the day's roster and the scans that wait, sealed with AES-GCM under keys that no script can read
// out. Where the page is not secure (plain http) there is no sealing, so nothing is kept beyond this page.

const STORES = ["keys", "day", "queue", "state"];

const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function openDatabase() {
  const request = indexedDB.open("linli-front-desk", 1);
  request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name));
  return promised(request);
}

class Kept {
  constructor(database) {
    this.database = database;
    this.lasts = true;
  }

  store(name, mode) {
    // Strict: a scan counts as kept when it is on the disk, for tablets lose power.
    return this.database.transaction(name, mode, { durability: "strict" }).objectStore(name);
  }

  get(store, key) {
    return promised(this.store(store, "readonly").get(key));
  }

  async entries(store) {
    const rows = this.store(store, "readonly");
    const [keys, values] = await Promise.all([promised(rows.getAllKeys()), promised(rows.getAll())]);
    return keys.map((key, n) => [key, values[n]]);
  }

  async change(store, act) {
    const rows = this.store(store, "readwrite");
    const done = new Promise((resolve, reject) => {
      rows.transaction.oncomplete = resolve;
      rows.transaction.onerror = rows.transaction.onabort = () => reject(rows.transaction.error);
    });
    act(rows);
    await done;
  }

  put(store, key, value) {
    return this.change(store, (rows) => rows.put(value, key));
  }

  delete(store, ...keys) {
    return this.change(store, (rows) => keys.forEach((key) => rows.delete(key)));
  }

  async key(name) {
    const known = await this.get("keys", name);
    if (known) return known;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    // Another tab may have been quicker: the first key stays, and `get` after that is everybody's.
    await this.change("keys", (rows) => {
      rows.get(name).onsuccess = (event) => event.target.result ?? rows.put(made, name);
    });
    return this.get("keys", name);
  }

  async seal(name, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(value));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.key(name), text) };
  }

  /** The value, or undefined where its key is gone or it was changed. */
  async unseal(name, box) {
    const key = await this.get("keys", name);
    if (!key) return undefined;
    try {
      const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv }, key, box.sealed);
      return JSON.parse(new TextDecoder().decode(text));
    } catch {
      return undefined;
    }
  }
}

/** The same, in this page's memory. */
class Fleeting {
  constructor() {
    this.lasts = false;
    this.stores = Object.fromEntries(STORES.map((name) => [name, new Map()]));
  }

  async get(store, key) {
    return this.stores[store].get(key);
  }

  async entries(store) {
    return [...this.stores[store]];
  }

  async put(store, key, value) {
    this.stores[store].set(key, value);
  }

  async delete(store, ...keys) {
    keys.forEach((key) => this.stores[store].delete(key));
  }

  async seal(_, value) {
    return { value };
  }

  async unseal(_, box) {
    return box.value;
  }
}

async function openVault() {
  if (!window.isSecureContext || !crypto.subtle) return new Fleeting();
  try {
    const kept = new Kept(await openDatabase());
    await kept.key("queue");
    return kept;
  } catch {
    return new Fleeting();
  }
}

export const vault = await openVault();
