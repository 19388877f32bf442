// The view of the map: a point a clip. Near one another are clips that move, or look, alike. A rectangle leads to its clips as a list.

import { get } from "./api.js";
import { FILTERS, addressOf, go, here, withChanges } from "./address.js";
import { h } from "./dom.js";
import { filterBar } from "./filters.js";
import { counted, percent, seconds, standing } from "./format.js";
import { colourOf, countIn, loadPoints, nearest } from "./points.js";

const MARGIN = 14; // pixels around the points
const REACH = 9; // pixels from a point that is pointed at
const STEP = 0.02;
const FIRST_REGION = [0.4, 0.4, 0.6, 0.6];
const MOST_NAMED = 60;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

export async function mapView(summary) {
  const { parameters } = here();
  const title = h("h2", {}, "Map ", h("span", { class: "soft small", id: "total" }));
  if (!summary.on_map) return [title, h("p", {}, why(summary))];
  const filters = Object.fromEntries(FILTERS.filter((name) => name !== "region").map((name) => [name, parameters[name]]));
  const isOfDecisions = Object.entries(filters).some(([name, value]) => value && ["label", "group", "decided"].includes(name));
  const key = JSON.stringify([filters, summary.edition, isOfDecisions ? summary.revision : 0]);
  const names = ["q", "label", "group", "split", "check", "decided", ...(summary.has_answers ? ["own", "answer"] : [])];
  const map = new ClipMap(filters, title.lastChild, parameters.region);
  // What comes later is drawn into the view as it is by then.
  loadPoints(key, filters, (points) => map.show(points)).catch((error) => (map.said.textContent = error.message));
  return [
    title,
    filterBar(summary, names),
    h(
      "p",
      { class: "soft small", id: "map-help" },
      "Clips that ",
      map.verb,
      " alike lie close together; the colour is the class that they are annotated with. Drag a rectangle to choose clips, or use the keys: arrows move it, with Shift they change its size, Enter lists what it holds.",
    ),
    map.element,
  ];
}

function why(summary) {
  if (!summary.is_checked) return "The checks are still running; the map is drawn of what they measure in the videos.";
  return "There is no map: it is drawn of what clipgate review --frames measures in the videos, and takes 20 clips of 4 groups.";
}

class ClipMap {
  constructor(filters, total, region) {
    this.filters = filters;
    this.total = total;
    this.region = region ? region.split(",").map(Number) : null;
    this.verb = h("span", {}, "move");
    this.canvas = h("canvas", {});
    this.hint = h("div", { class: "hint", hidden: true });
    this.rectangle = h("div", { class: "region", hidden: true });
    this.ring = h("div", { class: "ring", hidden: true });
    this.box = h(
      "div",
      {
        class: "map",
        id: "map",
        tabindex: "0",
        role: "application",
        "aria-label": "Map of clips",
        "aria-describedby": "map-help",
        onpointerdown: (event) => this.press(event),
        onpointermove: (event) => this.point(event),
        onpointerleave: () => this.unpoint(),
        onkeydown: (event) => this.key(event),
      },
      this.canvas,
      this.rectangle,
      this.ring,
      this.hint,
    );
    this.said = h("span", { role: "status", "aria-live": "polite" });
    this.chosen = h("div", { class: "bar chosen" }, this.said, this.buttons());
    this.legend = h("ul", { class: "legend small" });
    this.element = h("div", { class: "map-view" }, this.legend, this.chosen, this.box);
    new ResizeObserver(() => this.draw()).observe(this.box);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", () => this.show(this.points));
  }

  buttons() {
    this.list = h("button", { type: "button", class: "main", onclick: () => this.open() }, "Show as list");
    this.clear = h("button", { type: "button", onclick: () => this.choose(null) }, "Clear");
    return [this.list, this.clear];
  }

