/** Requests that follow what is typed: the last one counts, earlier ones are taken back. */

import { Refusal } from "./api.js";
import { onReturn } from "./connection.js";

const PAUSE = 150;
/** Longer than this nobody waits without having asked for it. */
const LONGEST_WAIT = 30;

/**
 * @template T
 * @typedef {object} Live
 * @property {(signal: AbortSignal) => Promise<T> | null} ask null: there is nothing to ask at the moment
 * @property {() => void} started
 * @property {(answer: T) => void} answered
 * @property {(error: unknown, retryIn: number | null) => void} failed
 */

/**
 * @template T
 * @param {Live<T>} live
 * @returns {{ soon: () => void, now: () => void }}
 */
export function follow(live) {
  let timer = 0;
  let current = new AbortController();

  /** @param {boolean} mayRetry */
  async function run(mayRetry) {
    const { signal } = restart();
    const asked = live.ask(signal);
    if (asked === null) return;
    live.started();
    try {
      const answer = await asked;
      if (!signal.aborted) live.answered(answer);
    } catch (error) {
      if (!signal.aborted) failed(error, mayRetry);
    }
  }

  function restart() {
    clearTimeout(timer);
    current.abort();
    current = new AbortController();
    return current;
  }

  /**
   * @param {unknown} error
   * @param {boolean} mayRetry
   */
  function failed(error, mayRetry) {
    const wait = error instanceof Refusal && error.isBusy ? error.retryAfter ?? 1 : null;
    const retries = mayRetry && wait !== null && wait <= LONGEST_WAIT;
    if (retries) timer = setTimeout(() => run(false), wait * 1000);
    live.failed(error, retries ? wait : null);
  }

  function soon() {
    restart();
    timer = setTimeout(() => run(true), PAUSE);
  }
  onReturn(soon);
  return { soon, now: () => run(true) };
}
