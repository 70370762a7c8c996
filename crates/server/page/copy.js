/** Copying, also where the page does not come through HTTPS and browsers offer no clipboard. */

/**
 * @param {HTMLElement} node
 * @returns {Promise<boolean>} false: the text is selected and has to be copied by hand
 */
export async function copyText(node) {
  try {
    await navigator.clipboard.writeText(node.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(node);
    return document.execCommand("copy");
  }
}
