/** Lists for a user: what they may want next. */

import { postJson } from "./api.js";
import { el, replace, set, uid } from "./dom.js";
import { createForm } from "./forms.js";
import { plural } from "./format.js";
import { follow } from "./live.js";
import { message, problemCard } from "./problem.js";
import { basisText, recommendedList } from "./recommended.js";
import { noteList } from "./result.js";
import { itemPicker } from "./typeahead.js";

/** @typedef {import("./types.js").Context} Context */
/** @typedef {import("./types.js").Panel} Panel */
/** @typedef {import("./types.js").List} List */
/** @typedef {import("./types.js").RecommendInfo} RecommendInfo */

/**
 * @param {Context} context
 * @returns {Panel}
 */
export function recommendPanel({ info, path, command }) {
  const recommend = /** @type {RecommendInfo} */ (info.recommend);
  const url = `${path}/recommend`;
  const asking = createAsking(recommend, path, changed);
  const body = el("div", { class: "stack" });
  const spoken = el("p", { class: "unseen", "aria-live": "polite" });
  const live = follow({ ask: (signal) => postJson(url, asking.read(), { signal }), started: () => set(body, "aria-busy", true), answered, failed });

  function changed() {
    command({ path: url, json: asking.read() });
    live.soon();
  }
  /** @param {{ lists: List[], notes?: string[] }} answer */
  function answered({ lists, notes }) {
    set(body, "aria-busy", false);
    replace(body, recommendedList(lists[0], path), noteList(notes ?? []));
    spoken.textContent = lists[0] ? `${plural(lists[0].items.length, "item")}. ${basisText(lists[0])}` : "There is no list.";
  }
  /**
   * @param {unknown} error
   * @param {number | null} retryIn
   */
  function failed(error, retryIn) {
    set(body, "aria-busy", false);
    replace(body, problemCard(error, { again: live.now, retryIn }));
    spoken.textContent = message(error);
  }

  const list = el("section", { class: "card", "aria-label": "List" }, el("h2", {}, "What they will want next"), body, spoken);
  return { title: "Recommend", node: el("div", { class: "split even" }, asking.node, list), start: changed };
}

/**
 * For whom, and out of what.
 * @param {RecommendInfo} recommend
 * @param {string} path
 * @param {() => void} changed
 */
function createAsking(recommend, path, changed) {
  const user = textBox(`User (${recommend.user})`, "Left empty: somebody new", changed);
  const items = itemPicker({ label: `Items they have (${recommend.item})`, url: `${path}/items`, changed });
  const top = topBox(recommend.top, changed);
  const again = el("input", { type: "checkbox", onchange: changed });
  const filters = recommend.filters.map((filter) => createFilter(filter, changed));
  const features = createForm(recommend.features ?? [], { empty: true, changed });

  function read() {
    const { row } = features.read();
    const given = Object.values(row).some((value) => value !== null && !(Array.isArray(value) && value.length === 0));
    const who = user.box.value.trim();
    const named = who === "" ? {} : { [recommend.user]: who };
    return {
      users: [{ ...named, items: items.read(), ...(given ? row : {}) }],
      top: Math.max(1, Math.round(Number(top.box.value)) || recommend.top),
      only: Object.fromEntries(filters.flatMap((filter) => filter.only())),
      without: Object.fromEntries(filters.flatMap((filter) => filter.without())),
      again: again.checked,
    };
  }

  const form = el("form", { class: "fields", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
    user.node, el("div", { class: "wide" }, items.node), filters.flatMap((filter) => filter.nodes), top.node,
    el("div", { class: "field wide" }, el("label", { class: "check" }, again, "List what they have already, too")));
  const more = (recommend.features ?? []).length > 0 && el("details", { class: "inset" }, el("summary", {}, "What is known of somebody new"), features.node);
  return { read, node: el("section", { class: "card", "aria-label": "For whom" }, el("h2", {}, "For whom"), form, more) };
}

/**
 * @param {string} label
 * @param {string} note
 * @param {() => void} changed
 */
function textBox(label, note, changed) {
  const id = uid("text");
  const box = el("input", { id, type: "text", autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-note`, oninput: changed });
  return { box, node: el("div", { class: "field wide" }, el("label", { for: id }, label), box, el("p", { class: "note", id: `${id}-note` }, note)) };
}

/**
 * @param {number} start
 * @param {() => void} changed
 */
function topBox(start, changed) {
  const id = uid("top");
  const box = el("input", { id, type: "number", min: 1, max: 100, step: 1, value: start, oninput: changed });
  return { box, node: el("div", { class: "field" }, el("label", { for: id }, "Length of the list"), box) };
}

/**
 * @param {RecommendInfo["filters"][number]} filter
 * @param {() => void} changed
 */
function createFilter({ column, values }, changed) {
  const only = filterSelect(`Only ${column}`, "any", values, changed);
  const without = filterSelect(`Without ${column}`, "none", values, changed);
  const pair = (/** @type {HTMLSelectElement} */ select) => (select.value === "" ? [] : [[column, values[Number(select.value)]]]);
  return { nodes: [only.node, without.node], only: () => pair(only.select), without: () => pair(without.select) };
}

/**
 * @param {string} label
 * @param {string} none
 * @param {string[]} values
 * @param {() => void} changed
 */
function filterSelect(label, none, values, changed) {
  const id = uid("filter");
  const options = values.map((value, index) => el("option", { value: `${index}` }, value));
  const select = el("select", { id, onchange: changed }, el("option", { value: "" }, none), options);
  return { select, node: el("div", { class: "field" }, el("label", { for: id }, label), select) };
}
