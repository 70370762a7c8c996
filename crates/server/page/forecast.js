/** Choose a series, see where it goes. */

import { postJson } from "./api.js";
import { el, replace, set, uid } from "./dom.js";
import { fanChart } from "./fan-chart.js";
import { alike, count, listed, number } from "./format.js";
import { follow } from "./live.js";
import { message, problemCard } from "./problem.js";
import { levelsOf } from "./quantiles.js";
import { noteList } from "./result.js";
import { uploadPanel } from "./upload.js";

/** @typedef {import("./types.js").Context} Context */
/** @typedef {import("./types.js").Panel} Panel */
/** @typedef {import("./types.js").Forecast} Forecast */
/** @typedef {import("./types.js").ForecastInfo} ForecastInfo */

const BETWEEN = " / ";
const SPANS = [1, 2, 4];

/**
 * @param {Context} context
 * @returns {Panel}
 */
export function forecastPanel(context) {
  const forecast = /** @type {ForecastInfo} */ (context.info.forecast);
  return forecast.needs_rows ? rowsPanel(context, forecast) : seriesPanel(context, forecast);
}

/**
 * A model that must be told the future of some columns.
 * @param {Context} context
 * @param {ForecastInfo} forecast
 * @returns {Panel}
 */
function rowsPanel(context, { known, target }) {
  const upload = uploadPanel(context, "Forecast from a file");
  const columns = known.length > 0 ? listed(known) : "some columns";
  const text = `This model has to be told ${columns} of the time ahead: post future rows that have ${known.length === 1 ? "it" : "them"} and lack ${target}.`;
  const node = el("div", { class: "stack" }, el("p", { class: "hint" }, text), upload.node);
  return { title: "Forecast", node, start: upload.start };
}

/**
 * @param {Context} context
 * @param {ForecastInfo} forecast
 * @returns {Panel}
 */
function seriesPanel({ path, command }, forecast) {
  const url = `${path}/forecast`;
  const chooser = seriesChooser(forecast, changed);
  const span = spanSelect(forecast, changed);
  const body = el("div", { class: "stack" });
  const spoken = el("p", { class: "unseen", "aria-live": "polite" });
  const live = follow({ ask, started: () => set(body, "aria-busy", true), answered, failed });

  function request() {
    const history = Number(span.select.value);
    const series = chooser.read();
    return series === null ? { history } : { series, history };
  }
  function changed() {
    set(body, "data-stale", !chooser.isReady());
    if (!chooser.isReady()) return;
    command({ path: url, json: request() });
    live.soon();
  }
  /** @param {AbortSignal} signal */
  function ask(signal) {
    return chooser.isReady() ? postJson(url, request(), { signal }) : null;
  }
  /** @param {{ forecasts: Forecast[], notes?: string[] }} answer */
  function answered({ forecasts, notes }) {
    set(body, "aria-busy", false);
    const [first] = forecasts;
    replace(body, first ? forecastView(first, forecast) : el("p", {}, "There is no forecast."), noteList(notes ?? []));
    spoken.textContent = first ? summary(first, forecast) : "There is no forecast";
  }
  /**
   * @param {unknown} error
   * @param {number | null} retryIn
   */
  function failed(error, retryIn) {
    set(body, "aria-busy", false);
    replace(body, problemCard(error, { again: live.now, retryIn }));
    spoken.textContent = message(error);
  }

  const node = el("section", { class: "card stack", "aria-label": "Forecast" },
    el("form", { class: "choose", onsubmit: (/** @type {Event} */ event) => event.preventDefault() }, chooser.node, span.node), body, spoken);
  return { title: "Forecast", node, start: changed };
}

/**
 * @param {ForecastInfo} forecast
 * @param {() => void} changed
 */
function seriesChooser({ series, keys, num_series }, changed) {
  const id = uid("series");
  const known = new Map(keys.map((key) => [key.join(BETWEEN), key]));
  const list = el("datalist", { id: uid("keys") }, [...known.keys()].map((value) => el("option", { value })));
  const box = el("input", { id, type: "text", list: list.id, autocomplete: "off", spellcheck: "false", oninput: typed, onfocus: () => box.select() });
  const note = el("p", { class: "note" });
  const alone = series.length === 0 || keys.every((key) => key.length === 0);
  const all = known.size >= num_series;
  box.value = keys[0]?.join(BETWEEN) ?? "";

  /** @returns {string[] | null} */
  function read() {
    return alone ? null : known.get(box.value) ?? box.value.split(BETWEEN);
  }
  function isReady() {
    return alone || known.has(box.value) || (!all && read()?.length === series.length && box.value !== "");
  }
  function typed() {
    const lost = box.value !== "" && !isReady() && !known.has(box.value);
    note.textContent = lost && all ? "No series of this name" : `${count(num_series)} series`;
    changed();
  }
  note.textContent = `${count(num_series)} series`;
  const node = alone ? null : el("div", { class: "field" }, el("label", { for: id }, `Series (${series.join(BETWEEN)})`), box, list, note);
  return { node, read, isReady };
}

/**
 * @param {ForecastInfo} forecast
 * @param {() => void} changed
 */
function spanSelect({ context, horizon }, changed) {
  const id = uid("span");
  const shortest = Math.max(context, horizon);
  const options = SPANS.map((times) => el("option", { value: `${shortest * times}` }, `${count(shortest * times)} steps`));
  const select = el("select", { id, onchange: changed }, options);
  return { select, node: el("div", { class: "field" }, el("label", { for: id }, "History shown"), select) };
}

/**
 * @param {Forecast} forecast
 * @param {ForecastInfo} info
 */
function forecastView(forecast, { target }) {
  return [fanChart(forecast, target), el("details", {}, el("summary", {}, "The numbers"), stepTable(forecast))];
}

/**
 * @param {Forecast} forecast
 * @param {ForecastInfo} info
 */
function summary({ steps }, { target }) {
  const last = steps[steps.length - 1];
  return last ? `Forecast of ${target}: ${number(steps[0].value)} at ${steps[0].time}, ${number(last.value)} at ${last.time}` : "";
}

/** @param {Forecast} forecast */
function stepTable({ steps }) {
  const levels = levelsOf(steps[0]?.quantiles).map(([level]) => level);
  const hasMean = steps.some(({ mean }) => mean != null);
  const heads = ["value", ...(hasMean ? ["mean"] : []), ...levels.map((level) => `${Number((level * 100).toPrecision(4))} % below`)];
  const rows = steps.map((step) => [step.value, ...(hasMean ? [step.mean] : []), ...levelsOf(step.quantiles).map(([, value]) => value)]);
  const write = alike(rows.flat());
  const lines = steps.map((step, index) => {
    return el("tr", {}, el("th", { scope: "row" }, step.time.replace("T", " ")), rows[index].map((value) => el("td", { class: "n" }, write(value))));
  });
  return el("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "Forecast in numbers" },
    el("table", { class: "full" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "time"), heads.map((head) => el("th", { scope: "col", class: "n" }, head)))), el("tbody", {}, lines)));
}
