// What was decided in this tab, so that it can be taken back: what came last goes first.

import { decide, decideAll } from "./api.js";
import { counted } from "./format.js";

const made = []; // { undoes } of one decision, or { batch } of several that were made at one go

export function remember(entry) {
  made.push(entry);
}

/** What was decided last and not taken back, if anything was. */
export function lastMade() {
  return made.at(-1);
}

/** Take back one decision, or all of a batch that still count; gives what to say. */
export async function takeBack(entry) {
  const place = made.findLastIndex((each) => each.undoes === entry.undoes && each.batch === entry.batch);
  if (place >= 0) made.splice(place, 1);
  if (!entry.batch) {
    await decide({ action: "undo", undoes: entry.undoes });
    return "undone";
  }
  const { count } = await decideAll({ action: "undo", undoes: entry.batch });
  return `${counted(count, "decision")} undone`;
}
