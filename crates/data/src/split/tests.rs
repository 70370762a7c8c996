use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::config::{ColumnSplit, GroupSplit, HashSplit, RandomSplit, TimeSplit};
use crate::table::{Categories, Column, MISSING_CODE, MISSING_DATE, Values};

fn category(name: &str, cells: &[&str]) -> Column {
    let mut dictionary: Vec<String> = Vec::new();
    let mut codes = Vec::new();
    for cell in cells {
        if cell.is_empty() {
            codes.push(MISSING_CODE);
            continue;
        }
        let code = dictionary
            .iter()
            .position(|known| known == cell)
            .unwrap_or_else(|| {
                dictionary.push(cell.to_string());
                dictionary.len() - 1
            });
        codes.push(code as u32);
    }
    Column {
        name: name.into(),
        values: Values::Category(Categories { codes, dictionary }),
    }
}

fn table(columns: Vec<Column>, num_rows: usize) -> Table {
    Table { columns, num_rows }
}

fn all(num_rows: usize) -> Vec<usize> {
    (0..num_rows).collect()
}

fn random(validation: f64, test: f64, stratify: Option<&str>) -> SplitConfig {
    SplitConfig::Random(RandomSplit {
        validation,
        test,
        stratify: stratify.map(String::from),
    })
}

fn time(validation: f64, test: f64) -> SplitConfig {
    SplitConfig::Time(TimeSplit {
        column: "c".into(),
        validation,
        test,
    })
}

fn group(validation: f64, test: f64) -> SplitConfig {
    SplitConfig::Group(GroupSplit {
        column: "c".into(),
        validation,
        test,
    })
}

fn hash(validation: f64, test: f64) -> SplitConfig {
    SplitConfig::Hash(HashSplit {
        column: "c".into(),
        validation,
        test,
    })
}

fn by_column() -> SplitConfig {
    SplitConfig::Column(ColumnSplit {
        column: "c".into(),
        train: vec!["train".into()],
        validation: vec!["valid".into()],
        test: vec!["test".into()],
        validation_share: 0.0,
        stratify: None,
    })
}

fn assert_complete(parts: &Parts, rows: &[usize]) {
    let mut union = [&parts.train[..], &parts.validation, &parts.test].concat();
    for part in [&parts.train, &parts.validation, &parts.test] {
        assert!(part.is_sorted(), "{part:?}");
    }
    union.sort_unstable();
    assert_eq!(union, rows);
}

