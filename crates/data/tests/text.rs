//! Texts as inputs: any text becomes ids within the vocabulary, alike alone, among others and after the preprocessor was
//! stored; tokenizers are the same bytes in every run.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::path::{Path, PathBuf};

use hob_data::{
    config::{
        BagEncoder, BertEncoder, CnnEncoder, Freeze, Pooling, RnnEncoder, TextConfig,
        TextEncoderConfig, TokenizerConfig, TransformerEncoder, VocabularyConfig,
    },
    error::DataError,
    features::{Features, TextFeature},
    preprocess::{
        ColumnReport, FittedText, InputColumn, InputKind, PreprocessError, Preprocessor, TextInput,
    },
    source::{ColumnRequest, ReadOptions, read},
    table::{Categories, Column, MISSING_CODE, Table, Values},
};
use proptest::prelude::*;

const TEXTS: [&str; 8] = [
    "When is the next train to the central station?",
    "When does the next train leave the station?",
    "The train was late, and the station was closed!",
    "Café Müller is next to the station.",
    "I don't know when the café closes; it closes late.",
    "次の電車は何時ですか。次の電車。",
    "train train train station",
    "closed closed late late next next",
];

/// A table with one text per row; `None` is missing.
fn table(columns: &[(&str, &[Option<&str>])]) -> Table {
    let columns: Vec<Column> = columns
        .iter()
        .map(|&(name, texts)| {
            let mut cells = Categories::default();
            for text in texts {
                let code = text.map_or(MISSING_CODE, |text| {
                    let known = cells.dictionary.iter().position(|known| known == text);
                    known.unwrap_or_else(|| {
                        cells.dictionary.push(text.to_owned());
                        cells.dictionary.len() - 1
                    }) as u32
                });
                cells.codes.push(code);
            }
            Column {
                name: name.to_owned(),
                values: Values::Category(cells),
            }
        })
        .collect();
    let num_rows = match &columns[0].values {
        Values::Category(cells) => cells.codes.len(),
        _ => 0,
    };
    Table { columns, num_rows }
}

fn texts(texts: &[&str]) -> Table {
    let texts: Vec<Option<&str>> = texts.iter().map(|&text| Some(text)).collect();
    table(&[("t", &texts)])
}

fn input(config: &TextConfig, columns: &[&str], column: &str) -> InputColumn {
    InputColumn {
        column: column.to_owned(),
        kind: InputKind::Text(TextInput {
            config: config.clone(),
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            tagged: Vec::new(),
            folder: PathBuf::new(),
        }),
    }
}

fn fit(config: &TextConfig, table: &Table) -> Preprocessor {
    let rows: Vec<usize> = (0..table.num_rows).collect();
    Preprocessor::fit(&[input(config, &["t"], "t")], table, &rows).unwrap()
}

fn fit_error(config: &TextConfig, table: &Table) -> String {
    let rows: Vec<usize> = (0..table.num_rows).collect();
    Preprocessor::fit(&[input(config, &["t"], "t")], table, &rows)
        .unwrap_err()
        .to_string()
}

fn encode(preprocessor: &Preprocessor, table: &Table) -> (Features, ColumnReport) {
    let rows: Vec<usize> = (0..table.num_rows).collect();
    let (features, report) = preprocessor.transform(table, &rows).unwrap();
    (features, report.columns[0].clone())
}

fn text_of(preprocessor: &Preprocessor) -> &FittedText {
    preprocessor.text("t").unwrap()
}

fn feature(preprocessor: &Preprocessor) -> TextFeature {
    preprocessor.layout().texts[0].clone()
}

fn vocabulary(vocabulary: usize, min_count: usize) -> VocabularyConfig {
    VocabularyConfig {
        vocabulary,
        min_count,
    }
}

