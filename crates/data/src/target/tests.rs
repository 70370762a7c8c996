use std::collections::BTreeMap;

use super::*;
use crate::{
    config::{
        BinaryOutput, CategoryOutput, ClassWeights, Normalize, NumberLoss, NumberOutput, SetOutput,
        TagsOutput,
    },
    features::{TagLists, UNKNOWN_TAG, Words},
    preprocess::tests::{categories, sets, table},
};

fn category(class_weights: ClassWeights) -> OutputConfig {
    let category = CategoryOutput {
        class_weights,
        ..CategoryOutput::default()
    };
    OutputConfig {
        column: "y".into(),
        category: Some(category),
        ..OutputConfig::default()
    }
}

fn binary(positive: Option<&str>, class_weights: ClassWeights) -> OutputConfig {
    let binary = BinaryOutput {
        positive: positive.map(String::from),
        class_weights,
        ..BinaryOutput::default()
    };
    OutputConfig {
        column: "y".into(),
        binary: Some(binary),
        ..OutputConfig::default()
    }
}

fn number(loss: NumberLoss, normalize: Normalize) -> OutputConfig {
    let number = NumberOutput { loss, normalize };
    OutputConfig {
        column: "y".into(),
        number: Some(number),
        ..OutputConfig::default()
    }
}

fn texts(cells: &[&str]) -> Table {
    table(
        vec![("y", Values::Category(categories(cells)))],
        cells.len(),
    )
}

fn numbers(cells: &[f64]) -> Table {
    table(vec![("y", Values::Number(cells.to_vec()))], cells.len())
}

fn fit(output: &OutputConfig, table: &Table) -> Result<TargetEncoder, TargetError> {
    TargetEncoder::fit(output, table, &(0..table.num_rows).collect::<Vec<_>>())
}

#[track_caller]
fn check_error(output: &OutputConfig, table: &Table, expected: &str) {
    assert_eq!(fit(output, table).unwrap_err().to_string(), expected);
}

#[test]
fn classes_are_ordered_alphabetically_or_by_number() {
    let words = fit(&category(ClassWeights::Equal), &texts(&["b", "c", "a", ""])).unwrap();
    assert_eq!(words.classes(), ["a", "b", "c"]);
    assert_eq!(words.width(), 3);
    let digits = fit(&category(ClassWeights::Equal), &texts(&["10", "9", "2"])).unwrap();
    assert_eq!(digits.classes(), ["2", "9", "10"]);
    assert_eq!(
        digits.encode(&texts(&["9", "10"]), &[1, 0]).unwrap(),
        Targets::Classes(vec![2, 1])
    );
}

#[test]
fn one_class_or_none_is_an_error() {
    check_error(
        &category(ClassWeights::Equal),
        &texts(&["a", "a", ""]),
        "output `y` needs at least two classes, but the training part has only `a`",
    );
    check_error(
        &binary(None, ClassWeights::Equal),
        &texts(&["a", "a"]),
        "output `y` needs at least two classes, but the training part has only `a`",
    );
    check_error(
        &category(ClassWeights::Equal),
        &texts(&[""]),
        "output `y` has no value in the training part",
    );
    check_error(
        &binary(None, ClassWeights::Equal),
        &texts(&[""]),
        "output `y` has no value in the training part",
    );
}

#[test]
fn classes_outside_the_training_part_and_missing_targets_are_all_reported() {
    let table = texts(&["a", "b", "x", "", "y", "x"]);
    let encoder = TargetEncoder::fit(&category(ClassWeights::Equal), &table, &[0, 1]).unwrap();
    assert_eq!(
        encoder.unknown_values(&table, &[5, 4, 3, 2]).unwrap(),
        [
            UnknownValue {
                value: "x".into(),
                row: 2,
                count: 2
            },
            UnknownValue {
                value: "y".into(),
                row: 4,
                count: 1
            }
        ]
    );
    assert_eq!(
        encoder
            .encode(&table, &[0, 2, 3, 4, 5])
            .unwrap_err()
            .to_string(),
        "output `y` has 1 missing value, the first in row 4\n\
         output `y` has `x` in row 3, which does not occur in the training part\n\
         output `y` has `y` in row 5, which does not occur in the training part"
    );
}

