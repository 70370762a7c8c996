//! What is wrong with a recipe, and where.

use std::path::PathBuf;

use serde::Serialize;

use crate::recipe::key_path::KeyPath;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The recipe cannot be run.
    Error,
    /// It can be run, but probably not with the result that was meant.
    Warning,
}

/// Which part of `key = value` a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The key: it should not be there.
    Key,
    /// The value.
    Value,
}

/// Something wrong with a value of a recipe, known by its key. [`RecipeSource::locate`](super::RecipeSource::locate)
/// finds the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The value it is about, or the table in which something is missing.
    pub key: KeyPath,
    /// The part to underline.
    pub part: Part,
    /// What is wrong, with the value and the rule. Lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Finding {
    /// An error about a value.
    pub fn error(key: impl Into<KeyPath>, message: impl Into<String>) -> Self {
        let (key, message) = (key.into(), message.into());
        Self {
            severity: Severity::Error,
            key,
            part: Part::Value,
            message,
            hint: None,
        }
    }

    /// A warning about a value.
    pub fn warning(key: impl Into<KeyPath>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(key, message)
        }
    }

    /// The same about the key.
    #[must_use]
    pub fn on_key(mut self) -> Self {
        self.part = Part::Key;
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether the recipe cannot be run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Something wrong with a recipe, with its place. Serialized as it stands for `--json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, with the value and the rule.
    pub message: String,
    /// The recipe; `None` for a recipe that is no file and for a value given by `--set`.
    pub file: Option<PathBuf>,
    /// From 1. `None` when the problem has no place, such as a table that is missing altogether.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    /// Line of the last character underlined.
    pub end_line: Option<usize>,
    /// Column after the last character underlined.
    pub end_column: Option<usize>,
    /// Such as `model.mlp.dropout`; empty at the top of the recipe.
    pub key: String,
    /// The value as it is written, shortened.
    pub value: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The `--set` assignment that gave the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<String>,
}

impl Problem {
    /// Orders problems by their place; those without one stand last.
    pub(crate) fn sort(problems: &mut [Self]) {
        problems.sort_by_key(|problem| (problem.line.is_none(), problem.line, problem.column));
    }

    /// Whether the recipe cannot be run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
