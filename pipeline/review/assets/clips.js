// The view of clips: a grid of pictures, or a list.

import { get } from "./api.js";
import { FILTERS, addressOf, go, here, withChanges } from "./address.js";
import { h } from "./dom.js";
import { filterBar } from "./filters.js";
import { ACTIONS, counted, percent, seconds, standing } from "./format.js";
import { bar, box, keepFor } from "./selection.js";

const PAGE = 60;
const SORTS = {
  "": "as found",
  video: "video",
  label: "class",
  group: "group",
  split: "split",
  duration: "shortest first",
  "-duration": "longest first",
  confidence: "least sure first",
  "-confidence": "surest first",
  "-loss": "highest loss first",
  loss: "lowest loss first",
};

/** Ids of the clips that are listed, for going from one to the next. */
export let listed = [];

export async function clipsView(summary) {
  const { parameters } = here();
  const page = Math.max(1, Number.parseInt(parameters.page ?? "1", 10) || 1);
  const asked = Object.fromEntries([...FILTERS, "sort"].map((name) => [name, parameters[name]]));
  const { total, clips } = await get("/api/clips", { ...asked, offset: (page - 1) * PAGE, limit: PAGE });
  listed = clips.map((clip) => clip.id);
  keepFor(parameters);
  const names = ["q", "label", "group", "split", "check", "decided", ...(summary.has_answers ? ["own", "answer"] : [])];
  const asList = parameters.as === "list";
  return [
    h("h2", {}, "Clips ", h("span", { class: "soft small", id: "total" }, counted(total, "clip"))),
    filterBar(summary, names),
    parameters.finding && h("p", { class: "notice" }, "Of one finding. ", h("a", { href: withChanges({ finding: "" }) }, "Show all clips")),
    parameters.region && h("p", { class: "notice" }, "Of a part of the map. ", h("a", { href: addressOf("map", parameters) }, "Back to the map"), " ", h("a", { href: withChanges({ region: "" }) }, "Show all clips")),
    h(
      "div",
      { class: "bar" },
      h("label", {}, h("span", {}, "Order"), order(parameters.sort ?? "", summary)),
      h("button", { type: "button", "aria-pressed": String(asList), onclick: () => go({ as: asList ? "" : "list" }) }, "List"),
      pages(page, total),
    ),
    bar(summary, total),
    clips.length === 0 && h("p", {}, "No clip fits the filter."),
    asList ? table(clips, parameters.clip) : grid(clips, parameters.clip),
    total > PAGE && h("div", { class: "bar" }, pages(page, total)),
  ];
}

/** Mark the clip that is open. */
export function markOpen(id) {
  for (const element of document.querySelectorAll("[data-clip]")) {
    if (element.dataset.clip === id) element.setAttribute("aria-current", "true");
    else element.removeAttribute("aria-current");
  }
}

function order(value, summary) {
  const known = Object.entries(SORTS).filter(([name]) => summary.has_confidences || !/confidence$|loss$/.test(name));
  return h(
    "select",
    { id: "sort", onchange: (event) => go({ sort: event.target.value }) },
    known.map(([name, said]) => h("option", { value: name, selected: name === value }, said)),
  );
}

function pages(page, total) {
  const last = Math.max(1, Math.ceil(total / PAGE));
  if (last === 1) return null;
  return h(
    "nav",
    { class: "pages", "aria-label": "Pages" },
    h("button", { type: "button", disabled: page <= 1, onclick: () => go({ page: page - 1 }) }, "Previous"),
    h("span", {}, ` ${page} of ${last.toLocaleString("en")} `),
    h("button", { type: "button", disabled: page >= last, onclick: () => go({ page: page + 1 }) }, "Next"),
  );
}

function grid(clips, open) {
  return h(
    "ul",
    { class: "grid" },
    clips.map((clip) =>
      h(
        "li",
        {},
        box(clip),
        h(
          "a",
          { class: "card", href: withChanges({ clip: clip.id }), "data-clip": clip.id, "aria-current": clip.id === open && "true" },
          h("img", { src: `/pictures/${clip.id}`, loading: "lazy", alt: "", width: 192, height: 144, onerror: hide }),
          h("span", { class: "title" }, ...label(clip)),
          h("span", { class: "soft small path", title: clip.video }, clip.video.split("/").at(-1)),
          h("span", { class: "soft small" }, span(clip)),
          h("span", { class: "small marks" }, ...marks(clip)),
        ),
      ),
    ),
  );
}

function span(clip) {
  const now = standing(clip);
  return `${seconds(now.start)} – ${seconds(now.end)}`;
}

function hide(event) {
  event.target.classList.add("missing");
}

function table(clips, open) {
  const heads = [h("span", { class: "hidden" }, "chosen"), "class", "video", "from", "to", "group", "split", "model", "decided", "findings"];
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "clips" },
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, clips.map((clip) => row(clip, open))),
    ),
  );
}

function row(clip, open) {
  const now = standing(clip);
  const link = h("a", { href: withChanges({ clip: clip.id }) }, ...label(clip));
  return h(
    "tr",
    { "data-clip": clip.id, "aria-current": clip.id === open && "true" },
    h("td", {}, box(clip)),
    h("th", { scope: "row" }, link),
    h("td", { class: "path" }, clip.video),
    h("td", { class: "number" }, seconds(now.start)),
    h("td", { class: "number" }, seconds(now.end)),
    h("td", {}, now.group ?? ""),
    h("td", {}, clip.split ?? ""),
    h("td", {}, taken(clip)),
    h("td", {}, decided(clip)),
    h("td", { class: "number" }, clip.findings ? String(clip.findings) : ""),
  );
}

function label(clip) {
  const now = standing(clip);
  return now.label === clip.label ? [clip.label] : [h("s", { class: "soft" }, clip.label), " ", now.label];
}

function marks(clip) {
  const said = [decided(clip) && h("span", { class: "mark decided" }, decided(clip))];
  if (clip.answer && clip.answer.chosen !== clip.answer.own) said.push(h("span", { class: "mark bad" }, `→ ${taken(clip)}`));
  if (clip.findings) said.push(h("span", { class: "mark" }, counted(clip.findings, "finding")));
  return said.length > 1 ? said : [...said, h("span", { class: "mark soft" }, clip.split ?? "")];
}

function taken(clip) {
  if (!clip.answer) return "";
  const sure = percent(clip.answer.chosen_probability);
  return sure ? `${clip.answer.chosen} ${sure}` : clip.answer.chosen;
}

function decided(clip) {
  return standing(clip).actions.map((action) => ACTIONS[action]).join(", ");
}
