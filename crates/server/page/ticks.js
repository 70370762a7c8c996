/** Round numbers and readable times for the axes of a chart. */

import { niceStep } from "./format.js";

const DAY = 86_400_000;

/**
 * Round numbers that span the values.
 * @param {number} least
 * @param {number} most
 * @param {number} about how many
 */
export function valueTicks(least, most, about) {
  const span = most - least || Math.abs(most) || 1;
  const step = niceStep((span / about) * 1.6);
  const first = Math.floor(least / step);
  const last = Math.ceil(most / step - 1e-9);
  return Array.from({ length: Math.max(2, last - first + 1) }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/**
 * Places of time labels: every so many points.
 * @param {number} points
 * @param {number} most
 */
export function timePlaces(points, most) {
  const every = Math.max(1, Math.ceil(points / Math.max(2, most)));
  return Array.from({ length: Math.ceil(points / every) }, (_, index) => index * every);
}

/**
 * How to write times that span so much.
 * @param {string[]} times
 * @returns {(time: string) => string}
 */
export function timeFormat(times) {
  const parsed = times.map(parse).filter((time) => !Number.isNaN(time));
  if (parsed.length < times.length || parsed.length === 0) return (time) => time;
  const span = parsed[parsed.length - 1] - parsed[0];
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...parts(span, parsed) });
  return (time) => format.format(parse(time)).replace(",", "");
}

/**
 * @param {number} span
 * @param {number[]} times
 * @returns {Intl.DateTimeFormatOptions}
 */
function parts(span, times) {
  const wholeDays = times.every((time) => time % DAY === 0);
  if (!wholeDays && span < 2 * DAY) return { hour: "2-digit", minute: "2-digit" };
  if (!wholeDays && span < 14 * DAY) return { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  if (span < 300 * DAY) return { day: "numeric", month: "short" };
  return { month: "short", year: "numeric" };
}

/**
 * A time without a zone is taken as it is.
 * @param {string} time
 */
function parse(time) {
  const iso = time.replace(" ", "T");
  return Date.parse(/T[\d:.]+$/.test(iso) ? `${iso}Z` : iso);
}