  show(points) {
    if (!points) return;
    this.points = points;
    this.verb.textContent = points.verb;
    this.total.textContent = `${counted(points.ids.length, "clip")}${points.isWhole ? "" : ` of ${points.total.toLocaleString("en")}, more are coming`}`;
    this.colours = points.classes.map((label, number) => colourOf(number, this.scheme.matches));
    const present = new Set(points.labels);
    const named = points.classes.map((label, number) => [label, number]).filter(([, number]) => present.has(number));
    this.legend.replaceChildren(
      ...named.slice(0, MOST_NAMED).map(([label, number]) => {
        const dot = h("span", { class: "dot", "aria-hidden": "true" });
        dot.style.background = this.colours[number];
        return h("li", {}, dot, h("a", { href: withChanges({ label }) }, label));
      }),
      ...(named.length > MOST_NAMED ? [h("li", { class: "soft" }, `and ${named.length - MOST_NAMED} more classes`)] : []),
    );
    this.tell();
    this.draw();
  }

  draw() {
    const { width, height } = this.box.getBoundingClientRect();
    if (!this.points || !width) return;
    const ratio = devicePixelRatio;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const { x, y, labels } = this.points;
    const size = ratio * (x.length > 20000 ? 2 : x.length > 2000 ? 3 : 9);
    const context = this.canvas.getContext("2d");
    context.globalAlpha = x.length > 20000 ? 0.6 : 0.85;
    const byClass = this.colours.map(() => []);
    for (let number = 0; number < x.length; number += 1) byClass[labels[number]].push(number);
    byClass.forEach((numbers, label) => {
      context.fillStyle = this.colours[label];
      for (const number of numbers) {
        const [left, top] = this.pixels(x[number], y[number], width, height);
        if (size < 4 * ratio) context.fillRect(left * ratio - size / 2, top * ratio - size / 2, size, size);
        else dot(context, left * ratio, top * ratio, size / 2);
      }
    });
    this.place();
  }

  pixels(across, down, width, height) {
    return [MARGIN + across * (width - 2 * MARGIN), MARGIN + down * (height - 2 * MARGIN)];
  }

  /** Where on the map an event was: in shares of its width and height, within them. */
  at(event) {
    const { left, top, width, height } = this.box.getBoundingClientRect();
    const share = (pixel, size) => Math.min(1, Math.max(0, (pixel - MARGIN) / (size - 2 * MARGIN)));
    return [share(event.clientX - left, width), share(event.clientY - top, height)];
  }

  pointed(event) {
    const { width, height } = this.box.getBoundingClientRect();
    return this.points ? nearest(this.points, this.at(event), [REACH / (width - 2 * MARGIN), REACH / (height - 2 * MARGIN)]) : null;
  }

  press(event) {
    if (event.button !== 0) return;
    const from = this.at(event);
    const [firstX, firstY] = [event.clientX, event.clientY];
    let isDrag = false;
    this.box.setPointerCapture(event.pointerId);
    const onmove = (moved) => {
      isDrag ||= Math.hypot(moved.clientX - firstX, moved.clientY - firstY) > 4;
      if (isDrag) this.choose(between(from, this.at(moved)), false);
    };
    const onend = (ended) => {
      this.box.removeEventListener("pointermove", onmove);
      this.box.removeEventListener("lostpointercapture", onend);
      if (isDrag) this.choose(this.region);
      else if (ended.type === "lostpointercapture") this.openPointed(event);
    };
    this.box.addEventListener("pointermove", onmove);
    this.box.addEventListener("lostpointercapture", onend);
  }

  openPointed(event) {
    const number = this.pointed(event);
    if (number !== null) go({ clip: this.points.ids[number] });
  }

