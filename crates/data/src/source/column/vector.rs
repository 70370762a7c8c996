//! Cells with several numbers.

use super::{Misfit, number, plain_text};
use crate::source::cell::{MissingValues, number_hint, parse_number};
use crate::source::rows::Cell;

#[derive(Debug)]
pub(crate) struct VectorBuilder {
    pub(super) separator: String,
    pub(super) given_width: Option<usize>,
    pub(super) width: Option<usize>,
    /// The row that decided the width.
    pub(super) width_from_row: usize,
    pub(super) rows: usize,
    pub(super) values: Vec<f32>,
}

impl VectorBuilder {
    pub(super) fn push(&mut self, cell: &Cell<'_>, missing: &MissingValues) -> Result<(), Misfit> {
        let start = self.values.len();
        let result = self.append(cell, missing);
        match result {
            Ok(()) => self.rows += 1,
            Err(_) => self.values.truncate(start),
        }
        result
    }

    fn append(&mut self, cell: &Cell<'_>, missing: &MissingValues) -> Result<(), Misfit> {
        let start = self.values.len();
        let text = match cell {
            Cell::List(cells) => {
                for cell in cells {
                    // One missing number in a list has no stand-in: only a whole cell can be missing.
                    let value = narrow(number(cell, missing)?).filter(|value| !value.is_nan());
                    self.values.push(value.ok_or_else(|| self.misfit(None))?);
                }
                None
            }
            Cell::Integer(_) | Cell::Float(_) => Some(cell.text()),
            cell => plain_text(cell, missing, "numbers")?,
        };
        match (text, cell) {
            (Some(text), _) => self.append_text(&text)?,
            (None, Cell::List(_)) => {}
            (None, _) => {
                self.values
                    .extend(std::iter::repeat_n(f32::NAN, self.width.unwrap_or(0)));
                return Ok(());
            }
        }
        let found = self.values.len() - start;
        match self.width {
            Some(width) if width == found => Ok(()),
            Some(width) => {
                let hint = format!("there are {found}");
                Err(Misfit {
                    expected: format!("{width} numbers"),
                    hint: Some(hint),
                })
            }
            None if found == 0 => Err(self.misfit(None)),
            None => {
                self.width = Some(found);
                self.width_from_row = self.rows;
                let places = self.rows * found;
                self.values
                    .splice(0..0, std::iter::repeat_n(f32::NAN, places));
                Ok(())
            }
        }
    }

    fn append_text(&mut self, text: &str) -> Result<(), Misfit> {
        let inner = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(text);
        let separator = std::mem::take(&mut self.separator);
        let result = if separator.is_empty() {
            inner
                .split_whitespace()
                .try_for_each(|part| self.append_part(part))
        } else {
            inner
                .split(separator.as_str())
                .try_for_each(|part| self.append_part(part.trim()))
        };
        self.separator = separator;
        result
    }

    fn append_part(&mut self, part: &str) -> Result<(), Misfit> {
        let value = parse_number(part).and_then(narrow);
        self.values
            .push(value.ok_or_else(|| self.misfit(number_hint(part)))?);
        Ok(())
    }

    fn misfit(&self, hint: Option<&str>) -> Misfit {
        let between = if self.separator.is_empty() {
            "blanks"
        } else {
            &self.separator
        };
        let expected = match self.width {
            Some(width) => format!("{width} numbers separated by `{between}`"),
            None => format!("numbers separated by `{between}`"),
        };
        Misfit::new(expected.replace("`blanks`", "blanks"), hint)
    }

    pub(super) fn go_back(&mut self, rows: usize) {
        self.rows = rows;
        if self.given_width.is_none() && self.width_from_row >= rows {
            self.width = None;
            self.values.clear();
        }
        self.values.truncate(rows * self.width.unwrap_or(0));
    }
}

/// As f32, which has a smaller range.
fn narrow(value: f64) -> Option<f32> {
    let narrow = value as f32;
    (!narrow.is_infinite()).then_some(narrow)
}
