//! Random numbers that depend on a place, not on the past: what is drawn for an epoch, a batch or a cell is a function
//! of the seed and of that place.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// What a number is drawn for, so that two uses of the same place differ.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// Weights of a new network.
    Weights = 1,
    /// Order of the rows in an epoch.
    Order = 2,
    /// Dropout in a batch.
    Batch = 3,
    /// Cells shown as "unknown".
    Unknown = 4,
    /// Order of batches whose rows were sorted by length.
    Batches = 5,
    /// Which out-of-scope examples choose the threshold.
    Examples = 6,
    /// Weights of new adapters.
    Adapters = 7,
    /// Items that compete with those of a batch.
    Negatives = 8,
}

/// A number for a place.
pub(crate) fn number(seed: u64, purpose: Purpose, place: &[u64]) -> u64 {
    let start = scramble(seed ^ (purpose as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    place.iter().fold(start, |state, &part| {
        scramble(state.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ part)
    })
}

/// A number from 0 to 1 for a place.
pub(crate) fn fraction(seed: u64, purpose: Purpose, place: &[u64]) -> f64 {
    (number(seed, purpose, place) >> 11) as f64 / (1u64 << 53) as f64
}

/// Puts rows into the order of an epoch.
pub(crate) fn shuffle(rows: &mut [usize], seed: u64, epoch: usize) {
    let seed = number(seed, Purpose::Order, &[epoch as u64]);
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
}

/// Puts the batches of a stretch of an epoch into a random order.
pub(crate) fn shuffle_batches<T>(batches: &mut [T], seed: u64, epoch: usize, stretch: usize) {
    let seed = number(seed, Purpose::Batches, &[epoch as u64, stretch as u64]);
    batches.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
}

/// Puts out-of-scope examples into a random order, which decides what they are used for.
pub(crate) fn shuffle_examples(rows: &mut [usize], seed: u64) {
    let seed = number(seed, Purpose::Examples, &[]);
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
}

/// The finalizer of SplitMix64 (Steele et al. 2014).
fn scramble(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_have_different_orders_of_the_same_rows() {
        let order = |seed, epoch| {
            let mut rows: Vec<usize> = (0..100).collect();
            shuffle(&mut rows, seed, epoch);
            rows
        };
        assert_eq!(order(1, 5), order(1, 5));
        assert_ne!(order(1, 5), order(1, 6));
        assert_ne!(order(1, 5), order(2, 5));
        let mut sorted = order(1, 5);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn fractions_are_spread_evenly() {
        let low = (0..10_000)
            .filter(|&row| fraction(7, Purpose::Unknown, &[3, row, 1]) < 0.1)
            .count();
        assert!((900..1100).contains(&low), "{low} of 10000 are below 0.1");
    }
}
