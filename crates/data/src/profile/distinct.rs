//! Different values with their counts, exact while there are few.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

const MAX_VALUES: usize = 10_000;
/// Long texts are the other way to fill memory.
const MAX_BYTES: usize = 4 << 20;
const REGISTER_BITS: u32 = 12;

/// Counts different values.
#[derive(Default)]
pub(super) struct Distinct {
    counts: HashMap<Box<str>, usize>,
    bytes: usize,
    /// Set once there are too many values to keep.
    sketch: Option<Sketch>,
}

impl Distinct {
    pub(super) fn add(&mut self, text: &str) {
        if let Some(sketch) = &mut self.sketch {
            sketch.add(text);
        }
        if let Some(count) = self.counts.get_mut(text) {
            *count += 1;
        } else if self.sketch.is_none() {
            if self.counts.len() < MAX_VALUES && self.bytes + text.len() <= MAX_BYTES {
                self.counts.insert(text.into(), 1);
                self.bytes += text.len();
                return;
            }
            let mut sketch = Sketch::new();
            #[expect(
                clippy::iter_over_hash_type,
                reason = "a sketch does not depend on the order"
            )]
            for known in self.counts.keys() {
                sketch.add(known);
            }
            sketch.add(text);
            self.sketch = Some(sketch);
        }
    }

    /// How many, and whether that is exact.
    pub(super) fn count(&self) -> (usize, bool) {
        match &self.sketch {
            None => (self.counts.len(), true),
            Some(sketch) => (sketch.estimate().max(self.counts.len() + 1), false),
        }
    }

    /// Rows of the rarest value, if all are known.
    pub(super) fn rarest(&self) -> Option<usize> {
        self.counts
            .values()
            .min()
            .copied()
            .filter(|_| self.sketch.is_none())
    }

    /// The most frequent values, equally frequent ones by alphabet.
    pub(super) fn top(&self, num_values: usize) -> Vec<(String, usize)> {
        let mut values: Vec<(&str, usize)> = self
            .counts
            .iter()
            .map(|(text, &count)| (&**text, count))
            .collect();
        values.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        values.truncate(num_values);
        values
            .into_iter()
            .map(|(text, count)| (text.to_string(), count))
            .collect()
    }
}

/// HyperLogLog (Flajolet et al. 2007) with 4096 registers: a standard error of 1.6 %.
struct Sketch {
    registers: Vec<u8>,
    hasher: BuildHasherDefault<DefaultHasher>,
}

impl Sketch {
    fn new() -> Self {
        Self {
            registers: vec![0; 1 << REGISTER_BITS],
            hasher: BuildHasherDefault::default(),
        }
    }

    fn add(&mut self, text: &str) {
        let hash = self.hasher.hash_one(text);
        let register = (hash >> (64 - REGISTER_BITS)) as usize;
        let rank = (hash << REGISTER_BITS)
            .leading_zeros()
            .min(64 - REGISTER_BITS) as u8
            + 1;
        self.registers[register] = self.registers[register].max(rank);
    }

    /// Used only beyond thousands of values, where the formula needs no correction at the lower end.
    fn estimate(&self) -> usize {
        let count = self.registers.len() as f64;
        let sum: f64 = self
            .registers
            .iter()
            .map(|&rank| 2f64.powi(-i32::from(rank)))
            .sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let free = self.registers.iter().filter(|&&rank| rank == 0).count();
        let estimate = if raw <= 2.5 * count && free > 0 {
            count * (count / free as f64).ln()
        } else {
            raw
        };
        estimate.round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_values_are_estimated_closely() {
        for total in [10_000usize, 10_001, 30_000, 200_000] {
            let mut distinct = Distinct::default();
            for _ in 0..2 {
                (0..total).for_each(|value| distinct.add(&format!("id-{value}")));
            }
            let (count, exact) = distinct.count();
            assert_eq!(exact, total <= 10_000);
            assert!(count.abs_diff(total) * 100 <= total * 6, "{total}: {count}");
        }
    }

    #[test]
    fn the_most_frequent_values_come_first() {
        let mut distinct = Distinct::default();
        "b a c b d a"
            .split(' ')
            .for_each(|value| distinct.add(value));
        assert_eq!(
            distinct.top(3),
            [("a".into(), 2), ("b".into(), 2), ("c".into(), 1)]
        );
    }
}
