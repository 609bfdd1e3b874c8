// The schedule: a session is dragged to another place or walked there with keys, and asked about before anything is sent. What
// is sent is the session's own form of a change, so that the same rules answer; what they refuse changes nothing and is said
// here. Without this file each place is a link to a new activity, and each session has a link to its form.
const HALF = 30; // minutes
const NEAR = 6; // pixels that a hand may tremble in a click

const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
// A time field has no 24:00.
const field = (minutes) => clock(minutes % 1440);
const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
const placed = (element, letter) => Number(new RegExp(`(?:^| )${letter}-(\\d+)`).exec(element.className)?.[1]);

class WeekBoard extends HTMLElement {
  connectedCallback() {
    this.columns = [...this.querySelectorAll(".col")];
    this.dialog = this.querySelector("dialog");
    this.addEventListener("keydown", (event) => this.walkSlots(event));
    if (!this.dialog) return;
    this.said = this.querySelector("[data-said]");
    for (const block of this.querySelectorAll("[data-form]")) this.prepare(block);
    this.dialog.addEventListener("close", () => this.end());
    this.dialog.querySelector("[data-keep]").addEventListener("click", () => this.dialog.close());
    this.dialog.querySelector("[data-save]").addEventListener("click", () => this.save());
    this.keys = (event) => this.walk(event);
    document.addEventListener("keydown", this.keys, true);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.keys, true);
  }

  get first() {
    return Number(this.dataset.first) * 60;
  }

  get last() {
    return Number(this.dataset.last) * 60;
  }

  prepare(block) {
    block.addEventListener("pointerdown", (event) => this.grab(event, block));
    block.addEventListener("dragstart", (event) => event.preventDefault());
    block.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "m" || event.ctrlKey || event.metaKey || event.altKey || this.moving) return;
      event.preventDefault();
      this.start(block);
    });
    block.querySelector(".block-move").addEventListener("click", (event) => {
      event.preventDefault();
      this.start(block);
    });
  }

  start(block) {
    this.end();
    const at = { column: placed(block, "c"), from: Number(block.dataset.from) };
    this.moving = { block, old: at, at, long: Number(block.dataset.to) - at.from, focus: document.activeElement };
    block.classList.add("moving");
    this.say(`${this.where(at)} ${this.dataset.help}`);
  }

  /** Whether the session may go to this column: another day always; another room, where it has one room and goes to one. */
  allows(column) {
    const { block, old } = this.moving;
    if (column === old.column || this.dataset.view !== "day") return true;
    return block.dataset.rooms === "1" && this.columns[column - 1].dataset.room !== undefined;
  }

  /** Puts the block there, as far as the hours shown reach. */
  put(column, from) {
    const { block, long } = this.moving;
    if (column < 1 || column > this.columns.length) return;
    if (!this.allows(column)) {
      this.say(this.dataset.several);
      return;
    }
    const at = { column, from: Math.max(this.first, Math.min(from, this.last - long)) };
    this.moving.at = at;
    this.draw(block, at, long);
    this.say(this.where(at));
  }

  draw(block, { column, from }, long) {
    const [start, end] = [Math.floor(from / 5), Math.ceil((from + long) / 5)];
    block.className = block.className.replace(/(^| )([cse])-\d+/g, (_, space, letter) =>
      `${space}${letter}-${{ c: column, s: start, e: end }[letter]}`);
  }

  /** A place in words: the day, the time, the room. */
  where({ column, from }) {
    const { block, long } = this.moving;
    const { day, place } = this.columns[column - 1].dataset;
    return `${day} ${clock(from)}–${clock(from + long)} ${place || block.dataset.place}`.trim();
  }

  say(words) {
    this.said.textContent = words;
  }

  // With a mouse or a pen; a finger scrolls.
  grab(event, block) {
    if (event.button !== 0 || event.pointerType === "touch" || this.moving) return;
    const begun = { x: event.clientX, y: event.clientY };
    let dragging = false;
    const move = (now) => {
      if (!dragging && Math.hypot(now.clientX - begun.x, now.clientY - begun.y) < NEAR) return;
      if (!dragging) this.start(block);
      dragging = true;
      now.preventDefault();
      if (this.moving) this.put(this.columnAt(now.clientX), this.moving.old.from + this.shift(now.clientY - begun.y));
    };
    const done = (now) => {
      for (const [kind, listener] of [["pointermove", move], ["pointerup", done], ["pointercancel", done]]) {
        removeEventListener(kind, listener);
      }
      if (!dragging) return;
      // The click that ends a drag opens nothing.
      const still = (click) => { click.preventDefault(); click.stopPropagation(); };
      addEventListener("click", still, { capture: true, once: true });
      setTimeout(() => removeEventListener("click", still, true), 0);
      if (!this.moving) return;
      if (now.type === "pointerup") this.ask();
      else this.end();
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", done);
    addEventListener("pointercancel", done);
  }

  columnAt(x) {
    const at = this.columns.findIndex((column) => x < column.getBoundingClientRect().right);
    return at < 0 ? this.columns.length : at + 1;
  }

  /** So many pixels as minutes, in half hours. Rows before the first hour have no height. */
  shift(pixels) {
    const step = this.columns[0].getBoundingClientRect().height / (288 - this.first / 5);
    return Math.round((pixels / step) * 5 / HALF) * HALF;
  }

  walk(event) {
    if (!this.moving || this.dialog.open) return;
    const { column, from } = this.moving.at;
    const steps = {
      ArrowUp: () => this.put(column, from - HALF),
      ArrowDown: () => this.put(column, from + HALF),
      ArrowLeft: () => this.put(column - 1, from),
      ArrowRight: () => this.put(column + 1, from),
      Enter: () => this.ask(),
      Escape: () => this.end(),
    };
    if (!steps[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    steps[event.key]();
  }

  /** Old and new, before anything is sent. */
  ask() {
    const { block, old, at } = this.moving;
    if (old.column === at.column && old.from === at.from) {
      this.end();
      return;
    }
    const tell = (name, words) => { this.dialog.querySelector(`[data-${name}]`).textContent = words; };
    tell("what", block.querySelector(".block-title").textContent);
    tell("old", this.where(old));
    tell("new", this.where(at));
    this.dialog.querySelector("[data-by-form]").href = block.dataset.form;
    this.dialog.querySelector("[data-why]").hidden = true;
    this.dialog.querySelector("[data-save]").hidden = false;
    this.dialog.showModal();
    this.dialog.querySelector("[data-save]").focus();
  }

  end() {
    if (!this.moving) return;
    const { block, old, long, focus } = this.moving;
    this.draw(block, old, long);
    block.classList.remove("moving");
    this.moving = undefined;
    this.say(this.dataset.ended);
    (block.contains(focus) ? focus : block.querySelector("a")).focus();
  }

  async save() {
    const save = this.dialog.querySelector("[data-save]");
    save.setAttribute("aria-busy", "true");
    save.disabled = true;
    const why = await this.send().catch(() => this.dataset.lost);
    save.removeAttribute("aria-busy");
    save.disabled = false;
    if (why === undefined) {
      location.reload();
      return;
    }
    const told = this.dialog.querySelector("[data-why]");
    told.textContent = why;
    told.hidden = false;
    save.hidden = true;
    this.dialog.querySelector("[data-keep]").focus();
  }

  /** Sends the session's form with another place in it. Gives why it was refused, or nothing where it was done. */
  async send() {
    const { block, at, long } = this.moving;
    const path = block.dataset.form;
    const page = await fetch(path, { cache: "no-store", redirect: "error" });
    const form = parsed(await page.text()).querySelector("form#entry");
    if (!form) return this.dataset.lost;
    const fields = new URLSearchParams(new FormData(form));
    const { date, room } = this.columns[at.column - 1].dataset;
    fields.set("date", date);
    fields.set("starts", field(at.from));
    fields.set("ends", field(at.from + long));
    fields.set("scope", "one");
    if (this.dataset.view === "day" && at.column !== this.moving.old.column) fields.set("room", room);
    const answer = await fetch(path, { method: "POST", body: fields, redirect: "manual" });
    if (answer.type === "opaqueredirect") return undefined;
    const said = parsed(await answer.text());
    const faults = [...said.querySelectorAll(".error-summary li")].map((one) => one.textContent.trim());
    return faults.join(" ") || said.querySelector("main p")?.textContent.trim() || this.dataset.lost;
  }

  // Free places: keys stop at the first of each stretch, arrows walk on from there.
  walkSlots(event) {
    const slot = event.target.closest?.(".slot");
    if (!slot || this.moving || event.ctrlKey || event.metaKey || event.altKey) return;
    const beside = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!beside) return;
    event.preventDefault();
    const [column, start] = [placed(slot, "c"), placed(slot, "s")];
    const slots = [...this.querySelectorAll(".slot")].map((one) => ({ one, c: placed(one, "c"), s: placed(one, "s") }));
    const there = slots.filter(({ c, s }) => beside[0]
      ? Math.sign(c - column) === beside[0]
      : c === column && Math.sign(s - start) === beside[1]);
    const far = ({ c, s }) => Math.abs(c - column) * 1000 + Math.abs(s - start);
    there.sort((a, b) => far(a) - far(b));
    there[0]?.one.focus();
  }
}

customElements.define("week-board", WeekBoard);

// Arrows turn the page and T goes to today; not where something is typed, and not where an arrow has something to scroll.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.defaultPrevented || typing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (document.querySelector("dialog[open]")) return;
  const where = { ArrowLeft: "before", ArrowRight: "after", t: "today", T: "today" }[event.key];
  if (!where) return;
  const sheet = event.target.closest?.(".week");
  if (where !== "today" && sheet && sheet.scrollWidth > sheet.clientWidth + 1) return;
  const link = document.querySelector(`[data-key=${where}]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

// Paper shows whole what the screen folds.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll(".month details")) fold.open = true;
});
