// The view of the log of decisions, the newest first.

import { decide, get } from "./api.js";
import { addressOf } from "./address.js";
import { h, say } from "./dom.js";
import { ACTIONS, change, counted, seconds } from "./format.js";

export async function decisionsView(summary) {
  const { total, decisions } = await get("/api/decisions");
  return [
    h("h2", {}, "Decisions ", h("span", { class: "soft small" }, counted(total, "line"))),
    h("p", { class: "soft" }, "In ", h("code", {}, summary.log), ". clipgate apply writes corrected annotations from it."),
    summary.stale > 0 && h("p", { class: "notice" }, `${counted(summary.stale, "decision")} about rows that are not as they were: stale, and never applied.`),
    total > decisions.length && h("p", { class: "soft" }, `The newest ${decisions.length} are shown.`),
    total === 0 && h("p", {}, "Nothing is decided yet."),
    total > 0 && h("ul", { class: "decisions" }, decisions.map(entry)),
  ];
}

function entry(decision) {
  const { segment, finding } = decision;
  const place = segment
    ? `${segment.path}, ${seconds(segment.start_seconds)} to ${seconds(segment.end_seconds)}, ${segment.label}`
    : (finding?.about ?? "");
  const isUndo = decision.action === "undo";
  const stands = decision.state === "standing";
  return h(
    "li",
    { class: stands || isUndo ? "" : "undone" },
    h("p", {}, h("strong", {}, ACTIONS[decision.action]), " ", isUndo ? `a decision (${decision.undoes})` : change(decision)),
    h("p", { class: "small" }, decision.is_known ? h("a", { href: addressOf("decisions", { clip: segment.id }) }, place) : place),
    h("p", { class: "soft small" }, `${decision.by}, ${decision.at.slice(0, 19).replace("T", " ")} UTC${decision.why ? `: ${decision.why}` : ""}`),
    h(
      "p",
      { class: "small" },
      !stands && decision.state && h("span", { class: decision.state === "stale" ? "mark bad" : "mark" }, decision.state),
      stands && h("button", { type: "button", onclick: () => undo(decision) }, "Undo"),
    ),
  );
}

async function undo(decision) {
  try {
    await decide({ action: "undo", undoes: decision.id });
  } catch (error) {
    say(error.message, true);
  }
}
