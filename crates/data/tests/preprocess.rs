//! Whatever the table and the inputs: encoding gives finite numbers and codes in range, fitting looks at training rows
//! only, and a stored preprocessor encodes alike.

use hob_data::{
    config::{
        BinaryConfig, CategoryConfig, CategoryEncoding, DateConfig, DateFeature, HashConfig,
        Normalize, NumberConfig, NumberEmbedding, NumberMissing, PiecewiseLinearConfig, SetConfig,
        VectorConfig,
    },
    features::{FeatureLayout, Features},
    preprocess::{InputColumn, InputKind, Preprocessor},
    table::{Categories, Column, MISSING_CODE, MISSING_DATE, Sets, Table, Values},
};
use proptest::prelude::*;

const NUM_ROWS: usize = 12;
const NUM_TRAIN: usize = 8;
const TRAIN: [usize; NUM_TRAIN] = [0, 1, 2, 3, 4, 5, 6, 7];
const VECTOR_WIDTH: usize = 3;
const WORDS: [&str; 6] = [
    "red",
    "green",
    "blue",
    "",
    "é",
    "a very long value with blanks",
];

fn any_normalize() -> impl Strategy<Value = Normalize> {
    prop::sample::select(vec![
        Normalize::Standard,
        Normalize::MinMax,
        Normalize::Robust,
        Normalize::Log1p,
        Normalize::Quantile,
        Normalize::None,
    ])
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -100.0..100.0f64,
        2 => prop::sample::select(vec![0.0, 1.0, 7.5]),
        1 => prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
        1 => Just(f64::NAN),
    ]
}

fn any_number_config() -> impl Strategy<Value = NumberConfig> {
    let missing = prop::sample::select(vec![
        NumberMissing::Mean,
        NumberMissing::Median,
        NumberMissing::Constant,
    ]);
    let embedding = prop_oneof![
        Just(NumberEmbedding::Plain),
        (2..20usize).prop_map(
            |bins| NumberEmbedding::PiecewiseLinear(PiecewiseLinearConfig {
                bins,
                ..Default::default()
            })
        ),
    ];
    let clip = prop::option::of((-50.0..0.0, 1.0..50.0).prop_map(|(low, high)| [low, high]));
    (any_normalize(), missing, any::<bool>(), clip, embedding).prop_map(
        |(normalize, missing, indicator, clip, embedding)| NumberConfig {
            normalize,
            missing,
            constant: Some(-1.0),
            indicator,
            clip,
            embedding,
        },
    )
}

fn any_inputs() -> impl Strategy<Value = Vec<InputColumn>> {
    let encoding =
        prop::sample::select(vec![CategoryEncoding::Embedding, CategoryEncoding::OneHot]);
    let category = (encoding, 1..4usize).prop_map(|(encoding, min_count)| CategoryConfig {
        encoding,
        min_count,
        ..CategoryConfig::default()
    });
    let features = prop::option::of(Just(vec![
        DateFeature::Time,
        DateFeature::DayOfYear,
        DateFeature::Day,
    ]));
    (
        any_number_config(),
        category,
        features,
        any_normalize(),
        1..3usize,
        2..50usize,
    )
        .prop_map(
            |(number, category, features, normalize, min_count, buckets)| {
                let input = |column: &str, kind| InputColumn {
                    column: column.into(),
                    kind,
                };
                vec![
                    input("number", InputKind::Number(number)),
                    input("category", InputKind::Category(category)),
                    input("binary", InputKind::Binary(BinaryConfig::default())),
                    input(
                        "date",
                        InputKind::Date(DateConfig {
                            features,
                            ..DateConfig::default()
                        }),
                    ),
                    input(
                        "set",
                        InputKind::Set(SetConfig {
                            min_count,
                            ..SetConfig::default()
                        }),
                    ),
                    input(
                        "vector",
                        InputKind::Vector(VectorConfig {
                            normalize,
                            ..VectorConfig::default()
                        }),
                    ),
                    input("hash", InputKind::Hash(HashConfig { buckets, dim: None })),
                ]
            },
        )
}

