// Tables are sorted by a click on a column's head, and long ones filtered.
// A cell's `data-value` is its number where the text is not; a column head's `data-facet` names what its values are.

const DIRECTIONS = ["ascending", "descending", null]; // null: as it was written

function makeSortable(table) {
  const body = table.tBodies[0];
  const written = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const hasNoWords = (cell) => !textOf(cell);
    if (hasNoWords(head) || written.every((row) => hasNoWords(row.cells[column]))) return;
    const button = element("button", { type: "button", class: "sort", onclick: () => sort(head, column) });
    button.append(...head.childNodes);
    head.append(button);
  });

  function sort(head, column) {
    const direction = DIRECTIONS[(DIRECTIONS.indexOf(head.getAttribute("aria-sort")) + 1) % DIRECTIONS.length];
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    if (direction) head.setAttribute("aria-sort", direction);
    body.append(...(direction ? inDirection(written, column, direction) : written));
  }
}

function inDirection(rows, column, direction) {
  const sign = direction === "ascending" ? 1 : -1;
  const cells = rows.map((row) => ({ row, number: numberOf(row.cells[column]), text: textOf(row.cells[column]) }));
  const isOfNumbers = cells.some(({ number }) => number !== null);
  // What has no number stands below those that have one, in both directions.
  const compare = (one, other) =>
    !isOfNumbers ? sign * inOrder(one.text, other.text)
    : one.number === null || other.number === null ? (one.number === null) - (other.number === null)
    : sign * (one.number - other.number);
  return cells.sort(compare).map(({ row }) => row);
}

function textOf(cell) {
  return cell.textContent.trim();
}

function numberOf(cell) {
  if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
  if (!cell.classList.contains("number")) return null;
  const number = parseFloat(textOf(cell).replace("−", "-"));
  return Number.isNaN(number) ? null : number;
}

function makeFilterable(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < FEWEST_FILTERED) return;
  const heads = [...table.tHead.rows[0].cells].map((head, column) => [head.dataset.facet, column]).filter(([name]) => name);
  const facetsOf = (row) => Object.fromEntries(heads.map(([name, column]) => [name, [textOf(row.cells[column])]]));
  const place = table.closest(".scroll") ?? table;
  place.before(makeFilters(rows, facetsOf, table.dataset.rows || "rows"));
}

for (const table of document.querySelectorAll("table[data-rows]")) {
  makeFilterable(table);
  makeSortable(table);
}
