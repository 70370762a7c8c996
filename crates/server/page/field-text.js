/** Texts, and lists of numbers. */

import { el } from "./dom.js";
import { emptyNote, emptyValue, fieldFrame } from "./field-frame.js";
import { plural } from "./format.js";

/** @typedef {import("./types.js").Input} Input */
/** @typedef {import("./types.js").Field} Field */
/** @typedef {import("./fields.js").FieldOptions} FieldOptions */

/**
 * A text over several lines, or one line for ids that are hashed.
 * @param {Input} input
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function textField(input, { changed }) {
  const long = input.kind === "text";
  const frame = fieldFrame(input, { wide: long });
  const box = long
    ? el("textarea", { ...frame.control, rows: 3, oninput: typed })
    : el("input", { ...frame.control, type: "text", autocomplete: "off", oninput: typed });
  frame.finish(box);

  function typed() {
    update();
    changed();
  }
  function update() {
    frame.complain(null);
    const untouched = box.value === "" && long;
    frame.say(box.value === "" && !untouched ? emptyNote(input) : { text: "" });
  }
  function reset() {
    box.value = "";
    update();
  }
  reset();
  const read = () => (box.value === "" ? emptyValue(input) : box.value);
  return { column: input.name, node: frame.node, read, reset, complain: frame.complain };
}

/**
 * @param {Input} input
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function vectorField(input, { empty, changed }) {
  const frame = fieldFrame(input, { wide: true });
  const box = el("textarea", { ...frame.control, rows: 3, class: "mono", spellcheck: "false", oninput: typed });
  frame.finish(box);

  function typed() {
    update();
    changed();
  }
  function update() {
    frame.complain(null);
    frame.say(vectorNote(box.value, input));
  }
  function reset() {
    box.value = empty || !input.width ? "" : Array(input.width).fill(0).join(" ");
    update();
  }
  function read() {
    const numbers = numbersOf(box.value);
    if (numbers.length === 0) return emptyValue(input);
    return isWhole(numbers, input) ? numbers : undefined;
  }
  reset();
  return { column: input.name, node: frame.node, read, reset, complain: frame.complain };
}

/** @param {string} text */
function numbersOf(text) {
  return text.split(/[\s,;[\]]+/).filter((part) => part !== "").map(Number);
}

/**
 * @param {number[]} numbers
 * @param {Input} input
 */
function isWhole(numbers, { width }) {
  return numbers.every(Number.isFinite) && (!width || numbers.length === width);
}

/**
 * @param {string} text
 * @param {Input} input
 * @returns {import("./field-frame.js").Note}
 */
function vectorNote(text, input) {
  const numbers = numbersOf(text);
  if (numbers.length === 0) return emptyNote(input);
  if (!numbers.every(Number.isFinite)) return { text: "Must be numbers, with spaces or commas between them", tone: "error" };
  const { width } = input;
  if (!width || numbers.length === width) return { text: plural(numbers.length, "number") };
  return { text: `${numbers.length} of ${plural(width, "number")}`, tone: "error" };
}
