// The points of the map, as they come from the server part by part; they stay until other ones are asked for.

import { get } from "./api.js";

let kept = { key: null };

/**
 * Points of the clips that fit some filters.
 *
 * @param key is another one when the points are other ones
 * @param onPart is called with all that have come so far: { total, classes, shares, verb, ids, labels, x, y }
 */
export async function loadPoints(key, filters, onPart) {
  if (kept.key !== key) kept = { key, ids: [], labels: [], x: [], y: [], isWhole: false };
  const mine = kept;
  if (mine.isWhole || mine.isLoading) {
    mine.onPart = onPart;
    if (mine.ids.length || mine.isWhole) onPart(mine);
    return;
  }
  mine.onPart = onPart;
  mine.isLoading = true;
  for (let part = 0; !mine.isWhole && kept === mine; part += 1) {
    const { total, classes, shares, verb, ...columns } = await get("/api/map", { ...filters, part });
    Object.assign(mine, { total, classes, shares, verb });
    for (const [name, values] of Object.entries(columns)) mine[name].push(...values);
    mine.isWhole = mine.ids.length >= total || columns.ids.length === 0;
    mine.onPart(mine);
  }
  mine.isLoading = false;
}

/** The number of the point that is nearest to a place, and not farther than `reach`; all in shares of the map. */
export function nearest({ x, y }, [across, down], [reachAcross, reachDown]) {
  let [best, found] = [1, null];
  for (let number = 0; number < x.length; number += 1) {
    const distance = ((x[number] - across) / reachAcross) ** 2 + ((y[number] - down) / reachDown) ** 2;
    if (distance <= best) [best, found] = [distance, number];
  }
  return found;
}

/** How many points a region holds. */
export function countIn({ x, y }, [left, top, right, bottom]) {
  let count = 0;
  for (let number = 0; number < x.length; number += 1) {
    if (x[number] >= left && x[number] <= right && y[number] >= top && y[number] <= bottom) count += 1;
  }
  return count;
}

/** A colour for each class, far from that of its neighbours in the list. */
export function colourOf(number, isDark) {
  const hue = (number * 137.508 + 215) % 360;
  return `hsl(${hue.toFixed(0)} ${isDark ? 62 : 68}% ${(isDark ? 66 : 42) + 6 * (number % 2)}%)`;
}
