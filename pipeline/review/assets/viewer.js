// One clip: its video, its bounds, what is known of it, and what can be decided about it.

import { decide, get } from "./api.js";
import { go, here } from "./address.js";
import { listed, markOpen } from "./clips.js";
import { details } from "./details.js";
import { byId, h, say } from "./dom.js";
import { ACTIONS, seconds, standing } from "./format.js";
import { Player } from "./player.js";
import { ask } from "./question.js";
import { Scores } from "./scores.js";
import { Timeline } from "./timeline.js";
import { lastMade, remember, takeBack } from "./undo.js";

const PRESSED = ["accept", "reject", "exclude"];

export class Viewer {
  constructor() {
    this.element = byId("viewer");
    this.clip = null;
    this.player = null;
    this.written = Promise.resolve();
    this.place = 0; // in the list, which it may have left since
  }

  /** Show a clip, or none. */
  async open(id, summary) {
    this.summary = summary;
    this.isListed = listed.includes(id);
    if (this.isListed) this.place = listed.indexOf(id);
    markOpen(id);
    if (!id) {
      const focused = this.element.contains(document.activeElement);
      const was = this.clip?.id;
      this.close();
      if (focused && was) document.querySelector(`a[data-clip="${CSS.escape(was)}"], [data-clip="${CSS.escape(was)}"] a`)?.focus();
      return undefined;
    }
    if (this.clip?.id === id) return this.refresh();
    this.close();
    this.wanted = id;
    let clip;
    try {
      clip = await get(`/api/clips/${encodeURIComponent(id)}`);
    } catch (error) {
      return say(error.message, true);
    }
    if (this.wanted !== id) return undefined;
    this.clip = clip;
    this.player = new Player((now) => (this.timeline.time(now), this.scores.time(now)));
    this.scores = new Scores();
    this.asked = null;
    this.timeline = new Timeline((now) => this.player.seek(now), (bounds) => this.decide("bounds", bounds));
    this.facts = h("div", { class: "facts" });
    const buttons = h(
      "div",
      { class: "bar", role: "group", "aria-label": "Decide" },
      [
        ["accept", "a", "Accept", () => this.decide("accept")],
        ["reject", "r", "Reject", () => this.decide("reject")],
        ["relabel", "l", "Relabel", () => this.relabel()],
        ["group", "g", "Group", () => this.regroup()],
        ["exclude", "x", "Exclude", () => this.decide("exclude")],
        ["note", "n", "Note", () => this.note()],
        ["undo", "u", "Undo", () => this.undo()],
      ].map(([name, key, title, onclick]) => h("button", { type: "button", "data-action": name, onclick }, title, " ", h("kbd", {}, key))),
    );
    const moves = h(
      "div",
      { class: "bar", role: "group", "aria-label": "Play" },
      h("button", { type: "button", onclick: () => this.player.toggle() }, "Play ", h("kbd", {}, "space")),
      h("button", { type: "button", "aria-label": "One picture back", onclick: () => this.player.step(-1) }, "◂"),
      h("button", { type: "button", "aria-label": "One picture on", onclick: () => this.player.step(1) }, "▸"),
      h("button", { type: "button", onclick: () => this.setBound(0) }, "Start here ", h("kbd", {}, "[")),
      h("button", { type: "button", onclick: () => this.setBound(1) }, "End here ", h("kbd", {}, "]")),
    );
    this.heading = h("h2", { id: "clip-title", tabindex: "-1" });
    const head = h("div", { class: "head" }, this.heading, h("button", { type: "button", "aria-label": "Close the clip", onclick: () => go({ clip: "" }) }, "✕"));
    this.element.replaceChildren(head, this.player.element, this.timeline.element, this.scores.element, moves, buttons, this.facts);
    this.element.hidden = false;
    this.element.dataset.clip = id;
    document.body.classList.add("viewing");
    this.show();
    this.heading.focus({ preventScroll: true });
    this.element.scrollTop = 0;
    if (this.element.getBoundingClientRect().top < 0 || innerWidth < 900) this.element.scrollIntoView();
    await this.player.open(clip, this.bounds);
    return undefined;
  }

  close() {
    this.wanted = null;
    this.player?.close();
    this.player = this.clip = null;
    this.element.hidden = true;
    this.element.replaceChildren();
    document.body.classList.remove("viewing");
  }

  /** Show what is known now of the clip that is open. */
  async refresh() {
    const id = this.clip?.id;
    if (!id) return;
    const clip = await get(`/api/clips/${id}`);
    if (this.clip?.id !== id) return;
    this.clip = clip;
    this.show();
  }

