//! The theta method (Assimakopoulos & Nikolopoulos 2000) in the form of Hyndman & Billah 2003: simple exponential smoothing
//! plus half the slope of the regression line. As `thetaf` of R's forecast package and `ThetaModel` of statsmodels.

use super::history::History;
use super::season::{Kind, Season};
use super::{Fallback, Gaussian};

/// Steps needed for a slope and a smoothing that are more than noise.
const MIN_STEPS: usize = 6;

/// Quantile of the normal distribution for the test of a season, at 10 % as in the M3 competition.
const TEST_DEVIATIONS: f64 = 1.645;

pub(super) fn forecast(
    history: &History,
    season: usize,
    horizon: usize,
) -> Result<Gaussian, Fallback> {
    let steps = history.len();
    if steps < MIN_STEPS {
        return Err(Fallback::Short {
            steps,
            needed: MIN_STEPS,
        });
    }
    if history.is_constant() {
        return Err(Fallback::Constant);
    }
    let values = &history.filled;
    let season = is_seasonal(values, season)
        .then(|| {
            Season::new(Kind::Multiplicative, values, season)
                .or_else(|| Season::new(Kind::Additive, values, season))
        })
        .flatten();
    let adjusted = season
        .as_ref()
        .map_or_else(|| values.clone(), |season| season.adjust(values));

    let smoothing = Smoothing::fit(&adjusted);
    let half_slope = 0.5 * slope(&adjusted);
    let alpha = smoothing.alpha;
    // How far the level runs behind a line after so many steps.
    let behind = (1.0 - (1.0 - alpha).powi(steps as i32)) / alpha;
    let mut answer = Gaussian {
        mean: (0..horizon)
            .map(|step| smoothing.level + half_slope * (step as f64 + behind))
            .collect(),
        deviation: (0..horizon)
            .map(|step| smoothing.sigma * (1.0 + step as f64 * alpha * alpha).sqrt())
            .collect(),
    };
    if let Some(season) = season {
        season.restore(steps, &mut answer.mean, &mut answer.deviation);
    }
    let mut numbers = answer.mean.iter().chain(&answer.deviation);
    if numbers.all(|value| value.is_finite()) {
        Ok(answer)
    } else {
        Err(Fallback::NoModel)
    }
}

/// Whether the autocorrelation a season apart is more than chance, given those at shorter lags.
fn is_seasonal(values: &[f64], season: usize) -> bool {
    if season < 2 || values.len() < 2 * season {
        return false;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let product = |lag: usize| -> f64 {
        let later = values.iter().skip(lag);
        later
            .zip(values)
            .map(|(after, before)| (after - mean) * (before - mean))
            .sum()
    };
    let total = product(0);
    let shorter: f64 = (1..season).map(|lag| (product(lag) / total).powi(2)).sum();
    let limit = TEST_DEVIATIONS * ((1.0 + 2.0 * shorter) / values.len() as f64).sqrt();
    (product(season) / total).abs() > limit
}

/// Slope of the regression line over the steps.
fn slope(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let centre = 0.5 * (count - 1.0);
    let products = (values.iter().enumerate()).map(|(step, value)| (step as f64 - centre) * value);
    products.sum::<f64>() * 12.0 / (count * (count * count - 1.0))
}

/// Simple exponential smoothing with the least squared one-step errors.
#[derive(Debug, Clone, Copy)]
struct Smoothing {
    alpha: f64,
    /// The last level.
    level: f64,
    /// Deviation of the one-step errors.
    sigma: f64,
}

impl Smoothing {
    fn fit(values: &[f64]) -> Self {
        // The error need not have a single minimum, so a grid comes before the golden section.
        const GRID: usize = 20;
        let rate = |place: f64| (place / GRID as f64).clamp(1e-4, 1.0 - 1e-4);
        let error = |alpha: f64| run(values, alpha).1;
        let place =
            (1..GRID).min_by(|&a, &b| error(rate(a as f64)).total_cmp(&error(rate(b as f64))));
        let place = place.unwrap_or(1) as f64;
        let (mut low, mut high) = (rate(place - 1.0), rate(place + 1.0));
        let section = 0.5 * (5f64.sqrt() - 1.0);
        for _ in 0..30 {
            let (left, right) = (high - section * (high - low), low + section * (high - low));
            if error(left) <= error(right) {
                high = right;
            } else {
                low = left;
            }
        }
        let alpha = 0.5 * (low + high);
        let (level, squares) = run(values, alpha);
        // Fitted are the rate and the first level.
        let fitted = 2;
        Self {
            alpha,
            level,
            sigma: (squares / (values.len() - fitted) as f64).sqrt(),
        }
    }
}

/// The last level and the sum of squared errors, from the best first level: each error is linear in it, so that it has a
/// closed form.
fn run(values: &[f64], alpha: f64) -> (f64, f64) {
    let (mut level, mut weight) = (0.0, 1.0);
    let (mut products, mut squares) = (0.0, 0.0);
    for value in values {
        let error = value - level;
        products += error * weight;
        squares += weight * weight;
        weight *= 1.0 - alpha;
        level += alpha * error;
    }
    level = products / squares;
    let mut sum = 0.0;
    for value in values {
        let error = value - level;
        sum += error * error;
        level += alpha * error;
    }
    (level, sum)
}
