use super::*;
use crate::table::{Categories, Column, MISSING_CODE, MISSING_DATE, Sets};

/// Text cells; the empty text is missing.
pub(crate) fn categories(cells: &[&str]) -> Categories {
    let mut categories = Categories::default();
    for cell in cells {
        let code = if cell.is_empty() {
            MISSING_CODE
        } else {
            intern(&mut categories.dictionary, cell)
        };
        categories.codes.push(code);
    }
    categories
}

pub(crate) fn sets(cells: &[&[&str]]) -> Sets {
    let mut sets = Sets {
        offsets: vec![0],
        ..Sets::default()
    };
    for cell in cells {
        for value in *cell {
            let code = intern(&mut sets.dictionary, value);
            sets.codes.push(code);
        }
        sets.offsets.push(sets.codes.len() as u32);
    }
    sets
}

fn intern(dictionary: &mut Vec<String>, value: &str) -> u32 {
    let place = dictionary
        .iter()
        .position(|known| known == value)
        .unwrap_or_else(|| {
            dictionary.push(value.to_owned());
            dictionary.len() - 1
        });
    place as u32
}

pub(crate) fn table(columns: Vec<(&str, Values)>, num_rows: usize) -> Table {
    let columns = columns
        .into_iter()
        .map(|(name, values)| Column {
            name: name.to_owned(),
            values,
        })
        .collect();
    Table { columns, num_rows }
}

fn input(column: &str, kind: InputKind) -> InputColumn {
    InputColumn {
        column: column.into(),
        kind,
    }
}

fn every_type() -> (Vec<InputColumn>, Table) {
    let inputs = vec![
        input(
            "number",
            InputKind::Number(NumberConfig {
                indicator: true,
                ..NumberConfig::default()
            }),
        ),
        input(
            "category",
            InputKind::Category(CategoryConfig {
                min_count: 1,
                ..CategoryConfig::default()
            }),
        ),
        input("binary", InputKind::Binary(BinaryConfig::default())),
        input("date", InputKind::Date(DateConfig::default())),
        input("set", InputKind::Set(SetConfig::default())),
        input("vector", InputKind::Vector(VectorConfig::default())),
        input(
            "hash",
            InputKind::Hash(HashConfig {
                buckets: 8,
                dim: None,
            }),
        ),
    ];
    let columns = vec![
        ("number", Values::Number(vec![1.0, f64::NAN, 4.0])),
        ("category", Values::Category(categories(&["b", "a", ""]))),
        ("binary", Values::Category(categories(&["yes", "no", ""]))),
        ("date", Values::Date(vec![0, 86_400, MISSING_DATE])),
        ("set", Values::Set(sets(&[&["x", "y"], &[], &["y"]]))),
        (
            "vector",
            Values::Vector {
                width: 2,
                values: vec![1.0, 2.0, 3.0, 4.0, f32::NAN, f32::NAN],
            },
        ),
        ("hash", Values::Category(categories(&["id-1", "id-2", ""]))),
    ];
    (inputs, table(columns, 3))
}

#[test]
fn every_type_lands_in_its_lane_in_the_order_of_the_inputs() {
    let (inputs, table) = every_type();
    let preprocessor = Preprocessor::fit(&inputs, &table, &[0, 1, 2]).unwrap();
    let layout = preprocessor.layout();
    let names: Vec<&str> = layout
        .numbers
        .iter()
        .map(|number| number.name.as_str())
        .collect();
    assert_eq!(
        names[..4],
        ["number", "number.missing", "binary", "date.year"]
    );
    let blocks: Vec<(&str, usize)> = layout
        .dense
        .iter()
        .map(|block| (block.name.as_str(), block.width))
        .collect();
    assert_eq!(blocks, [("set", 3), ("vector", 2)]);
    let codes: Vec<(&str, usize)> = layout
        .codes
        .iter()
        .map(|code| (code.name.as_str(), code.cardinality))
        .collect();
    assert_eq!(codes, [("category", 4), ("hash", 10)]);

    let (features, report) = preprocessor.transform(&table, &[2, 0]).unwrap();
    assert_eq!(features.num_rows, 2);
    assert_eq!(features.numbers.width, layout.numbers.len());
    assert_eq!(features.dense.row(0), [0.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(features.codes.row(0), [1, 1]);
    assert_eq!(features.codes.row(1)[0], 3);
    let missing: Vec<usize> = report.columns.iter().map(|column| column.missing).collect();
    assert_eq!(missing, [0, 1, 1, 1, 0, 1, 1]);
}

#[test]
fn a_stored_preprocessor_encodes_alike() {
    let (inputs, table) = every_type();
    let preprocessor = Preprocessor::fit(&inputs, &table, &[0, 1, 2]).unwrap();
    let text = serde_json::to_string(&preprocessor).unwrap();
    let again: Preprocessor = serde_json::from_str(&text).unwrap();
    assert_eq!(again, preprocessor);
    assert_eq!(
        again.transform(&table, &[0, 1, 2]),
        preprocessor.transform(&table, &[0, 1, 2])
    );
}

#[test]
fn all_problems_are_reported_in_one_go() {
    let (mut inputs, table) = every_type();
    inputs[0].column = "weight".into();
    inputs[1].column = "number".into();
    inputs[6].kind = InputKind::Hash(HashConfig {
        buckets: 0,
        dim: None,
    });
    let problems = Preprocessor::fit(&inputs, &table, &[0, 1, 2]).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "column `weight` is not in the data\n\
         column `number` was read as numbers, but is used as text\n\
         `buckets` of column `hash` must be between 2 and 10000000, but is 0"
    );
    let none = Preprocessor::fit(&inputs, &table, &[]).unwrap_err();
    assert_eq!(none.0, [PreprocessError::NoTrainingRows]);
}

#[test]
fn the_schema_says_what_each_column_expects() {
    let (inputs, table) = every_type();
    let preprocessor = Preprocessor::fit(&inputs, &table, &[0, 1, 2]).unwrap();
    let columns: Vec<InputColumnSchema> = preprocessor.columns().collect();
    assert_eq!((columns[0].min, columns[0].max), (Some(1.0), Some(4.0)));
    assert_eq!(columns[1].values, ["a", "b"]);
    assert_eq!(columns[2].values, ["no", "yes"]);
    assert_eq!(columns[3].max, Some(86_400.0));
    assert_eq!(
        (columns[4].num_values, columns[5].width, columns[6].kind),
        (2, Some(2), InputType::Hash)
    );
    let vector = preprocessor.inputs().nth(5).unwrap();
    assert_eq!(
        vector.kind.column_kind(),
        ColumnKind::Vector {
            separator: " ".into(),
            width: Some(2)
        }
    );
}

#[test]
fn rows_to_drop_are_those_without_the_value() {
    let (mut inputs, table) = every_type();
    assert!(rows_to_drop(&inputs, &table).is_empty());
    inputs[0].kind = InputKind::Number(NumberConfig {
        missing: NumberMissing::DropRow,
        ..NumberConfig::default()
    });
    assert_eq!(rows_to_drop(&inputs, &table), [1]);
}

#[test]
fn no_rows_are_encoded_to_no_rows() {
    let (inputs, table) = every_type();
    let preprocessor = Preprocessor::fit(&inputs, &table, &[0, 1, 2]).unwrap();
    let (features, _) = preprocessor.transform(&table, &[]).unwrap();
    assert_eq!((features.num_rows, features.numbers.values.len()), (0, 0));
}
