//! Whether probabilities mean what they say.

use super::report::CalibrationBin;

/// Bins of equal width, after Guo et al. 2017, "On Calibration of Modern Neural Networks".
const NUM_BINS: usize = 15;

/// Puts `(probability, whether it was true)` into bins `(lower, upper]`, the first with 0. Empty bins are left out.
pub(super) fn bins(rows: impl Iterator<Item = (f64, bool)>) -> Vec<CalibrationBin> {
    let mut sums = [(0usize, 0.0, 0usize); NUM_BINS];
    for (probability, hit) in rows {
        let place = (probability * NUM_BINS as f64).ceil() as usize;
        let (count, sum, hits) = &mut sums[place.clamp(1, NUM_BINS) - 1];
        *count += 1;
        *sum += probability;
        *hits += usize::from(hit);
    }
    let filled = sums
        .iter()
        .enumerate()
        .filter(|(_, (count, ..))| *count > 0);
    filled
        .map(|(place, &(count, sum, hits))| CalibrationBin {
            lower: place as f64 / NUM_BINS as f64,
            upper: (place + 1) as f64 / NUM_BINS as f64,
            count,
            predicted: sum / count as f64,
            observed: hits as f64 / count as f64,
        })
        .collect()
}

/// Expected calibration error: the gap of predicted and observed share, averaged over rows.
pub(super) fn expected_error(bins: &[CalibrationBin]) -> Option<f64> {
    let rows: usize = bins.iter().map(|bin| bin.count).sum();
    let gaps: f64 = bins
        .iter()
        .map(|bin| bin.count as f64 * (bin.predicted - bin.observed).abs())
        .sum();
    (rows > 0).then(|| gaps / rows as f64)
}