/// Codes into `words`; the dictionary lists them in order of first appearance, as a reader does.
fn categories(cells: &[Option<usize>], words: &[&str]) -> Categories {
    let mut categories = Categories::default();
    for cell in cells {
        let code = cell.map_or(MISSING_CODE, |word| {
            intern(&mut categories.dictionary, words[word])
        });
        categories.codes.push(code);
    }
    categories
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

fn sets(cells: &[Vec<usize>]) -> Sets {
    let mut sets = Sets {
        offsets: vec![0],
        ..Sets::default()
    };
    for cell in cells {
        for &word in cell {
            let code = intern(&mut sets.dictionary, WORDS[word]);
            sets.codes.push(code);
        }
        sets.offsets.push(sets.codes.len() as u32);
    }
    sets
}

/// A cell of every column.
type Row = (
    f64,
    Option<usize>,
    Option<usize>,
    i64,
    Vec<usize>,
    Option<[f32; VECTOR_WIDTH]>,
    Option<usize>,
);

fn any_row() -> impl Strategy<Value = Row> {
    let word = || prop::option::of(0..WORDS.len());
    let date = prop_oneof![5 => -4_000_000_000..4_000_000_000i64, 1 => Just(MISSING_DATE), 1 => any::<i64>()];
    let place = prop::num::f32::NORMAL | prop::num::f32::ZERO;
    let vector = prop::option::of(prop::array::uniform3(place));
    (
        any_number(),
        word(),
        prop::option::of(0..2usize),
        date,
        prop::collection::vec(0..WORDS.len(), 0..4),
        vector,
        word(),
    )
}

fn table(rows: &[Row]) -> Table {
    let pick = |cell: fn(&Row) -> Option<usize>| rows.iter().map(cell).collect::<Vec<_>>();
    let sets_of = rows.iter().map(|row| row.4.clone()).collect::<Vec<_>>();
    let vectors = rows
        .iter()
        .flat_map(|row| row.5.unwrap_or([f32::NAN; VECTOR_WIDTH]))
        .collect();
    let columns = [
        (
            "number",
            Values::Number(rows.iter().map(|row| row.0).collect()),
        ),
        (
            "category",
            Values::Category(categories(&pick(|row| row.1), &WORDS)),
        ),
        (
            "binary",
            Values::Category(categories(&pick(|row| row.2), &["no", "yes"])),
        ),
        ("date", Values::Date(rows.iter().map(|row| row.3).collect())),
        ("set", Values::Set(sets(&sets_of))),
        (
            "vector",
            Values::Vector {
                width: VECTOR_WIDTH,
                values: vectors,
            },
        ),
        (
            "hash",
            Values::Category(categories(&pick(|row| row.6), &WORDS)),
        ),
    ];
    let columns = columns
        .map(|(name, values)| Column {
            name: name.into(),
            values,
        })
        .into();
    Table {
        columns,
        num_rows: rows.len(),
    }
}

/// The first row has every value, so that fitting works.
fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(any_row(), NUM_ROWS).prop_map(|mut rows| {
        rows[0] = (
            3.0,
            Some(0),
            Some(0),
            86_400,
            vec![0],
            Some([1.0, 2.0, 3.0]),
            Some(1),
        );
        rows[1].4 = vec![0];
        rows
    })
}

fn check_features(layout: &FeatureLayout, features: &Features, num_rows: usize) {
    assert_eq!(features.num_rows, num_rows);
    assert_eq!(features.numbers.width, layout.numbers.len());
    assert_eq!(features.dense.width, layout.dense_width());
    assert_eq!(features.codes.width, layout.codes.len());
    assert_eq!(
        features.numbers.values.len(),
        num_rows * layout.numbers.len()
    );
    assert_eq!(features.dense.values.len(), num_rows * layout.dense_width());
    assert_eq!(features.codes.values.len(), num_rows * layout.codes.len());
    for value in features.numbers.values.iter().chain(&features.dense.values) {
        assert!(value.is_finite(), "{features:?}");
    }
    for row in 0..num_rows {
        for (code, feature) in features.codes.row(row).iter().zip(&layout.codes) {
            assert!(
                (0..feature.cardinality as i32).contains(code),
                "{code} of {feature:?}"
            );
        }
    }
    for number in &layout.numbers {
        let is_piecewise = matches!(number.embedding, NumberEmbedding::PiecewiseLinear(_));
        assert_eq!(number.edges.len() >= 2, is_piecewise, "{number:?}");
        assert!(
            number.edges.windows(2).all(|pair| pair[0] < pair[1]),
            "{number:?}"
        );
        assert!(
            number.edges.iter().all(|edge| edge.is_finite()),
            "{number:?}"
        );
    }
}

