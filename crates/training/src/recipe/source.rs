//! The text of a recipe, where it came from, and on which line each of its values stands.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::recipe::RecipeError;
use crate::recipe::key_path::{KeyPath, visit_table};
use crate::recipe::problem::{Finding, Part, Problem, Severity};
use crate::recipe::set::{self, Assignment, SetError};

/// Longest [`Problem::value`], in characters.
const VALUE_LIMIT: usize = 80;

/// The text of a recipe, with the `--set` assignments made in it.
///
/// Places are looked up in the text as it was written: an assignment may add lines, and the user knows those of the
/// file only.
#[derive(Debug, Clone)]
pub struct RecipeSource {
    path: Option<PathBuf>,
    written: String,
    text: String,
    assignments: Vec<Assignment>,
    places: BTreeMap<KeyPath, Place>,
}

#[derive(Debug, Clone)]
struct Place {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

impl RecipeSource {
    /// Reads a file with `--set` assignments made in it. A byte order mark at its start is dropped.
    ///
    /// # Errors
    /// The file cannot be read, is not UTF-8, or an assignment cannot be made.
    pub fn load(path: &Path, assignments: &[String]) -> Result<Self, RecipeError> {
        let source = Self::read(path).map_err(|source| RecipeError::Read {
            path: path.to_path_buf(),
            source,
        })?;
        Ok(source.set(assignments)?)
    }

    fn read(path: &Path) -> io::Result<Self> {
        let bytes = fs::read(path)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
                .split(|b| *b == b'\n')
                .count();
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("line {line} is not UTF-8 text"),
            )
        })?;
        Ok(Self::new(Some(path), text))
    }

    /// A recipe that is already in memory; `path` is shown in messages.
    pub fn new(path: Option<&Path>, text: impl Into<String>) -> Self {
        let text = text.into();
        let text = text
            .strip_prefix('\u{feff}')
            .map(String::from)
            .unwrap_or(text);
        let path = path.map(Path::to_path_buf);
        Self {
            path,
            places: index(&text),
            written: text.clone(),
            text,
            assignments: Vec::new(),
        }
    }

    /// The same with `--set` assignments made, in their order.
    pub fn set(&self, assignments: &[String]) -> Result<Self, SetError> {
        let parsed = assignments
            .iter()
            .map(|a| Assignment::parse(a))
            .collect::<Result<Vec<_>, _>>()?;
        let text = set::apply(&self.text, &parsed)?;
        let assignments = [self.assignments.clone(), parsed].concat();
        Ok(Self {
            text,
            assignments,
            ..self.clone()
        })
    }

    /// The file it was read from.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The text with all assignments made: what is parsed, and what a run keeps.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as it was read.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// A problem with the value of a key, for example from a check against the data. A key that is not written down
    /// gets the place of the table it belongs to.
    pub fn problem_at(
        &self,
        key: impl Into<KeyPath>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Problem {
        self.locate(&Finding {
            hint,
            ..Finding::error(key, message)
        })
    }

    /// Finds the line of a finding.
    pub fn locate(&self, finding: &Finding) -> Problem {
        let mut problem = Problem {
            severity: finding.severity,
            message: one_line(&finding.message),
            file: self.path.clone(),
            line: None,
            column: None,
            end_line: None,
            end_column: None,
            key: finding.key.to_string(),
            value: None,
            hint: finding.hint.as_deref().map(one_line),
            assignment: None,
        };
        // The last assignment wins, as it does in the text.
        if let Some(assignment) = self.assignments.iter().rev().find(|a| a.sets(&finding.key)) {
            problem.file = None;
            problem.value = Some(shorten(assignment.value_text()));
            problem.assignment = Some(assignment.text().to_string());
        } else if let Some((span, is_value)) = self.span(&finding.key, finding.part) {
            problem.value = is_value.then(|| shorten(&self.written[span.clone()]));
            self.place(&mut problem, span);
        }
        problem
    }

    /// A problem at a range of bytes of [`Self::text`].
    pub(crate) fn problem_at_bytes(&self, span: Option<Range<usize>>, message: &str) -> Problem {
        let mut problem = self.locate(&Finding {
            severity: Severity::Error,
            key: KeyPath::root(),
            part: Part::Value,
            message: message.to_string(),
            hint: None,
        });
        if let Some(span) = span.filter(|_| self.text == self.written) {
            self.place(&mut problem, span);
        }
        problem
    }

    /// The bytes to underline, and whether they are the value.
    fn span(&self, key: &KeyPath, part: Part) -> Option<(Range<usize>, bool)> {
        if let Some(place) = self.places.get(key) {
            return Some(match (&place.key, part) {
                (Some(span), Part::Key) => (span.clone(), false),
                _ => (place.value.clone(), true),
            });
        }
        let mut around = key.parent();
        while let Some(path) = around {
            if let Some(place) = self.places.get(&path) {
                return Some((place.value.clone(), false));
            }
            around = path.parent();
        }
        None
    }

    fn place(&self, problem: &mut Problem, span: Range<usize>) {
        let (line, column) = line_and_column(&self.written, span.start);
        let (end_line, end_column) = line_and_column(&self.written, span.end.max(span.start));
        problem.line = Some(line);
        problem.column = Some(column);
        problem.end_line = Some(end_line);
        problem.end_column = Some(end_column);
    }
}

