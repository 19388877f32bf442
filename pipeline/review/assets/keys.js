// What keys do. Letters do nothing while somebody writes.

import { go } from "./address.js";
import { byId, h } from "./dom.js";
import { toggleById } from "./selection.js";

const HELP = [
  ["j, k", "next and previous clip of the list"],
  ["space", "play, or stop"],
  ["←, →", "one picture back, or on; on a bound: move it"],
  ["[, ]", "the clip starts, or ends, with the picture on display"],
  ["a", "accept: the row is right"],
  ["r", "reject: the row is wrong, and what is right is still open"],
  ["l", "relabel"],
  ["g", "another group"],
  ["x", "exclude: the row is taken out"],
  ["n", "note"],
  ["s", "choose the clip, or not any more; the list decides about all chosen ones at once"],
  ["u, Ctrl+Z", "undo what was decided last, also about many clips"],
  ["arrows, Enter", "on the map: move the rectangle, with Shift change its size; list what it holds"],
  ["/", "search"],
  ["Escape", "close the clip"],
  ["?", "these keys"],
];

export function listen(viewer) {
  const ofClip = {
    " ": () => viewer.player.toggle(),
    ArrowLeft: () => viewer.player.step(-1),
    ArrowRight: () => viewer.player.step(1),
    "[": () => viewer.setBound(0),
    "]": () => viewer.setBound(1),
    a: () => viewer.decide("accept"),
    r: () => viewer.decide("reject"),
    x: () => viewer.decide("exclude"),
    l: () => viewer.relabel(),
    g: () => viewer.regroup(),
    n: () => viewer.note(),
    s: () => toggleById(viewer.clip.id),
    Escape: () => go({ clip: "" }),
  };
  const always = {
    j: () => viewer.go(1),
    k: () => viewer.go(-1),
    u: () => viewer.undo(),
    "/": () => byId("search")?.focus(),
    "?": showHelp,
  };
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || isWriting(event.target)) return;
    const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!isUndo && (event.ctrlKey || event.altKey || event.metaKey)) return;
    if (event.key === " " && event.target.closest("button, summary, input")) return;
    const action = isUndo ? always.u : (always[event.key] ?? (viewer.clip ? ofClip[event.key] : undefined));
    if (!action) return;
    event.preventDefault();
    action();
  });
  byId("help-button").addEventListener("click", showHelp);
}

function isWriting(target) {
  return target.matches("input:not([type=checkbox]), textarea, select");
}

function showHelp() {
  const dialog = byId("help");
  dialog.replaceChildren(
    h("h2", { id: "help-title" }, "Keys"),
    h("dl", { class: "keys" }, HELP.map(([keys, meaning]) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, meaning)))),
    h("form", { method: "dialog", onsubmit: (event) => (event.preventDefault(), dialog.close()) }, h("button", { class: "main" }, "Close")),
  );
  dialog.showModal();
}
