// Today's sessions and people. Fetched when there is a network, sealed on the device, forgotten at the center's midnight.

import { ask } from "./net.js";
import { vault } from "./vault.js";

const center = document.body.dataset.center;
const keyName = `day:${center}`;
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export const roster = {
  /** As the server told it, or undefined. */
  day: undefined,
  /** How far the server's clock is ahead of the device's, in milliseconds. */
  ahead: 0,
};

let byId = new Map();
let byCard = new Map();

export const now = () => Date.now() + roster.ahead;

function take(day, ahead) {
  roster.day = day;
  roster.ahead = ahead;
  byId = new Map(day.people.map((person) => [person.id, person]));
  byCard = new Map(day.cards.map((card) => [card.hash, card.person]));
}

/** What an earlier visit left on the device, if it is still today's. */
export async function recall() {
  const kept = await vault.get("day", center);
  if (!kept) return;
  if (Date.now() + kept.ahead >= kept.ends_at) return forget();
  const day = await vault.unseal(keyName, kept.box);
  if (day) take(day, kept.ahead);
  else await forget();
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
  await vault.delete("keys", keyName);
}

export const person = (id) => byId.get(id);

/** The ten digits in what was read or typed: bare, with dashes, or a card's whole link. As the server reads them. */
export function plainCode(text) {
  const last = text.trim().split("/k/").pop().split(/[?#]/)[0];
  const digits = last.replace(/[ -]/g, "").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
  return digits.length === 10 && [...digits].every((digit) => DIGITS.includes(digit)) ? digits : undefined;
}

/** Whose card it is, as far as the device knows. */
export async function holder(text) {
  const code = plainCode(text);
  if (!code || !roster.day || !crypto.subtle) return undefined;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(roster.day.salt + code));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return byId.get(byCard.get(hex));
}

/** People by characters, full pinyin, initials, or the phone's last four digits. */
export function search(text, most = 20) {
  const wanted = text.replace(/\s/g, "").toLowerCase();
  if (!wanted || !roster.day) return [];
  const letters = wanted.replace(/ü/g, "v").replace(/[^a-z0-9]/g, "");
  let fits;
  if (/^\d{4,}$/.test(wanted)) fits = (person) => person.hint.last4 === wanted.slice(-4);
  else if (letters && /^[\x20-\x7eü]+$/.test(wanted)) {
    fits = ({ pinyin, initials }) =>
      initials.startsWith(letters) || pinyin.startsWith(letters) || (letters.length > 2 && pinyin.includes(letters));
  } else fits = (person) => person.name.toLowerCase().includes(wanted);
  const found = [];
  for (const person of roster.day.people) {
    if (fits(person)) found.push(person);
    if (found.length === most) break;
  }
  return found;
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
