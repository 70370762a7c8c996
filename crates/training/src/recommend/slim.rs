//! The weights of [`SLIM`](hob_model::recommend::item_item): for each item, those of its nearest items that best tell who
//! has it.

use hob_data::recommend::History;
use hob_model::config::SlimConfig;
use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::baselines::Neighbours;

/// For each item its neighbours with their weights.
///
/// With `G` the numbers of users that two items share and `N` the nearest items of `i` by cosine, the weights solve
/// `(G[N, N] + penalty I) w = G[N, i]`: ridge regression of who has `i` on who has its neighbours. Choosing the neighbours
/// first is fsSLIM of the paper (section 4.3); its penalty here is the squared one alone, which has a closed form.
pub(crate) fn fit(known: &History, items: usize, config: &SlimConfig) -> Vec<Vec<(u32, f32)>> {
    let users = users_of_items(known, items);
    let nearest = Neighbours::new(known, items, 0.0);
    let item = |item: usize| {
        let near: Vec<u32> = nearest.of(item).take(config.neighbours).collect();
        let count = near.len();
        let users_of = |item: u32| users[item as usize].as_slice();
        let mut gram = DMatrix::<f64>::zeros(count, count);
        for row in 0..count {
            gram[(row, row)] = users_of(near[row]).len() as f64 + config.penalty;
            for column in 0..row {
                let both = shared(users_of(near[row]), users_of(near[column])) as f64;
                (gram[(row, column)], gram[(column, row)]) = (both, both);
            }
        }
        let own = users_of(item as u32);
        let both = near
            .iter()
            .map(|&other| shared(own, users_of(other)) as f64);
        let target = DVector::from_iterator(count, both);
        // Positive definite: a Gram matrix with a penalty above 0.
        let weights = gram.cholesky().map(|factor| factor.solve(&target));
        let weights = weights.map_or(vec![0.0; count], |weights| weights.as_slice().to_vec());
        near.into_iter()
            .zip(weights.into_iter().map(|weight| weight as f32))
            .collect()
    };
    (0..items).into_par_iter().map(item).collect()
}

/// Who has each item, ascending.
fn users_of_items(known: &History, items: usize) -> Vec<Vec<u32>> {
    let mut users = vec![Vec::new(); items];
    for user in 0..known.num_users() {
        for &item in known.items(user) {
            users[item as usize].push(user as u32);
        }
    }
    users
}

/// How many numbers stand in both of two ascending lists.
fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut left, mut right, mut count) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(left), b.get(right)) {
        count += usize::from(x == y);
        left += usize::from(x <= y);
        right += usize::from(y <= x);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_solve_the_ridge_regression() {
        // Users who have items 0 and 1 have 2; item 3 comes with any.
        let known = History::of_lists([
            vec![0, 1, 2],
            vec![0, 1, 2],
            vec![0, 3],
            vec![1, 3],
            vec![3],
        ]);
        let config = SlimConfig {
            neighbours: 2,
            penalty: 0.5,
        };
        let fitted = fit(&known, 4, &config);
        // Neighbours 0 and 1, each with 3 users and 2 in common; each shares 2 with item 2:
        // (3.5 2; 2 3.5) w = (2; 2), so w = 2 / 5.5.
        assert_eq!(
            fitted[2].iter().map(|(item, _)| *item).collect::<Vec<_>>(),
            [0, 1]
        );
        for (_, weight) in &fitted[2] {
            assert!((weight - 2.0 / 5.5).abs() < 1e-6, "{weight}");
        }
    }

    #[test]
    fn lists_share_what_stands_in_both() {
        assert_eq!(shared(&[1, 3, 5], &[2, 3, 5, 9]), 2);
        assert_eq!(shared(&[], &[1]), 0);
    }
}
