/** What a model is: a sentence, and facts. */

import { call, modelPath } from "./api.js";
import { el } from "./dom.js";
import { count, listed, moment, plural } from "./format.js";
import { storedKey } from "./key.js";

/** @typedef {import("./types.js").ModelInfo} ModelInfo */
/** @typedef {import("./types.js").Input} Input */
/** @typedef {import("./types.js").Output} Output */

const WORDS = /** @type {Record<string, [string, string]>} */ ({
  number: ["number", "numbers"], category: ["category", "categories"], binary: ["yes-or-no value", "yes-or-no values"], date: ["date", "dates"],
  set: ["set of values", "sets of values"], vector: ["vector", "vectors"], hash: ["id", "ids"], text: ["text", "texts"],
});

/**
 * What a model is, in a sentence.
 * @param {ModelInfo} info
 */
export function sentence(info) {
  const { forecast, recommend, retrieve } = info;
  if (forecast) {
    const series = forecast.num_series === 1 ? "" : ` of ${count(forecast.num_series)} series`;
    return `Forecasts ${forecast.target}${series}, ${plural(forecast.horizon, "step")} ahead (${forecast.frequency}), from the last ${count(forecast.context)}.`;
  }
  if (recommend) return `Lists what a ${recommend.user} will want next among ${plural(recommend.items, "item")} (${recommend.item}), learned from ${plural(recommend.users, "user")}.`;
  if (retrieve) return `Finds the answer to a question among ${plural(retrieve.answers, "stored answer")}, by meaning${retrieve.threshold == null ? "." : ", and says so when none is near enough."}`;
  return `Predicts ${listed((info.outputs ?? []).map(outputWords))} from ${inputWords(info.inputs ?? [])}.`;
}

/** @param {Output} output */
function outputWords({ column, type, classes }) {
  if (type === "number") return `${column} (a number)`;
  if (type === "set") return `${column} (any of ${plural(classes?.length ?? 0, "value")})`;
  if (type === "tags") return `${column} (marked words)`;
  if (!classes || classes.length === 0) return column;
  return classes.length <= 3 ? `${column} (${listed(classes, "or")})` : `${column} (one of ${classes.length})`;
}

/** @param {Input[]} inputs */
function inputWords(inputs) {
  const kinds = [...new Set(inputs.map(({ kind }) => kind))];
  return listed(kinds.map((kind) => {
    const amount = inputs.filter((input) => input.kind === kind).length;
    return plural(amount, ...(WORDS[kind] ?? [kind, kind]));
  }));
}

/** @param {ModelInfo} info */
export function factsCard(info) {
  const facts = factsOf(info).filter(([, value]) => value);
  return el("section", { class: "card", "aria-label": "About this model" },
    el("div", { class: "row" }, el("h2", {}, "About this model"), info.report && reportLink(info.name)),
    el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
}

/**
 * @param {ModelInfo} info
 * @returns {[string, string | null][]}
 */
function factsOf({ rows, sources, parameters, epochs, seed, hob, burn, trained_on, device, loaded, title }) {
  return [
    ["Recipe", title ?? null],
    ["Data", (sources ?? []).map((source) => `${source.name}${source.rows ? `, ${plural(source.rows, "row")}` : ""}`).join("; ")],
    ["Trained on", rows?.training ? plural(rows.training, "row") : null],
    ["Held back", rowsHeldBack(rows)],
    ["Parameters", parameters == null ? null : count(parameters)],
    ["Epochs", epochs ? count(epochs) : null],
    ["Seed", seed == null ? null : String(seed)],
    ["Made by", hob ? `hob ${hob}${burn ? `, Burn ${burn}` : ""}` : null],
    ["Device", device && trained_on && device !== trained_on ? `${device} (trained on ${trained_on})` : device ?? trained_on ?? null],
    ["Loaded", loaded ? moment(loaded) : null],
  ];
}

/** @param {ModelInfo["rows"]} rows */
function rowsHeldBack(rows) {
  const choose = rows?.validation ? [`${plural(rows.validation, "row")} to choose by`] : [];
  const test = rows?.test ? [`${plural(rows.test, "row")} to test`] : [];
  return listed([...choose, ...test]);
}

/**
 * The report is a page of its own. A link cannot carry an API key, so with one it is fetched and saved.
 * @param {string} model
 */
function reportLink(model) {
  const href = `${modelPath(model)}/report`;
  const link = el("a", { class: "button", href, target: "_blank", rel: "noopener", onclick: open }, "Open the report");
  /** @param {Event} event */
  function open(event) {
    if (storedKey() === null) return;
    event.preventDefault();
    saveReport(href, `${model}.report.html`).catch(() => {
      link.textContent = "The report did not come, try again";
    });
  }
  return link;
}

/**
 * @param {string} href
 * @param {string} name
 */
async function saveReport(href, name) {
  const response = await call(href, {});
  const url = URL.createObjectURL(await response.blob());
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