#[test]
fn binary_targets_are_one_for_the_positive_value() {
    let cells = texts(&["Yes", "No", "Yes"]);
    let encoder = fit(&binary(None, ClassWeights::Equal), &cells).unwrap();
    assert_eq!(encoder.classes(), ["No", "Yes"]);
    assert_eq!(encoder.width(), 1);
    assert_eq!(
        encoder.encode(&cells, &[0, 1, 2]).unwrap(),
        Targets::Binary(vec![1.0, 0.0, 1.0])
    );
    let flipped = fit(&binary(Some("No"), ClassWeights::Equal), &cells).unwrap();
    assert_eq!(
        flipped.encode(&cells, &[0, 1]).unwrap(),
        Targets::Binary(vec![0.0, 1.0])
    );
}

#[test]
fn wrong_binary_targets_are_errors_that_list_the_values() {
    check_error(
        &binary(None, ClassWeights::Equal),
        &texts(&["a", "c", "b"]),
        "binary output `y` has 3 values in the training part: `a`, `b`, `c`",
    );
    check_error(
        &binary(Some("ja"), ClassWeights::Equal),
        &texts(&["yes", "no"]),
        "`positive` of output `y` is `ja`, but the training part has `no`, `yes`",
    );
}

#[test]
fn class_weights_are_those_of_scikit_learn_or_as_given() {
    let cells = texts(&["a", "b", "a", "a"]);
    assert_eq!(
        fit(&category(ClassWeights::Equal), &cells)
            .unwrap()
            .class_weights(),
        None
    );
    // `compute_class_weight("balanced", ...)`
    let balanced = fit(&category(ClassWeights::Balanced), &cells).unwrap();
    assert_eq!(balanced.class_weights(), Some(vec![4.0 / 6.0, 2.0]));
    let flipped = fit(&binary(Some("a"), ClassWeights::Balanced), &cells).unwrap();
    assert_eq!(flipped.class_weights(), Some(vec![2.0, 4.0 / 6.0]));
    let given = ClassWeights::Given(BTreeMap::from([("b".into(), 3.0)]));
    assert_eq!(
        fit(&category(given), &cells).unwrap().class_weights(),
        Some(vec![1.0, 3.0])
    );
}

#[test]
fn weights_of_unknown_classes_are_an_error_that_lists_the_classes() {
    let given =
        |name: &str, weight| ClassWeights::Given(BTreeMap::from([(name.to_owned(), weight)]));
    check_error(
        &category(given("c", 2.0)),
        &texts(&["a", "b"]),
        "`class_weights` of output `y` names `c`, but the classes are `a`, `b`",
    );
    check_error(
        &binary(None, given("a", -1.0)),
        &texts(&["a", "b"]),
        "the weight of class `a` of output `y` must be finite and not negative, but is -1",
    );
}

#[test]
fn numbers_are_scaled_and_come_back_in_their_units() {
    let cells = numbers(&[100.0, 300.0, f64::NAN]);
    let encoder = fit(&number(NumberLoss::Squared, Normalize::Standard), &cells).unwrap();
    assert_eq!(encoder.width(), 1);
    assert_eq!(
        encoder.encode(&cells, &[1, 0]).unwrap(),
        Targets::Numbers(vec![1.0, -1.0])
    );
    let TargetKind::Number(target) = &encoder.kind else {
        panic!("{encoder:?}")
    };
    assert_eq!(target.decode(&[0.5]), [250.0]);
    assert_eq!((target.seen, target.central()), ([100.0, 300.0], 0));
}

#[test]
fn decoded_quantiles_never_cross() {
    let loss = NumberLoss::Quantiles(vec![0.1, 0.5, 0.9]);
    let encoder = fit(&number(loss, Normalize::Standard), &numbers(&[0.0, 2.0])).unwrap();
    assert_eq!(encoder.width(), 3);
    let TargetKind::Number(target) = &encoder.kind else {
        panic!("{encoder:?}")
    };
    let decoded = target.decode(&[-1.0, 0.0, -50.0]);
    assert!((decoded[0] - 0.0).abs() < 1e-12);
    assert!((decoded[1] - std::f64::consts::LN_2).abs() < 1e-12);
    assert!(decoded[1] <= decoded[2] && decoded[2] < decoded[1] + 1e-9);
    assert_eq!(target.central(), 1);
}

