// The view of the confusion matrix: each cell opens its clips.

import { get } from "./api.js";
import { addressOf } from "./address.js";
import { h } from "./dom.js";
import { counted } from "./format.js";

export async function matrixView() {
  const { classes, confusion_matrix: counts = [], run, known } = await get("/api/matrix");
  const title = h("h2", {}, "Confusion matrix ", h("span", { class: "soft small" }, run));
  if (!classes.length) {
    return [title, h("p", {}, "No run of this configuration has measured a model yet. clipgate run makes one.")];
  }
  return [
    title,
    h("p", { class: "soft" }, "Rows: what test clips are. Columns: what the model took them for. A cell opens its clips."),
    known === 0 && h("p", { class: "notice" }, "None of the clips is one of that run any more: the annotations have changed since."),
    h(
      "div",
      { class: "scroll" },
      h(
        "table",
        { class: "matrix" },
        h("caption", { class: "hidden" }, "Number of test clips by class and by the model's answer"),
        h("thead", {}, h("tr", {}, h("td", {}), classes.map((label) => h("th", { scope: "col" }, h("span", { class: "label" }, label))))),
        h("tbody", {}, classes.map((own, row) => line(own, counts[row], classes, row))),
      ),
    ),
  ];
}

function line(own, counts, classes, row) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("span", { class: "label" }, own)),
    counts.map((count, column) => cell(own, classes[column], count, total, row === column)),
    h("td", { class: "total soft small" }, counted(total, "clip")),
  );
}

function cell(own, answer, count, total, isHit) {
  const element = h("td", { class: isHit ? "hit" : "" });
  if (count) {
    element.style.setProperty("--share", String(0.08 + (0.72 * count) / total));
    const said = `${own} taken for ${answer}: ${counted(count, "clip")}`;
    element.append(h("a", { href: addressOf("clips", { own, answer }), "aria-label": said }, String(count)));
  }
  return element;
}
