/** Tables in files: the first rows of them, to look at. */

/**
 * The first rows of a CSV text, quotes undone.
 * @param {string} text
 * @param {number} most
 * @returns {string[][]}
 */
export function firstRows(text, most) {
  const rows = /** @type {string[][]} */ ([]);
  let row = /** @type {string[]} */ ([]);
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length && rows.length < most) {
    const { cell, end } = readCell(text, at);
    row.push(cell);
    at = end + 1;
    if (text[end] === ",") continue;
    if (text[end] === "\r" && text[end + 1] === "\n") at += 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

/**
 * @param {string} text
 * @param {number} start
 */
function readCell(text, start) {
  if (text[start] === '"') return readQuoted(text, start + 1);
  let end = start;
  while (end < text.length && !",\r\n".includes(text[end])) end += 1;
  return { cell: text.slice(start, end), end };
}

/**
 * @param {string} text
 * @param {number} start behind the first quote
 */
function readQuoted(text, start) {
  let end = text.indexOf('"', start);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  const close = end < 0 ? text.length : end;
  return { cell: text.slice(start, close).replaceAll('""', '"'), end: close + 1 };
}

/**
 * The first rows of lines of JSON, with a header as in CSV.
 * @param {string} text
 * @param {number} most
 * @returns {string[][]}
 */
export function firstObjects(text, most) {
  const lines = text.split("\n", most).filter((line) => line.trim() !== "");
  const objects = lines.flatMap(parsed);
  const columns = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const written = (/** @type {unknown} */ value) => (typeof value === "string" ? value : JSON.stringify(value) ?? "");
  return [columns, ...objects.map((object) => columns.map((column) => written(object[column])))];
}

/**
 * The object on a line; nothing where the text was cut.
 * @param {string} line
 * @returns {Record<string, unknown>[]}
 */
function parsed(line) {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
