// Shows what the address says, and again whenever the address or the data change.

import { follow, get } from "./api.js";
import { VIEWS, addressOf, here } from "./address.js";
import { clipsView, markOpen } from "./clips.js";
import { decisionsView } from "./decisions.js";
import { byId, h, say } from "./dom.js";
import { findingsView } from "./findings.js";
import { counted } from "./format.js";
import { listen } from "./keys.js";
import { mapView } from "./map.js";
import { matrixView } from "./matrix.js";
import { Viewer } from "./viewer.js";

const RENDER = { findings: findingsView, clips: clipsView, map: mapView, matrix: matrixView, decisions: decisionsView };

const viewer = new Viewer();
let summary = null;
let shown = "";
let turn = 0;

async function show(isNews) {
  const { view, parameters } = here();
  const { clip, ...list } = parameters;
  const wanted = addressOf(view, list);
  try {
    const mine = ++turn;
    if (isNews || summary === null) summary = await get("/api/summary");
    if (isNews || shown !== wanted) {
      const children = await RENDER[view](summary);
      if (mine !== turn) return;
      replace(children, shown.split("?")[0] !== wanted.split("?")[0]);
      shown = wanted;
    }
    head(view);
    markOpen(clip);
    await viewer.open(clip, summary);
  } catch (error) {
    say(error.message, true);
  }
}

/** Put a view in place of the present one; who was writing goes on writing. */
function replace(children, isOther) {
  const main = byId("view");
  const focused = document.activeElement;
  const { id, selectionStart } = main.contains(focused) ? focused : {};
  const clip = main.contains(focused) ? focused.dataset.clip : undefined;
  const typed = id === "search" ? focused.value : null;
  main.replaceChildren(...children.flat().filter(Boolean));
  const again = clip ? main.querySelector(`a[data-clip="${CSS.escape(clip)}"]`) : id ? byId(id) : null;
  if (again) {
    again.focus({ preventScroll: true });
    if (typed !== null) {
      again.value = typed;
      again.setSelectionRange(selectionStart, selectionStart);
    }
  }
  if (isOther) scrollTo(0, 0);
}

function head(view) {
  byId("views").replaceChildren(
    ...Object.entries(VIEWS).map(([name, title]) => h("a", { href: addressOf(name, {}), "aria-current": name === view && "page" }, title)),
  );
  const stale = summary.stale ? `, ${summary.stale} stale` : "";
  const checks = summary.is_checked ? "" : ", checks are running";
  byId("state").textContent = `${counted(summary.clips, "clip")}, ${summary.decided.toLocaleString("en")} decided${stale}${checks}`;
  document.title = `${VIEWS[view]} – clipgate review`;
}

// The cookie stands for the token from now on.
if (location.search) history.replaceState(null, "", `/${location.hash}`);
addEventListener("hashchange", () => show(false));
listen(viewer);
follow((revision) => {
  if (summary === null || revision !== summary.revision) show(true);
});
show(false);
