/** Draws the past of a series and the fan of its forecast. */

import { svg } from "./dom.js";
import { number } from "./format.js";
import { bandsOf } from "./quantiles.js";
import { timeFormat, timePlaces, valueTicks } from "./ticks.js";

/** @typedef {import("./types.js").Forecast} Forecast */
/** @typedef {import("./quantiles.js").Band} Band */
/** @typedef {{ time: string, value: number | null, ahead: boolean, bands: Band[] }} Point */
/** @typedef {{ width: number, height: number, left: number, right: number, top: number, bottom: number }} Frame */
/** @typedef {{ x: (index: number) => number, y: (value: number) => number, frame: Frame, ticks: number[] }} Plot */

const DIGIT = 7.2;

/**
 * @param {Forecast} forecast
 * @returns {Point[]}
 */
export function pointsOf({ history, steps }) {
  return [
    ...history.map(({ time, value }) => ({ time, value, ahead: false, bands: [] })),
    ...steps.map(({ time, value, quantiles }) => ({ time, value, ahead: true, bands: bandsOf(quantiles) })),
  ];
}

/**
 * @param {Point[]} points
 * @param {number} width
 * @param {number} height
 * @returns {Plot}
 */
export function plotOf(points, width, height) {
  const ticks = ticksOf(points, height);
  const left = 10 + DIGIT * Math.max(...ticks.map((tick) => number(tick).length));
  const frame = { width, height, left, right: width - 12, top: 12, bottom: height - 28 };
  const [least, most] = [ticks[0], ticks[ticks.length - 1]];
  const step = (frame.right - frame.left) / Math.max(1, points.length - 1);
  return {
    frame,
    ticks,
    x: (index) => frame.left + index * step,
    y: (value) => frame.bottom - ((value - least) / (most - least || 1)) * (frame.bottom - frame.top),
  };
}

/**
 * @param {Point[]} points
 * @param {number} height
 */
function ticksOf(points, height) {
  const values = points.flatMap(({ value, bands }) => [value, ...bands.flatMap(({ low, high }) => [low, high])]).filter(isNumber);
  const [least, most] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const fromZero = least > 0 && least < most * 0.5;
  return valueTicks(fromZero ? 0 : least, most, height / 60);
}

/**
 * @param {Point[]} points
 * @param {Plot} plot
 */
export function drawFan(points, plot) {
  const { width, height } = plot.frame;
  const now = points.findIndex(({ ahead }) => ahead);
  const joined = points.map((point, index) => (index === now - 1 ? joint(point, points[now]) : point));
  const fan = joined.map((point, index) => ({ point, index })).filter(({ index }) => now >= 0 && index >= now - 1);
  const past = points.map((point, index) => ({ point, index })).filter(({ point }) => !point.ahead);
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
    grid(plot), timeAxis(points, plot), now > 0 && nowLine(plot, now),
    bandShapes(fan, plot),
    svg("path", { class: "past", d: line(past, plot) }),
    svg("path", { class: "ahead", d: line(fan, plot) }),
  );
}

/**
 * The fan begins where the past ends.
 * @param {Point} last
 * @param {Point | undefined} first
 */
function joint(last, first) {
  const { value } = last;
  if (value === null || !first) return last;
  return { ...last, bands: first.bands.map((band) => ({ ...band, low: value, high: value })) };
}

/** @typedef {{ point: Point, index: number }[]} Placed */

/**
 * @param {Placed} fan
 * @param {Plot} plot
 */
function bandShapes(fan, { x, y }) {
  const widest = fan[fan.length - 1]?.point.bands ?? [];
  return widest.map((_, at) => {
    const kept = fan.filter(({ point }) => point.bands[at]);
    const upper = kept.map(({ point, index }) => `${x(index)},${y(point.bands[at].high)}`);
    const lower = kept.map(({ point, index }) => `${x(index)},${y(point.bands[at].low)}`).reverse();
    return svg("polygon", { class: "band", points: [...upper, ...lower].join(" ") });
  });
}

/**
 * A line with gaps where nothing is known.
 * @param {Placed} placed
 * @param {Plot} plot
 */
function line(placed, { x, y }) {
  let pen = "M";
  const parts = placed.map(({ point: { value }, index }) => {
    const part = isNumber(value) ? `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}` : "";
    pen = part === "" ? "M" : "L";
    return part;
  });
  return parts.join("");
}

/** @param {Plot} plot */
function grid({ frame, ticks, y }) {
  return ticks.map((tick) => svg("g", {},
    svg("line", { class: "grid", x1: frame.left, x2: frame.right, y1: y(tick), y2: y(tick) }),
    svg("text", { x: frame.left - 8, y: y(tick) + 4, "text-anchor": "end" }, number(tick))));
}

/**
 * @param {Point[]} points
 * @param {Plot} plot
 */
function timeAxis(points, { frame, x }) {
  const format = timeFormat(points.map(({ time }) => time));
  const places = timePlaces(points.length, Math.floor((frame.right - frame.left) / 76));
  return places.map((index) => {
    const near = frame.right - x(index);
    const anchor = near < 30 ? "end" : index === 0 ? "start" : "middle";
    return svg("text", { x: x(index), y: frame.height - 8, "text-anchor": anchor }, format(points[index].time));
  });
}

/**
 * @param {Plot} plot
 * @param {number} now
 */
function nowLine({ frame, x }, now) {
  return svg("line", { class: "now", x1: x(now - 1), x2: x(now - 1), y1: frame.top, y2: frame.bottom });
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
export function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}
