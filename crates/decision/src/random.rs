//! Random numbers that depend on the recipe's seed and on what they are drawn for, never on the order of the work.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A generator for one purpose.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// Different purposes (an item's name, a period) give streams that have nothing to do with each other, so leaving
    /// out one item changes no other.
    pub(crate) fn new(seed: u64, purpose: &str, number: u64) -> Self {
        // FNV-1a: short, and the same on every machine, which std's hasher does not promise.
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        let bytes = seed.to_le_bytes().into_iter().chain(number.to_le_bytes());
        for byte in bytes.chain(purpose.bytes()) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(ChaCha8Rng::seed_from_u64(state))
    }

    /// Evenly spread in `[0, 1)`.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A place in `0..count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.0.next_u64()) * count as u128) >> 64) as usize
    }

    /// `count` numbers in `(0, 1)`, one from each of `count` equal parts, in random order: their mean is 1/2 almost
    /// exactly, so a few hundred stand well for a distribution.
    pub(crate) fn stratified(&mut self, count: usize) -> Vec<f64> {
        let mut numbers: Vec<f64> = (0..count)
            .map(|place| (place as f64 + 0.5) / count as f64)
            .collect();
        for last in (1..count).rev() {
            let place = self.below(last + 1);
            numbers.swap(last, place);
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_purpose() {
        let draw = |purpose, number| Random::new(7, purpose, number).uniform();
        assert_eq!(draw("cup", 0), draw("cup", 0));
        assert_ne!(draw("cup", 0), draw("cup", 1));
        assert_ne!(draw("cup", 0), draw("mug", 0));
    }

    #[test]
    fn stratified_numbers_are_spread_evenly() {
        let mut numbers = Random::new(1, "", 0).stratified(4);
        numbers.sort_by(f64::total_cmp);
        assert_eq!(numbers, [0.125, 0.375, 0.625, 0.875]);
    }
}
