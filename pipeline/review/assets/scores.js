// What the model says of each moment: a curve for the clip's class and for the most probable others, on the timeline's scale.

import { h, svg } from "./dom.js";
import { percent } from "./format.js";

export class Scores {
  constructor() {
    this.said = h("p", { class: "soft small", role: "status" });
    this.plot = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", role: "img" });
    this.playhead = h("div", { class: "playhead" });
    this.box = h("div", { class: "plot", hidden: true }, this.plot, this.playhead);
    this.legend = h("ul", { class: "legend small" });
    this.element = h("div", { class: "scores", hidden: true }, this.box, this.legend, this.said);
  }

  /** Say why there are no curves, or not yet. */
  say(sentence) {
    this.element.hidden = false;
    this.said.textContent = sentence;
  }

  show({ seconds, curves }, [first, last]) {
    [this.first, this.last] = [first, last];
    this.seconds = seconds;
    this.curves = curves;
    this.element.hidden = false;
    this.box.hidden = !seconds.length;
    this.said.textContent = seconds.length ? "" : "The model has seen nothing here.";
    const across = (time) => (time - first) / (last - first);
    this.plot.setAttribute("aria-label", `Probabilities over time, at most: ${curves.map(({ label, values }) => `${label} ${percent(Math.max(0, ...values))}`).join(", ")}`);
    this.plot.replaceChildren(
      svg("line", { class: "half", x1: 0, x2: 1, y1: 0.5, y2: 0.5 }),
      // The clip's own class lies above the others.
      ...curves.map(({ values }, rank) => svg("polyline", { class: `of-${rank}`, points: values.map((value, number) => `${across(seconds[number])},${1 - value}`).join(" ") })).reverse(),
    );
    this.values = curves.map(() => h("span", { class: "number" }));
    this.legend.replaceChildren(...curves.map(({ label }, rank) => h("li", {}, h("span", { class: `line of-${rank}`, "aria-hidden": "true" }), label, " ", this.values[rank])));
    if (this.now !== undefined) this.time(this.now);
  }

  /** Tell the values of the picture on display. */
  time(now) {
    this.now = now;
    if (!this.seconds?.length) return;
    const place = Math.min(1, Math.max(0, (now - this.first) / (this.last - this.first)));
    this.playhead.style.left = `${100 * place}%`;
    const step = this.seconds.length > 1 ? this.seconds[1] - this.seconds[0] : 1;
    const moment = Math.min(this.seconds.length - 1, Math.max(0, Math.round((now - this.seconds[0]) / step)));
    if (moment === this.moment && this.values === this.told) return;
    [this.moment, this.told] = [moment, this.values];
    this.curves.forEach(({ values }, rank) => (this.values[rank].textContent = percent(values[moment])));
  }
}