/// A configuration of each kind.
fn configs() -> Vec<TextConfig> {
    let small = vocabulary(200, 1);
    let tokenizers = [
        TokenizerConfig::Words(small.clone()),
        TokenizerConfig::Characters(small.clone()),
        TokenizerConfig::Wordpiece(small.clone()),
        TokenizerConfig::Bpe(small.clone()),
        TokenizerConfig::Unigram(small),
    ];
    let mut configs: Vec<TextConfig> = tokenizers
        .into_iter()
        .flat_map(|tokenizer| {
            [
                TextEncoderConfig::Cnn(CnnEncoder::default()),
                TextEncoderConfig::Transformer(TransformerEncoder::default()),
            ]
            .map(|encoder| TextConfig {
                tokenizer: Some(tokenizer.clone()),
                encoder,
                max_tokens: 12,
                ..TextConfig::default()
            })
        })
        .collect();
    configs.push(TextConfig {
        max_tokens: 12,
        strip_accents: true,
        ..TextConfig::default()
    });
    configs
}

fn words(min_count: usize) -> TextConfig {
    TextConfig {
        tokenizer: Some(TokenizerConfig::Words(vocabulary(100, min_count))),
        encoder: TextEncoderConfig::Rnn(RnnEncoder::default()),
        ..TextConfig::default()
    }
}

#[test]
fn words_are_numbered_by_frequency_after_padding_and_unknown() {
    let preprocessor = fit(&words(2), &texts(&["b a a, A", "b c"]));
    let text = text_of(&preprocessor);
    assert_eq!(text.words(), ["[PAD]", "[UNK]", "a", "b"]);
    assert_eq!((text.vocabulary(), text.padding()), (4, 0));
    assert_eq!(text.encode("A b? [PAD]").unwrap(), [2, 3, 1, 1, 1, 1]);
}

#[test]
fn the_transformer_has_special_tokens_around_every_text() {
    let config = TextConfig {
        encoder: TextEncoderConfig::Transformer(TransformerEncoder::default()),
        max_tokens: 4,
        ..words(1)
    };
    let preprocessor = fit(&config, &texts(&["a a b", "a b c d e"]));
    let (features, report) = encode(&preprocessor, &texts(&["a", "a b a b", "", "a [SEP]"]));
    let lists = &features.texts[0];
    assert_eq!(lists.row(0), [2, 4, 3]);
    assert_eq!(lists.row(1), [2, 4, 5, 3]);
    assert_eq!(lists.row(2), [2, 3]);
    assert_eq!(lists.row(3), [2, 4, 1, 3]);
    assert_eq!((report.truncated, report.empty, report.unknown), (2, 1, 1));
    assert_eq!(text_of(&preprocessor).special_tokens(), (vec![2], vec![3]));
}

#[test]
fn texts_without_tokens_and_missing_ones_are_one_unknown_token() {
    let preprocessor = fit(&words(1), &texts(&TEXTS));
    let cells = table(&[("t", &[Some("\u{1}"), None, Some("train"), Some("zebra")])]);
    let (features, report) = encode(&preprocessor, &cells);
    let lists = &features.texts[0];
    assert_eq!((lists.row(0), lists.row(1)), (&[1][..], &[1][..]));
    assert_eq!((report.empty, report.missing, report.unknown), (1, 1, 1));
}

#[test]
fn rows_of_many_blocks_are_encoded_in_their_order() {
    let preprocessor = fit(&words(1), &texts(&TEXTS));
    // Some texts are in all blocks, some in one, and every 11th row is missing.
    let cells: Vec<Option<&str>> = (0..5000)
        .map(|row| match row {
            row if row % 11 == 0 => None,
            row if row < 2500 => Some(TEXTS[row % 3]),
            row => Some(TEXTS[row % 8]),
        })
        .collect();
    let (features, report) = encode(&preprocessor, &table(&[("t", &cells)]));
    for (row, cell) in cells.iter().enumerate() {
        let alone = text_of(&preprocessor)
            .encode(cell.unwrap_or_default())
            .unwrap();
        assert_eq!(features.texts[0].row(row), alone, "row {row}");
    }
    assert_eq!(report.missing, 455);
}

