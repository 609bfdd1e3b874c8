// The front desk: takes what a camera, a USB scanner, a photo, a typed code or a tap brings, and says what the server
// says of it; without network it keeps it, and says that it is unverified.

import { Camera, readPhoto, readsAlone } from "./camera.js";
import { CutOff, NotTaken, Offline, ask, net } from "./net.js";
import * as queue from "./queue.js";
import * as roster from "./roster.js";
import * as screen from "./screen.js";
import * as sound from "./sound.js";
import { vault } from "./vault.js";
import { time, word, write } from "./words.js";

const $ = (id) => document.getElementById(id);
const { path, center } = document.body.dataset;

/** Milliseconds between looks at the server: whether it is there, and what the day has become. */
const PULSE = 20000;
const REFRESH = 5 * 60000;

let way = "in";
let chosen;
let wantsCamera = true;

// --- what was read ------------------------------------------------------------------------------------------------

/** A UUID of version 7: it begins with the time, so that the server's index keeps a day's scans side by side. */
const uuid = () => {
  const time = Date.now().toString(16).padStart(12, "0");
  const random = crypto.getRandomValues(new Uint8Array(10));
  const rest = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = "89ab"[random[9] & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
};

const session = () => roster.sessions().find((known) => known.id === chosen);

/** A card was read, `person` was tapped, or somebody is new. Gives what the server said, as far as it said anything. */
async function receive({ card, person, walkIn }) {
  if (!chosen || net.state === "cut-off") return undefined;
  const known = person ?? (card && (await roster.holder(card)));
  const item = {
    request_id: uuid(),
    session_id: chosen,
    ...(walkIn ? { walk_in: walkIn } : person ? { person_id: person.id } : { card }),
    way: walkIn ? "in" : way,
    occurred_at: new Date().toISOString(),
    offline: false,
  };
  // For this screen only: the names do not travel.
  Object.assign(item, { name: walkIn?.name ?? known?.name, known: known?.id, label: card ? shown(card) : "" });
  const twice = queue.items().find((before) => before.known && before.known === item.known &&
    before.session_id === chosen && before.way === way);
  try {
    await queue.keep(item);
  } catch {
    answer({ ...outcomeOf(item), kind: "refused", word: word("lost"), text: word("not_kept") });
    return { answer: "refused" };
  }
  // Known to be without network: no need to let people wait.
  if (net.state === "offline") return unverified(item, twice);
  try {
    const told = await queue.sendNow(item);
    if (told) answer(verified(item, told));
    else unverified(item, twice);
    recount();
    return told;
  } catch (error) {
    if (!(error instanceof CutOff)) unverified(item, twice);
    return undefined;
  }
}

/** Of a card that belongs to nobody known, the last digits are enough to find it again. */
const shown = (card) => `…${(roster.plainCode(card) ?? card).slice(-4)}`;

const outcomeOf = (item) => ({
  id: item.request_id, session: item.session_id, person: item.way === "in" ? item.known : undefined,
  // Of whoever the device knows nothing, nobody has asked.
  unpictured: item.way === "in" && !roster.person(item.known)?.photos,
  name: item.name ?? "", label: item.label, at: Date.parse(item.occurred_at) + roster.roster.ahead,
});

function verified(item, told) {
  const kinds = { in: "in", out: "out", already: "already" };
  const kind = kinds[told.answer] ?? "refused";
  const name = told.name ?? item.name ?? "";
  return { ...outcomeOf(item), kind, word: word(told.word), name, text: told.text, attendance: told.attendance };
}

function unverified(item, twice) {
  const since = twice && word("twice", { time: time(Date.parse(twice.occurred_at) + roster.roster.ahead) });
  answer({ ...outcomeOf(item), kind: "unverified", word: word("unverified"), text: since ?? waits(item) });
}

/** What is said of a scan that waits. Where nothing can be kept, no card can be looked up either. */
function waits(item) {
  if (!vault.lasts) return word("unsaved");
  return word(item.name ? "saved" : "card");
}

function answer(outcome) {
  screen.show(outcome);
  screen.remember(outcome);
  sound.play(outcome.kind);
  // The answer covers the screen, so the list below may change now.
  if (outcome.person && outcome.kind !== "refused") roster.came(outcome.session, outcome.person);
  tellCount();
  if (!$("q").value) find();
}

/** What waited was answered: the list says what became of it, without covering the screen. */
function settled(item, told) {
  screen.remember({ ...verified(item, told), note: word("at_sent") });
}

// --- what the page says -------------------------------------------------------------------------------------------

function tellNet() {
  const waiting = queue.count();
  const parts = [];
  if (net.state === "offline") parts.push(word("offline", { time: time(net.since + roster.roster.ahead) }));
  else if (net.state === "online") parts.push(word("online"));
  if (waiting && queue.queue.sending) parts.push(word("sending", { n: waiting }));
  else if (waiting || net.state === "offline") parts.push(word("waiting", { n: waiting }));
  $("net").dataset.state = net.state === "online" && waiting ? "waiting" : net.state;
  write($("net"), parts.join(" · "));
  const gone = net.state === "cut-off";
  $("cut-off").hidden = !gone;
  write($("kept"), gone && waiting ? word("kept_n", { n: waiting }) : "");
  if (gone) $("main").hidden = true;
}

function tellCount() {
  const mine = session();
  const waits = (item) => item.session_id === mine?.id && item.way === "in" && (item.known || item.walk_in);
  screen.count(mine, queue.items().filter(waits).length);
}

/** The day as it is known now: sessions to choose from, or why there are none. */
function tellDay() {
  if (net.state === "cut-off") return;
  const list = roster.sessions();
  if (!list.some((known) => known.id === chosen)) {
    const asked = location.hash.match(/^#session-(\d+)$/)?.[1] ?? localStorage.getItem(`session:${center}`);
    const remembered = list.find((known) => String(known.id) === asked);
    chosen = (remembered ?? roster.onNow())?.id;
  }
  screen.sessions(list, chosen);
  tellCount();
  $("no-day").hidden = Boolean(roster.roster.day) || net.state === "starting";
  $("no-session").hidden = !roster.roster.day || list.length > 0;
  for (const part of ["scan", "side", "sessions", "recent-card"]) $(part).hidden = list.length === 0;
  $("main").hidden = false;
  tellHint();
  // No session, no camera: it would look at people for nothing.
  const needed = wantsCamera && list.length > 0;
  if (needed && !camera.wanted) camera.start();
  else if (!needed && camera.wanted) camera.stop();
}

function tellHint() {
  const [now, mine] = [roster.onNow(), session()];
  const runs = (one) => one && roster.now() >= Date.parse(one.starts_at) && roster.now() < Date.parse(one.ends_at);
  // Of two at the same time either may be chosen.
  const elsewhere = runs(now) && mine && !runs(mine);
  $("session-hint").hidden = !elsewhere;
  if (!elsewhere) return;
  const change = document.createElement("button");
  Object.assign(change, { type: "button", className: "link", textContent: now.title });
  change.addEventListener("click", () => choose(now.id));
  const over = roster.now() >= Date.parse(mine.ends_at);
  $("session-hint").replaceChildren(`${word(over ? "over" : "soon")} `, change);
}

function choose(id) {
  chosen = id;
  // A number of a session and nothing else: it stays chosen when the page is loaded again.
  localStorage.setItem(`session:${center}`, String(id));
  tellDay();
  find();
}

function find() {
  const text = $("q").value.trim();
  const found = text ? roster.search(text) : way === "in" ? roster.expected(chosen) : [];
  write($("people-title"), text || !found.length ? "" : word("expected"));
  screen.people(found, { session: session(), way, tap: (person) => {
    receive({ person });
    $("q").value = "";
    find();
    focus();
  } });
  $("nobody").hidden = !text || found.length > 0;
  $("new").hidden = !chosen;
  if (text && !found.length) begin(text);
}

/** A number as it is meant: full width, spaces, hyphens and the country's code aside. */
const digits = (text) => text.normalize("NFKC").replace(/[\s\-()]/g, "").replace(/^\+?86(?=1\d{10}$)/, "");

/** Whoever is looked for in vain is new: the form begins with what was typed, unless somebody is typing there. */
function begin(text) {
  const [name, phone] = [$("new-name"), $("new-phone")];
  if (name.dataset.typed || phone.dataset.typed) return;
  const isNumber = /^1\d{10}$/.test(text);
  name.value = !isNumber && /\p{L}/u.test(text) && !roster.plainCode(text) ? text : "";
  phone.value = isNumber ? text : "";
  $("new").open = true;
}

function startAfresh() {
  $("new-form").reset();
  for (const field of [$("new-name"), $("new-phone")]) delete field.dataset.typed;
  delete $("new-form").dataset.asked;
  $("new").open = false;
}

// --- ways in ------------------------------------------------------------------------------------------------------

/** The field has the focus whenever nothing else needs it: a scanner types wherever the focus is. */
function focus() {
  if (!$("scan").hidden) $("code").focus({ preventScroll: true });
}

$("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("code").value.trim();
  $("code").value = "";
  $("code").inputMode = "none";
  if (text) receive({ card: text });
});
// The keyboard on the screen comes only when a finger asks for it.
$("code").addEventListener("pointerdown", () => {
  if ($("code").inputMode !== "none") return;
  $("code").inputMode = "text";
  $("code").blur();
  setTimeout(focus);
});
$("code").addEventListener("blur", () => setTimeout(() => {
  if (document.activeElement === document.body) focus();
}, 200));
document.addEventListener("keydown", (event) => {
  hear();
  if (event.key === "Escape") screen.hide();
  const elsewhere = document.activeElement?.matches("input, select, textarea");
  if (!elsewhere && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) focus();
});
document.addEventListener("click", hear);

$("q").addEventListener("input", find);
$("q").addEventListener("keydown", async (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const text = $("q").value.trim();
  // A scanner does not know which field it types into. Who is found by ten digits is not whom a known card means.
  const isCode = Boolean(roster.plainCode(text)) && (!roster.search(text).length || Boolean(await roster.holder(text)));
  if (isCode) {
    $("q").value = "";
    receive({ card: text });
  } else if (text && $("people").children.length === 1) {
    $("people").querySelector("button").click();
  }
  find();
});

for (const field of [$("new-name"), $("new-phone")]) {
  field.addEventListener("input", () => { field.dataset.typed = field.value && "1"; });
}
$("new-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = $("new-form");
  const [name, phone] = [$("new-name").value.trim(), $("new-phone").value.trim()];
  if (!name || form.dataset.busy) return;
  // A scanner does not know which field it types into.
  if (roster.plainCode(name)) {
    startAfresh();
    receive({ card: name });
    return;
  }
  // Without a network nobody else looks at it, and what is kept must be of use: the rest says the server.
  const fault = !/\p{L}/u.test(name) ? "bad_name" : phone && !/^(1\d{10}|0\d{9,11})$/.test(digits(phone)) ? "bad_phone" : "";
  $("new-fault").hidden = !fault;
  write($("new-fault"), fault && word(fault));
  if (fault) {
    $(fault === "bad_name" ? "new-name" : "new-phone").focus();
    return;
  }
  form.dataset.busy = "1";
  // Whoever was told that somebody of this name is known, and sends it again, has looked.
  const told = await receive({ walkIn: { name, phone, anyway: form.dataset.asked === name } });
  delete form.dataset.busy;
  if (told?.code === "name_known") {
    form.dataset.asked = name;
    $("q").value = name;
  } else if (told?.answer !== "refused") {
    startAfresh();
    $("q").value = "";
  }
  find();
});

