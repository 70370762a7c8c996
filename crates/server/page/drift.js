/** What comes in, beside what training saw; looked at again and again while it is open. */

import { getJson } from "./api.js";
import { barList } from "./bars.js";
import { el, replace } from "./dom.js";
import { count, percent, plural } from "./format.js";
import { message } from "./problem.js";

/** @typedef {import("./types.js").Drift} Drift */
/** @typedef {import("./types.js").Context} Context */

const EVERY = 5000;
/** From this share on a number is worth a look. */
const NOTICEABLE = 0.05;

/** @param {Context} context */
export function driftCard({ path }) {
  const body = el("div", { class: "stack" }, el("p", { class: "soft" }, "Looking …"));
  const node = el("details", { class: "card", ontoggle: opened }, el("summary", {}, el("h2", {}, "What comes in")), body);
  let timer = 0;

  function opened() {
    clearTimeout(timer);
    if (node.open) look();
  }
  async function look() {
    const wanted = node.isConnected && !document.hidden;
    if (wanted) await getJson(`${path}/drift`, { quiet: true }).then(show, fail);
    clearTimeout(timer);
    if (node.open) timer = setTimeout(look, EVERY);
  }
  /** @param {Drift} drift */
  function show(drift) {
    replace(body, driftView(drift));
  }
  /** @param {unknown} error */
  function fail(error) {
    replace(body, el("p", { class: "soft" }, message(error)));
  }
  return node;
}

/**
 * @param {Drift} drift
 * @returns {(Node | false)[]}
 */
function driftView({ rows, columns, outputs }) {
  if (rows === 0) return [el("p", { class: "soft" }, "Nothing yet since the server started.")];
  return [
    el("p", { class: "soft" }, `${plural(rows, "row")} since the server started. Shares of ${percent(NOTICEABLE, 0)} and more stand out.`),
    columns.length > 0 && columnTable(columns, rows),
    outputs.length > 0 && el("div", { class: "distributions" }, outputs.map(distribution)),
  ];
}

/**
 * @param {Drift["columns"]} columns
 * @param {number} rows
 */
function columnTable(columns, rows) {
  const head = ["column", "values seen", "missing", "not known", "out of range"];
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Columns that came in" },
    el("table", { class: "full" },
      el("thead", {}, el("tr", {}, head.map((name, index) => el("th", { scope: "col", class: index > 0 ? "n" : null }, name)))),
      el("tbody", {}, columns.map((column) => columnLine(column, rows)))));
}

/**
 * @param {Drift["columns"][number]} column
 * @param {number} rows
 */
function columnLine({ column, missing, unknown, out_of_range }, rows) {
  const seen = rows - missing;
  return el("tr", {}, el("th", { scope: "row" }, column), el("td", { class: "n" }, count(seen)), shareCell(missing, rows), shareCell(unknown, seen), shareCell(out_of_range, seen));
}

/**
 * @param {number} part
 * @param {number} whole
 */
function shareCell(part, whole) {
  const share = whole > 0 ? part / whole : 0;
  const tone = part === 0 ? "soft" : share >= NOTICEABLE ? "noticeable" : "";
  return el("td", { class: `n ${tone}`, title: count(part) }, part === 0 ? "0" : percent(share));
}

/** @param {Drift["outputs"][number]} output */
function distribution({ column, counts }) {
  const all = counts.reduce((sum, { count: some }) => sum + some, 0);
  const bars = counts.map(({ value, count: some }) => ({ label: value, share: all > 0 ? some / all : 0, text: `${count(some)} · ${percent(all > 0 ? some / all : 0, 0)}` }));
  return el("div", {}, el("h3", {}, `Predicted ${column}`), barList(bars, `Predicted ${column}`));
}
