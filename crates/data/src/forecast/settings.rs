//! Rules between the keys of `[forecast]`.

use super::error::ForecastError;
use super::frequency::Frequency;
use crate::config::{Duplicates, ForecastConfig, ForecastHeadConfig, Transform, WindowScaling};
use crate::preprocess::Problems;

/// The frequency, if one is given and everything else fits together.
pub(super) fn check(config: &ForecastConfig) -> Result<Option<Frequency>, Problems<ForecastError>> {
    let mut problems = Vec::new();
    let frequency = config
        .frequency
        .as_ref()
        .map(|text| text.parse::<Frequency>());
    let frequency = frequency.transpose().unwrap_or_else(|problem| {
        problems.push(problem.into());
        None
    });
    check_columns(config, &mut problems);
    check_head(config, &mut problems);
    match problems.is_empty() {
        true => Ok(frequency),
        false => Err(Problems(problems)),
    }
}

fn check_columns(config: &ForecastConfig, problems: &mut Vec<ForecastError>) {
    let mut taken = vec![
        ("time", config.time.as_str()),
        ("target", config.target.as_str()),
    ];
    if config.time == config.target {
        let problem = format!("is `{}`, which is `time` already", config.target);
        problems.push(ForecastError::Setting {
            key: "target",
            problem,
        });
    }
    let lists = [
        ("series", &config.series),
        ("known", &config.known),
        ("past", &config.past),
        ("static", &config.statics),
    ];
    for (key, names) in lists {
        for name in names {
            // The network may see which series it is.
            let other = taken
                .iter()
                .find(|(other, known)| known == name && !(key == "static" && *other == "series"));
            if let Some((other, _)) = other {
                let problem = format!("names `{name}`, which is in `{other}` already");
                problems.push(ForecastError::Setting { key, problem });
            }
            taken.push((key, name));
        }
    }
}

fn check_head(config: &ForecastConfig, problems: &mut Vec<ForecastError>) {
    let mut setting = |key, problem: String| problems.push(ForecastError::Setting { key, problem });
    match &config.head {
        ForecastHeadConfig::Quantiles(head) => {
            let is_level = |level: &f64| *level > 0.0 && *level < 1.0;
            let ascends = head.levels.windows(2).all(|pair| pair[0] < pair[1]);
            if head.levels.is_empty() || !ascends || !head.levels.iter().all(is_level) {
                let problem = format!(
                    "must be probabilities between 0 and 1 in ascending order, but is {:?}",
                    head.levels
                );
                setting("head.quantiles.levels", problem);
            }
        }
        ForecastHeadConfig::Normal(_) | ForecastHeadConfig::StudentT(_) => {}
        ForecastHeadConfig::NegativeBinomial(_) | ForecastHeadConfig::ZeroInflated(_) => {
            if matches!(
                config.scale,
                WindowScaling::Standard | WindowScaling::Robust
            ) {
                let problem =
                    "must be \"mean\" or \"none\" with a head for counts, so that 0 stays 0";
                setting("scale", problem.into());
            }
            if config.transform != Transform::None {
                setting(
                    "transform",
                    "must be \"none\" with a head for counts".into(),
                );
            }
            if config.duplicates == Duplicates::Mean {
                let problem =
                    "must not be \"mean\" with a head for counts: a mean is no whole number";
                setting("duplicates", problem.into());
            }
        }
    }
}

/// In their order, without those that came before.
pub(super) fn each_once<T: PartialEq + Copy>(items: &[T]) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    for item in items {
        if !once.contains(item) {
            once.push(*item);
        }
    }
    once
}