#[test]
fn columns_of_a_group_share_a_tokenizer_of_all_their_words() {
    let data = table(&[
        ("title", &[Some("apple"), Some("apple")]),
        ("body", &[Some("pear"), Some("pear")]),
    ]);
    let config = words(2);
    let columns = ["title", "body"];
    let inputs = columns.map(|column| input(&config, &columns, column));
    let preprocessor = Preprocessor::fit(&inputs, &data, &[0, 1]).unwrap();
    let layout = preprocessor.layout();
    assert_eq!(layout.texts.len(), 2);
    for feature in &layout.texts {
        assert_eq!((feature.group.as_str(), feature.vocabulary), ("title", 4));
    }
    let (features, _) = preprocessor.transform(&data, &[0]).unwrap();
    assert_eq!(features.texts[0].row(0), [2]);
    assert_eq!(features.texts[1].row(0), [3]);
}

#[test]
fn only_training_rows_teach_words() {
    let data = texts(&["a a", "b b"]);
    let config = words(1);
    let preprocessor = Preprocessor::fit(&[input(&config, &["t"], "t")], &data, &[0]).unwrap();
    assert_eq!(text_of(&preprocessor).words(), ["[PAD]", "[UNK]", "a"]);
}

#[test]
fn accents_capitals_and_look_alikes_are_made_alike_as_the_recipe_says() {
    let config = TextConfig {
        strip_accents: true,
        ..words(1)
    };
    let preprocessor = fit(&config, &texts(&["cafe file 한국"]));
    let text = text_of(&preprocessor);
    assert_eq!(
        text.encode("CAFÉ ﬁle 한국").unwrap(),
        text.encode("cafe file 한국").unwrap()
    );
    assert!(!text.encode("CAFÉ ﬁle 한국").unwrap().contains(&1));
    let plain = fit(
        &TextConfig {
            lowercase: false,
            ..words(1)
        },
        &texts(&["cafe"]),
    );
    assert_eq!(text_of(&plain).encode("Cafe").unwrap(), [1]);
    assert_eq!(text_of(&plain).encode("café").unwrap(), [1]);
}

#[test]
fn trained_tokenizers_cut_words_into_known_pieces() {
    for config in configs() {
        let preprocessor = fit(&config, &texts(&TEXTS));
        let text = text_of(&preprocessor);
        assert!(text.vocabulary() <= 200 || feature(&preprocessor).bag);
        let ids = text.encode("the next train").unwrap();
        assert!(
            !ids.contains(&1) || feature(&preprocessor).bag,
            "{config:?}"
        );
    }
}

#[test]
fn pieces_of_words_are_found_by_the_word() {
    let config = TextConfig {
        tokenizer: Some(TokenizerConfig::Wordpiece(vocabulary(60, 1))),
        encoder: TextEncoderConfig::Transformer(TransformerEncoder::default()),
        max_tokens: 8,
        ..TextConfig::default()
    };
    let preprocessor = fit(&config, &texts(&["ab ab ab abc", "xy ab"]));
    let text = text_of(&preprocessor);
    let pieces = text
        .encode_words(&["ab", "\u{1}", "xcy", "ab"])
        .unwrap()
        .unwrap();
    let names = text.words();
    let shown: Vec<&str> = pieces
        .ids
        .iter()
        .map(|&id| names[id as usize].as_str())
        .collect();
    assert_eq!(
        shown,
        ["[CLS]", "ab", "[UNK]", "x", "##c", "##y", "ab", "[SEP]"]
    );
    assert_eq!(pieces.first, [1, 2, 3, 6]);
    let cut = text
        .encode_words(&["xcy", "xcy", "xcy", "ab"])
        .unwrap()
        .unwrap();
    assert_eq!((cut.ids.len(), cut.first), (8, vec![1, 4]));
    let bag = fit(&TextConfig::default(), &texts(&TEXTS));
    assert!(text_of(&bag).encode_words(&["ab"]).is_none());
}

