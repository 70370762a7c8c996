//! The rules that choose a type. The first one that fits decides.

use super::tally::ColumnTally;
use super::{ColumnProfile, InferredKind};

/// A list of values may have this many entries in any file, and a twentieth of the rows in a large one.
const CATEGORY_VALUES: usize = 50;
const CATEGORY_SHARE: usize = 20;
/// In fewer rows, values that all differ may still be categories.
const IDENTIFIER_ROWS: usize = 20;
const FEW_VALUES: usize = 10;
const TOP_VALUES: usize = 10;

pub(super) fn finish(tally: ColumnTally, num_rows: usize) -> ColumnProfile {
    let (distinct, distinct_is_exact) = tally.distinct.count();
    let facts = Facts {
        tally: &tally,
        num_rows,
        distinct,
        exact: distinct_is_exact,
    };
    let (kind, reason) = facts.infer();
    let has_numbers = tally.numbers.mostly_numbers();
    let unreadable_numbers = tally
        .numbers
        .unreadable()
        .filter(|_| kind == InferredKind::Identifier);
    let suggested_missing = if kind == InferredKind::Number {
        tally
            .numbers
            .others
            .iter()
            .map(|(text, _)| text.clone())
            .collect()
    } else {
        Vec::new()
    };
    ColumnProfile {
        kind,
        reason,
        missing: num_rows - tally.present,
        distinct,
        distinct_is_exact,
        rarest: tally.distinct.rarest(),
        most_words: tally.most_words,
        top: tally.distinct.top(TOP_VALUES),
        suggested_missing,
        unreadable_numbers,
        name: tally.name,
        examples: tally.examples,
        numbers: has_numbers.then(|| tally.numbers.finish()),
    }
}

struct Facts<'a> {
    tally: &'a ColumnTally,
    num_rows: usize,
    distinct: usize,
    exact: bool,
}

type Choice = (InferredKind, String);

