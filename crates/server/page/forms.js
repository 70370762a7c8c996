/** A form made from the inputs of a model. */

import { el } from "./dom.js";
import { createField } from "./fields.js";
import { fieldMessage } from "./problem.js";

/** @typedef {import("./types.js").Input} Input */
/** @typedef {import("./types.js").FieldProblem} FieldProblem */

/**
 * @param {Input[]} inputs
 * @param {{ empty?: boolean, changed: () => void }} options
 */
export function createForm(inputs, { empty = false, changed }) {
  const fields = inputs.map((input) => createField(input, { empty, changed }));
  const node = el("form", { class: "fields", novalidate: true, onsubmit: stop }, fields.map((field) => field.node));

  return {
    node,
    /** The row as far as it can be sent, and the columns that cannot. */
    read() {
      const cells = fields.map((field) => ({ column: field.column, value: field.read() }));
      const row = Object.fromEntries(cells.filter(({ value }) => value !== undefined).map(({ column, value }) => [column, value]));
      return { row, lacking: cells.filter(({ value }) => value === undefined).map(({ column }) => column) };
    },
    reset() {
      for (const field of fields) field.reset();
      changed();
    },
    /**
     * Puts problems beside their fields.
     * @param {FieldProblem[]} problems
     */
    complain(problems) {
      for (const field of fields) {
        const problem = problems.find((candidate) => candidate.field === field.column);
        field.complain(problem ? fieldMessage(problem) : null);
      }
    },
  };
}

/** @param {Event} event */
function stop(event) {
  event.preventDefault();
}
