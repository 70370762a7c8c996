//! Arbitrary bytes where hob reads a file from somewhere else: tables, recipes, bundles. The inputs kept in
//! `tests/fuzz/seeds` are read as they are, then changed at random. Each must give a value or an error, never a panic.
//!
//! An ordinary run makes a fixed number of changes from a fixed seed; `HOB_FUZZ_SECONDS=300` goes on for that long with
//! changes never made before, and `tests/fuzz/Cargo.toml` says how to let coverage guide them. An input that fails is
//! written to the temporary folder; once mended, it belongs to the seeds.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hob_inference::{Bundle, Manifest, Predictor};
use hob_training::recipe::{Recipe, RecipeSource, apply_set, render};

use crate::program::{Program, customers, root};
use read_rows::read_rows;

#[path = "fuzz/read_rows.rs"]
mod read_rows;

/// Largest seed, so that the repository stays small.
const MAX_SEED: u64 = 4096;
/// Changed inputs tried in an ordinary run.
const CHANGES: usize = 2_000;
/// Longest that one input may take, also in an unoptimised build on a busy machine.
const MAX_SECONDS: u64 = 20;

fn seeds(kind: &str) -> Vec<Vec<u8>> {
    let folder = root().join("tests/fuzz/seeds").join(kind);
    let entries = fs::read_dir(&folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in &paths {
        let size = fs::metadata(path).unwrap().len();
        assert!(size <= MAX_SEED, "{} has {size} bytes", path.display());
    }
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// splitmix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// A place to cut, and one behind it that is mostly near.
    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len + 1);
        let longest = if self.below(4) == 0 { len } else { 16 };
        start..(start + self.below(longest + 1)).min(len)
    }

    /// One to eight changes of an input: bits, bytes, pieces of it or of another, and words that mean something.
    fn change(&mut self, input: &[u8], others: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for _ in 0..=self.below(8) {
            let range = self.range(bytes.len());
            let new: Vec<u8> = match self.below(7) {
                0 if !range.is_empty() => {
                    bytes[range.start] ^= 1 << self.below(8);
                    continue;
                }
                1 => vec![self.next() as u8; range.len()],
                2 => Vec::new(),
                3 => bytes[range.clone()].repeat(2),
                4 if !others.is_empty() => {
                    let other = &others[self.below(others.len())];
                    other[self.range(other.len())].to_vec()
                }
                _ => self.pick(words).as_bytes().to_vec(),
            };
            // Half of what is new stands beside what was there.
            let end = if self.below(2) == 0 {
                range.start
            } else {
                range.end
            };
            bytes.splice(range.start..end, new);
        }
        bytes
    }
}

/// Reads every seed, then changed seeds.
fn fuzz(kind: &str, seeds: &[Vec<u8>], words: &[&str], read: impl Fn(&[u8])) {
    assert!(!seeds.is_empty(), "there are no seeds of {kind}");
    let seconds = std::env::var("HOB_FUZZ_SECONDS").ok();
    let seconds = seconds.map(|text| Duration::from_secs(text.parse().expect("whole seconds")));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let mut random = Random(seconds.map_or(42, |_| now.as_nanos() as u64));
    for seed in seeds {
        try_one(kind, seed, &read);
    }
    let start = Instant::now();
    let mut tried = 0;
    while seconds.map_or(tried < CHANGES, |seconds| start.elapsed() < seconds) {
        let seed = &seeds[random.below(seeds.len())];
        let changed = random.change(seed, seeds, words);
        try_one(kind, &changed, &read);
        tried += 1;
    }
    println!("{kind}: {} seeds and {tried} changed inputs", seeds.len());
}

fn try_one(kind: &str, bytes: &[u8], read: &impl Fn(&[u8])) {
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| read(bytes)));
    if result.is_err() || start.elapsed() > Duration::from_secs(MAX_SECONDS) {
        let path = std::env::temp_dir().join(format!("hob-{kind}-failed"));
        fs::write(&path, bytes).unwrap();
        panic!("{kind}: see {} ({:?})", path.display(), start.elapsed());
    }
}

#[test]
fn changed_tables_never_panic() {
    let words = [
        "\n",
        "\r\n",
        ",",
        ";",
        "\t",
        "\"",
        "\"\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ":",
        "null",
        "true",
        "1e999",
        "-0",
        "nan",
        "NA",
        "9223372036854775808",
        "2024-02-30",
        "2024-01-01T00:00:00Z",
        "31.12.9999 23:59",
        "\u{feff}",
        "\u{1f}\u{8b}",
        "PAR1",
        "a,b,c,d,e,f,g",
        "\"a\":",
        "\u{0}",
        "é",
    ];
    fuzz("rows", &seeds("rows"), &words, read_rows);
}

