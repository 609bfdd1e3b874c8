// Small comforts. Every page and form works without this file.

// A form sent twice by an impatient finger is sent once.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.target.dataset.sent) {
    if (event.target.dataset.sent) event.preventDefault();
    return;
  }
  event.target.dataset.sent = "1";
  button.setAttribute("aria-busy", "true");
});

// Back from the cache of pages: a form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

// Large letters come at once, and nothing that was typed goes.
for (const button of document.querySelectorAll(".toggle-large")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const large = document.documentElement.classList.toggle("large");
    fetch("/preferences", { method: "POST", body: new URLSearchParams({ large: button.value }), redirect: "manual" });
    button.value = large ? "0" : "1";
    button.setAttribute("aria-pressed", String(large));
  });
}

// The other language takes along the form that was last typed into, where a page has several.
let typed;
document.addEventListener("input", (event) => { typed = event.target.form ?? typed; });
for (const button of document.querySelectorAll("button[formaction^='/preferences'][name=lang]")) {
  button.addEventListener("click", () => {
    if (!typed?.isConnected || typed === button.form) return;
    typed.id ||= "typed";
    button.setAttribute("form", typed.id);
    button.setAttribute("formaction", button.getAttribute("formaction").replace(/&ask=.*/, ""));
  });
}

// A long text is kept in this tab until it has been sent: a page left, reloaded or lost takes nothing along. It is kept for who
// typed it, and beside what the server showed then: where that is another now, somebody else has written meanwhile, and the
// draft is offered, not put over it. Signing out takes all of it away. What is sealed where it lies is not kept here either.
const reader = document.body.dataset.reader ?? "";
const drafts = () => Object.keys(sessionStorage).filter((key) => key.startsWith("draft "));
const draftKey = (area) => `draft ${reader} ${area.form.getAttribute("action") ?? location.pathname} ${area.name}`;
const recall = (key) => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } };
const keep = (key, draft) => sessionStorage.setItem(key, JSON.stringify(draft));
const succeeded = document.querySelector("[data-flash]") !== null;
for (const key of drafts()) {
  const draft = recall(key);
  if (!draft || !key.startsWith(`draft ${reader} `) || (draft.sent && succeeded)) sessionStorage.removeItem(key);
  else if (draft.sent) keep(key, { ...draft, sent: false });
}
for (const area of document.querySelectorAll("form[method=post] textarea:not([data-private])")) {
  const [key, shown] = [draftKey(area), area.value];
  const draft = recall(key);
  const note = document.getElementById("draft")?.content.firstElementChild.cloneNode(true);
  if (draft?.text && draft.text !== shown && note && !document.getElementById("faults")) {
    const [drop, take] = [note.querySelector("[data-drop]"), note.querySelector("[data-take]")];
    const put = () => { area.value = draft.text; take.hidden = true; };
    if (draft.shown === shown) put();
    take.addEventListener("click", put);
    drop.addEventListener("click", () => {
      area.value = shown;
      sessionStorage.removeItem(key);
      note.remove();
      area.focus();
    });
    area.after(note);
  }
  area.addEventListener("input", () => keep(key, { text: area.value, shown, sent: false }));
}
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") === "/sign-out") {
    for (const key of drafts()) sessionStorage.removeItem(key);
    return;
  }
  for (const area of event.target.querySelectorAll("textarea")) {
    const draft = recall(draftKey(area));
    if (draft) keep(draftKey(area), { ...draft, text: area.value, sent: true });
  }
});

// A slash goes to the search, as it does elsewhere; not where it is typed.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = [document.getElementById("bar-q"), document.getElementById("q")].find((one) => one?.offsetParent);
  if (!field) return;
  event.preventDefault();
  field.focus();
});

// Each fault names its field, in the words that stand beside it.
for (const link of document.querySelectorAll(".error-summary a[href^='#f-']")) {
  const field = document.getElementById(link.hash.slice(1));
  const label = field?.labels?.[0] ?? field?.querySelector("legend");
  const words = [...(label?.childNodes ?? [])].filter((part) => !part.classList?.contains("optional"));
  const text = words.map((part) => part.textContent).join("").trim();
  if (text) link.prepend(`${text}: `);
}

// What is wrong is read first, be it far down the page. Otherwise a desk's scanner types into its field without a touch of the
// mouse; a phone would only raise its keyboard.
const scan = matchMedia("(pointer: fine)").matches ? document.querySelector("[data-scan]") : null;
(document.getElementById("faults") ?? scan)?.focus();

// A tap elsewhere closes an open menu.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// What is to be sent elsewhere is copied; where the browser gives no clipboard (http) it is marked, to be copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const what = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const words = [...button.childNodes];
    try {
      await navigator.clipboard.writeText(what.value ?? what.textContent);
    } catch {
      what.closest("details")?.setAttribute("open", "");
      if (what.select) what.select();
      else getSelection().selectAllChildren(what);
      if (!document.execCommand("copy")) return;
    }
    button.replaceChildren(button.dataset.done);
    setTimeout(() => button.replaceChildren(...words), 2500);
  });
}

// What a desk shows whole a phone shows folded; paper shows it whole again.
const folds = document.querySelectorAll(".report details.chapter");
if (matchMedia("(max-width: 47.99em)").matches) for (const fold of folds) fold.open = false;
addEventListener("beforeprint", () => { for (const fold of folds) fold.open = true; });

// What goes on elsewhere is looked at again.
for (const place of document.querySelectorAll("[data-reload]")) {
  setTimeout(() => location.reload(), Number(place.dataset.reload) * 1000);
}

// Buttons that only a script can serve are shown by it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
