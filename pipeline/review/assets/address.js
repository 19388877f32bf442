// Everything that is shown stands behind the # of the address: #/clips?label=walk&sort=-duration&clip=0123456789abcdef

export const VIEWS = { findings: "Findings", clips: "Clips", map: "Map", matrix: "Confusion matrix", decisions: "Decisions" };
export const FILTERS = ["q", "label", "group", "split", "check", "finding", "decided", "region", "own", "answer"];

/** The view, and its parameters. */
export function here() {
  const [, view = "", query = ""] = /^#\/?([a-z]*)\??(.*)$/s.exec(location.hash) ?? [];
  return { view: view in VIEWS ? view : "findings", parameters: Object.fromEntries(new URLSearchParams(query)) };
}

/** The address of a view. */
export function addressOf(view, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  const query = new URLSearchParams(given).toString();
  return `#/${view}${query ? `?${query}` : ""}`;
}

/** The same view with other parameters; another filter begins with the first page. */
export function withChanges(changes) {
  const { view, parameters } = here();
  const filters = Object.keys(changes).some((name) => name !== "clip" && name !== "page");
  return addressOf(view, { ...parameters, ...(filters ? { page: "" } : {}), ...changes });
}

export function go(changes) {
  location.hash = withChanges(changes);
}
