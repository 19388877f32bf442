// Clips that are chosen in the list, to decide about all of them at once.

import { decideAll } from "./api.js";
import { FILTERS, here } from "./address.js";
import { byId, h, say } from "./dom.js";
import { ACTIONS, counted } from "./format.js";
import { ask, confirm } from "./question.js";
import { remember } from "./undo.js";

const VERBS = { accept: "Accept", reject: "Reject", exclude: "Exclude", relabel: "Relabel", group: "Set the group of", note: "Note about" };

const chosen = new Set(); // ids; of all pages
let matching = null; // or all that match the filters: { total, filters }
let filters = "";
let last = null; // where a range begins
let total = 0; // that match the filters
let summary = null;

/** Forget what was chosen if the filters are other ones. */
export function keepFor(parameters) {
  const now = JSON.stringify(filtersOf(parameters));
  if (now !== filters) clear();
  filters = now;
}

function filtersOf(parameters) {
  return Object.fromEntries(FILTERS.filter((name) => parameters[name]).map((name) => [name, parameters[name]]));
}

function clear() {
  chosen.clear();
  matching = last = null;
}

/** The box by which a clip of a list is chosen. */
export function box(clip) {
  const input = h("input", { type: "checkbox", class: "choose", "data-choose": clip.id, "aria-label": `Choose ${clip.label}, ${clip.video}`, onclick: (event) => toggle(clip.id, event) });
  input.checked = matching !== null || chosen.has(clip.id);
  return input;
}

/** Choose a clip of the list, or not any more. */
export function toggleById(id) {
  document.querySelector(`[data-choose="${CSS.escape(id)}"]`)?.click();
}

function toggle(id, event) {
  const boxes = [...document.querySelectorAll("[data-choose]")];
  if (matching) {
    // All but this one: of those that are shown.
    matching = null;
    for (const each of boxes) chosen.add(each.dataset.choose);
  }
  const ids = boxes.map((each) => each.dataset.choose);
  const [from, to] = [ids.indexOf(last), ids.indexOf(id)];
  const range = event.shiftKey && from >= 0 ? ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
  for (const each of range) event.target.checked ? chosen.add(each) : chosen.delete(each);
  for (const each of boxes) each.checked = chosen.has(each.dataset.choose);
  last = id;
  refresh();
}

/** What can be done with all that is chosen. */
export function bar(known, count) {
  [summary, total] = [known, count];
  const element = h("div", { class: "bar batch", id: "batch", role: "group", "aria-label": "Chosen clips" });
  fill(element);
  return element;
}

function refresh() {
  const element = byId("batch");
  if (element) fill(element);
}

function fill(element) {
  const number = matching ? matching.total : chosen.size;
  element.replaceChildren(
    h("span", { role: "status" }, number ? `${counted(number, "clip")} chosen` : "Choose clips by their boxes, with Shift a range."),
    ...(number ? Object.keys(VERBS).map((action) => h("button", { type: "button", "data-batch": action, onclick: () => decide(action, number) }, { group: "Group", note: "Note" }[action] ?? VERBS[action])) : []),
    h("button", { type: "button", disabled: !total, onclick: choosePage }, "All of this page"),
    h("button", { type: "button", disabled: !total, onclick: chooseMatching }, `All ${total.toLocaleString("en")} that match`),
    ...(number ? [h("button", { type: "button", onclick: () => (clear(), show()) }, "None")] : []),
  );
}

function choosePage() {
  matching = null;
  for (const each of document.querySelectorAll("[data-choose]")) chosen.add(each.dataset.choose);
  show();
}

function chooseMatching() {
  matching = { total, filters: filtersOf(here().parameters) };
  show();
}

/** Put into boxes and bar what is chosen. */
function show() {
  for (const each of document.querySelectorAll("[data-choose]")) each.checked = matching !== null || chosen.has(each.dataset.choose);
  refresh();
}

async function decide(action, number) {
  const clips = counted(number, "clip");
  const value = await valueOf(action, clips);
  if (value === null) return;
  const what = `${VERBS[action]} ${clips}${action === "relabel" ? ` as ${value}` : action === "group" ? ` to ${value}` : ""}`;
  if (!(await confirm(`${what}?`, "A line for each is written to the log. Undo takes all of them back.", what))) return;
  const which = matching ? { matching: matching.filters, count: matching.total } : { segments: [...chosen] };
  const finding = here().parameters.finding;
  const text = action === "note" ? { why: value } : value === undefined ? {} : { new: value };
  try {
    const { batch, count } = await decideAll({ action, ...which, ...text, ...(finding ? { finding } : {}) });
    if (count) remember({ batch });
    clear();
    show();
    say(`${counted(count, "clip")} ${ACTIONS[action]}${count < number ? `; of ${number - count} it was so already` : ""}`);
  } catch (error) {
    say(error.message, true);
  }
}

/** What the clips are to have; undefined where the action needs nothing, null if nobody said it. */
async function valueOf(action, clips) {
  if (action === "relabel") return ask(`The right class of ${clips}`, "", Object.keys(summary.classes));
  if (action === "group") return ask(`The group of ${clips}: who, or where`, "", summary.groups);
  if (action === "note") return ask(`A note about ${clips}`, "");
  return undefined;
}