#[test]
fn a_tagged_column_says_where_its_words_are() {
    let config = TextConfig {
        tokenizer: Some(TokenizerConfig::Wordpiece(vocabulary(60, 1))),
        encoder: TextEncoderConfig::Transformer(TransformerEncoder::default()),
        max_tokens: 8,
        ..TextConfig::default()
    };
    let cells = [
        Some("ab ab ab abc"),
        Some("xy ab"),
        Some(" xcy  ab "),
        None,
        Some("xcy xcy xcy ab"),
    ];
    let data = table(&[("t", &cells), ("u", &cells)]);
    let inputs = ["t", "u"].map(|column| {
        let mut input = input(&config, &["t", "u"], column);
        if let InputKind::Text(text) = &mut input.kind {
            text.tagged.push("u".to_owned());
        }
        input
    });
    let preprocessor = Preprocessor::fit(&inputs, &data, &[0, 1]).unwrap();
    let layout = preprocessor.layout();
    assert_eq!(
        [layout.texts[0].tagged, layout.texts[1].tagged],
        [false, true]
    );
    let stored = serde_json::to_string(&preprocessor).unwrap();
    let preprocessor: Preprocessor = serde_json::from_str(&stored).unwrap();
    let (features, report) = preprocessor.transform(&data, &[0, 2, 3, 4]).unwrap();
    assert!(features.words("t").is_none());
    let words = features.words("u").unwrap();
    let starts = |row| &words.starts[words.range(row)];
    assert_eq!(starts(0), [1, 2, 3, 4]);
    assert_eq!(starts(1), [1, 4]);
    assert_eq!(starts(2), [0_i32; 0]);
    // Six places between `[CLS]` and `[SEP]`: two words of three pieces each.
    assert_eq!(starts(3), [1, 4]);
    assert_eq!(
        words.texts,
        ["ab ab ab abc", " xcy  ab ", "", "xcy xcy xcy ab"]
    );
    let counts = report.column("u").unwrap();
    assert_eq!(
        (counts.cut_words, counts.truncated, counts.missing),
        (2, 1, 1)
    );
    assert_eq!(report.column("t").unwrap().cut_words, 0);
    // Cut word by word or as a whole, these texts have the same pieces.
    assert_eq!(features.texts[0].ids, features.texts[1].ids);
}

#[test]
fn a_bag_is_a_list_of_hashed_ngrams_and_may_be_empty() {
    let config = TextConfig {
        encoder: TextEncoderConfig::Bag(BagEncoder {
            buckets: 50,
            ..BagEncoder::default()
        }),
        ..TextConfig::default()
    };
    let preprocessor = fit(&config, &texts(&TEXTS));
    let feature = feature(&preprocessor);
    assert!(feature.bag);
    assert_eq!((feature.vocabulary, feature.padding), (51, 0));
    let cells = table(&[("t", &[Some("a train"), None, Some("\u{1}")])]);
    let (features, report) = encode(&preprocessor, &cells);
    assert!(features.texts[0].row(0).len() > 3);
    assert!(
        features.texts[0]
            .row(0)
            .iter()
            .all(|id| (1..51).contains(id))
    );
    assert!(features.texts[0].row(1).is_empty());
    assert_eq!((report.missing, report.empty), (1, 1));
}

#[test]
fn a_text_of_ten_megabytes_is_cut_before_it_is_read() {
    let long = "train station ".repeat(750_000);
    let unbroken = "x".repeat(10 << 20);
    let started = std::time::Instant::now();
    for config in configs() {
        let preprocessor = fit(&config, &texts(&TEXTS));
        let (features, report) = encode(&preprocessor, &texts(&[&long, &unbroken]));
        assert_eq!(report.truncated, 2);
        let feature = feature(&preprocessor);
        if !feature.bag {
            assert_eq!(features.texts[0].row(0).len(), feature.max_tokens);
        }
    }
    assert!(started.elapsed().as_secs() < 60);
}

/// A file with a text column, as the recipe reads it.
fn read_texts(name: &str, content: &[u8]) -> Result<Table, DataError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let request = ColumnRequest {
        name: "t".into(),
        kind: input(&words(1), &["t"], "t").kind.column_kind(),
        required: true,
        hash_salt: None,
    };
    read(&[path], &[request], &ReadOptions::default()).map(|(table, _)| table)
}

