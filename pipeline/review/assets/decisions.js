// The view of the log of decisions, the newest first; those that were made at one go stand together.

import { get } from "./api.js";
import { addressOf } from "./address.js";
import { h, say } from "./dom.js";
import { ACTIONS, change, counted, seconds } from "./format.js";
import { takeBack } from "./undo.js";

export async function decisionsView(summary) {
  const { total, decisions } = await get("/api/decisions");
  return [
    h("h2", {}, "Decisions ", h("span", { class: "soft small" }, counted(total, "line"))),
    h("p", { class: "soft" }, "In ", h("code", {}, summary.log), ". clipgate apply writes corrected annotations from it."),
    summary.stale > 0 && h("p", { class: "notice" }, `${counted(summary.stale, "decision")} about rows that are not as they were: stale, and never applied.`),
    total > decisions.length && h("p", { class: "soft" }, `The newest ${decisions.length} are shown.`),
    total === 0 && h("p", {}, "Nothing is decided yet."),
    total > 0 && h("ul", { class: "decisions" }, together(decisions).map((batch) => (batch.length > 1 ? several(batch) : entry(batch[0])))),
  ];
}

/** Decisions that follow one another and were made at one go. */
function together(decisions) {
  const batches = [];
  for (const decision of decisions) {
    if (decision.batch && decision.batch === batches.at(-1)?.[0].batch) batches.at(-1).push(decision);
    else batches.push([decision]);
  }
  return batches;
}

function several(batch) {
  const [first] = batch;
  const standing = batch.filter((decision) => decision.state === "standing");
  const value = first.action === "relabel" || first.action === "group" ? ` → ${first.new ?? "none"}` : "";
  return h(
    "li",
    { class: standing.length || first.action === "undo" ? "" : "undone" },
    h("p", {}, h("strong", {}, ACTIONS[first.action]), ` ${counted(batch.length, first.action === "undo" ? "decision" : "clip")} at once${value}`),
    who(first),
    standing.length > 0 && h("p", { class: "small" }, h("button", { type: "button", onclick: () => undo({ batch: first.batch }) }, `Undo all ${standing.length.toLocaleString("en")}`)),
    h("details", {}, h("summary", {}, "One by one"), h("ul", { class: "decisions" }, batch.map(entry))),
  );
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
    who(decision),
    h(
      "p",
      { class: "small" },
      !stands && decision.state && h("span", { class: decision.state === "stale" ? "mark bad" : "mark" }, decision.state),
      stands && h("button", { type: "button", onclick: () => undo({ undoes: decision.id }) }, "Undo"),
    ),
  );
}

function who(decision) {
  return h("p", { class: "soft small" }, `${decision.by}, ${decision.at.slice(0, 19).replace("T", " ")} UTC${decision.why ? `: ${decision.why}` : ""}`);
}

async function undo(wanted) {
  try {
    say(await takeBack(wanted));
  } catch (error) {
    say(error.message, true);
  }
}
