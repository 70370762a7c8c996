/** The answer of a model for one output, one way for each type. */

import { barList, largest } from "./bars.js";
import { el } from "./dom.js";
import { cell, number, percent, plural } from "./format.js";
import { bandName, bandsOf } from "./quantiles.js";

/** @typedef {import("./types.js").Output} Output */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Entity} Entity */
/** @typedef {(value: number, quantiles: Record<string, number>) => SVGElement} DrawInterval */

const MOST_BARS = 8;

/**
 * @param {Output} output
 * @param {Answer} answer
 * @param {{ texts: string[], interval: DrawInterval }} context
 */
export function answerCard(output, answer, context) {
  const body = [...bodyOf(output, answer, context)];
  return el("section", { class: "answer" }, el("h3", {}, output.column), body);
}

/**
 * One line for screen readers and small screens.
 * @param {Output} output
 * @param {Answer} answer
 */
export function answerLine({ column, type }, answer) {
  if (answer.in_scope === false) return `${column}: I don't know`;
  if (type === "tags") return `${column}: ${plural(answer.entities?.length ?? 0, "entity", "entities")}`;
  if (Array.isArray(answer.value)) return `${column}: ${answer.value.join(", ") || "none"}`;
  if (type === "number") return `${column}: ${number(answer.value)}`;
  const share = answer.probabilities?.[String(answer.value)];
  return `${column}: ${answer.value}${share === undefined ? "" : `, ${percent(share, 0)}`}`;
}

/**
 * @param {Output} output
 * @param {Answer} answer
 * @param {{ texts: string[], interval: DrawInterval }} context
 * @returns {(Node | false)[]}
 */
function bodyOf(output, answer, { texts, interval }) {
  switch (output.type) {
    case "number":
      return numberBody(answer, interval);
    case "set":
      return setBody(answer);
    case "tags":
      return [taggedText(texts, answer.entities ?? []), entityList(answer.entities ?? [])];
    default:
      return classBody(answer);
  }
}

/** @param {Answer} answer */
function classBody(answer) {
  const { bars, rest } = largest(answer.probabilities ?? {}, MOST_BARS);
  const unknown = answer.in_scope === false;
  const shown = bars.map((bar) => ({ ...bar, chosen: !unknown && bar.label === String(answer.value) }));
  return [
    el("p", { class: unknown ? "value unknown" : "value" }, unknown ? "I don't know" : cell(answer.value)),
    unknown && el("p", { class: "note" }, "This is not like what the model was trained for. The nearest:"),
    bars.length > 0 && barList(shown, "Probabilities"),
    rest > 0 && el("p", { class: "note" }, `and ${count(rest)}`),
  ];
}

/** @param {number} rest */
function count(rest) {
  return `${plural(rest, "other", "others")} below these`;
}

/**
 * @param {Answer} answer
 * @param {DrawInterval} interval
 */
function numberBody(answer, interval) {
  const value = Number(answer.value);
  const bands = bandsOf(answer.quantiles);
  return [
    el("p", { class: "value" }, number(answer.value)),
    bands.length > 0 && interval(value, answer.quantiles ?? {}),
    bands.length > 0 && el("ul", { class: "plain note" }, bands.map(bandLine)),
  ];
}

/** @param {import("./quantiles.js").Band} band */
function bandLine(band) {
  return el("li", {}, `${bandName(band)} of cases between ${number(band.low)} and ${number(band.high)}`);
}

/** @param {Answer} answer */
function setBody(answer) {
  const values = Array.isArray(answer.value) ? answer.value : [];
  const { bars, rest } = largest(answer.probabilities ?? {}, MOST_BARS);
  const shown = bars.map((bar) => ({ ...bar, chosen: values.includes(bar.label) }));
  return [
    values.length > 0 ? el("ul", { class: "chips" }, values.map((value) => el("li", { class: "chip" }, value))) : el("p", { class: "value unknown" }, "None"),
    bars.length > 0 && barList(shown, "Probabilities"),
    rest > 0 && el("p", { class: "note" }, `and ${count(rest)}`),
  ];
}

/**
 * The text with its entities marked, by their places in code points.
 * @param {string[]} texts the texts that were sent; the one that has the entities is taken
 * @param {Entity[]} entities
 */
export function taggedText(texts, entities) {
  const text = texts.find((candidate) => entities.every((entity) => candidate.includes(entity.text))) ?? "";
  const points = Array.from(text);
  const parts = /** @type {(Node | string)[]} */ ([]);
  let at = 0;
  for (const { type, text: words, start, end } of entities) {
    if (start === undefined || end === undefined || start < at) continue;
    parts.push(points.slice(at, start).join(""), el("mark", {}, words, el("span", { class: "mark-type" }, ` ${type}`)));
    at = end;
  }
  parts.push(points.slice(at).join(""));
  return el("p", { class: "tagged" }, parts);
}

/** @param {Entity[]} entities */
export function entityList(entities) {
  if (entities.length === 0) return el("p", { class: "note" }, "No entities found");
  return el("ul", { class: "chips", "aria-label": "Entities" }, entities.map(entityChip));
}

/** @param {Entity} entity */
function entityChip({ type, text, probability }) {
  const sure = probability === undefined ? false : el("span", { class: "soft" }, percent(probability, 0));
  return el("li", { class: "chip" }, el("span", { class: "soft" }, `${type}: `), text, " ", sure);
}
