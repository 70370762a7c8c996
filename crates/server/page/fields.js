/** One field of a form per kind of input. */

import { dateField } from "./field-date.js";
import { numberField } from "./field-number.js";
import { manyChoices, oneChoice } from "./field-choice.js";
import { textField, vectorField } from "./field-text.js";

/** @typedef {import("./types.js").Input} Input */
/** @typedef {import("./types.js").Field} Field */
/**
 * @typedef {object} FieldOptions
 * @property {boolean} empty begin with nothing filled in
 * @property {() => void} changed
 */

/**
 * @param {Input} input
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function createField(input, options) {
  switch (input.kind) {
    case "number":
      return numberField(input, options);
    case "category":
    case "binary":
      return oneChoice(input, options);
    case "set":
      return manyChoices(input, options);
    case "date":
      return dateField(input, options);
    case "vector":
      return vectorField(input, options);
    default:
      return textField(input, options);
  }
}
