/** A whole file: dropped or chosen, predicted, looked at and saved. */

import { post } from "./api.js";
import { firstObjects, firstRows } from "./csv.js";
import { el, replace, set, uid } from "./dom.js";
import { plural } from "./format.js";
import { message, problemCard } from "./problem.js";

/** @typedef {import("./types.js").Context} Context */
/** @typedef {import("./types.js").Panel} Panel */

const SHOWN = 10;
/** Of a large answer the beginning is read for the preview. */
const PREVIEWED = 1 << 20;

/**
 * @param {Context} context
 * @param {string} [title]
 * @returns {Panel}
 */
export function uploadPanel(context, title = "A whole file") {
  const { path, command } = context;
  const answer = el("div", { class: "stack" });
  const spoken = el("p", { class: "unseen", role: "status" });
  let current = new AbortController();
  let saved = "";

  /** @param {File} file */
  async function send(file) {
    current.abort();
    current = new AbortController();
    const { signal } = current;
    command({ path: `${path}/predict`, file: file.name, type: typeOf(file) });
    show(`Predicting ${file.name}`, working(file, () => stop(signal)));
    try {
      const done = await predictFile(`${path}/predict`, file, signal);
      if (!signal.aborted) finish(file, done);
    } catch (error) {
      if (!signal.aborted) show(message(error), problemCard(error, { again: () => send(file), rows: true }));
    }
  }
  /**
   * @param {string} text
   * @param {...(Node | string)} nodes
   */
  function show(text, ...nodes) {
    spoken.textContent = text;
    replace(answer, ...nodes);
  }
  /** @param {AbortSignal} signal */
  function stop(signal) {
    if (current.signal !== signal) return;
    current.abort();
    show("Stopped", el("p", { class: "soft" }, "Stopped."));
  }
  /**
   * @param {File} file
   * @param {Done} done
   */
  function finish(file, done) {
    URL.revokeObjectURL(saved);
    saved = URL.createObjectURL(done.blob);
    show(`${file.name} is predicted`, ...answerView(file, done, saved));
  }

  const node = el("section", { class: "card stack", "aria-label": title },
    el("div", {}, el("h2", {}, title), el("p", { class: "soft" }, explanation(context))),
    dropZone(send), answer, spoken,
  );
  return { title, node, start: () => command({ path: `${path}/predict`, file: "new.csv", type: "text/csv" }) };
}

/** @param {Context} context */
function explanation({ info: { kind, forecast, recommend, retrieve } }) {
  if (kind === "forecaster" && forecast) {
    const columns = [...forecast.series, forecast.time, forecast.target, ...forecast.known].join(", ");
    return `A CSV with newer rows (${columns}). Rows without ${forecast.target} are the future. The forecast comes back as a CSV.`;
  }
  if (recommend) return `A CSV with a row per user: ${recommend.user}, or items with | between them. The lists come back as a CSV.`;
  if (retrieve) return `A CSV with the column ${retrieve.question}. It comes back with the answer to each row.`;
  return "A CSV with the columns of the form. It comes back with a prediction for each row.";
}

/** @param {(file: File) => void} send */
function dropZone(send) {
  const id = uid("file");
  const input = el("input", { id, class: "unseen", type: "file", accept: ".csv,.jsonl,.ndjson,text/csv,application/jsonl", onchange: chosen });
  const zone = el("div", { class: "drop", ondragover: over, ondragleave: leave, ondrop: dropped },
    el("label", { for: id, class: "button" }, "Choose a file"), input, el("p", { class: "soft" }, "or drop a CSV here"));

  function chosen() {
    if (input.files?.[0]) send(input.files[0]);
    input.value = "";
  }
  /** @param {DragEvent} event */
  function over(event) {
    event.preventDefault();
    set(zone, "data-over", true);
  }
  function leave() {
    set(zone, "data-over", false);
  }
  /** @param {DragEvent} event */
  function dropped(event) {
    event.preventDefault();
    leave();
    const file = event.dataTransfer?.files[0];
    if (file) send(file);
  }
  return zone;
}

/**
 * @param {File} file
 * @param {() => void} stop
 */
function working(file, stop) {
  return el("p", { class: "row start" }, `Predicting ${file.name} …`, el("button", { class: "button quiet", type: "button", onclick: stop }, "Stop"));
}

/** @param {File} file */
function typeOf(file) {
  return /\.(jsonl|ndjson)$/i.test(file.name) ? "application/jsonl" : "text/csv";
}

/** @typedef {{ blob: Blob, head: string[][], isJson: boolean, took: number }} Done */

/**
 * @param {string} path
 * @param {File} file
 * @param {AbortSignal} signal
 * @returns {Promise<Done>}
 */
async function predictFile(path, file, signal) {
  const began = performance.now();
  const response = await post(path, file, typeOf(file), { signal });
  const blob = await response.blob();
  const took = performance.now() - began;
  const isJson = (response.headers.get("Content-Type") ?? typeOf(file)).includes("json");
  const text = await blob.slice(0, PREVIEWED).text();
  return { blob, head: isJson ? firstObjects(text, SHOWN) : firstRows(text, SHOWN + 1), isJson, took };
}

/**
 * @param {File} file
 * @param {Done} done
 * @param {string} href where the answer can be saved from
 */
function answerView(file, { head, isJson, took }, href) {
  const [header = [], ...rows] = head;
  const name = file.name.replace(/(\.[^.]*)?$/, isJson ? ".predictions.jsonl" : ".predictions.csv");
  const text = `${file.name} took ${(took / 1000).toFixed(1)} s. ${rows.length < SHOWN ? "All" : "The first"} ${plural(rows.length, "row")}:`;
  return [
    el("div", { class: "row" }, el("p", {}, text), el("a", { class: "button strong", href, download: name }, "Download predictions")),
    preview(header, rows),
  ];
}

/**
 * @param {string[]} header
 * @param {string[][]} rows
 */
function preview(header, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "First rows of the answer" },
    el("table", {},
      el("thead", {}, el("tr", {}, header.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell) => el("td", {}, cell))))),
    ),
  );
}