fn message(config: &SplitConfig, column: Column, num_rows: usize) -> String {
    split(config, &table(vec![column], num_rows), &all(num_rows), 1)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_random_split_draws_the_same_rows_for_the_same_seed() {
    let table = table(vec![], 150);
    let parts = |seed| split(&random(0.1, 0.2, None), &table, &all(150), seed).unwrap();
    assert_eq!(parts(42), parts(42));
    assert_ne!(parts(42), parts(43));
    assert_eq!(parts(42).test.len(), 30);
    assert_eq!(parts(42).validation.len(), 12);
    // Pinned: parts of old recipes must not change with a new version.
    assert_eq!(parts(42).validation[..4], [16, 28, 29, 53]);
}

#[test]
fn only_candidates_are_divided() {
    let rows: Vec<usize> = (0..40).filter(|row| row % 3 != 0).collect();
    let parts = split(&random(0.2, 0.2, None), &table(vec![], 40), &rows, 7).unwrap();
    assert_complete(&parts, &rows);
}

#[test]
fn a_stratified_split_keeps_the_shares_of_the_classes() {
    let cells: Vec<&str> = (0..150).map(|row| ["a", "b", "c"][row / 50]).collect();
    let table = table(vec![category("c", &cells)], 150);
    let parts = split(&random(0.1, 0.2, Some("c")), &table, &all(150), 42).unwrap();
    assert_complete(&parts, &all(150));
    let count = |part: &[usize], class| part.iter().filter(|&&row| row / 50 == class).count();
    for class in 0..3 {
        assert_eq!(count(&parts.test, class), 10);
        assert_eq!(count(&parts.validation, class), 4);
        assert_eq!(count(&parts.train, class), 36);
    }
}

#[test]
fn a_class_too_small_for_the_parts_is_named() {
    let mut cells = vec!["a"; 20];
    cells[3] = "rare";
    let text = message(&random(0.1, 0.2, Some("c")), category("c", &cells), 20);
    assert!(
        text.contains("class `rare` has 1 row for 3 parts"),
        "{text}"
    );
    let mut cells = vec!["a"; 20];
    cells[3] = "";
    let text = message(&random(0.1, 0.2, Some("c")), category("c", &cells), 20);
    assert!(text.contains("class `(missing)` has 1 row"), "{text}");
}

#[test]
fn a_part_smaller_than_the_number_of_classes_is_an_error() {
    let cells: Vec<String> = (0..40).map(|row| format!("class{}", row / 4)).collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let text = message(&random(0.1, 0.1, Some("c")), category("c", &cells), 40);
    assert!(
        text.contains("10 classes, but the test part has only 4 rows"),
        "{text}"
    );
}

#[test]
fn a_column_can_name_the_parts() {
    let cells = ["train", "test", "valid", "train", "test"];
    let table = table(vec![category("c", &cells)], 5);
    let parts = split(&by_column(), &table, &all(5), 0).unwrap();
    assert_eq!(
        (parts.train, parts.validation, parts.test),
        (vec![0, 3], vec![2], vec![1, 4])
    );
}

#[test]
fn a_value_that_names_no_part_is_an_error() {
    let text = message(&by_column(), category("c", &["train", "dev", "dev"]), 3);
    assert!(text.contains("2 rows have another value: `dev`"), "{text}");
    assert!(
        text.contains("known are `train`, `valid`, `test`"),
        "{text}"
    );
    let text = message(&by_column(), category("c", &["train", "", "test", ""]), 4);
    assert!(
        text.contains("has no value in 2 rows, the first is row 2"),
        "{text}"
    );
    let text = message(&by_column(), category("c", &["test", "test"]), 2);
    assert!(text.contains("the training part would be empty"), "{text}");
    let text = message(&by_column(), category("other", &["test", "test"]), 2);
    assert!(text.contains("column `c`, which is not there"), "{text}");
}

#[test]
fn the_latest_rows_are_the_test_part() {
    let column = Column {
        name: "c".into(),
        values: Values::Date(vec![50, 10, 40, 20, 30, 60, 0, 70, 80, 90]),
    };
    let table = table(vec![column], 10);
    let parts = split(&time(0.25, 0.2), &table, &all(10), 0).unwrap();
    assert_eq!(parts.test, [8, 9]);
    assert_eq!(parts.validation, [5, 7]);
    assert_eq!(parts.train, [0, 1, 2, 3, 4, 6]);
}

#[test]
fn rows_of_the_same_moment_stay_together() {
    let column = Column {
        name: "c".into(),
        values: Values::Number(vec![1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0]),
    };
    let table = table(vec![column], 8);
    let parts = split(&time(0.2, 0.1), &table, &all(8), 0).unwrap();
    assert_eq!(
        (parts.train, parts.validation, parts.test),
        (vec![0, 1, 2], vec![3, 4, 5], vec![6, 7])
    );
}

#[test]
fn a_time_split_needs_different_moments_and_no_gaps() {
    let same = Column {
        name: "c".into(),
        values: Values::Date(vec![5; 9]),
    };
    let text = message(&time(0.1, 0.2), same, 9);
    assert!(
        text.contains(
            "the test part would be empty: there is nothing to divide but 1 different moment"
        ),
        "{text}"
    );
    let two = Column {
        name: "c".into(),
        values: Values::Date(vec![5, 5, 5, 5, 6, 6, 6, 6]),
    };
    let text = message(&time(0.1, 0.2), two, 8);
    assert!(
        text.contains("would be empty: there is nothing to divide but 2 different moments"),
        "{text}"
    );
    let gap = Column {
        name: "c".into(),
        values: Values::Date(vec![1, 2, MISSING_DATE, 4]),
    };
    let text = message(&time(0.1, 0.2), gap, 4);
    assert!(
        text.contains("no value in 1 row, the first is row 3"),
        "{text}"
    );
    let text = message(&time(0.1, 0.2), category("c", &["a", "b", "c"]), 3);
    assert!(text.contains("a date or a number is needed"), "{text}");
}

#[test]
fn too_few_groups_or_ids_are_an_error() {
    let text = message(&group(0.1, 0.2), category("c", &["a", "b", "b"]), 3);
    assert!(
        text.contains("the training part would be empty: there is nothing to divide but 2 groups"),
        "{text}"
    );
    let text = message(&hash(0.1, 0.2), category("c", &["a"]), 1);
    assert!(
        text.contains("would be empty: there is nothing to divide but 1 different id"),
        "{text}"
    );
}

#[test]
fn an_id_hashes_alike_as_number_and_as_text() {
    let ids: Vec<String> = (0..200).map(|id| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let numbers = Column {
        name: "c".into(),
        values: Values::Number((0..200).map(f64::from).collect()),
    };
    let parts = |column| split(&hash(0.1, 0.2), &table(vec![column], 200), &all(200), 0).unwrap();
    assert_eq!(parts(category("c", &ids)), parts(numbers));
}

#[test]
fn files_are_parts() {
    let files = FileRows {
        train: 10,
        validation: Some(3),
        test: Some(2),
    };
    let parts = split_files(files, &all(15), 0.1, 1).unwrap();
    assert_eq!(parts.train, all(10));
    assert_eq!(
        (parts.validation, parts.test),
        (vec![10, 11, 12], vec![13, 14])
    );

    let files = FileRows {
        train: 10,
        validation: None,
        test: Some(2),
    };
    let parts = split_files(files, &all(12), 0.2, 1).unwrap();
    assert_complete(&parts, &all(12));
    assert_eq!((parts.validation.len(), parts.test), (2, vec![10, 11]));

    let files = FileRows {
        train: 3,
        validation: Some(1),
        test: None,
    };
    let text = split_files(files, &[0, 1], 0.2, 1).unwrap_err().to_string();
    assert!(
        text.contains("the validation part would be empty: there is nothing to divide but 1 row"),
        "{text}"
    );
}

#[test]
fn no_rows_are_an_error() {
    let error = split(&random(0.1, 0.2, None), &table(vec![], 0), &[], 1).unwrap_err();
    assert_eq!(error.to_string(), "there are no rows to divide");
}

#[test]
fn the_columns_needed_are_named() {
    let needed = split_columns(&time(0.1, 0.1));
    assert_eq!(
        (needed[0].name.as_str(), needed[0].usage),
        ("c", SplitUsage::Order)
    );
    assert_eq!(split_columns(&random(0.1, 0.1, Some("y")))[0].name, "y");
    assert!(split_columns(&random(0.1, 0.1, None)).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn parts_are_disjoint_and_complete(
        cells in proptest::collection::vec(0u32..6, 1..200),
        validation in 0.0..0.9f64,
        test in 0.0..0.9f64,
        seed: u64,
    ) {
        let names: Vec<String> = cells.iter().map(|cell| format!("v{cell}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = all(cells.len());
        let text = table(vec![category("c", &names)], rows.len());
        let dates = Column { name: "c".into(), values: Values::Date(cells.iter().map(|&cell| cell.into()).collect()) };
        let dates = table(vec![dates], rows.len());
        for (config, table) in [
            (random(validation, test, None), &text),
            (random(validation, test, Some("c")), &text),
            (group(validation, test), &text),
            (hash(validation, test), &text),
            (time(validation, test), &dates),
        ] {
            let Ok(parts) = split(&config, table, &rows, seed) else { continue };
            assert_complete(&parts, &rows);
            prop_assert!(!parts.train.is_empty());
            prop_assert!(validation == 0.0 || !parts.validation.is_empty());
            prop_assert!(test == 0.0 || !parts.test.is_empty());
            prop_assert_eq!(&split(&config, table, &rows, seed).unwrap(), &parts);
            if matches!(config, SplitConfig::Group(_) | SplitConfig::Time(_) | SplitConfig::Hash(_)) {
                let values = |part: &[usize]| part.iter().map(|&row| cells[row]).collect::<BTreeSet<_>>();
                prop_assert!(values(&parts.train).is_disjoint(&values(&parts.test)));
                prop_assert!(values(&parts.train).is_disjoint(&values(&parts.validation)));
                prop_assert!(values(&parts.validation).is_disjoint(&values(&parts.test)));
            }
        }
    }

    #[test]
    fn a_hash_split_does_not_depend_on_order_or_other_rows(
        ids in proptest::collection::btree_set("[a-z]{1,4}", 30..100),
        seed: u64,
    ) {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let reversed: Vec<&str> = ids.iter().rev().copied().skip(3).collect();
        let part_of = |ids: &[&str]| -> Option<BTreeMap<String, usize>> {
            let table = table(vec![category("c", ids)], ids.len());
            let parts = split(&hash(0.2, 0.3), &table, &all(ids.len()), seed).ok()?;
            let lists = [parts.train, parts.validation, parts.test];
            Some(lists.iter().enumerate().flat_map(|(part, rows)| rows.iter().map(move |&row| (ids[row].to_string(), part))).collect())
        };
        if let (Some(before), Some(after)) = (part_of(&ids), part_of(&reversed)) {
            prop_assert!(after.iter().all(|(id, part)| before[id] == *part));
        }
    }
}

#[test]
fn a_validation_share_leaves_every_class_in_training() {
    let part = category("part", &[["train"; 12].as_slice(), &["test"; 3]].concat());
    let class = category(
        "class",
        &[["a"; 10].as_slice(), &["b"; 2], &["a"; 3]].concat(),
    );
    let config = SplitConfig::Column(ColumnSplit {
        validation_share: 0.2,
        stratify: Some("class".into()),
        ..serde_json::from_str(r#"{"column": "part"}"#).unwrap()
    });
    let table = table(vec![part, class], 15);
    let rows: Vec<usize> = (0..15).collect();
    let parts = split(&config, &table, &rows, 1).unwrap();
    assert_eq!(parts.test, [12, 13, 14]);
    assert_eq!((parts.train.len(), parts.validation.len()), (10, 2));
    assert!(parts.validation.iter().all(|&row| row < 10));
    assert_eq!(parts, split(&config, &table, &rows, 1).unwrap());
    assert_ne!(parts, split(&config, &table, &rows, 2).unwrap());
}
