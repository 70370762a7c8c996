//! Rows drawn at random.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::shares::counts;
use super::{Parts, SplitError};

pub(super) fn split(
    validation: f64,
    test: f64,
    rows: &[usize],
    seed: u64,
) -> Result<Parts, SplitError> {
    let counts = counts(rows.len(), validation, test, "row")?;
    let mut rows = rows.to_vec();
    shuffle(&mut rows, &mut generator(seed));
    let train = rows.split_off(counts.test + counts.validation);
    let validation = rows.split_off(counts.test);
    Ok(Parts {
        train,
        validation,
        test: rows,
    })
}

pub(crate) fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Fisher and Yates. Written here so that parts stay the same when the `rand` crate changes its algorithm.
pub(crate) fn shuffle<T>(items: &mut [T], generator: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        // The high half of a product is as good as evenly spread: the bias is below 2^-32 for any table.
        let place = (u128::from(generator.next_u64()) * (last as u128 + 1)) >> 64;
        items.swap(last, place as usize);
    }
}
