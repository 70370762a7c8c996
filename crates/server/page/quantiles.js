/** Quantiles as intervals: levels that lie opposite each other make a band. */

/** @typedef {{ share: number, low: number, high: number }} Band `share`: of the values that lie between both */

/**
 * The bands, the widest first.
 * @param {Record<string, number> | null | undefined} quantiles by level
 * @returns {Band[]}
 */
export function bandsOf(quantiles) {
  const sorted = levelsOf(quantiles);
  const pairs = Math.floor(sorted.length / 2);
  return sorted.slice(0, pairs).map(([level, low], index) => {
    const [opposite, high] = sorted[sorted.length - 1 - index];
    return { share: opposite - level, low, high };
  });
}

/**
 * Levels and values, ascending.
 * @param {Record<string, number> | null | undefined} quantiles
 * @returns {[number, number][]}
 */
export function levelsOf(quantiles) {
  const pairs = Object.entries(quantiles ?? {}).map(([level, value]) => /** @type {[number, number]} */ ([Number(level), value]));
  return pairs.filter(([, value]) => Number.isFinite(value)).sort((a, b) => a[0] - b[0]);
}

/**
 * "80 %"
 * @param {Band} band
 */
export function bandName({ share }) {
  return `${Number((share * 100).toPrecision(3))} %`;
}
