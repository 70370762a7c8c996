/** Choices: one of a few values, or any number of them. */

import { el, uid } from "./dom.js";
import { emptyNote, emptyValue, fieldFrame } from "./field-frame.js";

/** @typedef {import("./types.js").Input} Input */
/** @typedef {import("./types.js").Field} Field */
/** @typedef {import("./fields.js").FieldOptions} FieldOptions */

/** So many values can be looked over at once. */
const FEW = 12;

/**
 * @param {Input} input
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function oneChoice(input, options) {
  return hasFew(input) ? selectField(input, options) : suggestField(input, options);
}

/**
 * @param {Input} input
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function manyChoices(input, options) {
  return hasFew(input) ? checkField(input, options) : wordsField(input, options);
}

/**
 * @param {Input} input
 * @param {FieldOptions} options
 * @returns {Field}
 */
function selectField(input, { empty, changed }) {
  const frame = fieldFrame(input);
  const values = input.values ?? [];
  const choices = values.map((value, index) => el("option", { value: `${index}` }, value === "" ? "(empty text)" : value));
  const none = (input.can_be_missing || empty) && el("option", { value: "" }, empty ? "not given" : "(missing)");
  const select = el("select", { ...frame.control, onchange: picked }, choices, none);
  frame.finish(select);

  function picked() {
    update();
    changed();
  }
  function update() {
    frame.complain(null);
    frame.say(select.value === "" && !empty ? emptyNote(input) : { text: "" });
  }
  function reset() {
    select.value = empty ? "" : "0";
    update();
  }
  reset();
  const read = () => (select.value === "" ? emptyValue(input) : values[Number(select.value)]);
  return { column: input.name, node: frame.node, read, reset, complain: frame.complain };
}

/**
 * @param {Input} input
 * @param {FieldOptions} options
 * @returns {Field}
 */
function suggestField(input, { empty, changed }) {
  const frame = fieldFrame(input);
  const values = input.values ?? [];
  const list = el("datalist", { id: uid("values") }, values.map((value) => el("option", { value })));
  const box = el("input", { ...frame.control, type: "text", list: list.id, autocomplete: "off", spellcheck: "false", oninput: typed });
  frame.finish(box, list);

  function typed() {
    update();
    changed();
  }
  function update() {
    frame.complain(null);
    if (box.value === "") frame.say(emptyNote(input));
    else frame.say(unknownNote([box.value], input));
  }
  function reset() {
    box.value = empty ? "" : values[0] ?? "";
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
function checkField(input, { changed }) {
  const frame = fieldFrame(input, { group: true });
  const values = input.values ?? [];
  const boxes = values.map(() => el("input", { type: "checkbox", onchange: ticked }));
  const labels = boxes.map((box, index) => el("label", { class: "check" }, box, values[index]));
  frame.finish(el("div", { class: "checks" }, labels));

  function ticked() {
    frame.complain(null);
    changed();
  }
  function reset() {
    for (const box of boxes) box.checked = false;
    frame.complain(null);
  }
  const read = () => values.filter((_, index) => boxes[index].checked);
  return { column: input.name, node: frame.node, read, reset, complain: frame.complain };
}

/**
 * @param {Input} input
 * @param {FieldOptions} options
 * @returns {Field}
 */
function wordsField(input, { changed }) {
  const frame = fieldFrame(input, { wide: true });
  const example = (input.values ?? []).slice(0, 3).join(", ");
  const box = el("input", { ...frame.control, type: "text", autocomplete: "off", placeholder: example, oninput: typed });
  frame.finish(box);

  const read = () => box.value.split(",").map((word) => word.trim()).filter((word) => word !== "");
  function typed() {
    update();
    changed();
  }
  function update() {
    frame.complain(null);
    const words = read();
    frame.say(words.length === 0 ? { text: "Values with commas between them" } : unknownNote(words, input));
  }
  function reset() {
    box.value = "";
    update();
  }
  reset();
  return { column: input.name, node: frame.node, read, reset, complain: frame.complain };
}

/** @param {Input} input */
function hasFew(input) {
  const known = input.values?.length ?? 0;
  return known > 0 && known <= FEW && (input.num_values ?? known) <= FEW;
}

/**
 * Not every value is listed where there are many of them; then nobody can tell here.
 * @param {string[]} words
 * @param {Input} input
 * @returns {import("./field-frame.js").Note}
 */
function unknownNote(words, input) {
  const values = input.values ?? [];
  const all = (input.num_values ?? values.length) <= values.length;
  const unknown = all ? words.filter((word) => !values.includes(word)) : [];
  if (unknown.length === 0) return { text: "" };
  return { text: `Training never saw ${words.length === 1 ? "this" : unknown.join(", ")}`, tone: "warn" };
}
