/** A number: a slider over the range that training saw, and a field that takes any number. */

import { el, set } from "./dom.js";
import { emptyNote, emptyValue, fieldFrame } from "./field-frame.js";
import { niceStep, number } from "./format.js";

/** @typedef {import("./types.js").Input} Input */
/** @typedef {import("./types.js").Field} Field */

/**
 * @param {Input} input
 * @param {import("./fields.js").FieldOptions} options
 * @returns {Field}
 */
export function numberField(input, { empty, changed }) {
  const scale = scaleOf(input);
  const frame = fieldFrame(input);
  const box = el("input", { ...frame.control, type: "number", step: scale?.step ?? "any", class: "number", oninput: typed });
  const slider = scale && el("input", {
    type: "range", min: scale.min, max: scale.max, step: scale.whole ? 1 : "any", "aria-label": `${input.name}, slider`, oninput: slid,
  });
  frame.finish(el("div", { class: "number-row" }, ...(slider ? [slider, box] : [box])));

  function slid() {
    if (!slider || !scale) return;
    box.value = String(rounded(Number(slider.value), scale));
    typed();
  }
  function typed() {
    update();
    changed();
  }
  function update() {
    frame.complain(null);
    frame.say(noteFor(box, input));
    if (slider && scale) follow(slider, box, scale);
  }
  function reset() {
    const start = empty ? null : startOf(input);
    box.value = start === null ? "" : String(start);
    update();
  }
  function read() {
    if (box.validity.badInput) return undefined;
    return box.value === "" ? emptyValue(input) : Number(box.value);
  }
  reset();
  return { column: input.name, node: frame.node, read, reset, complain: frame.complain };
}

/** @typedef {{ min: number, max: number, step: number, whole: boolean }} Scale */

/**
 * @param {Input} input
 * @returns {Scale | null} null without a range
 */
function scaleOf({ min, max, typical }) {
  if (min == null || max == null || !(max > min)) return null;
  const whole = [min, max, typical ?? min].every(Number.isInteger);
  return { min, max, whole, step: whole ? 1 : niceStep((max - min) / 200) };
}

/**
 * @param {number} value
 * @param {Scale} scale
 */
function rounded(value, { min, max, step }) {
  if (value <= min || value >= max) return tidy(Math.min(max, Math.max(min, value)));
  return tidy(Math.min(max, Math.max(min, Math.round(value / step) * step)));
}

/**
 * Numbers of 32 bits look longer than they are.
 * @param {number} value
 */
function tidy(value) {
  return Number(value.toPrecision(7));
}

/** @param {Input} input */
function startOf({ min, max, typical }) {
  if (typical != null) return tidy(typical);
  return min != null && max != null ? tidy((min + max) / 2) : null;
}

/**
 * @param {HTMLInputElement} box
 * @param {Input} input
 * @returns {import("./field-frame.js").Note}
 */
function noteFor(box, input) {
  const { min, max } = input;
  if (box.validity.badInput) return { text: "Must be a number", tone: "error" };
  const seen = min == null || max == null ? "" : `${number(min)} to ${number(max)}`;
  if (box.value === "") {
    const note = emptyNote(input);
    return { ...note, text: seen === "" ? note.text : `${note.text}. Training saw ${seen}` };
  }
  if (seen === "" || isInside(Number(box.value), Number(min), Number(max))) return { text: seen };
  return { text: `Outside of what training saw: ${seen}`, tone: "warn" };
}

/**
 * @param {number} value
 * @param {number} min
 * @param {number} max
 */
function isInside(value, min, max) {
  const slack = 1e-6 * Math.max(Math.abs(min), Math.abs(max));
  return value >= min - slack && value <= max + slack;
}

/**
 * @param {HTMLInputElement} slider
 * @param {HTMLInputElement} box
 * @param {Scale} scale
 */
function follow(slider, box, scale) {
  const missing = box.value === "";
  slider.value = missing ? String((scale.min + scale.max) / 2) : box.value;
  const share = (Number(slider.value) - scale.min) / (scale.max - scale.min);
  slider.style.setProperty("--fill", missing ? "0%" : `${share * 100}%`);
  set(slider, "data-missing", missing);
  set(slider, "aria-valuetext", missing ? "missing" : box.value);
}
