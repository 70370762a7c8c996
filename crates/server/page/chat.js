/** A conversation. */

import { postJson } from "./api.js";
import { entityList } from "./answers.js";
import { barList } from "./bars.js";
import { el, unseen, uid } from "./dom.js";
import { percent } from "./format.js";
import { foundAnswer } from "./found.js";
import { problemCard } from "./problem.js";

/** @typedef {import("./types.js").Context} Context */
/** @typedef {import("./types.js").Panel} Panel */
/** @typedef {import("./types.js").Reply} Reply */

/**
 * @param {Context} context
 * @returns {Panel}
 */
export function chatPanel({ info, path, command }) {
  const retrieves = info.kind === "retriever";
  const chat = `${path}/chat`;
  const id = uid("say");
  const log = el("div", { class: "log", role: "log", "aria-label": "Conversation", tabindex: "0" }, greeting(retrieves));
  const box = el("input", { id, type: "text", autocomplete: "off", enterkeyhint: "send", oninput: typed });
  const form = el("form", { class: "say", onsubmit: say }, el("label", { for: id, class: "unseen" }, "Your message"), box,
    el("button", { class: "button strong", type: "submit" }, "Send"));
  box.placeholder = retrieves ? "Ask a question" : "Write a message";
  let turn = 0;
  let question = /** @type {HTMLElement | null} */ (null);
  let current = new AbortController();

  function typed() {
    command({ path: chat, json: { text: box.value || "hello", turn } });
  }
  /** @param {Event} event */
  function say(event) {
    event.preventDefault();
    const text = box.value.trim();
    if (text === "") return;
    box.value = "";
    log.querySelector(".greeting")?.remove();
    question = add(message("you", text));
    answer(text, turn);
    turn += 1;
  }

  /**
   * @param {string} text
   * @param {number} at
   */
  async function answer(text, at) {
    command({ path: chat, json: { text, turn: at } });
    const { signal } = current;
    const waiting = add(el("p", { class: "typing soft", "aria-hidden": "true" }, "…"));
    const again = () => {
      failed?.remove();
      answer(text, at);
    };
    /** @type {HTMLElement | undefined} */
    let failed;
    try {
      const reply = await postJson(chat, { text, turn: at }, { signal });
      if (!signal.aborted) add(message("model", ...(retrieves ? foundAnswer(reply) : replyParts(reply))));
    } catch (error) {
      if (!signal.aborted) failed = add(message("model", problemCard(error, { again })));
    }
    waiting.remove();
  }

  /**
   * @template {HTMLElement} E
   * @param {E} node
   */
  function add(node) {
    log.append(node);
    log.scrollTop = (question ?? node).offsetTop - 8;
    return node;
  }
  function clear() {
    current.abort();
    current = new AbortController();
    turn = 0;
    question = null;
    log.replaceChildren(greeting(retrieves));
    box.focus();
  }

  const title = retrieves ? "Ask" : "Chat";
  const reset = el("button", { class: "button quiet", type: "button", onclick: clear }, "Start over");
  const node = el("section", { class: "card chat", "aria-label": title }, el("div", { class: "row" }, el("h2", {}, title), reset), log, form);
  return { title, node, start: typed };
}

/** @param {boolean} retrieves */
function greeting(retrieves) {
  return el("p", { class: "soft greeting" }, retrieves ? "Ask in your own words; the nearest stored answer comes back." : "Say something, as a customer would.");
}

/**
 * @param {"you" | "model"} from
 * @param {...(Node | string | false)} parts
 */
function message(from, ...parts) {
  return el("div", { class: `message ${from}` }, unseen(from === "you" ? "You: " : "Answer: "), parts);
}

/**
 * @param {Reply} reply
 * @returns {(Node | false)[]}
 */
function replyParts({ intent, nearest, answer, outputs }) {
  const entities = Object.values(outputs ?? {}).flatMap((output) => output.entities ?? []);
  const chips = entities.length > 0 && entityList(entities);
  if (intent === null) {
    const bars = nearest.map(({ intent: label, probability: share }) => ({ label, share }));
    return [el("p", { class: "said" }, "I don't know. The nearest:"), barList(bars, "Nearest intents"), chips];
  }
  const sure = nearest.find((candidate) => candidate.intent === intent);
  const named = `${intent}${sure ? ` · ${percent(sure.probability, 0)}` : ""}`;
  if (answer === null) return [el("p", { class: "said" }, named), chips];
  return [el("p", { class: "said" }, answer), el("p", { class: "small soft" }, named), chips];
}
