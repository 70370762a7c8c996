//! Cells with several values.

use super::{Misfit, plain_text};
use crate::source::cell::MissingValues;
use crate::source::interner::Interner;
use crate::source::rows::Cell;

#[derive(Debug)]
pub(crate) struct SetBuilder {
    pub(super) offsets: Vec<u32>,
    pub(super) codes: Vec<u32>,
    pub(super) interner: Interner,
    pub(super) separator: String,
}

impl SetBuilder {
    pub(super) fn push(&mut self, cell: &Cell<'_>, missing: &MissingValues) -> Result<(), Misfit> {
        let start = self.codes.len();
        let known = self.interner.len();
        if let Cell::List(cells) = cell {
            for cell in cells {
                match plain_text(cell, missing, "a list of plain values") {
                    Ok(text) => text.into_iter().for_each(|text| self.add(start, &text)),
                    Err(misfit) => {
                        self.codes.truncate(start);
                        self.interner.truncate(known);
                        return Err(misfit);
                    }
                }
            }
        } else if let Some(text) = plain_text(cell, missing, "several values")? {
            let separator = std::mem::take(&mut self.separator);
            if separator.is_empty() {
                self.add(start, text.trim());
            } else {
                text.split(separator.as_str())
                    .for_each(|part| self.add(start, part.trim()));
            }
            self.separator = separator;
        }
        match u32::try_from(self.codes.len()) {
            Ok(end) => self.offsets.push(end),
            Err(_) => {
                self.codes.truncate(start);
                return Err(Misfit::new(
                    "at most 4,294,967,295 values in the whole column",
                    None,
                ));
            }
        }
        Ok(())
    }

    /// A value named twice in a cell counts once.
    fn add(&mut self, start: usize, text: &str) {
        if !text.is_empty() {
            let code = self.interner.code(text);
            if !self.codes[start..].contains(&code) {
                self.codes.push(code);
            }
        }
    }
}
