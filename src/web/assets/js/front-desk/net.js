// The way to the server, and what is known of it: online, offline since when, or cut off.

import { vault } from "./vault.js";

/** No answer, so nobody knows what became of it. */
export class Offline extends Error {}
/** The login has ended: cut off, or signed out. */
export class CutOff extends Error {}
/** The server answered, and did not take it. */
export class NotTaken extends Error {}

const PATIENCE = 6000;
const path = document.body.dataset.path;
const stateKey = `offline:${path}`;

export const net = Object.assign(new EventTarget(), {
  /** "starting", "online", "offline" or "cut-off". */
  state: "starting",
  /** Since when there is no network: survives a reload. */
  since: (await vault.get("state", stateKey)) ?? null,
});

async function become(state) {
  if (net.state === state) return;
  net.state = state;
  if (state === "offline" && !net.since) {
    net.since = Date.now();
    await vault.put("state", stateKey, net.since);
  } else if (state !== "offline" && net.since) {
    net.since = null;
    await vault.delete("state", stateKey);
  }
  net.dispatchEvent(new Event("change"));
}

/** Asks `${path}/${name}`; gives the JSON of a good answer. */
export async function ask(name, { body, type, patience = PATIENCE } = {}) {
  const gaveUp = new AbortController();
  const timer = setTimeout(() => gaveUp.abort(), patience);
  try {
    const headers = { Accept: "application/json", ...(type && { "Content-Type": type }) };
    const method = body === undefined ? "GET" : "POST";
    const answer = await fetch(`${path}/${name}`, { method, body, headers, signal: gaveUp.signal, cache: "no-store" });
    if (answer.status === 401) {
      await become("cut-off");
      throw new CutOff();
    }
    if (answer.status >= 500) throw new Offline();
    const told = answer.ok ? await answer.json() : undefined;
    await become("online");
    if (!answer.ok) throw new NotTaken(String(answer.status));
    return told;
  } catch (error) {
    if (error instanceof CutOff || error instanceof NotTaken) throw error;
    // A proxy's own page, a broken line, nobody there: it comes to the same.
    await become("offline");
    throw new Offline();
  } finally {
    clearTimeout(timer);
  }
}

export const send = (name, value, options) =>
  ask(name, { body: JSON.stringify(value), type: "application/json", ...options });
