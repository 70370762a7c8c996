//! `[inputs.binary]`: 0 for no, 1 for yes, and 0.5 for a missing or unknown value.

use serde::{Deserialize, Serialize};

use super::{
    error::{MAX_LISTED, PreprocessError},
    lanes::Lanes,
    report::ColumnReport,
    vocabulary::{Vocabulary, count_categories},
};
use crate::{
    config::{BinaryConfig, NumberEmbedding},
    features::{FeatureLayout, NumberFeature},
    table::{Categories, MISSING_CODE},
};

/// What the network sees for a missing value: as far from yes as from no.
const MIDDLE: f32 = 0.5;

/// A fitted binary column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedBinary {
    pub(super) values: YesNo,
}

/// Which of the values of a column means yes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct YesNo {
    /// The value that means no; `None` when the training part has only the other.
    pub negative: Option<String>,
    /// The value that means yes.
    pub positive: String,
}

/// Why no value can mean yes. The columns' own errors say the rest.
pub(crate) enum YesNoError {
    NoValue,
    TooManyValues {
        values: Vec<String>,
        num_values: usize,
    },
    UnknownPositive {
        values: Vec<String>,
    },
}

impl YesNo {
    /// `positive` is the value that means yes. Without it: the first of `true`, `yes`, `1`, `y`, `t` (in any case) that
    /// occurs, else the later in alphabetical order.
    pub(crate) fn fit(
        positive: Option<&str>,
        cells: &Categories,
        rows: &[usize],
    ) -> Result<Self, YesNoError> {
        let mut values =
            Vocabulary::by_frequency(&count_categories(cells, rows), &cells.dictionary, 1).values;
        values.sort();
        if values.len() > 2 {
            let num_values = values.len();
            values.truncate(MAX_LISTED);
            return Err(YesNoError::TooManyValues { values, num_values });
        }
        let yes = match positive {
            Some(positive) => values.iter().position(|value| value == positive),
            None => ["true", "yes", "1", "y", "t"]
                .iter()
                .find_map(|word| {
                    values
                        .iter()
                        .position(|value| value.eq_ignore_ascii_case(word))
                })
                .or(values.len().checked_sub(1)),
        };
        match (yes, positive) {
            (Some(yes), _) => {
                let positive = values.remove(yes);
                Ok(Self {
                    negative: values.pop(),
                    positive,
                })
            }
            (None, Some(positive)) if values.len() == 1 => Ok(Self {
                negative: values.pop(),
                positive: positive.to_owned(),
            }),
            (None, Some(_)) if !values.is_empty() => Err(YesNoError::UnknownPositive { values }),
            (None, _) => Err(YesNoError::NoValue),
        }
    }

    /// 1 for yes, 0 for no, per entry of a dictionary; `None` for another value.
    pub(crate) fn of(&self, dictionary: &[String]) -> Vec<Option<f32>> {
        dictionary
            .iter()
            .map(|value| {
                if *value == self.positive {
                    Some(1.0)
                } else {
                    (self.negative.as_ref() == Some(value)).then_some(0.0)
                }
            })
            .collect()
    }
}

impl FittedBinary {
    pub(super) fn fit(
        column: &str,
        config: &BinaryConfig,
        cells: &Categories,
        rows: &[usize],
    ) -> Result<Self, PreprocessError> {
        let column = column.to_owned();
        match YesNo::fit(config.positive.as_deref(), cells, rows) {
            Ok(values) => Ok(Self { values }),
            Err(YesNoError::NoValue) => Err(PreprocessError::AllMissing { column }),
            Err(YesNoError::TooManyValues { values, num_values }) => {
                Err(PreprocessError::NotBinary {
                    column,
                    values,
                    num_values,
                })
            }
            Err(YesNoError::UnknownPositive { values }) => Err(PreprocessError::UnknownPositive {
                column,
                positive: config.positive.clone().unwrap_or_default(),
                values,
            }),
        }
    }

    pub(super) fn layout(&self, column: &str, layout: &mut FeatureLayout) {
        layout.numbers.push(NumberFeature {
            name: column.to_owned(),
            column: column.to_owned(),
            embedding: NumberEmbedding::Plain,
            edges: Vec::new(),
        });
    }

    pub(super) fn transform(
        &self,
        cells: &Categories,
        rows: &[usize],
        lanes: &mut Lanes,
        report: &mut ColumnReport,
    ) {
        let numbers = self.values.of(&cells.dictionary);
        lanes.number(|index| {
            let code = cells.codes[rows[index]];
            if code == MISSING_CODE {
                report.missing += 1;
                return MIDDLE;
            }
            numbers[code as usize].unwrap_or_else(|| {
                report.unknown += 1;
                MIDDLE
            })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocess::tests::categories;

    fn fit(positive: Option<&str>, cells: &[&str]) -> Result<FittedBinary, PreprocessError> {
        let config = BinaryConfig {
            positive: positive.map(String::from),
        };
        FittedBinary::fit(
            "a",
            &config,
            &categories(cells),
            &(0..cells.len()).collect::<Vec<_>>(),
        )
    }

    #[track_caller]
    fn check(positive: Option<&str>, cells: &[&str], expected: (Option<&str>, &str)) {
        let YesNo { negative, positive } = fit(positive, cells).unwrap().values;
        assert_eq!((negative.as_deref(), positive.as_str()), expected);
    }

    #[test]
    fn yes_is_the_word_for_yes_or_the_later_value() {
        check(None, &["no", "yes"], (Some("no"), "yes"));
        check(None, &["1", "2"], (Some("2"), "1"));
        check(None, &["True", "False"], (Some("False"), "True"));
        check(None, &["male", "female"], (Some("female"), "male"));
        check(
            Some("female"),
            &["male", "female"],
            (Some("male"), "female"),
        );
    }

    #[test]
    fn one_value_alone_is_allowed() {
        check(None, &["x", ""], (None, "x"));
        check(Some("y"), &["x"], (Some("x"), "y"));
    }

    #[test]
    fn missing_and_unknown_values_are_a_half() {
        let fitted = fit(None, &["no", "yes"]).unwrap();
        let mut layout = FeatureLayout::default();
        fitted.layout("a", &mut layout);
        let mut lanes = Lanes::new(&layout, 4);
        let mut report = ColumnReport::default();
        fitted.transform(
            &categories(&["yes", "no", "", "maybe"]),
            &[0, 1, 2, 3],
            &mut lanes,
            &mut report,
        );
        assert_eq!(lanes.finish().numbers.values, [1.0, 0.0, 0.5, 0.5]);
        assert_eq!((report.missing, report.unknown), (1, 1));
    }

    #[test]
    fn a_third_value_is_an_error_that_lists_them() {
        assert_eq!(
            fit(None, &["b", "a", "c"]).unwrap_err().to_string(),
            "binary column `a` has 3 values in the training part: `a`, `b`, `c`"
        );
    }

    #[test]
    fn a_positive_value_that_does_not_occur_is_an_error() {
        assert_eq!(
            fit(Some("ja"), &["yes", "no"]).unwrap_err().to_string(),
            "`positive` of column `a` is `ja`, but the training part has `no`, `yes`"
        );
        assert!(matches!(
            fit(None, &[""]),
            Err(PreprocessError::AllMissing { .. })
        ));
    }
}
