// Numbers and clips in words.

export function seconds(value) {
  return value === null || value === undefined ? "end" : `${value.toFixed(2)} s`;
}

export function percent(value) {
  return value === null || value === undefined ? "" : `${(100 * value).toFixed(value < 0.01 ? 1 : 0)}%`;
}

export function counted(number, word) {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}

export function words(id) {
  return id.replaceAll("_", " ");
}

/** How a clip stands: as annotated, or as decided. */
export function standing(clip) {
  return clip.standing ?? { label: clip.label, group: clip.group, start: clip.start, end: clip.end, actions: [] };
}

export const ACTIONS = {
  accept: "accepted",
  reject: "rejected",
  exclude: "excluded",
  relabel: "relabelled",
  bounds: "bounds moved",
  group: "group changed",
  note: "noted",
  undo: "undone",
};

/** Old and new value of a decision, in words. */
export function change(decision) {
  const { action, old, new: value } = decision;
  if (action === "bounds") return `${bounds(old)} → ${bounds(value)}`;
  if (action === "relabel" || action === "group") return `${old ?? "none"} → ${value ?? "none"}`;
  return "";
}

function bounds(pair) {
  return Array.isArray(pair) ? `${seconds(pair[0])} to ${seconds(pair[1])}` : "";
}
