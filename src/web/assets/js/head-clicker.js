// The clicker without waiting: a tap counts at once, and is sent when there is a network, under the number that it was given. Taps
// are kept on the device until the server has them; nothing of anybody is in them. Without this file each tap is a form.
const key = `clicker:${location.pathname}`;
const EVERY = 5000; // milliseconds between two tries
const AT_ONCE = 200; // of one request

let waiting = read();
let sent = []; // what was sent from here, the latest last: an undo takes the latest back
let sending = false;
let stopped = false;

const uuid = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

function read() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}

function keep() {
  try {
    localStorage.setItem(key, JSON.stringify(waiting));
  } catch {
    // Private windows keep nothing; the taps are in this page until it is closed.
  }
  const note = document.getElementById("unsent");
  if (!note) return;
  const heads = waiting.filter(([name]) => name === "tap").length;
  note.hidden = heads === 0;
  note.textContent = note.dataset.one.replace("%{n}", heads);
}

function tap(group) {
  waiting.push(["tap", group ? `${uuid()}:${group}` : uuid()]);
}

/** The latest tap: one that is not sent yet is simply forgotten. */
function undo(known) {
  if (waiting.at(-1)?.[0] === "tap" && !sending) {
    waiting.pop();
    return;
  }
  const gone = waiting.filter(([name]) => name === "undo").map(([, value]) => value);
  const here = ([name, value]) => name === "tap" && !gone.includes(value.split(":")[0]);
  const latest = [...waiting].reverse().find(here)?.[1] ?? sent.pop() ?? known;
  if (latest) waiting.push(["undo", latest.split(":")[0]]);
}

async function send() {
  if (sending || waiting.length === 0) return;
  sending = true;
  const now = waiting.slice(0, AT_ONCE);
  try {
    const answer = await fetch(location.pathname, {
      method: "POST", body: new URLSearchParams(now), cache: "no-store", signal: AbortSignal.timeout(8000),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && page.getElementById("clicked")) {
      waiting = waiting.slice(now.length);
      sent.push(...now.filter(([name]) => name === "tap").map(([, value]) => value));
      const undone = now.filter(([name]) => name === "undo").map(([, value]) => value);
      sent = sent.filter((value) => !undone.includes(value.split(":")[0]));
      take(page);
    } else if (answer.status < 500 && answer.status !== 429) {
      // It says why, and goes on with the next tap.
      stopped = true;
      take(page);
    }
  } catch {
    // No network for a moment: the next time.
  }
  sending = false;
  keep();
  if (waiting.length > 0 && !stopped) setTimeout(send, EVERY);
}

function take(page) {
  for (const id of ["clicked", "clicker-said"]) {
    const [before, after] = [document.getElementById(id), page.getElementById(id)];
    if (before && after) before.replaceWith(after);
  }
  const [undoing, last] = [document, page].map((where) => where.querySelector("button[name=undo]"));
  if (undoing && last) undoing.value = last.value;
}

for (const form of document.querySelectorAll("form[data-clicker]")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    if (button.name === "undo") undo(button.value);
    else tap(button.dataset.group);
    stopped = false;
    keep();
    send();
  });
}
addEventListener("online", send);
keep();
send();
