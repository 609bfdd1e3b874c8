// Who came along with the last one, and who brought or fetched them: written down while there is a network.

import { NotTaken, ask } from "./net.js";
import { word, write } from "./words.js";

const $ = (id) => document.getElementById(id);
const fields = () => [$("company-heads"), $("company-name")];

/** Whose visit the form is about, and who came last: another, while somebody types. */
let visit;
let latest;

/** The form for the visit of `outcome`. While somebody types, it stays with whom it is about. */
export function offer(outcome) {
  latest = outcome?.attendance ? outcome : undefined;
  const typing = $("company").open && fields().some((field) => field.value);
  if (!outcome || (latest?.id !== visit?.id && !typing)) become(latest);
}

function become(next) {
  visit = next;
  $("company-form").reset();
  $("company").open = false;
  $("company").hidden = !next;
  write($("company-said"), "");
  if (!next) return;
  write($("company-whose"), next.name ?? "");
  // Whoever came since stands large above: the button says whom it is about.
  write($("company-save"), `${word("save_for")}${next.name ?? ""}`);
  write($("company-label"), word(next.kind === "out" ? "fetched_by" : "brought_by"));
}

$("company-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [heads, name] = fields().map((field) => field.value.trim());
  if (!visit || (!heads && !name)) return;
  const sent = new URLSearchParams({ session: visit.session, attendance: visit.attendance });
  if (heads) sent.set("companions", heads);
  if (name) sent.set("name", name);
  if (name) sent.set("way", visit.kind === "out" ? "out" : "in");
  try {
    const told = await ask("company", { body: sent.toString(), type: "application/x-www-form-urlencoded" });
    write($("company-said"), told.text);
    if (!told.taken) return;
    $("company-form").reset();
    $("company-form").dispatchEvent(new Event("taken"));
    if (latest?.id === visit?.id) return;
    // On to whoever came meanwhile; what was written down, and for whom, stays before the eyes.
    const saved = `${visit.name ?? ""} ${told.text}`;
    become(latest);
    $("company").open = Boolean(latest);
    write($("company-said"), saved);
  } catch (error) {
    write($("company-said"), word(error instanceof NotTaken ? "company_not_taken" : "company_offline"));
  }
});
