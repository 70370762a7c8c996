use super::*;

const LEVELS: [f64; 5] = [0.01, 0.1, 0.5, 0.9, 0.99];

/// The number whose softplus it is.
fn inverse_softplus(y: f64) -> f32 {
    if y > 50.0 {
        y as f32
    } else {
        y.exp_m1().ln() as f32
    }
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    for (found_one, expected_one) in found.iter().zip(expected) {
        let error = (found_one - expected_one).abs() / expected_one.abs().max(1.0);
        assert!(error < tolerance, "{found:?} is not {expected:?}");
    }
    assert_eq!(found.len(), expected.len());
}

fn counts(mean: f64, alpha: f64) -> (ForecastHead, [f32; 2]) {
    let raw = [
        inverse_softplus(mean - MIN_MEAN),
        inverse_softplus(alpha - MIN_ALPHA),
    ];
    (ForecastHead::NegativeBinomial, raw)
}

#[test]
fn normal_and_student_t_quantiles_are_those_of_scipy() {
    // scipy.stats: norm.ppf(levels), t.ppf(levels, 3).
    let raw = [
        2.0,
        inverse_softplus(1.0 - MIN_DEVIATION),
        inverse_softplus(1.0),
    ];
    let of = |head: ForecastHead| head.quantiles(&raw, 10.0, 3.0, &LEVELS);
    let expected = |z: [f64; 5]| z.map(|z| 16.0 + 3.0 * z);
    let normal = [
        -2.3263478740408408,
        -1.2815515655446004,
        0.0,
        1.2815515655446004,
        2.3263478740408408,
    ];
    close(&of(ForecastHead::Normal), &expected(normal), 1e-6);
    let t = [
        -4.540702858698419,
        -1.6377443536962102,
        0.0,
        1.6377443536962102,
        4.540702858698419,
    ];
    close(&of(ForecastHead::StudentT), &expected(t), 1e-5);
    assert!((ForecastHead::Normal.mean(&raw, 10.0, 3.0) - 16.0).abs() < 1e-12);
    let wide = ForecastHead::StudentT.quantiles(&[0.0, 0.0, 1e6], 0.0, 1.0, &[0.9]);
    assert!(wide[0].is_finite());
}

#[test]
fn quantile_heads_never_cross_and_are_linear_between_levels() {
    let head = ForecastHead::Quantiles {
        levels: vec![0.1, 0.5, 0.9],
    };
    let raw = [1.0, inverse_softplus(4.0), inverse_softplus(8.0)];
    let at = |levels: &[f64]| head.quantiles(&raw, 5.0, 2.0, levels);
    close(
        &at(&[0.1, 0.3, 0.5, 0.7, 0.9]),
        &[3.0, 5.0, 7.0, 8.0, 9.0],
        1e-6,
    );
    let levels: Vec<f64> = (1..1000).map(|level| f64::from(level) / 1000.0).collect();
    let values = at(&levels);
    assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    assert!((head.mean(&raw, 5.0, 2.0) - mean).abs() < 0.02, "{mean}");
    let lowest = head.quantiles(&[0.0, -1e4, -1e4], 0.0, 1.0, &LEVELS);
    assert!(lowest.iter().all(|value| *value == 0.0));
    let median = ForecastHead::Quantiles { levels: vec![0.5] };
    assert_eq!(median.quantiles(&[2.0], 1.0, 3.0, &LEVELS), [7.0; 5]);
    assert_eq!(median.mean(&[2.0], 1.0, 3.0), 7.0);
}

#[test]
fn the_first_number_is_the_level_nearest_the_middle() {
    assert_eq!(ForecastHead::raw_order(&[0.1, 0.5, 0.9]), [2, 0, 1]);
    assert_eq!(
        ForecastHead::raw_order(&[0.1, 0.2, 0.5, 0.8, 0.9]),
        [4, 3, 0, 1, 2]
    );
    assert_eq!(ForecastHead::raw_order(&[0.4, 0.6]), [0, 1]);
    assert_eq!(ForecastHead::raw_order(&[0.7, 0.9]), [0, 1]);
    assert_eq!(ForecastHead::raw_order(&[0.1, 0.3]), [1, 0]);
}

