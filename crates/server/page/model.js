/** Everything the page shows of one model. */

import { modelPath } from "./api.js";
import { chatPanel } from "./chat.js";
import { createCommand } from "./command.js";
import { el } from "./dom.js";
import { driftCard } from "./drift.js";
import { factsCard, sentence } from "./facts.js";
import { forecastPanel } from "./forecast.js";
import { predictPanel } from "./predict.js";
import { recommendPanel } from "./recommend.js";
import { scoresCard } from "./scores.js";
import { createTabs } from "./tabs.js";
import { uploadPanel } from "./upload.js";

/** @typedef {import("./types.js").ModelInfo} ModelInfo */
/** @typedef {import("./types.js").Context} Context */
/** @typedef {import("./types.js").Command} Command */
/** @typedef {import("./types.js").Panel} Panel */

/** @param {ModelInfo} info */
export function modelView(info) {
  const line = createCommand();
  const commands = new Map();
  let open = /** @type {Panel | null} */ (null);

  const panels = panelMakers(info).map((make) => {
    const context = { info, path: modelPath(info.name), command };
    const panel = make(context);
    /** @param {Command} next */
    function command(next) {
      commands.set(panel, next);
      if (open === panel) line.show(next);
    }
    return panel;
  });
  const tabs = createTabs(panels, shown, "Ways to use the model");

  /** @param {Panel} panel */
  function shown(panel) {
    open = panel;
    if (commands.has(panel)) line.show(commands.get(panel));
  }

  const node = el("article", { class: "stack model" }, heading(info), panels.length > 1 && tabs.list, tabs.bodies, line.node, background(info));
  return { node, start: tabs.open };
}

/**
 * What can be done with the model, the most telling first.
 * @param {ModelInfo} info
 * @returns {((context: Context) => Panel)[]}
 */
function panelMakers({ kind, tasks, forecast, recommend }) {
  const makers = [];
  if (tasks.includes("forecast") && forecast) makers.push(forecastPanel);
  if (tasks.includes("recommend") && recommend) makers.push(recommendPanel);
  if (tasks.includes("chat")) makers.push(chatPanel);
  if (tasks.includes("predict") && kind === "predictor") makers.push(predictPanel);
  if (tasks.includes("predict") && !forecast?.needs_rows) makers.push(uploadPanel);
  return makers;
}

/** @param {ModelInfo} info */
function heading(info) {
  return el("header", { class: "model-head" }, el("p", { class: "kind" }, info.kind), el("h1", {}, info.name), el("p", { class: "lead" }, sentence(info)),
    info.reload_error && el("p", { class: "warn", role: "alert" }, `The model file has changed but cannot be loaded, so the earlier one answers: ${info.reload_error}`));
}

/** @param {ModelInfo} info */
function background(info) {
  const recipe = info.recipe && el("details", { class: "card" }, el("summary", {}, el("h2", {}, "Recipe")), el("pre", { tabindex: "0", "aria-label": "Recipe" }, el("code", {}, info.recipe)));
  return [el("div", { class: "pair" }, scoresCard(info), factsCard(info)), driftCard({ info, path: modelPath(info.name), command: () => {} }), recipe];
}
