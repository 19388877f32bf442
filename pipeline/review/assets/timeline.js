// The bounds of a clip on a bar of time: dragged with a pointer, or moved by the arrow keys. Other clips of the video, what checks
// suggest and the motion stand behind them.

import { h, svg } from "./dom.js";
import { seconds as shown } from "./format.js";

const MILLISECONDS_AFTER_KEYS = 700;
const NAMES = ["Start", "End"];

export class Timeline {
  /**
   * @param onSeek is called with a time
   * @param onBounds is called with [start, end] when they are where they are to stay
   */
  constructor(onSeek, onBounds) {
    this.onSeek = onSeek;
    this.onBounds = onBounds;
    this.picture = 1 / 25;
    this.bounds = this.settled = [0, 0];
    this.behind = h("div", { class: "behind" });
    this.span = h("div", { class: "span" });
    this.playhead = h("div", { class: "playhead" });
    this.handles = NAMES.map((name, side) => this.makeHandle(name, side));
    this.bar = h("div", { class: "track", onpointerdown: (event) => this.press(event) }, this.behind, this.span, this.playhead, this.handles);
    this.scale = h("div", { class: "scale soft small", "aria-hidden": "true" });
    this.element = h("div", { class: "timeline", role: "group", "aria-label": "Bounds" }, this.bar, this.scale);
  }

  makeHandle(name, side) {
    return h("div", {
      class: `handle ${name.toLowerCase()}`,
      role: "slider",
      tabindex: "0",
      "aria-label": name,
      onpointerdown: (event) => this.drag(event, side),
      onkeydown: (event) => this.nudge(event, side),
      onblur: () => this.settle(),
    });
  }

  show(clip, bounds, picture) {
    [this.first, this.last] = clip.window;
    this.picture = picture;
    this.annotated = [clip.start, clip.end ?? this.last];
    this.settled = bounds;
    this.behind.replaceChildren(...clip.neighbours.map((other) => this.block(other, "neighbour", other.label)), ...this.suggestions(clip), ...this.curve(clip.curve));
    this.behind.prepend(this.block({ start: this.annotated[0], end: this.annotated[1] }, "annotated", "as annotated"));
    this.scale.replaceChildren(h("span", {}, shown(this.first)), h("span", {}, shown(this.last)));
    this.move(bounds);
  }

  move(bounds) {
    this.bounds = bounds;
    const [start, end] = bounds;
    this.span.style.left = this.across(start);
    this.span.style.width = `calc(${this.across(end)} - ${this.across(start)})`;
    this.handles.forEach((handle, side) => {
      handle.style.left = this.across(bounds[side]);
      handle.setAttribute("aria-valuemin", this.first.toFixed(3));
      handle.setAttribute("aria-valuemax", this.last.toFixed(3));
      handle.setAttribute("aria-valuenow", bounds[side].toFixed(3));
      handle.setAttribute("aria-valuetext", shown(bounds[side]));
    });
  }

  time(seconds) {
    this.playhead.style.left = this.across(Math.min(this.last, Math.max(this.first, seconds)));
  }

  across(seconds) {
    return `${(100 * (seconds - this.first)) / (this.last - this.first)}%`;
  }

  block({ start, end }, kind, title) {
    const element = h("div", { class: `block ${kind}`, title });
    const [from, to] = [Math.max(start, this.first), Math.min(end ?? this.last, this.last)];
    element.style.left = this.across(from);
    element.style.width = `calc(${this.across(to)} - ${this.across(from)})`;
    return element;
  }

  suggestions(clip) {
    return clip.findings
      .map((finding) => finding.suggestion)
      .filter((suggestion) => suggestion && (suggestion.start !== null || suggestion.end !== null))
      .map((suggestion) => this.block({ start: suggestion.start ?? clip.start, end: suggestion.end ?? clip.end }, "suggested", suggestion.text));
  }

  curve(curve) {
    if (!curve) return [];
    const [times, rates] = curve;
    const points = times.map((time, number) => `${(time - this.first) / (this.last - this.first)},${1 - rates[number]}`).join(" ");
    return [svg("svg", { class: "curve", viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("polyline", { points }))];
  }

  secondsAt(event) {
    const { left, width } = this.bar.getBoundingClientRect();
    const seconds = this.first + ((event.clientX - left) / width) * (this.last - this.first);
    return this.snap(Math.min(this.last, Math.max(this.first, seconds)));
  }

  snap(seconds) {
    return Math.round(Math.round(seconds / this.picture) * this.picture * 1e4) / 1e4;
  }

  press(event) {
    if (event.target.getAttribute("role") !== "slider") this.onSeek(this.secondsAt(event));
  }

  drag(event, side) {
    event.preventDefault();
    const handle = this.handles[side];
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    const onmove = (moved) => this.place(side, this.secondsAt(moved));
    const onend = () => {
      handle.removeEventListener("pointermove", onmove);
      handle.removeEventListener("lostpointercapture", onend);
      this.settle();
    };
    handle.addEventListener("pointermove", onmove);
    handle.addEventListener("lostpointercapture", onend);
  }

  nudge(event, side) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (steps === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.place(side, this.snap(this.bounds[side] + steps * this.picture));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), MILLISECONDS_AFTER_KEYS);
  }

  /** Move one of the bounds as far as the other lets it. */
  place(side, seconds) {
    const [start, end] = this.bounds;
    const placed = side === 0 ? [Math.max(0, Math.min(seconds, end - this.picture)), end] : [start, Math.max(seconds, start + this.picture)];
    this.move(placed.map((each) => Math.round(each * 1e4) / 1e4));
    this.onSeek(this.bounds[side]);
  }

  settle() {
    clearTimeout(this.timer);
    if (this.bounds[0] !== this.settled[0] || this.bounds[1] !== this.settled[1]) {
      this.settled = this.bounds;
      this.onBounds(this.bounds);
    }
  }

  get isMoving() {
    return this.bounds[0] !== this.settled[0] || this.bounds[1] !== this.settled[1];
  }
}
