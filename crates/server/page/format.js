/** Numbers, shares and times as people read them. */

const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const LARGE = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const SMALL = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const DAY = 86_400;

/**
 * A whole number: 3,149.
 * @param {number} value
 */
export function count(value) {
  return COUNT.format(value);
}

/**
 * Any number, with four digits that say something.
 * @param {unknown} value
 */
export function number(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e12) return value.toExponential(2);
  return (size >= 1000 ? LARGE : SMALL).format(value);
}

/**
 * Writes numbers that stand together with the same decimals.
 * @param {unknown[]} values the ones to fit
 * @returns {(value: unknown) => string}
 */
export function alike(values) {
  const sizes = values.map((value) => (typeof value === "number" && Number.isFinite(value) ? Math.abs(value) : 0));
  const most = sizes.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0 || most < 1e-4 || most >= 1e12) return number;
  const digits = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(most)), most < 1000 ? 1 : 0));
  const format = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (value) => (typeof value === "number" && Number.isFinite(value) ? format.format(value) : number(value));
}

/**
 * The largest of 1, 2, 5, 10, 20 ... (times any power of ten) that is not above `size`.
 * @param {number} size
 */
export function niceStep(size) {
  const power = 10 ** Math.floor(Math.log10(size) + 1e-9);
  const factor = [5, 2, 1].find((candidate) => candidate * power <= size * (1 + 1e-9)) ?? 1;
  return Number((factor * power).toPrecision(3));
}

/**
 * A score, with four decimals where it is small.
 * @param {number} value
 */
export function score(value) {
  return Math.abs(value) < 10 ? value.toFixed(4) : number(value);
}

/**
 * A share of 1: 70.3 %.
 * @param {number} share
 * @param {number} [digits]
 */
export function percent(share, digits = 1) {
  if (!Number.isFinite(share)) return "–";
  const least = 10 ** -digits;
  const value = share * 100;
  if (value > 0 && value < least / 2) return `< ${least} %`;
  if (share < 1 && value > 100 - least / 2) return `> ${(100 - least).toFixed(digits)} %`;
  return `${value.toFixed(digits)} %`;
}

/**
 * "1 row", "2 rows".
 * @param {number} amount
 * @param {string} one
 * @param {string} [many]
 */
export function plural(amount, one, many = `${one}s`) {
  return `${count(amount)} ${amount === 1 ? one : many}`;
}

/**
 * "a, b and c"
 * @param {string[]} words
 * @param {string} [last]
 */
export function listed(words, last = "and") {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1]}`;
}

/**
 * Seconds since 1970 as ISO text, without the time of day where it says nothing.
 * @param {number} seconds
 * @param {boolean} withTime
 */
export function isoTime(seconds, withTime) {
  const text = new Date(seconds * 1000).toISOString();
  return withTime ? text.slice(0, 16) : text.slice(0, 10);
}

/**
 * Is this moment a day, or a time of day too?
 * @param {number | null | undefined} seconds
 */
export function isMidnight(seconds) {
  return !seconds || seconds % DAY === 0;
}

/**
 * A moment in the reader's time zone.
 * @param {string} iso
 */
export function moment(iso) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(time);
}

/**
 * Any value of a cell.
 * @param {unknown} value
 */
export function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return number(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