proptest! {
    #[test]
    fn any_table_becomes_finite_numbers_and_codes_in_range(inputs in any_inputs(), rows in any_rows()) {
        let table = table(&rows);
        let preprocessor = Preprocessor::fit(&inputs, &table, &TRAIN).unwrap();
        let all: Vec<usize> = (0..NUM_ROWS).collect();
        let (features, report) = preprocessor.transform(&table, &all).unwrap();
        check_features(&preprocessor.layout(), &features, NUM_ROWS);
        prop_assert_eq!(report.columns.len(), inputs.len());
    }

    #[test]
    fn a_stored_preprocessor_encodes_to_the_same_bits(inputs in any_inputs(), rows in any_rows()) {
        let table = table(&rows);
        let preprocessor = Preprocessor::fit(&inputs, &table, &TRAIN).unwrap();
        let text = serde_json::to_string(&preprocessor).unwrap();
        let again: Preprocessor = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&again, &preprocessor);
        let all: Vec<usize> = (0..NUM_ROWS).collect();
        prop_assert_eq!(again.transform(&table, &all), preprocessor.transform(&table, &all));
    }

    #[test]
    fn rows_outside_the_training_part_change_nothing(
        inputs in any_inputs(),
        rows in any_rows(),
        others in prop::collection::vec(any_row(), NUM_ROWS - NUM_TRAIN),
    ) {
        let preprocessor = Preprocessor::fit(&inputs, &table(&rows), &TRAIN).unwrap();
        // Put before the training rows, so that the dictionaries are in another order as well.
        let moved: Vec<Row> = others.iter().chain(&rows[..NUM_TRAIN]).cloned().collect();
        let train: Vec<usize> = (others.len()..moved.len()).collect();
        prop_assert_eq!(Preprocessor::fit(&inputs, &table(&moved), &train).unwrap(), preprocessor);
    }

    #[test]
    fn a_row_is_encoded_alike_alone_and_among_others(inputs in any_inputs(), rows in any_rows()) {
        let whole = table(&rows);
        let preprocessor = Preprocessor::fit(&inputs, &whole, &TRAIN).unwrap();
        let all: Vec<usize> = (0..NUM_ROWS).collect();
        let (together, _) = preprocessor.transform(&whole, &all).unwrap();
        for row in 0..NUM_ROWS {
            let (alone, _) = preprocessor.transform(&table(&rows[row..=row]), &[0]).unwrap();
            prop_assert_eq!(alone.numbers.row(0), together.numbers.row(row));
            prop_assert_eq!(alone.dense.row(0), together.dense.row(row));
            prop_assert_eq!(alone.codes.row(0), together.codes.row(row));
        }
    }

    #[test]
    fn an_unknown_category_has_code_zero_and_is_counted(rows in any_rows(), new in "[A-Z]{1,8}") {
        let category = CategoryConfig { min_count: 1, ..CategoryConfig::default() };
        let inputs = [InputColumn { column: "category".into(), kind: InputKind::Category(category) }];
        let preprocessor = Preprocessor::fit(&inputs, &table(&rows), &TRAIN).unwrap();
        let cells = Categories { codes: vec![0, MISSING_CODE], dictionary: vec![new] };
        let column = Column { name: "category".into(), values: Values::Category(cells) };
        let (features, report) =
            preprocessor.transform(&Table { columns: vec![column], num_rows: 2 }, &[0, 1]).unwrap();
        prop_assert_eq!(features.codes.values, vec![0, 1]);
        prop_assert_eq!((report.columns[0].unknown, report.columns[0].missing), (1, 1));
    }
}
