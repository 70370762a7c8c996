/** What all fields have: a name, a note below, and what is wrong. */

import { el, set, uid } from "./dom.js";

/** @typedef {import("./types.js").Input} Input */
/** @typedef {{ text: string, tone?: "warn" | "error" }} Note */

/**
 * @param {Input} input
 * @param {{ group?: boolean, wide?: boolean }} [options] `group`: several controls under one legend
 */
export function fieldFrame(input, { group = false, wide = false } = {}) {
  const id = uid("field");
  const noteId = `${id}-note`;
  const name = [input.name, !input.can_be_missing && el("span", { class: "needed" }, "needed")];
  const note = el("p", { class: "note", id: noteId });
  const node = group
    ? el("fieldset", { class: "field", "aria-describedby": noteId }, el("legend", {}, name))
    : el("div", { class: "field" }, el("label", { for: id }, name));
  if (wide) node.classList.add("wide");

  let complaint = /** @type {string | null} */ (null);
  let said = /** @type {Note} */ ({ text: "" });

  function show() {
    const { text, tone } = complaint === null ? said : { text: complaint, tone: "error" };
    note.textContent = text;
    set(note, "data-tone", tone);
    for (const control of node.querySelectorAll("[data-control]")) set(control, "aria-invalid", tone === "error");
  }

  return {
    id,
    node,
    /** Attributes of the control that the label names. */
    control: { id, "aria-describedby": noteId, "data-control": true },
    /** @param {...HTMLElement} controls */
    finish(...controls) {
      node.append(...controls, note);
      return node;
    },
    /** @param {Note} next */
    say(next) {
      said = next;
      show();
    },
    /** @param {string | null} text */
    complain(text) {
      complaint = text;
      show();
    },
  };
}

/**
 * What a field without a value says.
 * @param {Input} input
 * @returns {Note}
 */
export function emptyNote(input) {
  return input.can_be_missing ? { text: "Left empty: missing" } : { text: "Needs a value", tone: "error" };
}

/**
 * What is sent for a field without a value.
 * @param {Input} input
 */
export function emptyValue(input) {
  return input.can_be_missing ? null : undefined;
}
