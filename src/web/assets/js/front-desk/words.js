// The page's texts, in its language; the server put them into the page.

const texts = new Map(
  [...document.getElementById("words").content.children].map((row) => [row.dataset.word, row.textContent]),
);

/** A text, with `%{n}` filled in. */
export const word = (name, places = {}) =>
  Object.entries(places).reduce((text, [place, value]) => text.replace(`%{${place}}`, value), texts.get(name) ?? "");

const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone,
});

/** `10:02`, in the center's zone. */
export const time = (instant) => clock.format(instant);

/** Writes only what changed: a screen reader says it again otherwise. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
