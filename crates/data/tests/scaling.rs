//! Scalings equal those of scikit-learn; `golden/scaling.py` makes the expected values.

use std::collections::BTreeMap;

use hob_data::{config::Normalize, preprocess::scaling::Scaling};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    columns: BTreeMap<String, Vec<f64>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    column: String,
    normalize: Normalize,
    inputs: Vec<f64>,
    outputs: Vec<f64>,
}

#[test]
fn scalings_equal_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(include_str!("golden/scaling.json")).unwrap();
    assert_eq!(golden.cases.len(), 25);
    for case in golden.cases {
        let scaling = Scaling::fit(case.normalize, &golden.columns[&case.column]);
        for (&input, &output) in case.inputs.iter().zip(&case.outputs) {
            let scaled = f64::from(scaling.scale(input));
            // The result is rounded to `f32`, which has 24 bits.
            let tolerance = 1e-7 * output.abs().max(1.0);
            assert!(
                (scaled - output).abs() <= tolerance,
                "{:?} of `{}` at {input}: {scaled}, expected {output}",
                case.normalize,
                case.column
            );
        }
    }
}
