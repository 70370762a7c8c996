/** A day, or a day and a time where training saw times. */

import { el } from "./dom.js";
import { emptyNote, emptyValue, fieldFrame } from "./field-frame.js";
import { isMidnight, isoTime } from "./format.js";

/** @typedef {import("./types.js").Input} Input */
/** @typedef {import("./types.js").Field} Field */

/**
 * @param {Input} input
 * @param {import("./fields.js").FieldOptions} options
 * @returns {Field}
 */
export function dateField(input, { empty, changed }) {
  const { min, max, typical } = input;
  const withTime = ![min, max].every(isMidnight);
  const frame = fieldFrame(input);
  const box = el("input", { ...frame.control, type: withTime ? "datetime-local" : "date", oninput: typed });
  frame.finish(box);

  function typed() {
    update();
    changed();
  }
  function update() {
    frame.complain(null);
    if (box.validity.badInput) frame.say({ text: "Must be a whole date", tone: "error" });
    else frame.say(box.value === "" ? emptyNote(input) : rangeNote(box.value, input, withTime));
  }
  function reset() {
    const start = typical ?? max;
    box.value = empty || start == null ? "" : isoTime(start, withTime);
    update();
  }
  function read() {
    if (box.validity.badInput) return undefined;
    return box.value === "" ? emptyValue(input) : box.value;
  }
  reset();
  return { column: input.name, node: frame.node, read, reset, complain: frame.complain };
}

/**
 * @param {string} value
 * @param {Input} input
 * @param {boolean} withTime
 * @returns {import("./field-frame.js").Note}
 */
function rangeNote(value, { min, max }, withTime) {
  if (min == null || max == null) return { text: "" };
  const [first, last] = [isoTime(min, withTime), isoTime(max, withTime)];
  const seen = `${first} to ${last}`.replaceAll("T", " ");
  const inside = value >= first && value <= last;
  return inside ? { text: seen } : { text: `Outside of what training saw: ${seen}`, tone: "warn" };
}