  get bounds() {
    const now = standing(this.clip);
    return [now.start, now.end ?? this.clip.window[1]];
  }

  show() {
    const { clip, player, timeline } = this;
    const now = standing(clip);
    this.heading.replaceChildren(...(now.label === clip.label ? [clip.label] : [h("s", { class: "soft" }, clip.label), " ", now.label]));
    player.bounds = this.bounds;
    player.boxes = clip.boxes;
    if (!timeline.isMoving || timeline.clipId !== clip.id) timeline.show(clip, this.bounds, 1 / (clip.fps || player.fps));
    timeline.clipId = clip.id;
    for (const button of this.element.querySelectorAll("[data-action]")) {
      button.setAttribute("aria-pressed", String(now.actions.includes(button.dataset.action) && PRESSED.includes(button.dataset.action)));
    }
    this.facts.replaceChildren(...details(clip, this));
    if (this.summary.has_model) this.askModel();
  }

  /** Show what the model says of the clip as it stands, as soon as it has said it. */
  async askModel() {
    const { clip, scores } = this;
    const { label, start, end } = standing(clip);
    const about = JSON.stringify([clip.id, label, start, end, clip.window]);
    if (this.asked?.about === about) return;
    const asked = (this.asked = { about, answers: this.asked?.answers });
    if (!scores.curves) scores.say("The model is looking at the video …");
    try {
      const { answers } = await get(`/api/clips/${clip.id}/answer`);
      if (this.asked !== asked) return;
      asked.answers = answers;
      this.facts.replaceChildren(...details(this.clip, this));
      const curves = await get(`/api/clips/${clip.id}/scores`);
      if (this.asked === asked) scores.show(curves, clip.window);
    } catch (error) {
      if (this.asked === asked) scores.say(error.message);
    }
  }

  /** One after the other: an undo is of what was decided before it, whether or not that is written yet. */
  inTurn(work) {
    this.written = this.written.then(work).catch((error) => say(error.message, true));
    return this.written;
  }

  decide(action, value = undefined, finding = undefined, why = undefined) {
    const { clip } = this;
    return clip ? this.inTurn(() => this.write(clip, action, value, finding, why)) : undefined;
  }

  async write(clip, action, value, finding, why) {
    const { parameters } = here();
    const about = finding ?? (clip.findings.some((each) => each.id === parameters.finding) ? parameters.finding : undefined);
    try {
      const { decision } = await decide({ segment: clip.id, action, new: value, finding: about, why });
      remember({ undoes: decision.id });
      say(`${clip.label}: ${ACTIONS[action]}${action === "bounds" ? ` to ${seconds(value[0])} – ${seconds(value[1])}` : ""}`);
    } catch (error) {
      say(error.message, true);
    }
    await this.refresh();
  }

  undo(id = undefined) {
    return this.inTurn(() => this.takeBack(id));
  }

  async takeBack(id) {
    const ofClip = this.clip?.decisions.filter((decision) => decision.state === "standing").map((decision) => decision.id) ?? [];
    const of = (decision) => (decision ? { undoes: decision } : undefined);
    const last = of(id) ?? lastMade() ?? of(ofClip.at(-1));
    if (!last) return say("There is nothing to undo.");
    try {
      say(await takeBack(last));
    } catch (error) {
      say(error.message, true);
    }
    await this.refresh();
    return undefined;
  }

  async setBound(side) {
    const at = Math.round(this.player.pictureSeconds * 1e4) / 1e4;
    const bounds = [...this.bounds];
    // The picture on display is the last one of the clip.
    bounds[side] = side === 0 ? at : Math.round((at + 1 / this.player.fps) * 1e4) / 1e4;
    if (bounds[0] >= bounds[1]) return say("The clip would end before it starts.", true);
    return this.decide("bounds", bounds);
  }

  async relabel() {
    const label = await ask("The right class", standing(this.clip).label, Object.keys(this.summary.classes));
    if (label && label !== standing(this.clip).label) await this.decide("relabel", label);
  }

  async regroup() {
    const group = await ask("The group: who, or where", standing(this.clip).group ?? "", this.summary.groups);
    if (group) await this.decide("group", group);
  }

  async note() {
    const note = await ask("A note", "");
    if (note) await this.decide("note", undefined, undefined, note);
  }

  /** Go to the next clip of the list, or back. */
  go(step) {
    const next = listed[this.isListed || step < 0 ? this.place + step : this.place];
    if (next) go({ clip: next });
    else say(step > 0 ? "This is the last clip of the page." : "This is the first clip of the page.");
  }
}
