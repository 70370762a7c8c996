/** A text field that suggests items while one types, and keeps the chosen ones as chips. */

import { getJson } from "./api.js";
import { el, replace, set, uid } from "./dom.js";
import { follow } from "./live.js";
import { message } from "./problem.js";

/** @typedef {import("./types.js").Item} Item */

/**
 * @param {{ label: string, url: string, changed: () => void }} options
 */
export function itemPicker({ label, url, changed }) {
  const [id, listId] = [uid("items"), uid("suggestions")];
  const chosen = /** @type {Map<string, Item>} */ (new Map());
  const box = el("input", {
    id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": listId, "aria-describedby": `${id}-note`, oninput: typed, onkeydown: pressed, onblur: close,
  });
  const list = el("ul", { id: listId, class: "suggestions", role: "listbox", "aria-label": label, hidden: true });
  const chips = el("ul", { class: "chips", "aria-label": "Chosen items" });
  const note = el("p", { class: "note", id: `${id}-note`, "aria-live": "polite" });
  const live = follow({ ask, started: () => {}, answered: ({ items }) => open(items), failed });
  let found = /** @type {Item[]} */ ([]);
  let at = -1;

  /** @param {AbortSignal} signal */
  function ask(signal) {
    const query = box.value.trim();
    return query === "" || document.activeElement !== box ? null : getJson(`${url}?q=${encodeURIComponent(query)}`, { signal });
  }
  function typed() {
    if (box.value.trim() === "") close();
    else live.soon();
  }
  /** @param {Item[]} items */
  function open(items) {
    if (document.activeElement !== box || box.value.trim() === "") return;
    found = items.filter(({ item }) => !chosen.has(item));
    replace(list, found.map(option));
    note.textContent = found.length === 0 ? "Nothing found" : "";
    list.hidden = found.length === 0;
    set(box, "aria-expanded", list.hidden ? "false" : "true");
    point(-1);
  }
  /** @param {unknown} error */
  function failed(error) {
    close();
    note.textContent = message(error);
  }
  function close() {
    list.hidden = true;
    note.textContent = "";
    set(box, "aria-expanded", "false");
    point(-1);
  }
  /**
   * @param {Item} item
   * @param {number} index
   */
  function option(item, index) {
    const take = (/** @type {Event} */ event) => {
      event.preventDefault();
      add(item);
    };
    return el("li", { id: `${listId}-${index}`, role: "option", "aria-selected": "false", onpointerdown: take }, itemName(item));
  }
  /** @param {number} to */
  function point(to) {
    at = to;
    [...list.children].forEach((node, index) => set(node, "aria-selected", index === at ? "true" : "false"));
    set(box, "aria-activedescendant", at >= 0 ? `${listId}-${at}` : null);
    if (at >= 0) list.children[at].scrollIntoView({ block: "nearest" });
  }
  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !list.hidden) point((at + step + found.length + (at < 0 && step < 0 ? 1 : 0)) % found.length);
    else if (event.key === "Enter" && !list.hidden) add(found[Math.max(0, at)]);
    else if (event.key === "Escape") close();
    else if (event.key === "Backspace" && box.value === "") drop([...chosen.keys()].pop());
    else return;
    if (event.key !== "Backspace") event.preventDefault();
  }
  /** @param {Item} item */
  function add(item) {
    chosen.set(item.item, item);
    box.value = "";
    close();
    show();
    box.focus();
  }
  /** @param {string | undefined} item */
  function drop(item) {
    if (item === undefined) return;
    chosen.delete(item);
    show();
  }
  function show() {
    replace(chips, [...chosen.values()].map(chip));
    changed();
  }
  /** @param {Item} item */
  function chip(item) {
    const remove = () => {
      drop(item.item);
      box.focus();
    };
    return el("li", { class: "chip" }, item.name || item.item, el("button", { type: "button", class: "remove", "aria-label": `Remove ${itemName(item)}`, onclick: remove }, "×"));
  }

  const node = el("div", { class: "field picker" }, el("label", { for: id }, label), chips, el("div", { class: "anchor" }, box, list), note);
  return { node, read: () => [...chosen.keys()] };
}

/**
 * "REGENCY CAKESTAND (22423)"
 * @param {Item} item
 */
export function itemName({ item, name }) {
  return name && name !== item ? `${name} (${item})` : item;
}
