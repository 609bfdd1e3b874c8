// What the page shows: the whole-screen answer, the last ten, the roster's rows. Nothing here decides anything.

import { offer } from "./company.js";
import { time, word, write } from "./words.js";

const $ = (id) => document.getElementById(id);

/** Milliseconds that an answer covers the screen; the next scan does not wait for that. */
const SHOWN = { in: 2500, out: 2500, already: 4000, unverified: 4000, refused: 6000 };
const MOST_RECENT = 10;

const recent = [];
let fading;

/** An outcome is `{id, kind, word, name, text, at}`; kinds are the keys of `SHOWN`. */
export function show(outcome) {
  const { kind, name = "", text = "", at } = outcome;
  const result = $("result");
  result.dataset.kind = kind;
  write($("result-word"), outcome.word);
  write($("result-name"), name);
  write($("result-text"), text);
  write($("result-fact"), at ? time(at) : "");
  result.hidden = false;
  // The same answer twice in a row: the screen must be seen to change.
  result.getAnimations().forEach((animation) => animation.cancel());
  result.animate([{ opacity: 0.4 }, { opacity: 1 }], 180);
  clearTimeout(fading);
  fading = setTimeout(hide, SHOWN[kind]);
}

export function hide() {
  clearTimeout(fading);
  $("result").hidden = true;
}

/** Puts an outcome on the list of the last ten, or in the place of what was said about the same scan before. */
export function remember(outcome) {
  const before = recent.findIndex((known) => known.id === outcome.id);
  if (before >= 0) recent[before] = { ...recent[before], ...outcome };
  else recent.unshift(outcome);
  recent.length = Math.min(recent.length, MOST_RECENT);
  $("recent").replaceChildren(...recent.map(row));
  $("no-recent").hidden = recent.length > 0;
  last();
}

/** Whoever came last stays large on the page, with the way to what belongs to the visit. */
function last() {
  const [outcome] = recent;
  $("last").hidden = !outcome;
  offer(outcome);
  if (!outcome) return;
  $("last").dataset.kind = outcome.kind;
  write($("last-name"), outcome.name || outcome.label);
  write($("last-word"), outcome.word);
  $("last-word").className = `badge ${BADGE[outcome.kind]}`;
  write($("last-text"), [time(outcome.at), outcome.unpictured && word("no_photos"), outcome.text].filter(Boolean).join(" · "));
}

/** Nobody's name stays on the screen. */
export function forget() {
  recent.length = 0;
  $("recent").replaceChildren();
  last();
  sessions([]);
  count();
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

const BADGE = { in: "ok", out: "info", already: "warn", unverified: "warn", refused: "bad" };

function row(outcome) {
  const item = element("li");
  item.dataset.kind = outcome.kind;
  const text = element("div", "grow");
  text.append(element("b", "", outcome.name || outcome.label));
  const detail = outcome.kind === "in" || outcome.kind === "out" ? "" : outcome.text;
  const note = [outcome.unpictured && word("no_photos"), outcome.note, detail].filter(Boolean).join(" · ");
  if (note) text.append(element("small", "meta", note));
  item.append(element("time", "", time(outcome.at)), text, element("span", `badge ${BADGE[outcome.kind]}`, outcome.word));
  return item;
}

/** Born when, the phone's end: what tells two of one name apart; and that no pictures are taken of them, for whoever has a camera. */
export function hint(person) {
  const { born, last4 } = person.hint;
  const pictures = !person.photos && word("no_photos");
  return [born && word("born", { n: born }), last4 && word("last4", { n: last4 }), pictures].filter(Boolean).join(" · ");
}

/** The people found, one tap each. */
export function people(found, { session, way, tap }) {
  $("people").replaceChildren(
    ...found.map((person) => {
      const item = element("li");
      const who = element("div", "grow");
      who.append(element("b", "", person.name));
      const role = person.roles?.[session?.id];
      const detail = [role && word(`role_${role}`), hint(person)].filter(Boolean).join(" · ");
      if (detail) who.append(element("small", "meta", detail));
      const button = element("button", "tick", word(way === "in" ? "check_in" : "check_out"));
      button.type = "button";
      button.append(element("span", "visually-hidden", ` ${person.name}`));
      button.addEventListener("click", () => tap(person));
      item.append(who, button);
      return item;
    }),
  );
}

/** The day's sessions, a tab each. */
export function sessions(list, chosen) {
  // Redrawn only when something changed: nothing may move under a finger.
  const drawn = JSON.stringify([chosen, list.map(({ id, title, room, starts_at, status }) => [id, title, room, starts_at, status])]);
  if ($("sessions").dataset.drawn === drawn) return;
  $("sessions").dataset.drawn = drawn;
  const tabs = list.map((session) => {
    const tab = element("a");
    tab.href = `#session-${session.id}`;
    if (session.id === chosen) tab.setAttribute("aria-current", "true");
    const status = session.status === "planned" ? "" : word(`status_${session.status}`);
    const place = [session.room, status].filter(Boolean).join(" · ");
    tab.append(element("time", "", time(Date.parse(session.starts_at))), element("b", "", session.title), element("small", "", place));
    return tab;
  });
  $("sessions").replaceChildren(...tabs);
  // The page may be hidden until it is drawn.
  requestAnimationFrame(() => {
    $("sessions").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  });
}

/** How many are there, of how many seats; `waiting` were let in without network and are not counted by the server yet. */
export function count(session, waiting) {
  $("count").hidden = !session;
  if (!session) return;
  const { present = 0, taken = 0, capacity } = session;
  write($("count-n"), String((capacity ? taken : present) + waiting));
  write($("count-of"), capacity ? `/ ${capacity}` : "");
  const others = capacity ? present - taken : 0;
  write($("count-more"), [
    others > 0 && word("others", { n: others }), waiting > 0 && word("counted_waiting", { n: waiting }),
  ].filter(Boolean).join(" · "));
}
