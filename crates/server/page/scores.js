/** Scores on rows that training never saw, beside the baseline. */

import { el, set } from "./dom.js";
import { score } from "./format.js";

/** @typedef {import("./types.js").ModelInfo} ModelInfo */
/** @typedef {{ metric: string, model: number, baseline: number | null }} Line */

const FIRST = 6;

/**
 * @param {ModelInfo} info
 * @returns {HTMLElement | null}
 */
export function scoresCard(info) {
  const tables = groups(info.test ?? {})
    .map(([name, scores]) => ({ name, lines: linesOf(scores, baselineOf(info, name)) }))
    .filter(({ lines }) => lines.length > 0);
  if (tables.length === 0) return null;
  const rows = info.rows?.test ? ` of ${info.rows.test.toLocaleString("en")} rows` : "";
  return el("section", { class: "card", "aria-label": "Scores" }, el("h2", {}, "How good it is"),
    el("p", { class: "soft small" }, `On a test part${rows} that training never saw.`),
    tables.map(({ name, lines }) => scoreTable(name, lines)));
}

/**
 * Scores by output; a model without outputs has one group.
 * @param {Record<string, unknown>} test
 * @returns {[string, Record<string, unknown>][]}
 */
function groups(test) {
  const nested = Object.entries(test).filter(([, value]) => isObject(value));
  const flat = Object.entries(test).filter(([, value]) => typeof value === "number");
  const own = /** @type {[string, Record<string, unknown>][]} */ (flat.length > 0 ? [["", Object.fromEntries(flat)]] : []);
  return [...own, .../** @type {[string, Record<string, unknown>][]} */ (nested)];
}

/**
 * @param {ModelInfo} info
 * @param {string} name
 */
function baselineOf({ baseline }, name) {
  const found = name === "" ? baseline : baseline?.[name];
  return isObject(found) ? /** @type {Record<string, unknown>} */ (found) : {};
}

/** @param {unknown} value */
function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * @param {Record<string, unknown>} scores
 * @param {Record<string, unknown>} baseline
 * @returns {Line[]}
 */
function linesOf(scores, baseline) {
  const numbers = Object.entries(scores).filter(([, value]) => typeof value === "number");
  return numbers.map(([metric, value]) => {
    const other = baseline[metric];
    return { metric, model: /** @type {number} */ (value), baseline: typeof other === "number" ? other : null };
  });
}

/**
 * @param {string} name
 * @param {Line[]} lines
 */
function scoreTable(name, lines) {
  const rows = lines.map(({ metric, model, baseline }) => el("tr", {}, el("th", { scope: "row" }, metric.replaceAll("_", " ")),
    el("td", { class: "n" }, score(model)), el("td", { class: "n soft" }, baseline === null ? "–" : score(baseline))));
  const later = rows.slice(FIRST);
  return el("div", {},
    el("table", { class: "full scores" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, name || "metric"), el("th", { scope: "col", class: "n" }, "model"), el("th", { scope: "col", class: "n" }, "baseline"))),
      el("tbody", {}, rows)),
    later.length > 0 && moreButton(later));
}

/** @param {HTMLElement[]} rows */
function moreButton(rows) {
  const button = el("button", { class: "button quiet more", type: "button", onclick: () => show(rows[0].hidden) });
  /** @param {boolean} open */
  function show(open) {
    for (const row of rows) row.hidden = !open;
    set(button, "aria-expanded", open ? "true" : "false");
    button.textContent = open ? "Less" : `${rows.length} more`;
  }
  show(false);
  return button;
}
