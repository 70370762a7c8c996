/** A forecast as a chart that can be read point by point: with the pointer, or with the arrow keys. */

import { el, replace, set, svg } from "./dom.js";
import { drawFan, isNumber, plotOf, pointsOf } from "./fan-drawing.js";
import { alike } from "./format.js";
import { bandName } from "./quantiles.js";

/** @typedef {import("./types.js").Forecast} Forecast */
/** @typedef {import("./fan-drawing.js").Point} Point */
/** @typedef {import("./fan-drawing.js").Plot} Plot */

/**
 * @param {Forecast} forecast
 * @param {string} target what the values are
 */
export function fanChart(forecast, target) {
  const points = pointsOf(forecast);
  const write = alike(points.flatMap(({ value, bands }) => [value, ...bands.flatMap(({ low, high }) => [low, high])]));
  const readout = el("p", { class: "readout", "aria-hidden": "true" });
  const canvas = el("div", {
    class: "canvas", role: "slider", tabindex: "0", "aria-label": `Forecast of ${target}, point by point`,
    "aria-valuemin": 0, "aria-valuemax": points.length - 1, onkeydown: pressed, onpointermove: pointed, onpointerdown: pointed,
  });
  let at = Math.min(forecast.history.length, points.length - 1);
  let plot = /** @type {Plot | null} */ (null);
  let cursor = svg("g");

  /** @param {number} width */
  function draw(width) {
    if (width < 50) return;
    plot = plotOf(points, width, width < 500 ? 240 : 320);
    const drawing = drawFan(points, plot);
    cursor = svg("g");
    drawing.append(cursor);
    replace(canvas, drawing);
    move(at);
  }
  /** @param {number} to */
  function move(to) {
    at = Math.max(0, Math.min(points.length - 1, to));
    const text = described(points[at], write);
    set(canvas, "aria-valuenow", at);
    set(canvas, "aria-valuetext", text);
    replace(readout, ...shown(points[at], write));
    if (plot) replace(cursor, ...cursorParts(points[at], plot, at));
  }
  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageUp: at + 7, PageDown: at - 7, Home: 0, End: points.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  }
  /** @param {PointerEvent} event */
  function pointed(event) {
    if (!plot) return;
    const { frame } = plot;
    const share = (event.clientX - canvas.getBoundingClientRect().left - frame.left) / (frame.right - frame.left);
    move(Math.round(share * (points.length - 1)));
  }

  new ResizeObserver(([entry]) => draw(Math.floor(entry.contentRect.width))).observe(canvas);
  move(at);
  return el("div", { class: "chart" }, readout, canvas, legend(points));
}

/** @typedef {(value: unknown) => string} Write */

/**
 * @param {Point} point
 * @param {Write} write
 */
function described({ time, value, ahead, bands }, write) {
  const parts = bands.map((band) => `${bandName(band)} between ${write(band.low)} and ${write(band.high)}`);
  return [`${time}: ${write(value)}${ahead ? " forecast" : ""}`, ...parts].join(", ");
}

/**
 * @param {Point} point
 * @param {Write} write
 */
function shown({ time, value, ahead, bands }, write) {
  const parts = bands.map((band) => el("span", {}, el("span", { class: "soft" }, `${bandName(band)} `), `${write(band.low)} to ${write(band.high)}`));
  return [el("span", { class: "soft" }, time.replace("T", " ")), el("strong", {}, write(value)), ...(ahead ? parts : [el("span", { class: "soft" }, "history")])];
}

/**
 * @param {Point} point
 * @param {Plot} plot
 * @param {number} at
 */
function cursorParts({ value, ahead }, { x, y, frame }, at) {
  const parts = /** @type {SVGElement[]} */ ([svg("line", { class: "cursor", x1: x(at), x2: x(at), y1: frame.top, y2: frame.bottom })]);
  if (isNumber(value)) parts.push(svg("circle", { class: ahead ? "dot ahead" : "dot", cx: x(at), cy: y(value), r: 4 }));
  return parts;
}

/** @param {Point[]} points */
function legend(points) {
  const bands = points[points.length - 1]?.bands ?? [];
  const names = bands.map(bandName).join(", ");
  return el("ul", { class: "legend", "aria-hidden": "true" },
    el("li", {}, el("i", { class: "key past" }), "History"), el("li", {}, el("i", { class: "key ahead" }), "Forecast, middle value"),
    names !== "" && el("li", {}, el("i", { class: "key band" }), `${names} of cases lie inside`));
}
