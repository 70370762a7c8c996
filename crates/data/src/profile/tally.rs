//! Everything counted about a column while its cells pass by.

use super::distinct::Distinct;
use super::numbers::NumberTally;
use super::shapes::{DateShape, SetShape, VectorShape};
use crate::source::cell::MissingValues;
use crate::source::rows::Cell;

const MAX_EXAMPLES: usize = 3;
const MAX_EXAMPLE_CHARS: usize = 100;

pub(super) struct ColumnTally {
    pub(super) name: String,
    /// Cells with a value.
    pub(super) present: usize,
    pub(super) distinct: Distinct,
    pub(super) numbers: NumberTally,
    pub(super) dates: DateShape,
    pub(super) vectors: VectorShape,
    pub(super) sets: [SetShape; 2],
    /// Cells with a blank inside.
    pub(super) with_blank: usize,
    pub(super) num_chars: usize,
    pub(super) num_words: usize,
    /// Words of the longest cell.
    pub(super) most_words: usize,
    /// Words that begin with a letter which is no capital.
    pub(super) num_small_words: usize,
    /// Cells that are lists in JSON or Parquet.
    pub(super) lists: usize,
    /// Numbers in each of them, while all are lists of numbers of one length.
    pub(super) list_width: Option<usize>,
    pub(super) nested: usize,
    pub(super) examples: Vec<String>,
}

impl ColumnTally {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            present: 0,
            distinct: Distinct::default(),
            numbers: NumberTally::new(),
            dates: DateShape::new(),
            vectors: VectorShape::new(),
            sets: [SetShape::new(";"), SetShape::new("|")],
            with_blank: 0,
            num_chars: 0,
            num_words: 0,
            most_words: 0,
            num_small_words: 0,
            lists: 0,
            list_width: None,
            nested: 0,
            examples: Vec::new(),
        }
    }

    /// A trimmed cell that is not missing.
    pub(super) fn add_text(&mut self, text: &str) {
        self.add_value(text);
        let numbers_before = self.numbers.count;
        self.numbers.add(text);
        if self.numbers.count > numbers_before {
            // Columns of numbers are the longest ones: the shapes of text need not be tried on them.
            self.num_chars += text.len();
            self.num_words += 1;
            return;
        }
        self.dates.add(text);
        self.vectors.add(text);
        self.sets.iter_mut().for_each(|set| set.add(text));
        let mut words = 0;
        for word in text.split_whitespace() {
            words += 1;
            let is_small = word.starts_with(|c: char| c.is_alphabetic() && !c.is_uppercase());
            self.num_small_words += usize::from(is_small);
        }
        self.num_words += words;
        self.most_words = self.most_words.max(words);
        self.num_chars += text.chars().count();
        self.with_blank += usize::from(words > 1);
    }

    pub(super) fn add_list(&mut self, cells: &[Cell<'_>], missing: &MissingValues) {
        let are_numbers = cells.iter().all(|cell| match cell {
            Cell::Integer(_) => true,
            Cell::Float(value) => value.is_finite(),
            _ => false,
        });
        let width = are_numbers.then_some(cells.len());
        self.list_width = if self.lists == 0 {
            width
        } else {
            self.list_width.filter(|_| self.list_width == width)
        };
        self.lists += 1;
        let texts: Vec<_> = cells
            .iter()
            .map(Cell::text)
            .filter(|text| !missing.contains(text))
            .collect();
        self.add_value(&texts.join(if are_numbers { " " } else { ";" }));
    }

    pub(super) fn add_nested(&mut self) {
        self.present += 1;
        self.nested += 1;
    }

    fn add_value(&mut self, text: &str) {
        self.present += 1;
        self.distinct.add(text);
        if self.examples.len() < MAX_EXAMPLES {
            let example: String = text.chars().take(MAX_EXAMPLE_CHARS).collect();
            if !self.examples.contains(&example) {
                self.examples.push(example);
            }
        }
    }
}
