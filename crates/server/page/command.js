/** The command line that does what the page does at the moment. */

import { copyText } from "./copy.js";
import { el } from "./dom.js";
import { storedKey } from "./key.js";

/** @typedef {import("./types.js").Command} Command */

export function createCommand() {
  const code = el("code", {});
  const status = el("span", { class: "unseen", role: "status" });
  const copy = el("button", { class: "button", type: "button", onclick: copied }, "Copy");
  const pre = el("pre", { tabindex: "0", "aria-label": "Command line" }, code);
  const node = el("section", { class: "card command", "aria-label": "The same as a command" },
    el("div", { class: "row" }, el("h2", {}, "The same as a command"), copy), status,
    pre,
  );

  async function copied() {
    const done = (await copyText(code)) ? "Copied" : "Press Ctrl+C to copy";
    [copy.textContent, status.textContent] = [done, done];
    setTimeout(() => {
      [copy.textContent, status.textContent] = ["Copy", ""];
    }, 3000);
  }
  return {
    node,
    /** @param {Command} command */
    show(command) {
      code.textContent = curl(command);
    },
  };
}

/**
 * @param {Command} command
 * @returns {string} for a POSIX shell
 */
function curl({ path, json, file, type = "application/json" }) {
  const lines = [`curl ${quoted(new URL(path, document.baseURI).href)}`];
  if (storedKey() !== null) lines.push('-H "Authorization: Bearer $HOB_KEY"');
  lines.push(`-H 'Content-Type: ${type}'`);
  lines.push(file === undefined ? `-d ${quoted(JSON.stringify(json))}` : `--data-binary ${quoted(`@${file}`)}`);
  return lines.join(" \\\n  ");
}

/** @param {string} text */
function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