impl Facts<'_> {
    fn infer(&self) -> Choice {
        self.constant()
            .or_else(|| self.lists())
            .or_else(|| self.numbers())
            .or_else(|| self.dates())
            .or_else(|| self.unreadable_numbers())
            .or_else(|| self.two_values())
            .or_else(|| self.vectors())
            .or_else(|| self.sets())
            .or_else(|| self.identifier())
            .or_else(|| self.sentences())
            .or_else(|| self.category())
            .unwrap_or_else(|| self.many_values())
    }

    fn constant(&self) -> Option<Choice> {
        let present = self.tally.present;
        let reason = if present == 0 {
            "no row has a value".into()
        } else if self.tally.nested > 0 {
            "its cells are nested objects, which cannot be read".into()
        } else if self.exact && self.distinct == 1 {
            let value = self.tally.examples.first().map_or("", String::as_str);
            let missing = self.num_rows - present;
            if missing == 0 {
                format!("every row has `{value}`")
            } else {
                let rows = if present == 1 { "row has" } else { "rows have" };
                format!("{present} {rows} `{value}`, the others have no value")
            }
        } else {
            return None;
        };
        Some((InferredKind::Constant, reason))
    }

    fn lists(&self) -> Option<Choice> {
        if self.tally.lists == 0 {
            return None;
        }
        Some(match self.tally.list_width.filter(|&width| width > 0) {
            Some(width) if self.tally.lists == self.tally.present => {
                let separator = " ".into();
                (
                    InferredKind::Vector { separator, width },
                    format!("every cell is a list of {width} numbers"),
                )
            }
            _ => (
                InferredKind::Set {
                    separator: ";".into(),
                },
                "the cells are lists".into(),
            ),
        })
    }

    fn numbers(&self) -> Option<Choice> {
        let numbers = &self.tally.numbers;
        if !numbers.mostly_numbers() || numbers.leading_zeros {
            return None;
        }
        if numbers.integer_only && self.mostly_different() && looks_like_id(&self.tally.name) {
            return Some((
                InferredKind::Identifier,
                "nearly every row has its own, and the name says id".into(),
            ));
        }
        if numbers.num_others > 0 {
            if numbers.num_unreadable > 0 {
                return None;
            }
            let cells = match numbers.num_others {
                1 => "1 cell".to_string(),
                others => format!("{others} cells"),
            };
            let others: Vec<String> = numbers
                .others
                .iter()
                .map(|(text, _)| format!("`{text}`"))
                .collect();
            let reason = format!(
                "numbers, but for {cells}: list {} in `[data] missing` if they mean no value",
                others.join(", ")
            );
            return Some((InferredKind::Number, reason));
        }
        if numbers.integer_only && self.distinct == 2 {
            return Some((InferredKind::Binary, self.values_text()));
        }
        if numbers.integer_only
            && self.mostly_different()
            && numbers.counts_up
            && self.tally.present >= IDENTIFIER_ROWS
        {
            return Some((InferredKind::Identifier, "it counts the rows".into()));
        }
        let reason = if numbers.integer_only && self.exact && self.distinct <= FEW_VALUES {
            format!(
                "only {} different whole numbers: use `category` if they are codes",
                self.distinct
            )
        } else if numbers.integer_only {
            "whole numbers".into()
        } else {
            "numbers".into()
        };
        Some((InferredKind::Number, reason))
    }

    fn dates(&self) -> Option<Choice> {
        if self.tally.numbers.count > 0 {
            return None;
        }
        let (format, other) = self.tally.dates.format()?;
        let reason = match (format, other) {
            (None, _) => "ISO 8601 dates".into(),
            (Some(format), None) => format!("every cell fits `{format}`"),
            (Some(format), Some(other)) => {
                format!("every cell fits `{format}`, but also `{other}`: check which is meant")
            }
        };
        Some((
            InferredKind::Date {
                format: format.map(String::from),
            },
            reason,
        ))
    }

    /// `1,5` or `12 €`. As text every amount would be a value of its own.
    fn unreadable_numbers(&self) -> Option<Choice> {
        // `100 200 300` has thousands separators, or three numbers; the same three everywhere are more likely.
        let numbers = &self.tally.numbers;
        let what = numbers.unreadable()?;
        let is_vector = numbers.count == 0 && self.tally.vectors.fit().is_some();
        (!is_vector).then(|| {
            (
                InferredKind::Identifier,
                format!("looks like numbers with {what}"),
            )
        })
    }

    fn two_values(&self) -> Option<Choice> {
        (self.exact && self.distinct == 2).then(|| (InferredKind::Binary, self.values_text()))
    }

    fn vectors(&self) -> Option<Choice> {
        let (separator, width) = self
            .tally
            .vectors
            .fit()
            .filter(|_| self.tally.numbers.count == 0)?;
        let separator = separator.to_string();
        Some((
            InferredKind::Vector { separator, width },
            format!("every cell has {width} numbers"),
        ))
    }

    fn sets(&self) -> Option<Choice> {
        let fits = |set: &&super::shapes::SetShape| {
            set.num_lists * 10 >= self.tally.present
                && set
                    .num_elements()
                    .is_some_and(|elements| elements >= 2 && elements < self.distinct)
        };
        let set = self.tally.sets.iter().find(fits)?;
        let elements = set.num_elements().unwrap_or(0);
        let reason = format!(
            "cells join {elements} different values with `{}`",
            set.separator
        );
        Some((
            InferredKind::Set {
                separator: set.separator.into(),
            },
            reason,
        ))
    }

    fn identifier(&self) -> Option<Choice> {
        let tally = self.tally;
        let enough = tally.present >= IDENTIFIER_ROWS || looks_like_id(&tally.name);
        let fits = enough && self.mostly_different() && tally.with_blank * 10 < tally.present;
        fits.then(|| {
            (
                InferredKind::Identifier,
                format!(
                    "{} different values in {} rows",
                    self.count_text(),
                    tally.present
                ),
            )
        })
    }

    /// Texts that nearly all differ, in a file so small that they would pass for a list of values.
    fn sentences(&self) -> Option<Choice> {
        let enough = self.tally.present >= IDENTIFIER_ROWS;
        (enough && self.mostly_different())
            .then(|| self.text())
            .flatten()
    }

    /// Cells that read like sentences: 20 characters and 3 words on average, and at least half of the words begin with
    /// a letter that is no capital, which names, titles and addresses do not.
    fn text(&self) -> Option<Choice> {
        let tally = self.tally;
        let is_long = tally.num_chars >= tally.present * 20 && tally.num_words >= tally.present * 3;
        is_long.then(|| self.words()).flatten()
    }

    /// Cells of which at least half of the words begin with a letter that is no capital.
    fn words(&self) -> Option<Choice> {
        let tally = self.tally;
        (tally.num_small_words * 2 >= tally.num_words).then(|| {
            let words = (tally.num_words + tally.present / 2) / tally.present;
            (InferredKind::Text, format!("about {words} words per cell"))
        })
    }

    /// What people type in a few words: at least two of them are no names and no numbers.
    fn short_text(&self) -> Option<Choice> {
        let tally = self.tally;
        (tally.num_small_words >= tally.present * 2)
            .then(|| self.words())
            .flatten()
    }

    fn category(&self) -> Option<Choice> {
        let limit = CATEGORY_VALUES.max(self.num_rows / CATEGORY_SHARE);
        (self.distinct <= limit).then(|| {
            (
                InferredKind::Category,
                format!("{} different values", self.count_text()),
            )
        })
    }

    fn many_values(&self) -> Choice {
        if let Some(text) = self.text().or_else(|| self.short_text()) {
            return text;
        }
        let count = self.count_text();
        (
            InferredKind::Identifier,
            format!("{count} different values are too many for a list: use `hash` or leave it out"),
        )
    }

    /// Whether more than 90 % of the values differ.
    fn mostly_different(&self) -> bool {
        self.distinct * 10 > self.tally.present * 9
    }

    fn count_text(&self) -> String {
        if self.exact {
            self.distinct.to_string()
        } else {
            format!("about {}", self.distinct)
        }
    }

    fn values_text(&self) -> String {
        let values: Vec<String> = self
            .tally
            .distinct
            .top(2)
            .iter()
            .map(|(text, _)| format!("`{text}`"))
            .collect();
        format!("two values: {}", values.join(" and "))
    }
}

/// Names such as `id`, `customer_id`, `customerID`, `uuid`; pandas writes its row numbers without a name.
fn looks_like_id(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words = [
        "id",
        "uuid",
        "guid",
        "key",
        "index",
        "rowid",
        "row_id",
        "no",
        "nr",
        "number",
        "unnamed: 0",
        "",
    ];
    let ends_in_id = ["_id", "-id", " id", ".id", "_key", "_no", "_nr", "_uuid"]
        .iter()
        .any(|end| lower.ends_with(end));
    let camel_case = ["Id", "ID"].iter().any(|end| {
        name.strip_suffix(end)
            .is_some_and(|start| start.ends_with(|c: char| c.is_lowercase()))
    });
    words.contains(&lower.as_str()) || ends_in_id || camel_case
}