$("photo").addEventListener("change", async () => {
  const [file] = $("photo").files;
  $("photo").value = "";
  if (!file) return;
  const fault = (text) => {
    screen.show({ kind: "unverified", word: word("unverified"), text });
    sound.play("unverified");
  };
  try {
    const [code] = await readPhoto(file);
    if (code) await receive({ card: code });
    else fault(word("no_code"));
  } catch (error) {
    if (error instanceof NotTaken) fault(word("no_photo"));
    else if (error instanceof Offline) fault(word("photo_offline"));
  }
  focus();
});

for (const button of document.querySelectorAll("[data-way]")) {
  button.addEventListener("click", () => {
    way = button.dataset.way;
    for (const other of document.querySelectorAll("[data-way]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    find();
    focus();
  });
}
$("sessions").addEventListener("click", (event) => {
  const tab = event.target.closest("a");
  if (!tab) return;
  event.preventDefault();
  history.replaceState(null, "", tab.hash);
  choose(Number(tab.hash.slice("#session-".length)));
  focus();
});
$("result").addEventListener("click", () => {
  screen.hide();
  focus();
});

const camera = new Camera($("video"), {
  onCode: (text) => receive({ card: text }),
  onState(state) {
    $("camera").dataset.state = state;
    write($("camera-note"), word(`camera_${state}`));
    $("camera-switch").hidden = state === "insecure" || state === "none";
    write($("camera-switch"), word(camera.wanted ? "switch_off" : "switch_on"));
  },
});
$("camera-switch").addEventListener("click", () => {
  wantsCamera = !wantsCamera;
  tellDay();
  focus();
});

function tellSound() {
  $("sound").hidden = sound.isAwake();
}

/** The first touch wakes the sound. Its button goes a moment later: nothing may move under a finger. */
function hear() {
  if (!sound.isAwake()) sound.wake().then(() => setTimeout(tellSound, 400));
}
$("sound").addEventListener("click", () => sound.wake().then(() => {
  sound.play("in");
  tellSound();
  focus();
}));

// --- all day ------------------------------------------------------------------------------------------------------

async function refresh() {
  await roster.refresh();
  tellDay();
  // What somebody was looking for, and is about to tap, stays where it is.
  if (!$("q").value || !$("people").children.length) find();
}

/** Who came by phone or at another desk counts, too. */
async function recount() {
  try {
    await roster.recount((await ask("pulse")).sessions);
    tellCount();
  } catch {
    // `net` has told what there is to tell.
  }
}

const sync = () => net.state === "online" && queue.sendAll(settled);

let refreshed = 0;

async function beat() {
  if (await roster.forgetYesterday()) refreshed = 0;
  const before = net.state;
  try {
    await roster.recount((await ask("pulse")).sessions);
    if (before === "cut-off") return location.reload();
    if (before !== "online" || Date.now() - refreshed > REFRESH) {
      refreshed = Date.now();
      await refresh();
    }
    await sync();
  } catch {
    // `net` has told what there is to tell.
  }
  tellDay();
}

/** Cut off: the roster goes, and the page's copy; what was not sent stays, sealed, until the device is enrolled again. */
async function leave() {
  camera.stop();
  screen.hide();
  chosen = undefined;
  $("people").replaceChildren();
  $("q").value = "";
  startAfresh();
  screen.forget();
  await roster.forget();
  (await navigator.serviceWorker?.getRegistration())?.active?.postMessage({ forget: true });
}

net.addEventListener("change", () => {
  tellNet();
  if (net.state === "cut-off") leave();
  else if (net.state === "online") sync();
});
$("company-form").addEventListener("taken", recount);
queue.queue.addEventListener("change", () => {
  tellNet();
  tellCount();
});
window.addEventListener("online", beat);
window.addEventListener("offline", beat);
setInterval(beat, PULSE);

// The screen stays lit while the page is looked at.
const stayLit = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {});
document.addEventListener("visibilitychange", () => {
  stayLit();
  if (!document.hidden) beat();
});
stayLit();

window.addEventListener("beforeunload", (event) => {
  if (!vault.lasts && queue.count()) event.preventDefault();
});

/** From the next visit on the page opens without network. */
async function install() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register("/front-desk/worker.js", { scope: path });
  const { active } = await navigator.serviceWorker.ready;
  const parts = performance.getEntriesByType("resource").map((entry) => entry.name);
  const assets = parts.filter((url) => new URL(url).pathname.startsWith("/assets/"));
  const icon = document.querySelector("link[rel=icon]").href;
  navigator.serviceWorker.addEventListener("message", (event) => {
    if (event.data.kept) document.body.dataset.installed = "yes";
  });
  active?.postMessage({ keep: [...new Set([new URL(path, location).href, icon, ...assets])] });
  // The browser is asked not to clear what waits when it is short of room.
  await navigator.storage?.persist?.();
}

$("insecure").hidden = window.isSecureContext;
$("large").value = document.documentElement.classList.contains("large") ? "0" : "1";
document.body.dataset.reader = readsAlone ? "browser" : "server";

await queue.recall();
await roster.recall();
for (const item of queue.items()) {
  screen.remember({ ...outcomeOf(item), kind: "unverified", word: word("unverified"), text: waits(item) });
}
if (roster.roster.day) tellDay();
tellSound();
await beat();
tellDay();
focus();
if (net.state === "online") install().catch(() => {});