#[test]
fn counts_have_the_quantiles_of_scipy() {
    // scipy.stats.nbinom.ppf(levels, 1 / alpha, 1 / (1 + alpha * mean)).
    for (mean, alpha, expected) in SCIPY {
        let (head, raw) = counts(mean, alpha);
        let found = head.quantiles(&raw, 0.0, 1.0, &LEVELS);
        for (found, expected) in found.iter().zip(expected) {
            // The parameters pass through f32.
            let tolerance = 1.0_f64.max(expected * 2e-3);
            assert!(
                (found - expected).abs() <= tolerance,
                "{mean} {alpha}: {found} is not {expected}"
            );
            assert_eq!(found.fract(), 0.0);
        }
        assert!((head.mean(&raw, 0.0, 1.0) / mean - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_quantile_is_the_smallest_count_that_reaches_its_level() {
    for (mean, alpha) in [
        (0.05, 0.5),
        (3.0, 1e-4),
        (900.0, 1e-4),
        (900.0, 2.0),
        (2500.0, 0.01),
    ] {
        let distribution = NegativeBinomial { mean, alpha };
        for level in [1e-6, 0.2, 0.5, 0.93, 0.999_999] {
            let count = distribution.quantiles(&[level])[0];
            assert!(
                distribution.cumulated(count).unwrap() >= level - 1e-9,
                "{mean} {alpha} {level}"
            );
            if count > 0.0 {
                assert!(
                    distribution.cumulated(count - 1.0).unwrap() < level + 1e-9,
                    "{mean} {alpha} {level}"
                );
            }
        }
    }
}

#[test]
fn extra_zeros_move_the_levels_of_the_rest() {
    let head = ForecastHead::ZeroInflatedNegativeBinomial;
    let raw = [inverse_softplus(4.0), inverse_softplus(0.5), 0.0];
    assert_eq!(head.quantiles(&raw, 0.0, 1.0, &[0.1, 0.5]), [0.0, 0.0]);
    let plain = ForecastHead::NegativeBinomial;
    let expected = plain.quantiles(&raw[..2], 0.0, 1.0, &[0.5, 0.8]);
    assert_eq!(head.quantiles(&raw, 0.0, 1.0, &[0.75, 0.9]), expected);
    assert!((head.mean(&raw, 0.0, 1.0) - 2.0).abs() < 1e-5);
}

#[test]
fn samples_follow_the_quantiles_in_any_order() {
    let (head, raw) = counts(7.0, 0.3);
    let many = head.quantiles(&raw, 0.0, 1.0, &[0.9, 0.1, 0.5]);
    assert_eq!(
        many,
        [0.9, 0.1, 0.5].map(|u| head.sample(&raw, 0.0, 1.0, u))
    );
}

#[test]
fn extremes_stay_finite() {
    let heads = [
        ForecastHead::Normal,
        ForecastHead::StudentT,
        ForecastHead::NegativeBinomial,
        ForecastHead::ZeroInflatedNegativeBinomial,
        ForecastHead::Quantiles {
            levels: vec![0.1, 0.5, 0.9],
        },
    ];
    for head in heads {
        for raw in [[-100.0f32; 3], [0.0; 3], [40.0; 3], [1000.0, -50.0, 50.0]] {
            for scale in [1e-6, 1.0, 1e6] {
                let values = head.quantiles(&raw, 0.0, scale, &[1e-9, 0.5, 1.0 - 1e-9]);
                assert!(
                    values.iter().all(|value| value.is_finite()),
                    "{head:?} {raw:?} {scale}: {values:?}"
                );
                assert!(
                    values.windows(2).all(|pair| pair[0] <= pair[1]),
                    "{head:?} {raw:?} {scale}: {values:?}"
                );
            }
        }
    }
}

const SCIPY: [(f64, f64, [f64; 5]); 10] = [
    (0.02, 0.5, [0.0, 0.0, 0.0, 0.0, 1.0]),
    (0.7, 1.0, [0.0, 0.0, 0.0, 2.0, 5.0]),
    (3.0, 0.0002, [0.0, 1.0, 3.0, 5.0, 8.0]),
    (12.0, 0.25, [1.0, 4.0, 11.0, 21.0, 33.0]),
    (150.0, 3.0, [0.0, 0.0, 43.0, 437.0, 1246.0]),
    (800.0, 0.0002, [730.0, 761.0, 800.0, 839.0, 872.0]),
    (2000.0, 0.05, [1104.0, 1450.0, 1967.0, 2593.0, 3190.0]),
    (5000.0, 0.0005, [4697.0, 4831.0, 4999.0, 5170.0, 5312.0]),
    (40000.0, 1.5, [51.0, 1654.0, 22593.0, 101559.0, 227275.0]),
    (
        1000000.0,
        0.01,
        [782149.0, 874170.0, 996668.0, 1130112.0, 1247238.0],
    ),
];
