/** Requests to the server, relative to the page, so that it may stand behind a path of a proxy. */

import { lost } from "./connection.js";
import { askForKey, storedKey } from "./key.js";

/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {{ signal?: AbortSignal, quiet?: boolean }} Options `quiet`: never ask for a key */

/** The server refused: what it says. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {Problem} problem
   * @param {number | null} retryAfter seconds
   */
  constructor(status, problem, retryAfter) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** Will the same request work a little later? */
  get isBusy() {
    return this.status === 429 || this.status === 503;
  }
}

/** There was no answer. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached.");
  }
}

/**
 * The path of a model's API.
 * @param {string} model
 */
export function modelPath(model) {
  return `v1/models/${encodeURIComponent(model)}`;
}

/**
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function getJson(path, options) {
  const response = await call(path, {}, options);
  return response.json();
}

/**
 * @param {string} path
 * @param {unknown} json
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function postJson(path, json, options) {
  const response = await post(path, JSON.stringify(json), "application/json", options);
  return response.json();
}

/**
 * @param {string} path
 * @param {BodyInit} body
 * @param {string} type
 * @param {Options} [options]
 */
export function post(path, body, type, options) {
  return call(path, { method: "POST", body, headers: { "Content-Type": type } }, options);
}

/**
 * @param {string} path
 * @param {RequestInit} request
 * @param {Options} [options]
 * @returns {Promise<Response>} always a good one
 */
export async function call(path, request, options = {}) {
  for (;;) {
    const key = storedKey();
    const response = await send(path, request, key, options.signal);
    if (response.ok) return response;
    const again = response.status === 401 && !options.quiet && (await askForKey(key));
    if (!again) throw await refusal(response);
    options.signal?.throwIfAborted();
  }
}

/**
 * @param {string} path
 * @param {RequestInit} request
 * @param {string | null} key
 * @param {AbortSignal | undefined} signal
 */
async function send(path, request, key, signal) {
  const headers = new Headers(request.headers);
  if (key !== null) headers.set("Authorization", `Bearer ${key}`);
  try {
    return await fetch(path, { ...request, headers, signal, cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw error;
    lost();
    throw new Unreachable();
  }
}

/** @param {Response} response */
async function refusal(response) {
  return new Refusal(response.status, await problemOf(response), secondsToWait(response));
}

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
async function problemOf(response) {
  const text = await response.text().catch(() => "");
  try {
    const problem = JSON.parse(text);
    if (problem !== null && typeof problem === "object") return problem;
  } catch {
    // A proxy in between may answer with something else.
  }
  return { title: response.statusText, detail: text.length < 300 && !text.includes("<") ? text : "" };
}

/**
 * `Retry-After` is a number of seconds or a date.
 * @param {Response} response
 */
function secondsToWait(response) {
  const text = response.headers.get("Retry-After");
  if (text === null) return null;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