fn index(text: &str) -> BTreeMap<KeyPath, Place> {
    // Text that is not TOML gives the values before the error, which is enough: the error itself has its own place.
    let (table, _) = DeTable::parse_recoverable(text);
    let mut places = BTreeMap::new();
    visit_table(
        &KeyPath::root(),
        table.get_ref(),
        &mut |path, key, value| {
            places.insert(path, Place { key, value });
        },
    );
    places
}

/// Line and column from 1, the column in characters.
fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let byte = (0..=byte.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let before = &text[..byte];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

fn shorten(text: &str) -> String {
    let text = one_line(text);
    match text.char_indices().nth(VALUE_LIMIT) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "seed = 1\n[model.mlp]\nhidden = [64, 32]\n\n[[inputs]]\ncolumns = [\"ä\", \"b\"]\n";

    #[track_caller]
    fn place(key: &str) -> (Option<usize>, Option<usize>, Option<usize>, Option<String>) {
        let problem = RecipeSource::new(None, TEXT).problem_at(key, "wrong", None);
        (
            problem.line,
            problem.column,
            problem.end_column,
            problem.value,
        )
    }

    #[test]
    fn every_value_has_a_place_counted_in_characters() {
        assert_eq!(place("seed"), (Some(1), Some(8), Some(9), Some("1".into())));
        assert_eq!(
            place("model.mlp.hidden[1]"),
            (Some(3), Some(15), Some(17), Some("32".into()))
        );
        assert_eq!(
            place("inputs[0].columns[1]"),
            (Some(6), Some(17), Some(20), Some("\"b\"".into()))
        );
    }

    #[test]
    fn a_key_that_is_not_written_has_the_place_of_its_table() {
        assert_eq!(
            place("model.mlp.dropout"),
            (Some(2), Some(1), Some(12), None)
        );
        assert_eq!(place("optimizer.adam"), (None, None, None, None));
    }

    #[test]
    fn a_value_given_by_set_is_not_looked_for_in_the_file() {
        let source = RecipeSource::new(None, TEXT)
            .set(&["model.mlp.norm=batch".into(), "seed=3".into()])
            .unwrap();
        let problem = source.problem_at("seed", "wrong", None);
        assert_eq!(
            (problem.line, problem.assignment.as_deref()),
            (None, Some("seed=3"))
        );
        // A line was added above it.
        assert_eq!(
            source.problem_at("inputs[0].columns", "wrong", None).line,
            Some(6)
        );
    }

    #[test]
    fn a_file_that_is_not_utf8_is_refused_with_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), b"seed = 1\n# \xff\n").unwrap();
        assert_eq!(
            RecipeSource::read(file.path()).unwrap_err().to_string(),
            "line 2 is not UTF-8 text"
        );
    }
}
