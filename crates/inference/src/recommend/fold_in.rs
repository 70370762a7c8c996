//! A vector for a user whom a network that knows users by number has never seen.

use crate::text_vectors::dot;

/// Steps of the ascent. It is concave, so they lead to the one best vector, and this many come close to it.
const STEPS: usize = 100;
const LEARNING_RATE: f32 = 0.5;
/// Pulls the vector to 0, as if it had been trained with few others.
const DECAY: f32 = 0.1;

/// The vector under which the given items are likeliest among all, `softmax(items * vector)`, with a penalty on its length;
/// by gradient ascent with Adagrad. The last number of the vector is a 1, for the items' levels.
pub(super) fn fold_in(items: &[f32], width: usize, owned: &[u32]) -> Vec<f32> {
    let dim = width - 1;
    let mut vector = vec![0.0_f32; width];
    vector[dim] = 1.0;
    let mut squares = vec![1e-8_f32; dim];
    let mut wanted = vec![0.0_f32; dim];
    for &item in owned {
        let row = &items[item as usize * width..][..dim];
        wanted
            .iter_mut()
            .zip(row)
            .for_each(|(sum, value)| *sum += value / owned.len() as f32);
    }
    let mut shares = vec![0.0_f32; items.len() / width];
    for _ in 0..STEPS {
        let rows = items.chunks_exact(width);
        shares
            .iter_mut()
            .zip(rows)
            .for_each(|(share, row)| *share = dot(row, &vector));
        let most = shares.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        shares
            .iter_mut()
            .for_each(|share| *share = (*share - most).exp());
        let total: f32 = shares.iter().sum();
        let mut gradient = wanted.clone();
        for (share, row) in shares.iter().zip(items.chunks_exact(width)) {
            let share = share / total;
            gradient
                .iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum -= share * value);
        }
        for place in 0..dim {
            let slope = gradient[place] - DECAY * vector[place] / owned.len() as f32;
            squares[place] += slope * slope;
            vector[place] += LEARNING_RATE * slope / squares[place].sqrt();
        }
    }
    vector
}

/// The vector and level under which items have the given ratings, by ridge regression on residuals; see
/// [`fold_in`] for the rest. `mean` is the level of all ratings.
pub(super) fn fold_in_ratings(
    items: &[f32],
    width: usize,
    rated: &[(u32, f32)],
    mean: f32,
) -> Vec<f32> {
    let dim = width - 2;
    let mut vector = vec![0.0_f32; width];
    vector[dim] = 1.0;
    vector[dim + 1] = mean;
    let shrink = rated.len() as f32 + 5.0;
    for &(item, rating) in rated {
        let row = &items[item as usize * width..][..width];
        vector[dim + 1] += (rating - mean - row[dim]) / shrink;
    }
    for _ in 0..STEPS {
        for &(item, rating) in rated {
            let row = &items[item as usize * width..][..width];
            let error = rating - dot(row, &vector);
            for place in 0..dim {
                vector[place] += 0.02 * (error * row[place] - DECAY * vector[place]);
            }
        }
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_user_gets_the_vector_of_what_he_has() {
        // Two directions, and the levels.
        let items = [2.0, 0.0, 0.0, 1.9, 0.1, 0.0, 0.0, 2.0, 0.0, -2.0, 0.0, 0.0];
        let vector = fold_in(&items, 3, &[0]);
        let score = |item: usize| dot(&items[item * 3..][..3], &vector);
        assert!(
            score(0) > score(2) && score(1) > score(2) && score(2) > score(3),
            "{vector:?}"
        );
        assert_eq!(vector[2], 1.0);
    }

    #[test]
    fn a_new_user_who_rates_low_has_a_low_level() {
        let items = [0.1, 0.0, 1.0, -0.1, 0.5, 1.0];
        let vector = fold_in_ratings(&items, 3, &[(0, 1.0), (1, 1.0)], 3.0);
        assert!(vector[2] < 2.6, "{vector:?}");
    }
}
