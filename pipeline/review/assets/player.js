// The video of a clip: played between bounds, again and again, with the boxes that were drawn around the actor.
// Times are seconds of the whole video; what the browser plays may begin later, by `offset`.

import { get } from "./api.js";
import { h, svg } from "./dom.js";

// A picture is surely shown a little after its time.
const EPSILON_SECONDS = 0.001;
const USUAL_RATE = 25;

export class Player {
  /** `onTime` is called with the time whenever another picture may be shown. */
  constructor(onTime) {
    this.onTime = onTime;
    this.offset = 0;
    this.fps = USUAL_RATE;
    this.bounds = [0, Infinity];
    this.boxes = [];
    this.loops = true;
    this.video = h("video", { playsinline: true, preload: "auto", tabindex: "-1", onclick: () => this.toggle() });
    this.video.muted = true;
    this.rectangle = svg("rect", { class: "box", visibility: "hidden" });
    this.overlay = svg("svg", { class: "overlay", viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, this.rectangle);
    this.problem = h("p", { class: "problem", role: "alert", hidden: true });
    this.element = h("div", { class: "player" }, h("div", { class: "frame" }, this.video, this.overlay), this.problem);
    this.video.addEventListener("loadedmetadata", () => this.fit());
    this.video.addEventListener("error", () => this.fail("This browser cannot play the video."));
    this.frame = requestAnimationFrame(() => this.watch());
  }

  async open(clip, bounds) {
    this.bounds = bounds;
    this.boxes = clip.boxes;
    try {
      const media = await get(`/api/clips/${clip.id}/media`);
      if (this.frame === null) return;
      this.offset = media.offset;
      this.fps = clip.fps || media.fps || USUAL_RATE;
      this.video.src = media.url;
      this.seek(bounds[0]);
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.play();
    } catch (error) {
      this.fail(error.message);
    }
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.video.removeAttribute("src");
    this.video.load();
  }

  get seconds() {
    return this.video.currentTime + this.offset;
  }

  /** When the picture on display begins, by the nominal rate. */
  get pictureSeconds() {
    return Math.floor(this.seconds * this.fps + 0.01) / this.fps;
  }

  seek(seconds) {
    this.video.currentTime = Math.max(0, seconds - this.offset + EPSILON_SECONDS);
  }

  step(pictures) {
    this.video.pause();
    this.seek(Math.max(0, this.pictureSeconds + pictures / this.fps));
  }

  play() {
    const [start, end] = this.bounds;
    if (this.seconds < start - 1 / this.fps || this.seconds >= end) this.seek(start);
    this.video.play().catch(() => {});
  }

  toggle() {
    if (this.video.paused) this.play();
    else this.video.pause();
  }

  fit() {
    const ratio = this.video.videoWidth / this.video.videoHeight;
    this.element.firstChild.style.width = `min(100%, calc(52vh * ${ratio}))`;
  }

  fail(sentence) {
    if (this.frame === null) return;
    this.problem.textContent = sentence;
    this.problem.hidden = false;
  }

  watch() {
    const seconds = this.seconds;
    if (!this.video.paused && this.loops && seconds >= this.bounds[1]) this.seek(this.bounds[0]);
    this.draw(seconds);
    this.onTime(seconds);
    this.frame = requestAnimationFrame(() => this.watch());
  }

  draw(seconds) {
    const box = boxAt(this.boxes, seconds);
    this.rectangle.setAttribute("visibility", box ? "visible" : "hidden");
    if (!box) return;
    const [left, top, right, bottom] = box;
    this.rectangle.setAttribute("x", left);
    this.rectangle.setAttribute("y", top);
    this.rectangle.setAttribute("width", right - left);
    this.rectangle.setAttribute("height", bottom - top);
  }
}

/** Edges at a time, between two boxes on the way from one to the other; null before the first and after the last. */
function boxAt(boxes, seconds) {
  const later = boxes.findIndex((box) => box[0] > seconds);
  if (later <= 0) return null;
  const [before, after] = [boxes[later - 1], boxes[later]];
  if (before[5]) return null;
  const share = (seconds - before[0]) / (after[0] - before[0]);
  return [1, 2, 3, 4].map((edge) => before[edge] + share * (after[edge] - before[edge]));
}
