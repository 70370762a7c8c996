//! What is wrong with a recipe, with its place in it.

use hob_data::error::DataError;

use super::sources::Role;
use crate::error::RunError;
use crate::recipe::{Finding, KeyPath, Problem, RecipeError, RecipeSource};
use crate::retrieve;

/// Turns findings of any stage into one error with places.
pub(crate) struct Findings<'a> {
    source: &'a RecipeSource,
    retrieves: bool,
}

impl<'a> Findings<'a> {
    /// About a recipe; one that searches is planned in another form than it was written in.
    pub(crate) fn new(source: &'a RecipeSource, retrieves: bool) -> Self {
        Self { source, retrieves }
    }
}

impl Findings<'_> {
    pub(crate) fn all(&self, findings: impl IntoIterator<Item = Finding>) -> RunError {
        let mut problems: Vec<_> = findings
            .into_iter()
            .map(|mut finding| {
                if self.retrieves {
                    finding.key = retrieve::written_key(&finding.key);
                }
                self.source.locate(&finding)
            })
            .collect();
        Problem::sort(&mut problems);
        RecipeError::Problems {
            problems,
            recipe: Box::new(self.source.clone()),
        }
        .into()
    }
}

/// The text of an error as a finding. What it says behind `hint: ` is advice.
pub(crate) fn finding_of(key: impl Into<KeyPath>, text: &str) -> Finding {
    match text.split_once("\nhint: ") {
        Some((message, hint)) => Finding::error(key, message).with_hint(hint),
        None => Finding::error(key, text),
    }
}

/// A file that is not there.
pub(super) fn finding_of_file((role, error): (Role, DataError)) -> Finding {
    finding_of(format!("data.{}", role.key()).as_str(), &error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_of_an_error_becomes_that_of_the_finding() {
        let found = finding_of("data.split", "too few rows\nhint: enlarge the share");
        assert_eq!(found.message, "too few rows");
        assert_eq!(found.hint.as_deref(), Some("enlarge the share"));
        assert_eq!(finding_of("data", "no rows").hint, None);
    }
}
