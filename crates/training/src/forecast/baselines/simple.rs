//! Forecasts without anything to fit (fpp3 5.2), and their intervals (fpp3 5.5).

use super::history::History;
use super::{Fallback, Gaussian};

/// The last value. Errors of a random walk add up, so the deviation grows with the root of the step.
pub(super) fn naive(history: &History, horizon: usize) -> Gaussian {
    let last = history.filled[history.len() - 1];
    let sigma = root_mean_square(history.differences(1), 0);
    Gaussian {
        mean: vec![last; horizon],
        deviation: (1..=horizon)
            .map(|step| sigma * (step as f64).sqrt())
            .collect(),
    }
}

/// The value of a season before, or of the latest season in which it is known. The deviation grows with the root of the
/// number of seasons.
pub(super) fn seasonal_naive(
    history: &History,
    season: usize,
    horizon: usize,
) -> Result<Gaussian, Fallback> {
    let steps = history.len();
    if steps <= season {
        return Err(Fallback::Short {
            steps,
            needed: season + 1,
        });
    }
    let sigma = root_mean_square(history.differences(season), 0);
    let latest = |place: usize| {
        let mut seasons = (place..steps).step_by(season).rev();
        let known = seasons.find(|&place| history.observed[place].is_finite());
        known.map_or(history.filled[steps - 1], |place| history.observed[place])
    };
    Ok(Gaussian {
        mean: (0..horizon)
            .map(|step| latest((steps + step) % season))
            .collect(),
        deviation: (0..horizon)
            .map(|step| sigma * ((step / season + 1) as f64).sqrt())
            .collect(),
    })
}

/// The line through the first and the last value.
pub(super) fn drift(history: &History, horizon: usize) -> Result<Gaussian, Fallback> {
    let steps = history.len();
    if steps < 3 {
        return Err(Fallback::Short { steps, needed: 3 });
    }
    let (first, last) = (history.filled[0], history.filled[steps - 1]);
    let span = (steps - 1) as f64;
    let slope = (last - first) / span;
    let residuals = history.differences(1).map(|difference| difference - slope);
    let sigma = root_mean_square(residuals, 1);
    let ahead = || (1..=horizon).map(|step| step as f64);
    Ok(Gaussian {
        mean: ahead().map(|step| last + slope * step).collect(),
        deviation: ahead()
            .map(|step| sigma * (step * (1.0 + step / span)).sqrt())
            .collect(),
    })
}

/// Root of the sum of squares over the count less the number of fitted parameters; 0 of nothing.
pub(super) fn root_mean_square(residuals: impl Iterator<Item = f64>, fitted: usize) -> f64 {
    let (sum, count) = residuals.fold((0.0, 0usize), |(sum, count), value| {
        (sum + value * value, count + 1)
    });
    if count > fitted {
        (sum / (count - fitted) as f64).sqrt()
    } else {
        0.0
    }
}
