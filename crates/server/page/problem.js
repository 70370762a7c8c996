/** What went wrong, as something to read. */

import { Refusal } from "./api.js";
import { el } from "./dom.js";
import { cell, listed, number, plural } from "./format.js";

/** @typedef {import("./types.js").FieldProblem} FieldProblem */

const MOST = 20;

/**
 * @param {unknown} error
 * @param {{ again?: () => void, retryIn?: number | null, rows?: boolean }} [options] `rows`: name the row of each problem
 */
export function problemCard(error, options = {}) {
  const { problem, waits } = parts(error);
  const errors = problem.errors ?? [];
  return el("div", { class: "problem" },
    el("p", { class: "problem-title" }, message(error)),
    errors.length > 0 && problemList(errors, options.rows ?? false),
    problem.hint && el("p", {}, problem.hint),
    options.retryIn != null && el("p", {}, waitText("Trying again by itself", options.retryIn)),
    options.retryIn == null && waits !== null && el("p", {}, waitText("Try again", waits)),
    options.again && el("button", { class: "button", type: "button", onclick: options.again }, "Try again"),
    problem.request_id && el("p", { class: "small soft" }, `Request ${problem.request_id}`),
  );
}

/**
 * One sentence.
 * @param {unknown} error
 */
export function message(error) {
  if (error instanceof Refusal && error.status === 401) return "An API key is needed.";
  if (error instanceof Refusal && error.isBusy && !error.problem.detail) return "The server is busy.";
  return error instanceof Error ? error.message : String(error);
}

/**
 * What is wrong with a value, without saying where.
 * @param {FieldProblem} problem
 */
export function fieldMessage(problem) {
  return `${problem.message}${range(problem)}${known(problem)}`;
}

/** @param {unknown} error */
function parts(error) {
  if (!(error instanceof Refusal)) return { problem: /** @type {import("./types.js").Problem} */ ({}), waits: null };
  return { problem: error.problem, waits: error.isBusy ? error.retryAfter : null };
}

/**
 * @param {string} what
 * @param {number} seconds
 */
function waitText(what, seconds) {
  return seconds > 0 ? `${what} in ${plural(seconds, "second")}.` : `${what} now.`;
}

/**
 * @param {FieldProblem[]} errors
 * @param {boolean} rows
 */
function problemList(errors, rows) {
  const more = errors.length - MOST;
  return el("ul", {},
    errors.slice(0, MOST).map((problem) => problemLine(problem, rows)),
    more > 0 && el("li", {}, `and ${plural(more, "more problem")}`),
  );
}

/**
 * @param {FieldProblem} problem
 * @param {boolean} rows
 */
function problemLine(problem, rows) {
  const row = rows && problem.row != null ? `Row ${problem.row + 1}` : "";
  const where = [row, problem.field ?? ""].filter((part) => part !== "").join(", ");
  const value = problem.value === undefined ? "" : ` Found “${cell(problem.value)}”.`;
  return el("li", {}, where !== "" && el("strong", {}, `${where}: `), closed(fieldMessage(problem)), value);
}

/**
 * A sentence with its full stop.
 * @param {string} text
 */
function closed(text) {
  return /[.…]$/.test(text) ? text : `${text}.`;
}

/** @param {FieldProblem} problem */
function range({ minimum, maximum }) {
  return minimum == null || maximum == null ? "" : ` (${number(minimum)} to ${number(maximum)})`;
}

/** @param {FieldProblem} problem */
function known({ known: values }) {
  if (!values || values.length === 0) return "";
  const few = values.slice(0, 5);
  return values.length > few.length ? `; known are ${few.join(", ")} …` : `; known are ${listed(few)}`;
}
