/** A list of items for a user, with what is similar to each. */

import { postJson } from "./api.js";
import { el, replace, set, uid } from "./dom.js";
import { number } from "./format.js";
import { problemCard } from "./problem.js";
import { itemName } from "./typeahead.js";

/** @typedef {import("./types.js").Item} Item */
/** @typedef {import("./types.js").List} List */

const BASES = /** @type {Record<string, string>} */ ({
  known: "Made from what this user has in the training data.",
  items: "Made from the items given.",
  features: "Made from what is known of this user.",
  popularity: "Nothing is known of this user: these are the most popular.",
});
const ALIKE = 5;

/**
 * What a list was made from.
 * @param {List} list
 */
export function basisText({ basis }) {
  return BASES[basis] ?? `Made from ${basis}.`;
}

/**
 * @param {List | undefined} list
 * @param {string} path
 */
export function recommendedList(list, path) {
  if (!list) return el("p", { class: "soft" }, "There is no list.");
  const unknown = list.unknown ?? [];
  return [
    el("p", { class: "soft" }, basisText(list)),
    unknown.length > 0 && el("p", { class: "warn" }, `Not known: ${unknown.join(", ")}`),
    list.items.length > 0 ? el("ol", { class: "ranked" }, list.items.map((item, index) => line(item, index, path))) : el("p", {}, "No item is left."),
  ];
}

/**
 * @param {Item} item
 * @param {number} index
 * @param {string} path
 */
function line(item, index, path) {
  const alike = el("div", { class: "alike", id: uid("alike"), hidden: true });
  const button = el("button", { class: "button quiet", type: "button", "aria-expanded": "false", "aria-controls": alike.id, "aria-label": `Similar items to ${itemName(item)}`, onclick: toggle }, "Similar items");

  function toggle() {
    alike.hidden = !alike.hidden;
    set(button, "aria-expanded", alike.hidden ? "false" : "true");
    if (!alike.hidden) fill();
  }
  async function fill() {
    try {
      const { items } = await postJson(`${path}/similar`, { item: item.item, top: ALIKE });
      replace(alike, items.length > 0 ? el("ol", {}, items.map(alikeLine)) : el("p", { class: "soft" }, "Nothing is like it."));
    } catch (error) {
      replace(alike, problemCard(error, { again: fill }));
    }
  }

  return el("li", {}, el("span", { class: "rank", "aria-hidden": "true" }, index + 1),
    el("div", { class: "ranked-name" }, el("span", {}, item.name || item.item), item.name && item.name !== item.item && el("span", { class: "small soft" }, item.item)),
    el("span", { class: "n soft" }, number(item.score)), button, alike);
}

/** @param {Item} item */
function alikeLine(item) {
  return el("li", {}, itemName(item), el("span", { class: "n soft" }, number(item.score)));
}
