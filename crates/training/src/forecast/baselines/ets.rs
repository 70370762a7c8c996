//! Exponential smoothing by the `augurs-ets` library.
//!
//! The library has no seasonal models, so a seasonal part is taken out before and put back after, which is `stlf` of R's
//! forecast package with a fixed season. Whether there is one, added or as a factor, is chosen as the smoothing is: by
//! AICc.

use augurs_core::{Fit, Predict};
use augurs_ets::AutoETS;

use super::history::History;
use super::season::{Kind, Season};
use super::{Fallback, Gaussian};

/// Steps needed to fit a level, a trend and its damping, and to compare them.
const MIN_STEPS: usize = 12;

/// Older steps are left out: they bear on today's level by less than a rounding error and cost time.
const MAX_STEPS: usize = 1000;

/// Seasons that are looked at even where they have more steps than that.
const MAX_SEASONS: usize = 10;

/// Probability within a deviation of the mean of a normal distribution.
const ONE_DEVIATION: f64 = 0.682_689_492_137_085_9;

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
    let kept = steps.min(MAX_STEPS.max(MAX_SEASONS * season));
    let values = &history.filled[steps - kept..];
    // The search begins with steps of fixed size, so values are brought to size 1.
    let size = values.iter().map(|value| value.abs()).sum::<f64>() / kept as f64;
    if history.is_constant() || size == 0.0 || values.iter().all(|value| *value == values[0]) {
        return Err(Fallback::Constant);
    }
    let values: Vec<f64> = values.iter().map(|value| value / size).collect();

    let seasons = [
        None,
        Season::new(Kind::Additive, &values, season),
        Season::new(Kind::Multiplicative, &values, season),
    ];
    let candidates = (seasons.into_iter().enumerate())
        .filter(|(place, season)| *place == 0 || season.is_some())
        .filter_map(|(_, season)| candidate(&values, season, horizon));
    let best = candidates.min_by(|(a, _), (b, _)| a.total_cmp(b));
    let (_, mut answer) = best.ok_or(Fallback::NoModel)?;
    for value in answer.mean.iter_mut().chain(&mut answer.deviation) {
        *value *= size;
    }
    Ok(answer)
}

/// The best smoothing of values adjusted in this way, and its AICc as a model of the values themselves.
fn candidate(values: &[f64], season: Option<Season>, horizon: usize) -> Option<(f64, Gaussian)> {
    let adjusted = season
        .as_ref()
        .map_or_else(|| values.to_vec(), |season| season.adjust(values));
    let additive = season.as_ref().is_some_and(|it| it.kind == Kind::Additive);
    // An error in proportion to values that can be next to 0 after a subtraction makes no sense.
    let models = if additive { "AZN" } else { "ZZN" };
    let fitted = AutoETS::new(1, models).ok()?.fit(&adjusted).ok()?;
    let aicc = aicc(&fitted, &season, values.len());

    let forecast = fitted.predict(horizon, ONE_DEVIATION).ok()?;
    let upper = forecast.intervals?.upper;
    let deviation = upper.iter().zip(&forecast.point);
    let mut answer = Gaussian {
        deviation: deviation.map(|(upper, point)| upper - point).collect(),
        mean: forecast.point,
    };
    if let Some(season) = &season {
        season.restore(values.len(), &mut answer.mean, &mut answer.deviation);
    }
    let mut numbers = answer.mean.iter().chain(&answer.deviation);
    (aicc.is_finite() && numbers.all(|value| value.is_finite())).then_some((aicc, answer))
}

/// Comparable between adjustments: the density of a value is that of the adjusted one, over its factor.
fn aicc(fitted: &augurs_ets::FittedAutoETS, season: &Option<Season>, steps: usize) -> f64 {
    let model = fitted.model();
    let deviance = -2.0 * model.log_likelihood();
    let smoothing = 0.5 * (model.aic() - deviance);
    let (indices, factors) = match season {
        None => (0, 0.0),
        Some(season) if season.kind == Kind::Additive => (season.indices.len() - 1, 0.0),
        Some(season) => {
            let factors = season.indices.iter().cycle().take(steps);
            (
                season.indices.len() - 1,
                factors.map(|factor| factor.ln()).sum(),
            )
        }
    };
    let params = smoothing + 1.0 + indices as f64;
    let spare = steps as f64 - params - 1.0;
    if spare <= 0.0 {
        return f64::INFINITY;
    }
    deviance + 2.0 * factors + 2.0 * params + 2.0 * params * (params + 1.0) / spare
}
