//! Ranking metrics of one class against the rest: ROC and precision-recall curves and the areas under them.

use super::report::{Curve, CurveKind};

/// Points kept of a curve.
const MAX_POINTS: usize = 200;

/// Counts of rows with at least a score, one entry per distinct score, from the highest down. Equal scores share an
/// entry, so that ties count half in the ROC area and an order among them cannot matter.
pub(super) struct Ranking {
    /// (true positives, false positives)
    steps: Vec<(u64, u64)>,
    positives: u64,
    negatives: u64,
}

impl Ranking {
    /// Ranks rows by score, which is any finite number; the flag says whether a row is positive.
    pub(super) fn new(rows: impl Iterator<Item = (f32, bool)>) -> Self {
        // One u64 per row sorts twice as fast as a pair.
        let mut keys: Vec<u64> = rows
            .map(|(score, positive)| (u64::from(ordered_bits(score)) << 1) | u64::from(positive))
            .collect();
        keys.sort_unstable_by(|a, b| b.cmp(a));
        let (mut steps, mut hits, mut misses) = (Vec::new(), 0, 0);
        for (place, key) in keys.iter().enumerate() {
            if key & 1 == 1 {
                hits += 1;
            } else {
                misses += 1;
            }
            if keys.get(place + 1).is_none_or(|next| next >> 1 != key >> 1) {
                steps.push((hits, misses));
            }
        }
        Self {
            steps,
            positives: hits,
            negatives: misses,
        }
    }

    fn has_both_classes(&self) -> bool {
        self.positives > 0 && self.negatives > 0
    }

    /// Probability that a positive row scores above a negative one, ties counting half. `None` without both classes.
    pub(super) fn roc_auc(&self) -> Option<f64> {
        let mut twice_area = 0u128;
        let (mut hits_before, mut misses_before) = (0, 0);
        for &(hits, misses) in &self.steps {
            twice_area += u128::from(misses - misses_before) * u128::from(hits + hits_before);
            (hits_before, misses_before) = (hits, misses);
        }
        let pairs = u128::from(self.positives) * u128::from(self.negatives);
        self.has_both_classes()
            .then(|| twice_area as f64 / (2 * pairs) as f64)
    }

    /// Average precision: the step-wise area under the precision-recall curve, without the optimism of interpolation.
    /// `None` without both classes.
    pub(super) fn average_precision(&self) -> Option<f64> {
        let mut sum = 0.0;
        let mut hits_before = 0;
        for &(hits, misses) in &self.steps {
            sum += (hits - hits_before) as f64 * (hits as f64 / (hits + misses) as f64);
            hits_before = hits;
        }
        self.has_both_classes().then(|| sum / self.positives as f64)
    }

    /// Smallest share of negative rows that pass where at least this share of the positive rows does. `None` without
    /// both classes.
    pub(super) fn false_positive_rate_at(&self, recall: f64) -> Option<f64> {
        if !self.has_both_classes() {
            return None;
        }
        let reached = |&&(hits, _): &&(u64, u64)| hits as f64 / self.positives as f64 >= recall;
        let (_, misses) = self.steps.iter().find(reached)?;
        Some(*misses as f64 / self.negatives as f64)
    }

    /// Both curves for the report, none without both classes.
    pub(super) fn curves(&self, label: &str) -> Vec<Curve> {
        let (Some(roc_auc), Some(average_precision)) = (self.roc_auc(), self.average_precision())
        else {
            return Vec::new();
        };
        let mut roc = vec![[0.0, 0.0]];
        let mut precision_recall = Vec::new();
        for &(hits, misses) in &self.steps {
            let recall = hits as f64 / self.positives as f64;
            let precision = hits as f64 / (hits + misses) as f64;
            roc.push([misses as f64 / self.negatives as f64, recall]);
            if precision_recall.is_empty() {
                precision_recall.push([0.0, precision]);
            }
            // Past full recall precision only falls; the rest of the curve is a vertical line.
            if precision_recall
                .last()
                .is_none_or(|last: &[f64; 2]| last[0] < 1.0)
            {
                precision_recall.push([recall, precision]);
            }
        }
        let curve = |kind, area, points| Curve {
            kind,
            label: label.to_owned(),
            area,
            points: thin(points),
        };
        vec![
            curve(CurveKind::Roc, roc_auc, roc),
            curve(
                CurveKind::PrecisionRecall,
                average_precision,
                precision_recall,
            ),
        ]
    }
}

/// Bits that order as the scores do: those of a negative number are turned over, those of another get a leading 1.
fn ordered_bits(score: f32) -> u32 {
    // Adding 0 makes -0 equal to 0.
    let bits = (score + 0.0).to_bits();
    match score < 0.0 {
        true => !bits,
        false => bits | 1 << 31,
    }
}

/// Keeps at most [`MAX_POINTS`] points, evenly along the curve's length, ends included.
fn thin(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let round = |[x, y]: [f64; 2]| [(x * 1e6).round() / 1e6, (y * 1e6).round() / 1e6];
    if points.len() <= MAX_POINTS {
        return points.into_iter().map(round).collect();
    }
    let distance = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let total: f64 = points
        .windows(2)
        .map(|pair| distance(&pair[0], &pair[1]))
        .sum();
    let spacing = total / (MAX_POINTS - 2) as f64;
    let mut kept = vec![round(points[0])];
    let (mut walked, mut next) = (0.0, spacing);
    for pair in points.windows(2) {
        walked += distance(&pair[0], &pair[1]);
        if walked >= next && kept.len() < MAX_POINTS - 1 {
            kept.push(round(pair[1]));
            next = (walked / spacing).floor() * spacing + spacing;
        }
    }
    if let Some(last) = points.last().copied().map(round)
        && kept.last() != Some(&last)
    {
        kept.push(last);
    }
    kept
}
