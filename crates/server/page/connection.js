/** Is the server there? Says so in a banner, and tells the page when it is back. */

const EVERY = 3000;
const changes = new EventTarget();
let away = false;

/** To be called when a request got no answer at all. */
export function lost() {
  if (away) return;
  away = true;
  show();
  setTimeout(look, EVERY);
}

/**
 * Calls back every time the server is there again.
 * @param {() => void} then
 */
export function onReturn(then) {
  changes.addEventListener("back", then);
}

function show() {
  const banner = /** @type {HTMLElement} */ (document.getElementById("banner"));
  banner.textContent = away ? "The server cannot be reached. Trying again …" : "";
  banner.hidden = !away;
}

async function look() {
  try {
    await fetch("healthz", { cache: "no-store" });
  } catch {
    setTimeout(look, EVERY);
    return;
  }
  away = false;
  show();
  changes.dispatchEvent(new Event("back"));
}
