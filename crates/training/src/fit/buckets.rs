//! Texts of similar length in one batch, so that little of it is padding.

use super::random;

/// Batches whose rows are sorted together. More would save little and make the batches of an epoch more alike.
const BATCHES: usize = 32;

/// Rearranges shuffled rows so that each run of `batch_size` rows has texts of similar length, in random order. Only
/// rows that are near each other change places, so every epoch still has batches of its own. A last, shorter batch
/// stays the last one.
pub(crate) fn by_length(
    rows: &mut [usize],
    batch_size: usize,
    length: impl Fn(usize) -> usize,
    seed: u64,
    epoch: usize,
) {
    for (place, window) in rows.chunks_mut(batch_size * BATCHES).enumerate() {
        // Stable: texts of equal length keep the order of the shuffle.
        window.sort_by_key(|&row| length(row));
        let mut batches: Vec<Vec<usize>> = window.chunks(batch_size).map(<[_]>::to_vec).collect();
        let full = window.len() / batch_size;
        random::shuffle_batches(&mut batches[..full], seed, epoch, place);
        for (to, from) in window.iter_mut().zip(batches.into_iter().flatten()) {
            *to = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(epoch: usize) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..1003).collect();
        random::shuffle(&mut rows, 1, epoch);
        by_length(&mut rows, 10, |row| row % 100, 1, epoch);
        rows
    }

    #[test]
    fn every_row_is_still_there_and_epochs_differ() {
        let mut rows = arranged(0);
        assert_eq!(rows, arranged(0));
        assert_ne!(rows, arranged(1));
        rows.sort_unstable();
        assert_eq!(rows, (0..1003).collect::<Vec<_>>());
    }

    #[test]
    fn the_rows_of_a_batch_are_of_similar_length() {
        let spread = |rows: &[usize]| -> usize {
            let lengths =
                |batch: &[usize]| -> Vec<usize> { batch.iter().map(|row| row % 100).collect() };
            rows.chunks(10)
                .map(|batch| {
                    lengths(batch).iter().max().unwrap() - lengths(batch).iter().min().unwrap()
                })
                .sum()
        };
        let mut shuffled: Vec<usize> = (0..1003).collect();
        random::shuffle(&mut shuffled, 1, 0);
        assert!(spread(&arranged(0)) * 5 < spread(&shuffled));
    }
}