  point(event) {
    if (event.buttons) return this.unpoint();
    const number = this.pointed(event);
    if (number === null) return this.unpoint();
    if (number === this.shown) return undefined;
    this.shown = number;
    const { width, height } = this.box.getBoundingClientRect();
    const [left, top] = this.pixels(this.points.x[number], this.points.y[number], width, height);
    Object.assign(this.ring.style, { left: `${left}px`, top: `${top}px` });
    this.ring.hidden = false;
    this.box.style.cursor = "pointer";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.name(number, left, top, width, height), 60);
    return undefined;
  }

  unpoint() {
    clearTimeout(this.timer);
    this.shown = null;
    this.hint.hidden = this.ring.hidden = true;
    this.box.style.cursor = "";
  }

  /** Tell which clip is pointed at. */
  async name(number, left, top, width, height) {
    const id = this.points.ids[number];
    const clip = await get(`/api/clips/${id}`).catch(() => null);
    if (!clip || this.shown !== number) return;
    const picture = h("img", { src: `/pictures/${id}`, alt: "", width: 128, height: 96, onerror: (event) => event.target.remove() });
    const now = standing(clip);
    this.hint.replaceChildren(
      picture,
      h("strong", {}, now.label === clip.label ? clip.label : `${clip.label} → ${now.label}`),
      h("span", { class: "path" }, clip.video),
      h("span", { class: "soft" }, `${seconds(now.start)} – ${seconds(now.end)}${clip.group ? `, ${clip.group}` : ""}`),
    );
    Object.assign(this.hint.style, {
      left: left < width / 2 ? `${left + 12}px` : "",
      right: left < width / 2 ? "" : `${width - left + 12}px`,
      top: top < height / 2 ? `${top + 8}px` : "",
      bottom: top < height / 2 ? "" : `${height - top + 8}px`,
    });
    this.hint.hidden = false;
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && this.region) this.open();
    else if (event.key === "Escape" && this.region) this.choose(null);
    else if (event.key in MOVES) this.choose(this.region ? moved(this.region, MOVES[event.key], event.shiftKey) : FIRST_REGION);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Choose a region, or none; `isFinal`: it stays in the address. */
  choose(region, isFinal = true) {
    this.region = region?.map((edge) => Math.round(edge * 1e3) / 1e3) ?? null;
    this.place();
    this.tell();
    if (isFinal) history.replaceState(null, "", withChanges({ region: this.region?.join(",") ?? "" }));
  }

  place() {
    this.rectangle.hidden = !this.region;
    if (!this.region) return;
    const { width, height } = this.box.getBoundingClientRect();
    const [left, top] = this.pixels(this.region[0], this.region[1], width, height);
    const [right, bottom] = this.pixels(this.region[2], this.region[3], width, height);
    Object.assign(this.rectangle.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
  }

  tell() {
    const count = this.region && this.points ? countIn(this.points, this.region) : 0;
    const shares = this.points?.shares.map(percent).join(" and ");
    this.said.textContent = this.region ? `${counted(count, "clip")} chosen` : shares ? `The two directions show ${shares} of how the clips differ.` : "";
    this.list.disabled = !count;
    this.list.hidden = this.clear.hidden = !this.region;
  }

  open() {
    if (!this.list.disabled) location.hash = addressOf("clips", { ...this.filters, region: this.region.join(",") });
  }
}

function dot(context, left, top, radius) {
  context.beginPath();
  context.arc(left, top, radius, 0, 2 * Math.PI);
  context.fill();
}

function between([oneX, oneY], [otherX, otherY]) {
  return [Math.min(oneX, otherX), Math.min(oneY, otherY), Math.max(oneX, otherX), Math.max(oneY, otherY)];
}

/** The region moved, or with its right and lower edge moved; within the map. */
function moved([left, top, right, bottom], [across, down], isSize) {
  if (isSize) return [left, top, Math.min(1, Math.max(left + STEP, right + across)), Math.min(1, Math.max(top + STEP, bottom + down))];
  const dx = Math.min(1 - right, Math.max(-left, across));
  const dy = Math.min(1 - bottom, Math.max(-top, down));
  return [left + dx, top + dy, right + dx, bottom + dy];
}
