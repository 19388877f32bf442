// The bar of filters above a list; each is in the address.

import { go, here } from "./address.js";
import { h } from "./dom.js";
import { words } from "./format.js";

const DECIDED = ["none", "any", "accept", "reject", "exclude", "relabel", "bounds", "group", "note"];
const SAID = { none: "not decided", any: "decided" };
const SECONDS_UNTIL_SEARCHED = 0.3;

/** The filters of these names. */
export function filterBar(summary, names) {
  const { parameters } = here();
  const choices = {
    label: Object.keys(summary.classes).map((label) => [label, label]),
    split: Object.keys(summary.splits).map((split) => [split, split]),
    check: Object.keys(summary.checks).map((check) => [check, words(check)]),
    decided: DECIDED.map((value) => [value, SAID[value] ?? value]),
    own: Object.keys(summary.classes).map((label) => [label, label]),
    answer: Object.keys(summary.classes).map((label) => [label, label]),
  };
  const titles = { label: "Class", split: "Split", check: "Check", decided: "Decided", own: "Tested as", answer: "Taken for" };
  return h(
    "form",
    { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
    names.map((name) => {
      if (name === "q") return search(parameters.q ?? "");
      if (name === "group") return group(summary, parameters.group ?? "");
      return select(name, titles[name], choices[name], parameters[name] ?? "");
    }),
  );
}

function search(value) {
  let timer = 0;
  const oninput = (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => go({ q: event.target.value.trim() }), 1000 * SECONDS_UNTIL_SEARCHED);
  };
  return h("label", {}, h("span", {}, "Search ", h("kbd", {}, "/")), h("input", { type: "search", id: "search", value, oninput, autocomplete: "off" }));
}

function group(summary, value) {
  const onchange = (event) => go({ group: event.target.value });
  return h(
    "label",
    {},
    h("span", {}, "Group"),
    h("input", { type: "text", id: "filter-group", list: "groups", value, onchange, autocomplete: "off", size: 12 }),
    h("datalist", { id: "groups" }, summary.groups.map((name) => h("option", { value: name }))),
  );
}

function select(name, title, choices, value) {
  const onchange = (event) => go({ [name]: event.target.value });
  const known = choices.some(([choice]) => choice === value) || value === "" ? choices : [...choices, [value, value]];
  return h(
    "label",
    {},
    h("span", {}, title),
    h(
      "select",
      { id: `filter-${name}`, onchange },
      h("option", { value: "" }, "all"),
      known.map(([choice, said]) => h("option", { value: choice, selected: choice === value }, said)),
    ),
  );
}
