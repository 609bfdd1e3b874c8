// A chapter is saved while it is written, and quotes come into it with a tap. Without this file a button saves it.
const PAUSE = 2500; // milliseconds without a key

class ReportChapter extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.area = this.querySelector("textarea");
    this.version = this.querySelector("[name=version]");
    this.status = this.querySelector("[role=status]");
    if (!this.form || !this.area) return;
    this.saved = this.area.value;
    this.area.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), PAUSE);
    });
    this.form.addEventListener("submit", () => clearTimeout(this.timer));
    for (const button of this.querySelectorAll("[data-quote]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.quote(button.parentElement.querySelector("[data-quoted]").textContent));
    }
  }

  quote(words) {
    this.area.value = [this.area.value.trimEnd(), words.trim()].filter(Boolean).join("\n");
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.area.focus();
  }

  async save() {
    // One at a time: what is typed meanwhile is saved after it. Whoever was told of a newer text decides by the button.
    if (this.stopped || this.form.dataset.sent || this.area.value.trim() === this.saved.trim()) return;
    if (this.busy) {
      this.timer = setTimeout(() => this.save(), PAUSE);
      return;
    }
    this.busy = true;
    const content = this.area.value;
    try {
      const body = new URLSearchParams({ content, version: this.version.value });
      const answer = await fetch(`${this.form.getAttribute("action")}/autosave`, { method: "POST", body });
      if (answer.status === 204) {
        this.saved = content;
        this.version.value = String(Number(this.version.value) + 1);
        this.status.textContent = this.status.dataset.saved;
      } else {
        this.stopped = answer.status === 409;
        this.status.textContent = this.stopped ? this.status.dataset.changed : this.status.dataset.failed;
      }
    } catch {
      this.status.textContent = this.status.dataset.failed;
    }
    this.busy = false;
  }
}

customElements.define("report-chapter", ReportChapter);
