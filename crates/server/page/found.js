/** Stored answers that were found for a question. */

import { el } from "./dom.js";
import { number } from "./format.js";

/** @typedef {import("./types.js").Found} Found */
/** @typedef {import("./types.js").Findings} Findings */

const MOST = 5;
const NEAREST = 3;

/**
 * @param {Findings} findings
 * @returns {(Node | false)[]}
 */
export function foundAnswer({ answers, accepted }) {
  const found = answers.slice(0, MOST);
  if (found.length === 0) return [el("p", { class: "said" }, "I don't know.")];
  if (!accepted) return [el("p", { class: "said" }, "I don't know. The nearest:"), foundList(found.slice(0, NEAREST))];
  const [best, ...others] = found;
  return [
    el("p", { class: "said" }, best.answer),
    provenance(best),
    others.length > 0 && el("details", {}, el("summary", {}, `${others.length} more`), foundList(others)),
  ];
}

/** @param {Found[]} found */
function foundList(found) {
  return el("ol", { class: "found" }, found.map((one) => el("li", {}, el("p", {}, one.answer), provenance(one))));
}

/** @param {Found} found */
function provenance({ question, score, row }) {
  const place = row === undefined ? "" : ` · row ${row}`;
  return el("p", { class: "small soft" }, question ? `“${question}” · ` : "", `score ${number(score)}${place}`);
}