#[test]
fn texts_are_read_whole() {
    let long = "A \"quoted\" line,\nemoji \u{1F600}, NUL \0, bell \u{7}. ".repeat(100_000);
    let long = long.trim();
    let csv = format!("t,n\n\"{}\",1\nshort,2\n", long.replace('"', "\"\""));
    let json = format!("{}\n", serde_json::json!({"t": long}));
    for (name, content) in [("a.csv", csv), ("a.jsonl", json)] {
        let table = read_texts(name, content.as_bytes()).unwrap();
        let Values::Category(cells) = &table.columns[0].values else {
            panic!("texts are read as categories");
        };
        assert!(cells.get(0) == Some(long), "{name}");
        let (_, report) = encode(&fit(&words(1), &table), &table);
        assert_eq!(report.truncated, 1);
    }
}

#[test]
fn bytes_that_are_no_text_are_an_error_of_the_file() {
    let error = read_texts("a.csv", b"t,n\nfine,1\ncaf\xe9 is closed,2\n").unwrap_err();
    let DataError::NotUtf8 { line, column, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((line, column.as_str()), (3, "t"));
}

#[test]
fn what_cannot_be_trained_is_an_error() {
    let rare = fit_error(&words(5), &texts(&["a b c"]));
    assert_eq!(
        rare,
        "no tokenizer can be trained for column `t`: no token is in the training part 5 times; lower `min_count`"
    );
    let missing = table(&[("t", &[None, None])]);
    assert_eq!(
        fit_error(&words(1), &missing),
        "column `t` has no value in the training part"
    );
    let blank = TextConfig {
        tokenizer: Some(TokenizerConfig::Unigram(VocabularyConfig::default())),
        ..words(1)
    };
    assert!(fit_error(&blank, &texts(&["\u{1}"])).contains("there is no word"));
    let short = TextConfig {
        max_tokens: 2,
        encoder: TextEncoderConfig::Transformer(TransformerEncoder::default()),
        ..words(1)
    };
    assert!(fit_error(&short, &texts(&TEXTS)).contains("must be at least 3"));
}

fn given(file: &Path) -> TextConfig {
    TextConfig {
        tokenizer: Some(TokenizerConfig::File(file.display().to_string())),
        ..words(1)
    }
}

#[test]
fn a_file_that_is_no_tokenizer_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = texts(&TEXTS);
    let absent = folder.path().join("absent.json");
    let error = fit_error(&given(&absent), &data);
    assert!(
        error.starts_with("the tokenizer of column `t` cannot be read: "),
        "{error}"
    );
    assert!(error.contains("absent.json"), "{error}");

    let file = folder.path().join("tokenizer.json");
    for (content, problem) in [
        (&b"\xff\xfe"[..], "it is not UTF-8"),
        (b"Hello", "it is not JSON: expected value at line 1 column 1"),
        (b"[1]", "it has no `model`"),
        (b"{\"model\": 3}", "it has no `model`"),
        (br#"{"model": {"type": "Magic"}}"#, ""),
        (br#"{"model": {"type": "WordLevel", "vocab": {}, "unk_token": "u"}}"#, "it has no tokens"),
        (br#"{"model": {"type": "WordLevel", "vocab": {"a": 4000000000}, "unk_token": "a"}}"#, "ids up to 4000000000"),
        // Its unknown token is unknown.
        (br#"{"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "u"}}"#, ""),
        // Panics inside the crate.
        (br#"{"pre_tokenizer": {"type": "FixedLength", "length": 0}, "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}"#, ""),
    ] {
        std::fs::write(&file, content).unwrap();
        let error = fit_error(&given(&file), &data);
        assert!(
            error.contains("tokenizer.json of column `t` is no tokenizer.json of Hugging Face: "),
            "{error}"
        );
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn a_tokenizer_beside_a_pretrained_encoder_is_an_error() {
    let config = TextConfig {
        encoder: bert("weights"),
        ..words(1)
    };
    let error = fit_error(&config, &texts(&TEXTS));
    assert!(error.contains("`bert` brings its own"), "{error}");
}

#[test]
fn a_tokenizer_of_other_weights_is_an_error_with_both_numbers() {
    let preprocessor = fit(&words(1), &texts(&["a b c"]));
    let error = text_of(&preprocessor).check_weights("t", 3).unwrap_err();
    assert!(matches!(
        error,
        PreprocessError::TokenizerOfOtherWeights { .. }
    ));
    assert_eq!(
        error.to_string(),
        "the tokenizer of column `t` does not fit the weights: it has 5 tokens, but the weights have vectors for 3; \
         it has no special token `[CLS]`, `[SEP]`; use the tokenizer.json that came with them"
    );
}

fn bert(weights: &str) -> TextEncoderConfig {
    TextEncoderConfig::Bert(BertEncoder {
        weights: weights.to_owned(),
        pooling: Pooling::Mean,
        normalize: false,
        freeze: Freeze::All,
        lora: None,
        gradual_unfreezing: None,
        layer_decay: 1.0,
        dropout: 0.1,
    })
}

/// The folder of the MiniLM weights, if this machine has it.
fn minilm() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/weights");
    let folder = std::env::var_os("HOB_WEIGHTS")
        .map_or(beside, PathBuf::from)
        .join("minilm_l6_fp16");
    folder.join("tokenizer.json").exists().then_some(folder)
}

#[derive(serde::Deserialize)]
struct Golden {
    texts: Vec<GoldenText>,
    words: GoldenWords,
}

#[derive(serde::Deserialize)]
struct GoldenText {
    text: String,
    ids: Vec<i32>,
}

#[derive(serde::Deserialize)]
struct GoldenWords {
    words: Vec<String>,
    ids: Vec<i32>,
    first: Vec<usize>,
}

#[test]
fn minilm_ids_are_those_of_the_reference() {
    let Some(folder) = minilm() else {
        eprintln!(
            "skipped: there is no ../shared/weights/minilm_l6_fp16, and HOB_WEIGHTS names no other folder"
        );
        return;
    };
    let golden: Golden = serde_json::from_str(include_str!("golden/minilm_ids.json")).unwrap();
    let config = TextConfig {
        encoder: bert(folder.to_str().unwrap()),
        max_tokens: 32,
        ..TextConfig::default()
    };
    let cells: Vec<&str> = golden.texts.iter().map(|case| case.text.as_str()).collect();
    let data = texts(&cells);
    let preprocessor = fit(&config, &data);
    let (features, report) = encode(&preprocessor, &data);
    for (row, case) in golden.texts.iter().enumerate() {
        assert_eq!(features.texts[0].row(row), case.ids, "{:?}", case.text);
    }
    assert_eq!((report.truncated, report.empty), (1, 1));
    let text = text_of(&preprocessor);
    assert_eq!((text.vocabulary(), text.padding()), (30522, 0));
    assert_eq!(text.special_tokens(), (vec![101], vec![102]));
    // `[CLS]` in a text is no token, but letters.
    assert!(!text.encode("a [CLS] b").unwrap()[1..].contains(&101));
    let words: Vec<&str> = golden.words.words.iter().map(String::as_str).collect();
    let pieces = text.encode_words(&words).unwrap().unwrap();
    assert_eq!(
        (pieces.ids, pieces.first),
        (golden.words.ids, golden.words.first)
    );
    assert!(text.check_weights("t", 30522).is_ok());
    assert!(text.check_weights("t", 28996).is_err());
}

#[test]
fn the_columns_of_an_input_are_stored_with_one_tokenizer() {
    let cells = TEXTS.map(Some);
    let data = table(&[("t", &cells), ("u", &cells), ("v", &cells)]);
    let rows: Vec<usize> = (0..data.num_rows).collect();
    for config in configs() {
        let longer = TextConfig {
            max_tokens: config.max_tokens + 1,
            lowercase: !config.lowercase,
            ..config.clone()
        };
        let inputs = [
            input(&config, &["t", "u"], "t"),
            input(&config, &["t", "u"], "u"),
            input(&longer, &["v"], "v"),
        ];
        let preprocessor = Preprocessor::fit(&inputs, &data, &rows).unwrap();
        let mut stored = serde_json::to_value(&preprocessor).unwrap();
        assert_eq!(stored["texts"].as_array().unwrap().len(), 2);
        let methods = [0, 1, 2].map(|place| stored["columns"][place]["text"]["method"].clone());
        assert_eq!(methods, [0, 0, 1]);
        let again: Preprocessor = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(again, preprocessor);
        stored["columns"][1]["text"]["method"] = 2.into();
        let error = serde_json::from_value::<Preprocessor>(stored).unwrap_err();
        assert_eq!(error.to_string(), "there is no tokenizer 2");
    }
}

/// All fitted columns as they are stored.
fn stored() -> String {
    configs()
        .iter()
        .map(|config| serde_json::to_string(&fit(config, &texts(&TEXTS))).unwrap() + "\n")
        .collect()
}

#[test]
#[ignore = "run by `tokenizers_are_the_same_bytes_in_every_process_and_with_any_number_of_threads`"]
fn write_stored() {
    if let Some(path) = std::env::var_os("HOB_TEST_OUTPUT") {
        std::fs::write(path, stored()).unwrap();
    }
}

#[test]
fn tokenizers_are_the_same_bytes_in_every_process_and_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let ours = stored();
    for threads in ["1", "3", "8"] {
        let path = folder.path().join(threads);
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "write_stored", "--ignored"])
            .env("HOB_TEST_OUTPUT", &path)
            .env("RAYON_NUM_THREADS", threads)
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        assert!(
            ours == std::fs::read_to_string(path).unwrap(),
            "{threads} threads"
        );
    }
}

#[test]
fn a_damaged_stored_tokenizer_is_an_error_or_encodes_within_its_vocabulary() {
    for config in configs() {
        let stored = serde_json::to_string(&fit(&config, &texts(&TEXTS))).unwrap();
        // Every 37th byte, replaced by a digit, a quote, a bracket.
        for place in (0..stored.len()).step_by(37) {
            if !stored.is_char_boundary(place) || !stored.is_char_boundary(place + 1) {
                continue;
            }
            for new in ["9", "\"", "}", "-"] {
                let mut damaged = stored.clone();
                damaged.replace_range(place..place + 1, new);
                let Ok(preprocessor) = serde_json::from_str::<Preprocessor>(&damaged) else {
                    continue;
                };
                if preprocessor.text("t").is_some() {
                    check_ids(&preprocessor, "the next train [CLS] 次の");
                }
            }
        }
    }
}

/// Encodes, and looks at what came out.
fn check_ids(preprocessor: &Preprocessor, text: &str) {
    let feature = feature(preprocessor);
    if let Ok(ids) = text_of(preprocessor).encode(text) {
        assert!(
            ids.iter()
                .all(|&id| id >= 0 && (id as usize) < feature.vocabulary)
        );
        assert!(feature.bag || (1..=feature.max_tokens).contains(&ids.len()));
        assert!((feature.padding as usize) < feature.vocabulary);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_encodes_within_the_vocabulary_alike_alone_and_stored(
        any in prop::collection::vec("\\PC{0,40}|[\\x00-\\x{2f}a-zA-Z \\n]{0,60}|.{0,20}", 1..6),
    ) {
        for config in configs() {
            let preprocessor = fit(&config, &texts(&TEXTS));
            let cells: Vec<&str> = any.iter().map(String::as_str).collect();
            let data = texts(&cells);
            let (features, _) = encode(&preprocessor, &data);
            let stored = serde_json::to_string(&preprocessor).unwrap();
            let reloaded: Preprocessor = serde_json::from_str(&stored).unwrap();
            prop_assert_eq!(&encode(&reloaded, &data).0, &features);
            prop_assert_eq!(serde_json::to_string(&reloaded).unwrap(), stored);
            for (row, text) in any.iter().enumerate() {
                check_ids(&preprocessor, text);
                let alone = text_of(&preprocessor).encode(text).unwrap();
                prop_assert_eq!(features.texts[0].row(row), alone);
            }
        }
    }

    #[test]
    fn any_texts_train_a_tokenizer_or_say_why_not(
        any in prop::collection::vec("\\PC{0,30}|[ab #\\[\\]</>]{0,30}", 1..8),
    ) {
        let cells: Vec<&str> = any.iter().map(String::as_str).collect();
        let data = texts(&cells);
        let rows: Vec<usize> = (0..data.num_rows).collect();
        for config in configs() {
            if let Ok(preprocessor) = Preprocessor::fit(&[input(&config, &["t"], "t")], &data, &rows) {
                for text in &any {
                    check_ids(&preprocessor, text);
                }
            }
        }
    }
}
