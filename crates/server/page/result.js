/** The panel that shows what a model answers to the form. */

import { answerCard, answerLine } from "./answers.js";
import { el, replace, set, uid } from "./dom.js";
import { intervalScale } from "./interval.js";
import { problemCard } from "./problem.js";

/** @typedef {import("./types.js").Output} Output */
/** @typedef {import("./types.js").Prediction} Prediction */

const QUIET = 700;

/**
 * @param {Output[]} outputs
 * @param {() => void} again
 */
export function createResult(outputs, again) {
  const id = uid("result");
  const body = el("div", { class: "result-body" });
  const took = el("p", { class: "took soft small" });
  const spoken = el("p", { class: "unseen", "aria-live": "polite" });
  const heading = el("h2", { id }, "Prediction");
  const node = el("section", { class: "card result", "aria-labelledby": id, tabindex: "-1" }, el("div", { class: "row" }, heading, took), body, spoken);
  const peek = createPeek(node);
  const scales = new Map(outputs.map((output) => [output.column, intervalScale()]));
  let timer = 0;

  /** @param {string} text */
  function speak(text) {
    peek.show(text);
    clearTimeout(timer);
    timer = setTimeout(() => {
      spoken.textContent = text;
    }, QUIET);
  }

  /** @param {boolean} stale */
  function finish(stale) {
    set(node, "aria-busy", false);
    set(body, "data-stale", stale);
  }

  return {
    node,
    peek: peek.node,
    busy() {
      set(node, "aria-busy", true);
    },
    /**
     * @param {Prediction} prediction
     * @param {string[]} notes
     * @param {string[]} texts
     * @param {number} milliseconds
     */
    show(prediction, notes, texts, milliseconds) {
      const answered = outputs.filter(({ column }) => prediction[column]);
      const cards = answered.map((output) => {
        const interval = scales.get(output.column) ?? intervalScale();
        return answerCard(output, prediction[output.column], { texts, interval });
      });
      replace(body, cards, noteList(notes));
      took.textContent = `${Math.max(1, Math.round(milliseconds))} ms`;
      finish(false);
      speak(answered.map((output) => answerLine(output, prediction[output.column])).join("; "));
    },
    /**
     * @param {unknown} error
     * @param {number | null} retryIn
     */
    fail(error, retryIn) {
      replace(body, problemCard(error, { again, retryIn }));
      took.textContent = "";
      finish(false);
      speak(error instanceof Error ? error.message : "");
    },
    /** @param {string} text why nothing is asked */
    wait(text) {
      const stale = body.querySelector(".answer") !== null;
      if (!stale) replace(body, el("p", { class: "soft" }, text));
      took.textContent = stale ? text : "";
      finish(stale);
      speak(text);
    },
  };
}

/** @param {string[]} notes */
export function noteList(notes) {
  return notes.length > 0 && el("ul", { class: "plain notes" }, notes.map((note) => el("li", {}, note.replaceAll("`", ""))));
}

/**
 * The answer at the lower edge of small screens, while the panel itself is out of sight.
 * @param {HTMLElement} panel
 */
function createPeek(panel) {
  const node = el("button", { class: "peek", type: "button", hidden: true, onclick: jump });
  let below = false;
  const show = () => {
    node.hidden = !below || node.textContent === "";
  };
  new IntersectionObserver(([{ isIntersecting, boundingClientRect }]) => {
    below = !isIntersecting && boundingClientRect.top > 0;
    show();
  }).observe(panel);
  function jump() {
    panel.scrollIntoView({ block: "start" });
    panel.focus({ preventScroll: true });
  }
  return {
    node,
    /** @param {string} text */
    show(text) {
      node.textContent = text;
      show();
    },
  };
}
