/** Shares as bars with their numbers. */

import { el } from "./dom.js";
import { percent } from "./format.js";

/** @typedef {{ label: string, share: number, chosen?: boolean, text?: string }} Bar */

/**
 * @param {Bar[]} bars shares from 0 to 1
 * @param {string} label what the list is
 */
export function barList(bars, label) {
  return el("ul", { class: "bars", "aria-label": label }, bars.map(barLine));
}

/** @param {Bar} bar */
function barLine({ label, share, chosen = false, text }) {
  const fill = el("i", {});
  fill.style.width = `${Math.min(100, Math.max(0, share * 100))}%`;
  return el("li", { class: chosen ? "chosen" : null },
    el("span", { class: "bar-label" }, label),
    el("span", { class: "bar", "aria-hidden": "true" }, fill),
    el("span", { class: "bar-number" }, text ?? percent(share)),
  );
}

/**
 * The largest ones of named shares.
 * @param {Record<string, number>} shares
 * @param {number} most
 * @returns {{ bars: Bar[], rest: number }} `rest`: how many were left out
 */
export function largest(shares, most) {
  const all = Object.entries(shares).map(([label, share]) => ({ label, share }));
  all.sort((a, b) => b.share - a.share);
  return { bars: all.slice(0, most), rest: Math.max(0, all.length - most) };
}
