//! Measures how many texts a second become token ids, by tokenizer, and in how much memory.
//!
//! `cargo run --release -p hob-data --example tokenize_speed -- [TEXTS] [WORDS PER TEXT] [FOLDER WITH A TOKENIZER.JSON]`,
//! by default 30,000 texts of 10 words. Per core means per second that the process had a core.

#![allow(clippy::print_stdout, reason = "an example talks on the terminal")]

#[path = "measure/process.rs"]
mod process;

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use hob_data::config::{
    BagEncoder, CnnEncoder, TextConfig, TextEncoderConfig, TokenizerConfig, VocabularyConfig,
};
use hob_data::preprocess::{InputColumn, InputKind, Preprocessor, TextInput};
use hob_data::table::{Categories, Column, Table, Values};

use process::{cpu_seconds, peak_megabytes};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let num_texts = arguments.next().map_or(Ok(30_000), |text| text.parse())?;
    let num_words = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let table = table(num_texts, num_words);
    let rows: Vec<usize> = (0..table.num_rows).collect();
    println!("texts {num_texts}, words each {num_words}");
    println!(
        "{:<12} {:>9} {:>14} {:>16} {:>9}",
        "", "fit in s", "texts a second", "per core", "peak MB"
    );
    for (name, config) in configs(arguments.next()) {
        let input = InputColumn {
            column: "text".into(),
            kind: InputKind::Text(TextInput {
                config,
                columns: vec!["text".into()],
                tagged: Vec::new(),
                folder: PathBuf::new(),
            }),
        };
        let start = Instant::now();
        let preprocessor = Preprocessor::fit(&[input], &table, &rows)?;
        let fit_seconds = start.elapsed().as_secs_f64();
        let cpu_before = cpu_seconds()?;
        let start = Instant::now();
        let (features, _) = preprocessor.transform(&table, &rows)?;
        let seconds = start.elapsed().as_secs_f64();
        let cpu = cpu_seconds()? - cpu_before;
        let texts = features.num_rows as f64;
        println!(
            "{name:<12} {fit_seconds:>9.2} {:>14.0} {:>16.0} {:>9.0}",
            texts / seconds,
            texts / cpu,
            peak_megabytes()?
        );
    }
    Ok(())
}

fn configs(file: Option<String>) -> Vec<(&'static str, TextConfig)> {
    let sequence = |tokenizer| TextConfig {
        tokenizer: Some(tokenizer),
        encoder: TextEncoderConfig::Cnn(CnnEncoder::default()),
        ..TextConfig::default()
    };
    let vocabulary = VocabularyConfig::default;
    let bag = TextConfig {
        encoder: TextEncoderConfig::Bag(BagEncoder::default()),
        ..TextConfig::default()
    };
    let mut configs = vec![
        ("bag", bag),
        ("words", sequence(TokenizerConfig::Words(vocabulary()))),
        (
            "characters",
            sequence(TokenizerConfig::Characters(vocabulary())),
        ),
        (
            "wordpiece",
            sequence(TokenizerConfig::Wordpiece(vocabulary())),
        ),
        ("bpe", sequence(TokenizerConfig::Bpe(vocabulary()))),
        ("unigram", sequence(TokenizerConfig::Unigram(vocabulary()))),
    ];
    if let Some(folder) = file {
        let path = format!("{folder}/tokenizer.json");
        configs.push(("given", sequence(TokenizerConfig::File(path))));
    }
    configs
}

/// Texts of made-up words, frequent and rare ones as in a language.
fn table(num_texts: usize, num_words: usize) -> Table {
    const SYLLABLES: [&str; 16] = [
        "the", "ra", "in", "sta", "tion", "er", "ing", "no", "ti", "ver", "de", "con", "ly",
        "ment", "é", "s",
    ];
    let mut state = 1u64;
    let mut random = move || {
        // Knuth's MMIX generator: the words only have to look like a language.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut cells = Categories::default();
    for row in 0..num_texts {
        let mut text = String::new();
        for index in 0..num_words {
            let rarity = random() % 4;
            text.push_str(if index == 0 { "" } else { " " });
            for _ in 0..=rarity {
                text.push_str(SYLLABLES[random() % (4 << (rarity / 2))]);
            }
        }
        text.push_str(&format!(" {row}."));
        cells.codes.push(row as u32);
        cells.dictionary.push(text);
    }
    Table {
        columns: vec![Column {
            name: "text".into(),
            values: Values::Category(cells),
        }],
        num_rows: num_texts,
    }
}
