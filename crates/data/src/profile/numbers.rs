//! The numbers of a column, and the cells that are none.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::NumberProfile;
use crate::source::cell::{number_hint, parse_number};

const SAMPLE: usize = 10_000;
const MAX_OTHERS: usize = 6;

const DECIMAL_COMMA: &str = "a decimal comma: replace it by a point";

/// A hint of the reader as something that a whole column has.
fn way_of_writing(hint: &str) -> Option<&'static str> {
    match hint {
        "looks like a decimal comma" => Some(DECIMAL_COMMA),
        "looks like thousands separators" => Some("thousands separators: remove them"),
        "looks like a thousands separator or a decimal comma" => {
            Some("a thousands separator or a decimal comma: write them with a point or plainly")
        }
        "remove the unit" => Some("a unit in every cell: remove it"),
        _ => None,
    }
}

/// Sums up numbers.
pub(super) struct NumberTally {
    pub(super) count: usize,
    pub(super) integer_only: bool,
    /// Something like `007` is a code, not an amount.
    pub(super) leading_zeros: bool,
    /// Whether every number is the one before plus one.
    pub(super) counts_up: bool,
    /// Cells that are no numbers, with their counts; the first few different ones.
    pub(super) others: Vec<(String, usize)>,
    pub(super) num_others: usize,
    /// Cells that are numbers in another way of writing, and what is wrong with the first of them.
    pub(super) num_unreadable: usize,
    pub(super) unreadable: Option<&'static str>,
    min: f64,
    max: f64,
    last: f64,
    sample: Vec<f64>,
    generator: ChaCha8Rng,
}

impl NumberTally {
    pub(super) fn new() -> Self {
        Self {
            count: 0,
            integer_only: true,
            leading_zeros: false,
            counts_up: true,
            others: Vec::new(),
            num_others: 0,
            num_unreadable: 0,
            unreadable: None,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            last: f64::NAN,
            sample: Vec::new(),
            generator: ChaCha8Rng::seed_from_u64(0),
        }
    }

    pub(super) fn add(&mut self, text: &str) {
        let Some(value) = parse_number(text) else {
            self.add_other(text);
            return;
        };
        let digits = text.trim_start_matches(['+', '-']).as_bytes();
        self.leading_zeros |=
            digits.len() > 1 && digits[0] == b'0' && digits.iter().all(u8::is_ascii_digit);
        self.integer_only &= value.fract() == 0.0;
        self.counts_up &= self.count == 0 || value == self.last + 1.0;
        self.last = value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.count += 1;
        if self.sample.len() < SAMPLE {
            self.sample.push(value);
        } else {
            // Vitter's algorithm R: every value so far is in the sample with the same probability.
            let place = (u128::from(self.generator.next_u64()) * self.count as u128) >> 64;
            if let Some(old) = self.sample.get_mut(place as usize) {
                *old = value;
            }
        }
    }

    fn add_other(&mut self, text: &str) {
        self.num_others += 1;
        if let Some(what) = number_hint(text).and_then(way_of_writing) {
            self.num_unreadable += 1;
            // Of `1,234` and `1,5` the second says which it is.
            if self.unreadable.is_none() || what == DECIMAL_COMMA {
                self.unreadable = Some(what);
            }
        }
        if let Some((_, count)) = self.others.iter_mut().find(|(known, _)| known == text) {
            *count += 1;
        } else if self.others.len() < MAX_OTHERS {
            self.others.push((text.into(), 1));
        }
    }

    /// What is wrong with nearly all cells that are no plain numbers, where these are numbers too.
    pub(super) fn unreadable(&self) -> Option<&'static str> {
        let all = self.count + self.num_others;
        self.unreadable
            .filter(|_| (self.count + self.num_unreadable) * 10 >= all * 9)
    }

    /// Whether this is a column of numbers but for a few stand-ins such as `?`.
    pub(super) fn mostly_numbers(&self) -> bool {
        self.count > 0
            && self.others.len() < MAX_OTHERS
            && self.num_others * 10 <= self.count + self.num_others
    }

    pub(super) fn finish(mut self) -> NumberProfile {
        self.sample.sort_unstable_by(f64::total_cmp);
        let middle = self.sample.len() / 2;
        let median = if self.sample.len() % 2 == 1 {
            self.sample[middle]
        } else {
            f64::midpoint(self.sample[middle - 1], self.sample[middle])
        };
        NumberProfile {
            min: self.min,
            median,
            max: self.max,
            integer_only: self.integer_only,
        }
    }
}
