// The hall's screen: asks the server every few seconds what to show, and as soon as the code changes; what changed is
// swapped in place. Without this file the page reloads itself. When to ask comes from the server, not from our clock.
const OFTEN = 5; // seconds

class HallScreen extends HTMLElement {
  connectedCallback() {
    this.wait();
    this.ticking = setInterval(() => this.tick(), 250);
    // A tablet stays awake where it may.
    navigator.wakeLock?.request("screen").catch(() => {});
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    clearInterval(this.ticking);
  }

  /** Seconds until the code changes; NaN where it never does. */
  get left() {
    return parseFloat(this.dataset.lasts) - (performance.now() - this.asked) / 1000;
  }

  wait() {
    this.asked = performance.now();
    const soon = Number.isNaN(this.left) ? OFTEN : Math.min(OFTEN, this.left);
    this.timer = setTimeout(() => this.ask(), Math.max(soon, 0.5) * 1000);
  }

  tick() {
    const bar = this.querySelector("progress");
    if (bar && !Number.isNaN(this.left)) bar.value = Math.max(0, this.left);
  }

  async ask() {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), 8000);
    let page;
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: patience.signal });
      if (answer.status >= 500) throw new Error(`status ${answer.status}`);
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      // What stands there may be old by now: say so, and try again.
      this.querySelector(".stale").hidden = false;
      this.wait();
      return;
    } finally {
      clearTimeout(timer);
    }
    const next = page.querySelector("hall-screen");
    // Signed out, or gone: the page itself says so. Another shape of page: draw it anew.
    if (!next || next.querySelectorAll("*").length !== this.querySelectorAll("*").length) {
      location.reload();
      return;
    }
    this.querySelector(".stale").hidden = true;
    for (const part of this.querySelectorAll("[data-live]")) {
      const fresh = next.querySelector(`[data-live="${part.dataset.live}"]`);
      if (fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    }
    this.dataset.lasts = next.dataset.lasts;
    this.wait();
  }
}

customElements.define("hall-screen", HallScreen);
