/** One row: a form on the left, the prediction beside it, which follows what is typed. */

import { postJson, Refusal } from "./api.js";
import { el } from "./dom.js";
import { createForm } from "./forms.js";
import { listed } from "./format.js";
import { follow } from "./live.js";
import { createResult } from "./result.js";

/** @typedef {import("./types.js").Context} Context */
/** @typedef {import("./types.js").Panel} Panel */
/** @typedef {import("./types.js").Prediction} Prediction */

/**
 * @param {Context} context
 * @returns {Panel}
 */
export function predictPanel({ info, path, command }) {
  const inputs = info.inputs ?? [];
  const texts = inputs.filter(({ kind }) => kind === "text").map(({ name }) => name);
  const form = createForm(inputs, { changed });
  const result = createResult(info.outputs ?? [], () => live.now());
  const live = follow({ ask, started: result.busy, answered, failed });

  function body() {
    return { rows: [form.read().row] };
  }
  function changed() {
    command({ path: `${path}/predict`, json: body() });
    live.soon();
  }

  /** @param {AbortSignal} signal */
  function ask(signal) {
    const { row, lacking } = form.read();
    const reason = whyNot(row, lacking, inputs);
    if (reason !== null) {
      result.wait(reason);
      return null;
    }
    return predict(`${path}/predict`, row, signal);
  }

  /** @param {{ row: Record<string, unknown>, prediction: Prediction, notes: string[], took: number }} answer */
  function answered({ row, prediction, notes, took }) {
    form.complain([]);
    result.show(prediction, notes, texts.map((name) => String(row[name] ?? "")), took);
  }

  /**
   * @param {unknown} error
   * @param {number | null} retryIn
   */
  function failed(error, retryIn) {
    form.complain(error instanceof Refusal ? error.problem.errors ?? [] : []);
    result.fail(error, retryIn);
  }

  const reset = el("button", { class: "button quiet", type: "button", onclick: form.reset }, "Start over");
  const left = el("section", { class: "card", "aria-label": "Inputs" }, el("div", { class: "row" }, el("h2", {}, "Inputs"), reset), form.node);
  const node = el("div", { class: "split" }, left, el("div", { class: "beside" }, result.node), result.peek);
  return { title: "Try it", node, start: changed };
}

/**
 * @param {string} path
 * @param {Record<string, unknown>} row
 * @param {AbortSignal} signal
 */
async function predict(path, row, signal) {
  const began = performance.now();
  const answer = await postJson(path, { rows: [row] }, { signal });
  return { row, prediction: answer.predictions[0], notes: answer.notes ?? [], took: performance.now() - began };
}

/**
 * Why nothing is asked yet.
 * @param {Record<string, unknown>} row
 * @param {string[]} lacking
 * @param {import("./types.js").Input[]} inputs
 */
function whyNot(row, lacking, inputs) {
  const typed = inputs.every(({ kind }) => kind === "text" || kind === "hash");
  if (typed && Object.values(row).every((value) => value === null)) return "Write something to see the prediction.";
  return lacking.length > 0 ? `Waiting for ${listed(lacking.slice(0, 3))}${lacking.length > 3 ? " …" : "."}` : null;
}
