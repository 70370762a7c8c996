//! Why a loss became infinite or not a number.

use hob_data::features::Targets;

use super::EncodedPart;

/// Scaled values are rarely beyond this.
const LARGE: f32 = 100.0;

/// The likely cause and what to do, from what is known about the training part.
pub(crate) fn likely_cause(part: &EncodedPart, learning_rate: f64) -> String {
    let features = &part.features;
    let inputs = [&features.numbers, &features.dense].map(|lane| largest(&lane.values));
    let inputs = inputs[0].max(inputs[1]);
    let targets = part.targets.iter().map(|targets| match targets {
        Targets::Numbers(values) => largest(values),
        _ => 0.0,
    });
    let targets = targets.fold(0.0, f32::max);
    if !inputs.is_finite() {
        "an input is infinite or not a number; clip the column or repair the data".to_string()
    } else if !targets.is_finite() {
        "a target is infinite or not a number; repair the data".to_string()
    } else if inputs > LARGE {
        format!(
            "an input is as large as {inputs}; scale it with `normalize`, or bound it with `clip`"
        )
    } else if targets > LARGE {
        format!(
            "a target is as large as {targets}; scale it with `normalize`, or use the loss `huber`"
        )
    } else {
        format!(
            "the learning rate {learning_rate} is probably too high; try {}, or set `clip_norm = 1.0` in `[training]`",
            (learning_rate / 10.0).min(1e-3)
        )
    }
}

/// The largest absolute value; infinite when a value is not finite.
fn largest(values: &[f32]) -> f32 {
    let size = |value: &f32| {
        if value.is_finite() {
            value.abs()
        } else {
            f32::INFINITY
        }
    };
    values.iter().map(size).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hob_data::features::{Features, Matrix};

    use super::*;

    fn cause(input: f32, target: f32) -> String {
        let numbers = Matrix {
            width: 1,
            values: vec![0.5, input],
        };
        let features = Features {
            num_rows: 2,
            numbers,
            ..Features::default()
        };
        let part = EncodedPart {
            features: Arc::new(features),
            targets: vec![Targets::Numbers(vec![0.0, target])],
        };
        likely_cause(&part, 0.5)
    }

    #[test]
    fn the_cause_is_looked_for_in_the_data_first() {
        assert!(cause(f32::NAN, 0.0).contains("not a number"));
        assert!(cause(-4e4, 0.0).contains("as large as 40000"));
        assert!(cause(1.0, 1e6).contains("a target is as large as 1000000"));
        assert!(cause(1.0, 1.0).contains("the learning rate 0.5 is probably too high; try 0.001"));
    }
}
