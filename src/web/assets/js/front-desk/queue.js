// Scans that the server has not answered. Each is on the device's disk before anything is said about it, and leaves only
// with an answer. A number of its own makes sending it twice harmless.

import { NotTaken, send } from "./net.js";
import { vault } from "./vault.js";

const center = document.body.dataset.center;
const MOST = 100;

/** By request id, in the order in which they came. */
const waiting = new Map();

export const queue = Object.assign(new EventTarget(), { sending: false });

const changed = () => queue.dispatchEvent(new Event("change"));

export const count = () => waiting.size;
export const items = () => [...waiting.values()];

export async function recall() {
  for (const [id, row] of await vault.entries("queue")) {
    const item = row.center === center && (await vault.unseal("queue", row.box));
    if (item) waiting.set(id, item);
  }
  const sorted = [...waiting].sort(([, a], [, b]) => a.occurred_at.localeCompare(b.occurred_at));
  waiting.clear();
  sorted.forEach(([id, item]) => waiting.set(id, item));
  changed();
}

/** Keeps an item. Fails where the disk is full: then nothing was recorded, and the screen must say so. */
export async function keep(item) {
  await vault.put("queue", item.request_id, { center, box: await vault.seal("queue", item) });
  waiting.set(item.request_id, item);
  changed();
}

async function settle(answers) {
  const ids = answers.map((answer) => answer.request_id).filter((id) => waiting.has(id));
  if (!ids.length) return;
  await vault.delete("queue", ...ids);
  ids.forEach((id) => waiting.delete(id));
  changed();
}

/** What goes over the wire: the names that the device looked up stay here; of a newcomer the name is all there is. */
const wire = ({ request_id, session_id, card, person_id, walk_in, way, occurred_at, offline }) => ({
  request_id, session_id, card, person_id, walk_in, way, occurred_at, offline,
});

async function transmit(batch, options) {
  const body = { sent_at: new Date().toISOString(), items: batch.map(wire) };
  const { answers } = await send("scans", body, options);
  await settle(answers);
  return answers;
}

/** Sends one item that was just kept; gives its answer, or undefined if there was none in it. */
export async function sendNow(item) {
  const answers = await transmit([item], { patience: 5000 });
  return answers.find((answer) => answer.request_id === item.request_id);
}

/** Sends what waits, in batches. `each` hears every answer with its item. */
export async function sendAll(each) {
  if (queue.sending || !waiting.size) return;
  queue.sending = true;
  changed();
  try {
    let rest = items();
    while (rest.length) {
      const batch = rest.slice(0, MOST).map((item) => ({ ...item, offline: true }));
      rest = rest.slice(MOST);
      const known = new Map(batch.map((item) => [item.request_id, item]));
      const answers = await transmit(batch, { patience: 20000 });
      answers.forEach((answer) => known.has(answer.request_id) && each(known.get(answer.request_id), answer));
    }
  } catch (error) {
    // Not taken as a whole: the items stay, and are tried again later. Offline and cut off: `net` has said so.
    if (error instanceof NotTaken) console.warn("the scans were not taken:", error.message);
  } finally {
    queue.sending = false;
    changed();
  }
}
