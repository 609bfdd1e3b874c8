// Today's sessions and people. Fetched when there is a network, sealed on the device, forgotten at the center's midnight.

import { ask } from "./net.js";
import { fold, narrow, typed } from "./spelling.js";
import { vault } from "./vault.js";

const center = document.body.dataset.center;
const keyName = `day:${center}`;
const tallyKey = `tally:${center}`;
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export const roster = {
  /** As the server told it, or undefined. */
  day: undefined,
  /** How far the server's clock is ahead of the device's, in milliseconds. */
  ahead: 0,
};

let byId = new Map();
let byCard = new Map();
/** Whom this device let in since the day was fetched, as `session:person`. */
let here = new Set();

export const now = () => Date.now() + roster.ahead;

function take(day, ahead) {
  roster.day = day;
  roster.ahead = ahead;
  byId = new Map(day.people.map((person) => [person.id, person]));
  byCard = new Map(day.cards.map((card) => [card.hash, card.person]));
  here = new Set();
}

/** What an earlier visit left on the device, if it is still today's. */
export async function recall() {
  const kept = await vault.get("day", center);
  if (!kept) return;
  if (Date.now() + kept.ahead >= kept.ends_at) return forget();
  const day = await vault.unseal(keyName, kept.box);
  if (!day) return forget();
  take(day, kept.ahead);
  apply((await vault.get("state", tallyKey)) ?? []);
}

export async function refresh() {
  const asked = Date.now();
  const day = await ask("day", { patience: 20000 });
  // Half of the time went by on the way here.
  const ahead = Date.parse(day.now) - (asked + Date.now()) / 2;
  take(day, ahead);
  const box = await vault.seal(keyName, day);
  await vault.put("day", center, { box, ahead, ends_at: Date.parse(day.ends_at) });
}

/** Yesterday's is deleted, key and all; true if there was any. */
export async function forgetYesterday() {
  if (!roster.day || now() < Date.parse(roster.day.ends_at)) return false;
  await forget();
  return true;
}

export async function forget() {
  roster.day = undefined;
  byId = new Map();
  byCard = new Map();
  await vault.delete("day", center);
  await vault.delete("state", tallyKey);
  await vault.delete("keys", keyName);
}

export const person = (id) => byId.get(id);

/** Luhn's check digit for 32 digits, as `cards/code.rs` reckons it. */
function isChecked(code) {
  const sum = [...code].reverse().reduce((sum, digit, place) => {
    const weighed = DIGITS.indexOf(digit) * (place % 2 ? 2 : 1);
    return sum + Math.floor(weighed / 32) + (weighed % 32);
  }, 0);
  return sum % 32 === 0;
}

/** The ten digits in what was read or typed: bare, with dashes, or a card's whole link. As the server reads them. */
export function plainCode(text) {
  const link = narrow(text).replace(/[、\\]/g, "/").replace(/[·_.。]/g, "-");
  const last = link.split(/\/k\//i).pop().split(/[?#]/)[0];
  const capitals = last.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const digits = capitals.replace(/-/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  const whole = digits.length === 10 && [...digits].every((digit) => DIGITS.includes(digit));
  return whole && isChecked(digits) ? digits : undefined;
}

/** Whose card it is, as far as the device knows. */
export async function holder(text) {
  const code = plainCode(text);
  if (!code || !roster.day || !crypto.subtle) return undefined;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(roster.day.salt + code));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return byId.get(byCard.get(hex));
}

/** Whether syllables, each in any of its readings, begin one after the other like the letters (`pinyin::fits`). */
function sounds(kept, letters) {
  const syllables = kept.split(" ").map((readings) => readings.split("/"));
  const begins = (from) => {
    let reached = new Set([0]);
    for (const readings of syllables.slice(from)) {
      const next = new Set();
      for (const at of reached)
        for (const reading of readings)
          for (let n = 1; n <= reading.length && reading[n - 1] === letters[at + n - 1]; n++) next.add(at + n);
      if (next.has(letters.length)) return true;
      reached = next;
    }
    return false;
  };
  const starts = letters.length < 3 ? 1 : syllables.length;
  return syllables.slice(0, starts).some((_, from) => begins(from));
}

/** People by characters, pinyin in full, in initials or mixed, or a phone number's end. */
export function search(text, most = 20) {
  const wanted = fold(text);
  if (!wanted || !roster.day) return [];
  const digits = narrow(text).replace(/[-+()]/g, "");
  const letters = /^[\x20-\x7e]+$/.test(wanted) ? typed(text) : "";
  const fits = /^\d{4,}$/.test(digits)
    ? (person) => person.hint.last4 === digits.slice(-4)
    : (person) => (person.fold ?? fold(person.name)).includes(wanted) || (letters && sounds(person.sounds, letters));
  const found = [];
  for (const person of roster.day.people) {
    if (fits(person)) found.push(person);
    if (found.length === most) break;
  }
  return found;
}

/** Whoever was let in is not expected any more. */
export const came = (session, id) => here.add(`${session}:${id}`);

/** Who is likely to come and is not in yet, the likeliest first; a phone has the last ten below. */
export function expected(session) {
  const most = matchMedia("(min-width: 64em)").matches ? 30 : 8;
  const list = sessions().find((known) => known.id === session)?.expected ?? [];
  return list.filter((id) => byId.has(id) && !here.has(`${session}:${id}`)).slice(0, most).map((id) => byId.get(id));
}

/** How many are there by now, as the server counts; kept beside the day, for a page that is loaded again without network. */
export async function recount(tallies = []) {
  apply(tallies);
  await vault.put("state", tallyKey, tallies);
}

function apply(tallies) {
  for (const { id, present, taken } of tallies) {
    const session = sessions().find((known) => known.id === id);
    if (session) Object.assign(session, { present, taken });
  }
}

/** The sessions that take place, and the one that the clock suggests. */
export function sessions() {
  return roster.day?.sessions ?? [];
}

const HOUR = 3600000;

export function onNow() {
  const at = now();
  const planned = sessions().filter((session) => session.status === "planned");
  const open = planned.filter((session) => at >= Date.parse(session.starts_at) - HOUR && at < Date.parse(session.ends_at));
  const running = open.find((session) => at >= Date.parse(session.starts_at));
  const coming = planned.find((session) => at < Date.parse(session.starts_at));
  return running ?? open[0] ?? coming ?? planned.at(-1) ?? sessions()[0];
}
