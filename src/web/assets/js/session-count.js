// A session's page counts by itself while people come in: it asks for the one piece that counts, and says that the roster is
// not the newest any more. The roster changes when somebody asks for it, for no button may move under a finger. Without this
// file the page is as new as it was loaded.
const EVERY = 10000; // milliseconds

class SessionCount extends HTMLElement {
  connectedCallback() {
    const now = performance.now();
    this.opens = now + this.dataset.opens * 1000;
    this.closes = now + this.dataset.closes * 1000;
    this.asked = now;
    this.fresh = document.getElementById("fresh");
    this.fresh?.querySelector("a").addEventListener("click", (event) => this.refresh(event));
    this.turned = () => this.wait();
    document.addEventListener("visibilitychange", this.turned);
    this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.turned);
  }

  /** Nobody looks, or nobody comes any more: nothing is asked. */
  wait() {
    clearTimeout(this.timer);
    const now = performance.now();
    if (document.hidden || now > this.closes) return;
    this.timer = setTimeout(() => this.ask(), Math.max(this.asked + EVERY, this.opens, now) - now);
  }

  async ask() {
    this.asked = performance.now();
    try {
      const answer = await fetch(this.dataset.path, {
        cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(8000),
      });
      // Signed out, or gone: the next page that is opened says so.
      if (!answer.ok && answer.status < 500) return;
      if (answer.ok) this.take(await answer.text());
    } catch {
      // No network for a moment: the next time.
    }
    this.wait();
  }

  take(text) {
    const [before, after] = [this.firstElementChild, parsed(text).body.firstElementChild];
    if (after?.dataset.stamp === before.dataset.stamp) return;
    before.replaceWith(after);
    if (this.fresh) this.fresh.hidden = false;
  }

  /** The roster alone is drawn anew: what is typed beside it stays. */
  async refresh(event) {
    event.preventDefault();
    const { href } = event.target;
    try {
      const answer = await fetch(href, { cache: "no-store" });
      const roster = answer.ok && parsed(await answer.text()).getElementById("roster");
      if (!roster) throw new Error("another page");
      document.getElementById("roster").replaceWith(roster);
      this.fresh.hidden = true;
      roster.focus();
    } catch {
      location.assign(href);
    }
  }
}

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

customElements.define("session-count", SessionCount);
