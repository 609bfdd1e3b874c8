// What the page shows: the whole-screen answer, the last ten, the roster's rows. Nothing here decides anything.

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
}

/** Nobody's name stays on the screen. */
export function forget() {
  recent.length = 0;
  $("recent").replaceChildren();
  sessions([]);
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
  const note = [outcome.note, detail].filter(Boolean).join(" · ");
  if (note) text.append(element("small", "meta", note));
  item.append(element("time", "", time(outcome.at)), text, element("span", `badge ${BADGE[outcome.kind]}`, outcome.word));
  return item;
}

/** Born when, the phone's end: what tells two of one name apart. */
export function hint(person) {
  const { born, last4 } = person.hint;
  return [born && word("born", { n: born }), last4 && word("last4", { n: last4 })].filter(Boolean).join(" · ");
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

/** The sessions to choose from; `chosen` stays chosen. */
export function sessions(list, chosen) {
  // Redrawn only when something changed: an open list would close under the finger.
  const drawn = JSON.stringify([list, chosen]);
  if ($("session").dataset.drawn === drawn) return;
  $("session").dataset.drawn = drawn;
  const options = list.map((session) => {
    const status = session.status === "planned" ? "" : `（${word(`status_${session.status}`)}）`;
    const span = `${time(Date.parse(session.starts_at))}–${time(Date.parse(session.ends_at))}`;
    const option = new Option(`${span} ${session.title} · ${session.room}${status}`, session.id);
    option.selected = session.id === chosen;
    return option;
  });
  $("session").replaceChildren(...options);
}
