//! Rules of the workspace that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::root;

/// Most lines of a file without its tests.
const MAX_LINES: usize = 400;

/// Files that are longer, each with its reason.
const LONGER: &[(&str, &str)] = &[(
    "crates/data/src/config.rs",
    "every key of the data part of a recipe with its documentation",
)];

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "only {} files found", found.len());
    found
}

fn name(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap()
        .to_string_lossy()
        .into_owned()
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let is_test = name(&path).contains("/tests");
        assert!(
            is_test || text.starts_with("//!"),
            "{} does not say what it is",
            name(&path)
        );
        let code = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or(&text)
            .lines()
            .count();
        let excused = is_test || LONGER.iter().any(|(known, _)| name(&path) == *known);
        assert!(
            excused || code <= MAX_LINES,
            "{} has {code} lines",
            name(&path)
        );
    }
}

#[test]
fn crates_know_only_what_they_may() {
    let rules: [(&str, &[&str]); 6] = [
        (
            "decision",
            &["use burn", "hob_", "use toml", "clap", "println!"],
        ),
        (
            "data",
            &[
                "use burn",
                "hob_model",
                "hob_training",
                "hob_inference",
                "clap",
            ],
        ),
        (
            "model",
            &[
                "use toml",
                "hob_data",
                "hob_training",
                "hob_inference",
                "clap",
            ],
        ),
        (
            "inference",
            &["burn::train", "use toml", "hob_training", "clap"],
        ),
        (
            "training",
            &["use clap", "indicatif", "println!", "std::env::var"],
        ),
        ("cli", &["use burn::"]),
    ];
    for path in sources() {
        let file = name(&path);
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (krate, forbidden) in rules {
            if !file.starts_with(&format!("crates/{krate}/src/")) || file.contains("/tests") {
                continue;
            }
            for word in forbidden {
                assert!(!code.contains(word), "{file} must not use `{word}`");
            }
        }
    }
}