#[test]
fn changed_recipes_never_panic() {
    let words = [
        "[",
        "]",
        "[[",
        "]]",
        "=",
        ".",
        "\"",
        "'''",
        "{}",
        "{",
        "}",
        "#",
        "\n",
        "nan",
        "-1",
        "1e400",
        "0x",
        "true",
        "9223372036854775808",
        "1979-05-27",
        "[model.linear]\n",
        "[[inputs]]\n",
        "[data.split.time]\n",
        "column = \"a\"\n",
        "columns = []\n",
        "inputs",
        "outputs",
        "data",
        "a.b.c.d",
        "\u{feff}",
        "\u{202e}",
        "é",
    ];
    fuzz("recipe", &recipes(), &words, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        let source = RecipeSource::new(Some(Path::new("my.toml")), text);
        if let Err(problems) = Recipe::parse(&source) {
            assert!(!render(&problems, &source).is_empty());
        }
        let _ = source.set(&["training.epochs=3".to_string()]);
        let _ = apply_set(text, &["inputs[0].number.normalize=robust".to_string()]);
    });
}

/// The recipes of the repository, good and bad, and what was found before.
fn recipes() -> Vec<Vec<u8>> {
    let mut found = seeds("recipe");
    for folder in ["configs/tabular", "tests/bad_recipes"] {
        let entries = fs::read_dir(root().join(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        found.extend(paths.iter().map(|path| fs::read(path).unwrap()));
    }
    found
}

/// Stands between manifest and weights: JSON never holds it.
const BETWEEN: u8 = 0;

#[test]
fn changed_bundles_never_panic() {
    let words = [
        "null",
        "0",
        "-1",
        "1",
        "2",
        "1e300",
        "4294967296",
        "18446744073709551615",
        "\"\"",
        "[]",
        "{}",
        "[[]]",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"number\"",
        "\"category\"",
        "true",
        "\u{0}",
        "ÿÿÿÿ",
    ];
    let seeds = [seeds("bundle"), bundles()].concat();
    fuzz("bundle", &seeds, &words, |bytes| {
        // As it is, and with lengths and checksum that fit.
        let _ = Bundle::from_bytes(bytes);
        let Some(place) = bytes.iter().position(|byte| *byte == BETWEEN) else {
            return;
        };
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes[..place]) else {
            return;
        };
        let weights = bytes[place + 1..].to_vec();
        let bundle = Bundle {
            manifest,
            weights,
            catalog: None,
            index: None,
        };
        let Ok(bytes) = bundle.to_bytes() else {
            return;
        };
        if let Ok(bundle) = Bundle::from_bytes(&bytes)
            && let Ok(predictor) = Predictor::new(bundle, Some("flex"))
            && let Ok(table) = predictor.read_rows(ROWS.as_bytes())
            && let Ok(predictions) = predictor.predict(&table)
        {
            let _ = predictor.row_to_json(&predictions, 0);
        }
    });
}

const ROWS: &str = "age,plan,since\n31,basic,2024-01-01\n,other,\n";

/// Models with every kind of encoder, as this version of hob writes them.
fn bundles() -> Vec<Vec<u8>> {
    let program = Program::new();
    program.write("customers.csv", &customers());
    let bodies = [
        "[model.mlp]\nhidden = [4]\nnorm = \"batch\"",
        "[model.resnet]",
        "[model.ft_transformer]\nwidth = 8\nheads = 2",
    ];
    let mut found = Vec::new();
    for (place, body) in bodies.iter().enumerate() {
        let text = format!(
            "[data]\nsource = \"customers.csv\"\n\n[[inputs]]\ncolumn = \"age\"\n[inputs.number]\nindicator = true\n\
             embedding.piecewise_linear = {{ dim = 2, bins = 4 }}\n\n[[inputs]]\ncolumn = \"plan\"\n[inputs.category]\n\n\
             [[inputs]]\ncolumn = \"since\"\n[inputs.date]\n\n[[outputs]]\ncolumn = \"churn\"\n[outputs.binary]\n\n\
             {body}\n\n[training]\nepochs = 1\n"
        );
        program.write("my.toml", &text);
        let run = place.to_string();
        program.succeed(&["train", "my.toml", "-q", "--out", &run]);
        let bundle = Bundle::read(&program.path(&run)).unwrap();
        let manifest = serde_json::to_vec(&bundle.manifest).unwrap();
        found.push([manifest, vec![BETWEEN], bundle.weights].concat());
    }
    found
}