#[test]
fn softplus_is_exact_where_the_formula_overflows() {
    assert_eq!(softplus(1000.0), 1000.0);
    assert_eq!(softplus(-1000.0), 0.0);
    assert!((softplus(1.0) - (1.0 + 1.0f64.exp()).ln()).abs() < 1e-15);
}

#[test]
fn impossible_numbers_are_errors() {
    let cells = numbers(&[1.0, 2.0]);
    check_error(
        &number(NumberLoss::Squared, Normalize::Quantile),
        &cells,
        "`normalize = \"quantile\"` is not possible for output `y`",
    );
    for quantiles in [
        vec![],
        vec![0.0],
        vec![0.9, 0.1],
        vec![0.5, 0.5],
        vec![f64::NAN],
    ] {
        let output = number(NumberLoss::Quantiles(quantiles), Normalize::Standard);
        assert!(matches!(
            fit(&output, &cells),
            Err(TargetError::BadQuantiles { .. })
        ));
    }
    let none = number(NumberLoss::Squared, Normalize::Standard);
    assert!(matches!(
        fit(&none, &numbers(&[f64::NAN])),
        Err(TargetError::AllMissing { .. })
    ));
}

#[test]
fn labels_without_an_output_are_left_out_and_counted() {
    let output = OutputConfig {
        column: "y".into(),
        set: Some(SetOutput {
            min_count: 2,
            ..SetOutput::default()
        }),
        ..OutputConfig::default()
    };
    let cells: &[&[&str]] = &[&["b", "a"], &["a", "b"], &["rare", "a"], &[]];
    let table = table(vec![("y", Values::Set(sets(cells)))], 4);
    let encoder = fit(&output, &table).unwrap();
    assert_eq!(encoder.classes(), ["a", "b"]);
    let Targets::Labels(labels) = encoder.encode(&table, &[2, 0, 3]).unwrap() else {
        panic!()
    };
    assert_eq!(labels.values, [1.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    let left_out = encoder.unknown_values(&table, &[0, 1, 2, 3]).unwrap();
    assert_eq!(
        left_out,
        [UnknownValue {
            value: "rare".into(),
            row: 2,
            count: 1
        }]
    );
    assert_eq!(
        encoder.column_kind(),
        ColumnKind::Set {
            separator: ";".into()
        }
    );
}

#[test]
fn rows_without_a_target_are_listed() {
    assert_eq!(missing_rows("y", &texts(&["a", "", "b", ""])), [1, 3]);
    assert_eq!(missing_rows("y", &numbers(&[f64::NAN, 0.0])), [0]);
    assert_eq!(missing_rows("absent", &numbers(&[1.0, 0.0])), [0, 1]);
}

#[test]
fn an_output_without_a_type_or_with_two_is_an_error() {
    let cells = texts(&["a", "b"]);
    let untyped = OutputConfig {
        column: "y".into(),
        ..OutputConfig::default()
    };
    check_error(
        &untyped,
        &cells,
        "output `y` must have exactly one of the types `category`, `binary`, `number`, `set`, `tags`",
    );
    assert_eq!(output_column_kind(&untyped), None);
    let both = OutputConfig {
        category: Some(CategoryOutput::default()),
        ..binary(None, ClassWeights::Equal)
    };
    assert!(matches!(
        fit(&both, &cells),
        Err(TargetError::NotOneType { .. })
    ));
}

#[test]
fn a_stored_encoder_is_the_same() {
    for (output, table) in [
        (category(ClassWeights::Balanced), texts(&["a", "b", "a"])),
        (
            binary(None, ClassWeights::Balanced),
            texts(&["a", "b", "a"]),
        ),
        (
            number(NumberLoss::Quantiles(vec![0.1, 0.9]), Normalize::Log1p),
            numbers(&[0.1, 0.7, 1e9 / 3.0]),
        ),
    ] {
        let encoder = fit(&output, &table).unwrap();
        let text = serde_json::to_string(&encoder).unwrap();
        assert_eq!(
            serde_json::from_str::<TargetEncoder>(&text).unwrap(),
            encoder
        );
    }
}

fn tagged(rows: &[(&str, &str)]) -> Table {
    let column =
        |name: &str, cells: Vec<&str>| (name.to_owned(), Values::Category(categories(&cells)));
    let (texts, tags) = rows.iter().copied().unzip();
    let columns = [column("text", texts), column("y", tags)];
    let columns = columns
        .iter()
        .map(|(name, values)| (name.as_str(), values.clone()));
    table(columns.collect(), rows.len())
}

fn tags() -> OutputConfig {
    OutputConfig {
        column: "y".into(),
        tags: Some(TagsOutput {
            text: "text".into(),
        }),
        ..OutputConfig::default()
    }
}

#[test]
fn tags_are_encoded_word_by_word() {
    let table = tagged(&[
        ("to Bonn  now", "O B-city O"),
        ("from New York", "O B-city I-city"),
        ("no tags", ""),
        ("at 8", "O B-time"),
    ]);
    assert_eq!(missing_rows("y", &table), [2]);
    let encoder = TargetEncoder::fit(&tags(), &table, &[0, 1, 2]).unwrap();
    assert_eq!(encoder.classes(), ["O", "B-city", "I-city"]);
    assert_eq!(encoder.width(), 3);
    let lists = TagLists {
        offsets: vec![0, 3, 5],
        tags: vec![0, 1, 2, 0, UNKNOWN_TAG],
    };
    assert_eq!(
        encoder.encode(&table, &[1, 3]).unwrap(),
        Targets::Tags(lists.clone())
    );
    let unknown = encoder.unknown_values(&table, &[0, 1, 3]).unwrap();
    assert_eq!((unknown[0].value.as_str(), unknown[0].row), ("B-time", 3));
    assert!(encoder.encode(&table, &[2]).is_err());
    assert_eq!(lists.places(&[1, 0]), [3, 4, 0, 1, 2]);
}

#[test]
fn tags_of_words_that_were_cut_off_are_no_targets() {
    let lists = TagLists {
        offsets: vec![0, 3, 3, 5],
        tags: vec![0, 1, 2, 4, 5],
    };
    let words = Words {
        offsets: vec![0, 2, 2, 4],
        starts: vec![1, 2, 1, 2],
        ..Words::default()
    };
    let cut = lists.cut(&words);
    assert_eq!(
        (cut.offsets, cut.tags),
        (vec![0, 2, 2, 4], vec![0, 1, 4, 5])
    );
}

#[test]
fn tags_that_do_not_go_with_the_words_are_named_row_by_row() {
    let mut rows = vec![
        ("to Bonn now", "O B-city"),
        ("to Bonn", "O B-city"),
        ("Bonn", "O B-city O"),
        ("to Bonn", "O city"),
        ("", "O"),
        ("to Bonn", "o O"),
    ];
    let expected = "output `y` must have one tag for each word of `text`, but 5 rows have not: row 1 has 2 tags for 3 \
                    words; row 3 has 3 tags for 1 word; row 4 has `city` for word 2; row 5 has 1 tag for 0 words; row 6 \
                    has `o` for word 1\nhint: words and tags stand between blanks; a tag is `O`, or `B-` or `I-` and a \
                    type, such as `B-product`";
    check_error(&tags(), &tagged(&rows), expected);
    // Rows that are judged later count too.
    assert!(TargetEncoder::fit(&tags(), &tagged(&rows), &[1]).is_err());
    rows.extend([("a", "B-"), ("b", "O O")]);
    let message = fit(&tags(), &tagged(&rows)).unwrap_err().to_string();
    assert!(message.contains("7 rows have not") && message.contains("; ...\n"));
    check_error(
        &tags(),
        &tagged(&[("a b", "O O")]),
        "output `y` has no tag but `O` in the training part, so there is no entity to learn",
    );
    assert!(matches!(
        fit(&tags(), &tagged(&[("a", "")])),
        Err(TargetError::AllMissing { .. })
    ));
}
