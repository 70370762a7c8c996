/** A number with its intervals on a line. */

import { svg } from "./dom.js";
import { number } from "./format.js";
import { bandsOf } from "./quantiles.js";

const [WIDTH, HEIGHT, MIDDLE] = [320, 46, 16];

/**
 * Draws on one scale that grows and never jumps, so that two answers can be compared.
 * @returns {(value: number, quantiles: Record<string, number>) => SVGElement}
 */
export function intervalScale() {
  let [least, most] = [Infinity, -Infinity];
  return (value, quantiles) => {
    const bands = bandsOf(quantiles);
    const all = [value, ...bands.flatMap(({ low, high }) => [low, high])];
    [least, most] = [Math.min(least, ...all), Math.max(most, ...all)];
    const span = most - least || 1;
    return draw(value, bands, (x) => 6 + ((x - least) / span) * (WIDTH - 12), [least, most]);
  };
}

/**
 * @param {number} value
 * @param {import("./quantiles.js").Band[]} bands
 * @param {(x: number) => number} place
 * @param {[number, number]} ends
 */
function draw(value, bands, place, [least, most]) {
  return svg("svg", { class: "interval", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    svg("line", { class: "axis", x1: 0, x2: WIDTH, y1: MIDDLE, y2: MIDDLE }),
    bands.map((band, index) => bandBox(band, place, 7 + index * 3)),
    svg("line", { class: "median", x1: place(value), x2: place(value), y1: MIDDLE - 13, y2: MIDDLE + 13 }),
    svg("text", { x: 0, y: HEIGHT - 2 }, number(least)),
    svg("text", { x: WIDTH, y: HEIGHT - 2, "text-anchor": "end" }, number(most)),
  );
}

/**
 * @param {import("./quantiles.js").Band} band
 * @param {(x: number) => number} place
 * @param {number} half
 */
function bandBox({ low, high }, place, half) {
  const width = Math.max(1, place(high) - place(low));
  return svg("rect", { class: "band", x: place(low), y: MIDDLE - half, width, height: half * 2, rx: 3 });
}
