/** Tabs: arrow keys move between them, as readers of screens expect. */

import { el, set, uid } from "./dom.js";

/** @typedef {import("./types.js").Panel} Panel */

const STEPS = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1 });

/**
 * @param {Panel[]} panels
 * @param {(panel: Panel) => void} shown
 * @param {string} label
 */
export function createTabs(panels, shown, label) {
  const tabs = panels.map(({ title }, index) => {
    const [id, controls] = [uid("tab"), uid("panel")];
    return el("button", { id, role: "tab", type: "button", "aria-controls": controls, onclick: () => choose(index) }, title);
  });
  const bodies = panels.map(({ node }, index) => {
    const id = tabs[index].getAttribute("aria-controls");
    return el("div", { id, role: "tabpanel", "aria-labelledby": tabs[index].id }, node);
  });
  const list = el("div", { class: "tabs", role: "tablist", "aria-label": label, onkeydown: move }, tabs);
  const started = new Set();

  /** @param {number} chosen */
  function choose(chosen) {
    tabs.forEach((tab, index) => {
      set(tab, "aria-selected", index === chosen ? "true" : "false");
      set(tab, "tabindex", index === chosen ? "0" : "-1");
      bodies[index].hidden = index !== chosen;
    });
    shown(panels[chosen]);
    if (!started.has(chosen)) panels[chosen].start?.();
    started.add(chosen);
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const from = tabs.findIndex((tab) => tab === document.activeElement);
    const to = { Home: 0, End: tabs.length - 1 }[event.key] ?? (event.key in STEPS ? (from + STEPS[event.key] + tabs.length) % tabs.length : null);
    if (from < 0 || to === null) return;
    event.preventDefault();
    tabs[to].focus();
    choose(to);
  }
  return { list, bodies, open: () => choose(0) };
}
