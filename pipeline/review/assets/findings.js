// The view of findings: by check, errors first.

import { decide, get } from "./api.js";
import { addressOf, here } from "./address.js";
import { h, say } from "./dom.js";
import { counted, words } from "./format.js";
import { filterBar } from "./filters.js";

export async function findingsView(summary) {
  const { parameters } = here();
  const { findings, is_checked: isChecked, total } = await get("/api/findings");
  const shown = findings.filter(
    (finding) =>
      (!parameters.check || finding.check === parameters.check) &&
      (!parameters.label || finding.labels.includes(parameters.label)) &&
      (!parameters.q || `${finding.check} ${finding.message}`.toLowerCase().includes(parameters.q.toLowerCase())),
  );
  const checks = [...new Set(shown.map((finding) => finding.check))];
  return [
    h("h2", {}, "Findings"),
    filterBar(summary, ["q", "check", "label"]),
    !isChecked && h("p", { class: "notice" }, "The checks are still running; what they find will be shown here. Clips can be looked at already."),
    isChecked && !shown.length && h("p", {}, total ? "No finding fits the filter." : "The checks found nothing."),
    total > findings.length && h("p", { class: "notice" }, `Of ${counted(total, "finding")} the first ${findings.length} are shown.`),
    checks.map((check) => section(check, shown.filter((finding) => finding.check === check))),
  ];
}

function section(check, findings) {
  const clips = addressOf("clips", { check });
  return h(
    "section",
    { class: "check", "aria-label": words(check) },
    h("h3", {}, h("a", { href: clips }, words(check)), " ", h("span", { class: "soft small" }, counted(findings.length, "finding"))),
    h("ul", { class: "findings" }, findings.map(entry)),
  );
}

function entry(finding) {
  const address = addressOf("clips", { finding: finding.id });
  const decided = finding.decided ? `, ${finding.decided} decided` : "";
  return h(
    "li",
    { class: `finding ${finding.severity}` },
    h("span", { class: "severity" }, finding.severity),
    h(
      "div",
      {},
      h("p", { class: "message" }, finding.clips ? h("a", { class: "of-finding", href: address }, finding.message) : finding.message),
      h("p", { class: "soft small" }, finding.remedy),
      finding.places.length > 0 &&
        h("details", {}, h("summary", {}, counted(finding.num_places, "place")), h("ul", { class: "small" }, finding.places.map((place) => h("li", {}, place)))),
    ),
    h(
      "p",
      { class: "numbers small" },
      finding.value && h("span", {}, `${finding.value}${finding.bar ? ` (bar ${finding.bar})` : ""}`),
      finding.clips > 0 && h("span", { class: "soft" }, `${counted(finding.clips, "clip")}${decided}`),
      finding.is_accepted
        ? h("span", { class: "mark decided" }, "accepted")
        : h("button", { type: "button", "aria-label": `Accept: ${finding.message}`, title: "This is right as it is", onclick: () => accept(finding) }, "Accept"),
    ),
  );
}

async function accept(finding) {
  try {
    await decide({ action: "accept", finding: finding.id });
    say("accepted; the Decisions view can undo it");
  } catch (error) {
    say(error.message, true);
  }
}
