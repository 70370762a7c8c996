//! The quantile function of the standard normal distribution.

/// Probabilities nearer to 0 or 1 are moved here before they become a normal score, as in scikit-learn, so that a score
/// lies within about 5.2 of zero.
pub(super) const SMALLEST_PROBABILITY: f64 = 1e-7;

/// The value that a standard normal variable stays below with the given probability, to about 16 digits.
///
/// Wichura's algorithm AS 241 (1988), without its branch for probabilities below 1e-11, which are cut off here.
pub(super) fn normal_quantile(probability: f64) -> f64 {
    let probability = probability.clamp(SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY);
    let centered = probability - 0.5;
    if centered.abs() <= 0.425 {
        let r = 0.180625 - centered * centered;
        return centered * polynomial(&A, r) / polynomial(&B, r);
    }
    let tail = if centered < 0.0 {
        probability
    } else {
        1.0 - probability
    };
    let r = (-tail.ln()).sqrt() - 1.6;
    (polynomial(&C, r) / polynomial(&D, r)).copysign(centered)
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients
        .iter()
        .rev()
        .fold(0.0, |sum, coefficient| sum * x + coefficient)
}

const A: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const B: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_66e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
const C: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_545,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const D: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(probability: f64, expected: f64) {
        let score = normal_quantile(probability);
        assert!(
            (score - expected).abs() < 1e-13,
            "{probability}: {score}, expected {expected}"
        );
    }

    // `scipy.stats.norm.ppf`
    #[test]
    fn scores_equal_those_of_scipy() {
        check(0.5, 0.0);
        check(0.975, 1.959963984540054);
        check(0.3, -0.5244005127080409);
        check(0.01, -2.3263478740408408);
        check(1e-5, -4.264890793922825);
        check(1e-7, -5.199337582192817);
    }

    #[test]
    fn the_ends_are_cut_off() {
        check(0.0, -5.199337582192817);
        assert!((normal_quantile(1.0) - 5.199337582192817).abs() < 1e-8);
    }
}
