/** The API key: asked for when the server wants one, kept until the tab is closed. */

const NAME = "hob-key";

/** @type {Promise<boolean> | null} */
let asking = null;

/** @returns {string | null} */
export function storedKey() {
  return sessionStorage.getItem(NAME);
}

/**
 * Asks for a key. Requests that fail together ask once.
 * @param {string | null} refused the key that was not accepted
 * @returns {Promise<boolean>} false when nobody gave one
 */
export function askForKey(refused) {
  if (storedKey() !== refused) return Promise.resolve(true);
  asking ??= ask(refused !== null).finally(() => {
    asking = null;
  });
  return asking;
}

/**
 * @param {boolean} again
 * @returns {Promise<boolean>}
 */
function ask(again) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("key-dialog"));
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const field = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
  const note = /** @type {HTMLElement} */ (document.getElementById("key-note"));
  note.textContent = again ? "The server did not accept that key." : "This server answers only with an API key.";
  field.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const listeners = new AbortController();
    const { signal } = listeners;
    let given = false;
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const key = field.value.trim();
      if (key === "") return;
      sessionStorage.setItem(NAME, key);
      given = true;
      dialog.close();
    };
    const closed = () => {
      listeners.abort();
      resolve(given);
    };
    form.addEventListener("submit", submit, { signal });
    form.querySelector("[data-cancel]")?.addEventListener("click", () => dialog.close(), { signal });
    dialog.addEventListener("close", closed, { signal });
  });
}
