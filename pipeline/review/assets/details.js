// What is known of a clip, below its bounds: its row, the model's answer, what checks found, and what was decided.

import { addressOf } from "./address.js";
import { h } from "./dom.js";
import { ACTIONS, change, percent, seconds, standing, words } from "./format.js";

/** All of it; `viewer` does what is asked for. */
export function details(clip, viewer) {
  return [...facts(clip), ...answers(clip), ...askedNow(clip, viewer.asked?.answers), ...findings(clip, viewer), ...history(clip, viewer)];
}

function facts(clip) {
  const now = standing(clip);
  const rows = [
    ["video", clip.video],
    ["bounds", `${seconds(now.start)} to ${seconds(now.end)}${moved(clip, now)}`],
    ["group", now.group === clip.group ? (clip.group ?? "none") : `${clip.group ?? "none"} → ${now.group ?? "none"}`],
    ["split", clip.split ?? "not known"],
    ["row", clip.row],
    ["decided", now.actions.map((action) => ACTIONS[action]).join(", ") || "not yet"],
  ];
  return [h("dl", {}, rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))))];
}

function moved(clip, now) {
  return now.start === clip.start && now.end === clip.end ? "" : ` (annotated: ${seconds(clip.start)} to ${seconds(clip.end)})`;
}

function answers(clip) {
  if (!clip.answer) return [];
  const { own, chosen, own_probability: ownShare, chosen_probability: chosenShare, loss } = clip.answer;
  const lines = own === chosen ? [[chosen, chosenShare]] : [[chosen, chosenShare], [own, ownShare]];
  return [
    h("h3", {}, own === chosen ? "The model is right" : "The model took it for another class"),
    h("ul", { class: "answers" }, lines.map(([label, share]) => h("li", {}, h("span", {}, label), share !== null && meter(label, share)))),
    loss !== null && h("p", { class: "soft small" }, `loss ${loss.toFixed(2)}`),
  ];
}

/** What the model says that was asked about the clip as it stands, where no run has kept how sure it was. */
function askedNow(clip, said) {
  if (!said || (clip.answer && clip.answer.chosen_probability !== null)) return [];
  const isRight = said[0][0] === standing(clip).label;
  return [
    h("h3", {}, "The model, asked now, ", isRight ? "says the same" : "says something else"),
    h("ul", { class: "answers" }, said.map(([label, share]) => h("li", {}, h("span", {}, label), meter(label, share)))),
  ];
}

function meter(label, share) {
  return [h("meter", { min: 0, max: 1, value: share, "aria-label": label }), h("span", { class: "number small" }, percent(share))];
}

function findings(clip, viewer) {
  if (!clip.findings.length) return [];
  return [
    h("h3", {}, "Findings"),
    h(
      "ul",
      { class: "findings" },
      clip.findings.map((finding) =>
        h(
          "li",
          { class: `finding ${finding.severity}` },
          h("span", { class: "severity" }, finding.severity),
          h("div", {}, h("p", {}, h("a", { href: addressOf("clips", { finding: finding.id, clip: clip.id }) }, words(finding.check)), ": ", finding.message), suggestion(finding, clip, viewer)),
          h("button", { type: "button", title: "This is right as it is", onclick: () => viewer.decide("accept", undefined, finding.id) }, "Accept"),
        ),
      ),
    ),
  ];
}

function suggestion(finding, clip, viewer) {
  const wanted = finding.suggestion;
  if (!wanted) return null;
  const follow = async () => {
    if (wanted.delete) await viewer.decide("exclude", undefined, finding.id);
    if (wanted.label !== null) await viewer.decide("relabel", wanted.label, finding.id);
    if (wanted.group !== null) await viewer.decide("group", wanted.group, finding.id);
    if (wanted.start !== null || wanted.end !== null) {
      const [start, end] = viewer.bounds;
      await viewer.decide("bounds", [wanted.start ?? start, wanted.end ?? end], finding.id);
    }
  };
  return h("p", { class: "small" }, `suggested: ${wanted.text} `, h("button", { type: "button", onclick: follow }, "Do it"));
}

function history(clip, viewer) {
  if (!clip.decisions.length) return [];
  return [
    h("h3", {}, "Decisions"),
    h(
      "ul",
      { class: "decisions" },
      clip.decisions.map((decision) =>
        h(
          "li",
          { class: decision.state === "standing" ? "" : "undone" },
          h("p", {}, h("strong", {}, ACTIONS[decision.action] ?? decision.action), " ", change(decision)),
          h("p", { class: "soft small" }, `${decision.by}, ${decision.at.slice(0, 16).replace("T", " ")} UTC${decision.why ? `: ${decision.why}` : ""}`),
          decision.state === "standing" ? h("button", { type: "button", onclick: () => viewer.undo(decision.id) }, "Undo") : h("span", { class: "mark" }, decision.state),
        ),
      ),
    ),
  ];
}
