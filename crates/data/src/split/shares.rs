//! How many rows, or groups, each part has.

use super::SplitError;

/// Number of things per part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) train: usize,
    pub(super) validation: usize,
    pub(super) test: usize,
}

/// Sizes of the parts of `total` things, rounded up as scikit-learn does.
pub(super) fn counts(
    total: usize,
    validation: f64,
    test: f64,
    unit: &'static str,
) -> Result<Counts, SplitError> {
    check_share("validation", validation)?;
    check_share("test", test)?;
    let test = round_up(total, test);
    let validation = round_up(total - test, validation);
    let train = total - test - validation;
    if train == 0 {
        return Err(SplitError::EmptyPart {
            part: "training",
            available: total,
            unit,
        });
    }
    Ok(Counts {
        train,
        validation,
        test,
    })
}

pub(super) fn check_share(part: &'static str, share: f64) -> Result<(), SplitError> {
    if (0.0..1.0).contains(&share) {
        Ok(())
    } else {
        Err(SplitError::BadShare { part, share })
    }
}

fn round_up(total: usize, share: f64) -> usize {
    ((total as f64 * share).ceil() as usize).min(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_scikit_learn() {
        let check = |total, validation, test, expected: [usize; 3]| {
            let counts = counts(total, validation, test, "row").unwrap();
            assert_eq!([counts.train, counts.validation, counts.test], expected);
        };
        check(150, 0.1, 0.2, [108, 12, 30]);
        check(10, 0.25, 0.25, [5, 2, 3]);
        check(3, 0.1, 0.2, [1, 1, 1]);
        check(7, 0.0, 0.0, [7, 0, 0]);
    }

    #[test]
    fn an_empty_training_part_is_an_error() {
        let error = counts(2, 0.1, 0.2, "row").unwrap_err().to_string();
        assert_eq!(
            error,
            "the training part would be empty: there is nothing to divide but 2 rows"
        );
        assert!(counts(10, 0.1, 1.0, "row").is_err());
        assert!(counts(10, f64::NAN, 0.1, "row").is_err());
        assert!(counts(10, -0.1, 0.1, "row").is_err());
    }
}
