/** The page: a list of models, and the one that the address names (`#/churn`). */

import { getJson, modelPath } from "./api.js";
import { onReturn } from "./connection.js";
import { el, replace, set } from "./dom.js";
import { modelView } from "./model.js";
import { problemCard } from "./problem.js";

/** @typedef {import("./types.js").ModelLine} ModelLine */
/** @typedef {{ node: HTMLElement, loaded: unknown }} Shown */

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const main = part("main");
const views = /** @type {Map<string, Shown>} */ (new Map());
let models = /** @type {ModelLine[]} */ ([]);

async function start() {
  try {
    ({ models } = await getJson("v1/models"));
    listModels();
    await show();
  } catch (error) {
    replace(main, el("section", { class: "card" }, problemCard(error, { again: start })));
  }
}

function listModels() {
  const lines = models.map(({ name, does }) => el("li", {}, el("a", { href: address(name), "data-model": name }, el("strong", {}, name), el("span", {}, does))));
  const options = models.map(({ name }) => el("option", { value: name }, name));
  const choose = (/** @type {Event} */ event) => {
    location.hash = address(/** @type {HTMLSelectElement} */ (event.target).value);
  };
  replace(part("models"), el("ul", {}, lines), el("label", { class: "model-select" }, "Model", el("select", { onchange: choose }, options)));
  document.body.classList.toggle("many", models.length > 1);
  part("models").hidden = models.length < 2;
}

/** Shows the model of the address; without one, the first. */
async function show() {
  const name = named() ?? models[0]?.name;
  if (name === undefined) return replace(main, el("section", { class: "card" }, el("p", {}, "No model is served.")));
  if (!models.some((model) => model.name === name)) return replace(main, unknownModel(name));
  mark(name);
  const info = await getJson(modelPath(name));
  if ((named() ?? models[0]?.name) !== name) return;
  const kept = views.get(name);
  const isNew = !kept || kept.loaded !== info.loaded;
  const view = isNew ? modelView(info) : null;
  const node = view?.node ?? kept?.node;
  if (view) views.set(name, { node: view.node, loaded: info.loaded });
  if (node && !node.isConnected) replace(main, node);
  view?.start();
}

/** @returns {string | null} */
function named() {
  if (!location.hash.startsWith("#/") || location.hash.length < 3) return null;
  try {
    return decodeURIComponent(location.hash.slice(2));
  } catch {
    return location.hash.slice(2);
  }
}

/** @param {string} name */
function address(name) {
  return `#/${encodeURIComponent(name)}`;
}

/** @param {string} name */
function mark(name) {
  document.title = `${name} · hob`;
  for (const link of part("models").querySelectorAll("a")) set(link, "aria-current", link.dataset.model === name ? "page" : null);
  const select = part("models").querySelector("select");
  if (select) select.value = name;
}

/** @param {string} name */
function unknownModel(name) {
  return el("section", { class: "card stack" }, el("h1", {}, "No such model"), el("p", {}, `No model called “${name}” is served here.`),
    el("p", {}, el("a", { class: "button", href: address(models[0].name) }, `Show ${models[0].name}`)));
}

function navigated() {
  if (location.hash !== "" && !location.hash.startsWith("#/")) return;
  window.scrollTo(0, 0);
  show().then(
    () => {
      part("announcement").textContent = document.title;
    },
    (error) => replace(main, el("section", { class: "card" }, problemCard(error, { again: navigated }))),
  );
}

/** A file that misses the drop zone must not replace the page. */
function keepFilesOut() {
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
}

part("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
window.addEventListener("hashchange", navigated);
onReturn(() => {
  if (main.querySelector(".model") === null) start();
});
keepFilesOut();
start();
