// Lists in which one looks for something: by words, and by values that the items have in common, such as a class.

const FEWEST_FILTERED = 7; // fewer are seen at a glance

const resets = new Map(); // what shows everything again, by item

/**
 * A form that hides items.
 * @param {Element[]} items
 * @param {(item: Element) => Object<string, string[]>} facetsOf the values of an item by the name of what has them
 * @param {string} noun what the items are, in the plural
 */
function makeFilters(items, facetsOf, noun) {
  const facets = new Map(items.map((item) => [item, facetsOf(item)]));
  // Before other parts of the script add words to them.
  const words = new Map(items.map((item) => [item, item.textContent.replace(/\s+/g, " ").toLocaleLowerCase()]));
  const text = element("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  const choices = choicesOf([...facets.values()]);
  const count = element("output", { class: "soft small" });
  const form = element(
    "form",
    { class: "filters", role: "search", "aria-label": `Filter ${noun}`, onsubmit: (event) => event.preventDefault() },
    labelled(`words in ${noun}`, text),
    ...[...choices].map(([name, select]) => labelled(name, select)),
    element("button", { type: "reset" }, "show all"),
    count,
  );

  function apply() {
    const wanted = text.value.trim().toLocaleLowerCase();
    const chosen = [...choices].filter(([, select]) => select.selectedIndex > 0);
    let numShown = 0;
    for (const item of items) {
      const own = facets.get(item);
      const fits = chosen.every(([name, select]) => own[name]?.includes(select.selectedOptions[0].textContent));
      item.hidden = !fits || !words.get(item).includes(wanted);
      numShown += !item.hidden;
    }
    count.textContent = `${numShown} of ${items.length}`;
    hideEmptySections(items);
  }

  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply)); // after the controls have their first values again
  items.forEach((item) => resets.set(item, () => (form.reset(), apply())));
  count.textContent = `${items.length} of ${items.length}`;
  return form;
}

/** A list to choose from for each facet in which the items differ. */
function choicesOf(ofItems) {
  const choices = new Map();
  for (const name of new Set(ofItems.flatMap(Object.keys))) {
    const values = [...new Set(ofItems.flatMap((own) => own[name] ?? []))].sort(inOrder);
    if (values.length < 2) continue;
    choices.set(name, element("select", {}, ...["all", ...values].map((value) => element("option", {}, value))));
  }
  return choices;
}

const inOrder = new Intl.Collator(undefined, { numeric: true }).compare;

/** Sections that are made of such items go with the last of them, and so do their lines in the contents. */
function hideEmptySections(items) {
  for (const section of new Set(items.map((item) => item.closest("section")))) {
    if (!section?.parentElement.hasAttribute("data-filtered")) continue;
    section.hidden = items.every((item) => item.hidden || item.closest("section") !== section);
    const link = document.querySelector(`nav.contents a[href="#${CSS.escape(section.id)}"]`);
    if (link) link.parentElement.hidden = section.hidden;
  }
}

for (const list of document.querySelectorAll("[data-filtered]")) {
  const items = [...list.querySelectorAll("[data-facets]")];
  if (items.length < 2) continue;
  list.prepend(makeFilters(items, (item) => JSON.parse(item.dataset.facets), list.dataset.filtered));
}

// A link into what is hidden shows it.
document.addEventListener("click", (event) => {
  const id = event.target.closest?.('a[href^="#"]')?.hash.slice(1);
  const target = id && document.getElementById(id)?.closest("[hidden]");
  if (target) resets.get(target)?.();
});
