use super::*;

const ALL: [Normalize; 6] = [
    Normalize::Standard,
    Normalize::MinMax,
    Normalize::Robust,
    Normalize::Log1p,
    Normalize::Quantile,
    Normalize::None,
];

#[track_caller]
fn check(normalize: Normalize, values: &[f64], value: f64, expected: f64) {
    let scaled = f64::from(Scaling::fit(normalize, values).scale(value));
    assert!(
        (scaled - expected).abs() < 1e-6,
        "{normalize:?}: {scaled}, expected {expected}"
    );
}

#[test]
fn standard_scaling_uses_the_population_deviation() {
    check(Normalize::Standard, &[1.0, 3.0], 3.0, 1.0);
    check(Normalize::Standard, &[1.0, 3.0], 2.0, 0.0);
}

#[test]
fn min_max_scaling_maps_the_training_range_to_zero_and_one() {
    check(Normalize::MinMax, &[10.0, 20.0, 14.0], 14.0, 0.4);
    check(Normalize::MinMax, &[10.0, 20.0, 14.0], 30.0, 2.0);
}

#[test]
fn robust_scaling_uses_median_and_middle_half() {
    check(Normalize::Robust, &[0.0, 1.0, 2.0, 3.0, 100.0], 4.0, 1.0);
}

#[test]
fn robust_scaling_keeps_the_unit_when_the_middle_half_is_one_value() {
    check(Normalize::Robust, &[5.0, 5.0, 5.0, 5.0, 9.0], 9.0, 4.0);
}

#[test]
fn the_signed_logarithm_treats_both_signs_alike() {
    check(Normalize::Log1p, &[-100.0, 100.0], -100.0, -1.0);
    check(Normalize::Log1p, &[-100.0, 100.0], 0.0, 0.0);
}

#[test]
fn the_quantile_score_of_the_median_is_zero() {
    check(Normalize::Quantile, &[1.0, 10.0, 1000.0], 10.0, 0.0);
}

#[test]
fn a_value_that_spans_several_quantiles_gets_their_middle() {
    // Ranks 1 to 3 of 0 to 4.
    check(Normalize::Quantile, &[0.0, 7.0, 7.0, 7.0, 9.0], 7.0, 0.0);
}

#[test]
fn no_scaling_keeps_the_value() {
    check(Normalize::None, &[1.0, 2.0], 1234.5, 1234.5);
    check(Normalize::None, &[3.0, 3.0], 3.0, 3.0);
}

#[test]
fn a_constant_column_scales_to_zero() {
    for normalize in ALL
        .into_iter()
        .filter(|&normalize| normalize != Normalize::None)
    {
        for value in [0.1, 0.0, 1e300, -5e-324] {
            let scaling = Scaling::fit(normalize, &[value; 7]);
            assert_eq!(scaling.scale(value), 0.0, "{normalize:?} of {value}");
            assert_eq!(scaling.scale(1e9), 0.0, "{normalize:?} of {value}");
        }
    }
}

#[test]
fn extreme_columns_and_values_stay_finite() {
    let columns: [&[f64]; 4] = [
        &[f64::MIN, f64::MAX, 0.0],
        &[0.0, 5e-324],
        &[1.0, 1.0 + f64::EPSILON],
        &[f64::MAX, f64::MAX, 1.0],
    ];
    for normalize in ALL {
        for column in columns {
            let scaling = Scaling::fit(normalize, column);
            for value in [0.0, 1.0, f64::MIN, f64::MAX, -5e-324] {
                let scaled = scaling.scale(value);
                assert!(
                    scaled.is_finite(),
                    "{normalize:?} of {column:?} at {value}: {scaled}"
                );
                if normalize != Normalize::None {
                    assert!(f64::from(scaled.abs()) <= FARTHEST);
                }
            }
        }
    }
}

#[test]
fn unscaling_undoes_scaling() {
    let values = [3.0, -8.0, 1000.0, 0.0, 12.5];
    for normalize in ALL {
        let Some(affine) = Affine::fit(normalize, &values) else {
            assert_eq!(normalize, Normalize::Quantile);
            continue;
        };
        for value in values {
            let back = affine.unscale(affine.scale(value));
            assert!(
                (back - value).abs() < 1e-9,
                "{normalize:?}: {value} came back as {back}"
            );
        }
    }
}

#[test]
fn unscaling_a_constant_column_gives_the_constant() {
    for normalize in [
        Normalize::Standard,
        Normalize::MinMax,
        Normalize::Robust,
        Normalize::Log1p,
    ] {
        let affine = Affine::fit(normalize, &[7.0, 7.0]).unwrap();
        assert!((affine.unscale(3.0) - 7.0).abs() < 1e-12);
    }
}

#[test]
fn unscaling_is_finite_however_far_a_prediction_is() {
    let affine = Affine::fit(Normalize::Log1p, &[1.0, 1e9]).unwrap();
    assert!(affine.unscale(1e30).is_finite());
    assert!(affine.unscale(-1e30).is_finite());
}

#[test]
fn the_median_of_an_even_number_of_values_lies_between() {
    assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
    assert_eq!(median(&mut [4.0, 1.0, 3.0]), 3.0);
    assert_eq!(median(&mut [4.0]), 4.0);
}

#[test]
fn stored_quantiles_out_of_order_are_refused() {
    let stored =
        serde_json::to_string(&Scaling::fit(Normalize::Quantile, &[1.0, 2.0, 4.0])).unwrap();
    assert_eq!(stored, r#"{"quantile":[1.0,2.0,4.0]}"#);
    assert!(serde_json::from_str::<Scaling>(&stored).is_ok());
    for changed in [
        r#"{"quantile":[1.0,4.0,2.0]}"#,
        r#"{"quantile":[1.0]}"#,
        r#"{"quantile":[]}"#,
    ] {
        assert!(
            serde_json::from_str::<Scaling>(changed).is_err(),
            "{changed}"
        );
    }
}
