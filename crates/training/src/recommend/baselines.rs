//! What lists are compared with besides popularity: items like those that a user has.

use hob_data::recommend::History;
use hob_inference::recommend::ItemWeights;
use rayon::prelude::*;

/// Users with more items say nothing about what goes together: their pairs would be most of the work.
const MAX_ITEMS: usize = 5_000;
/// Neighbours of an item that are kept, at most.
const MAX_NEIGHBOURS: usize = 200;

/// What of item kNN is chosen on the validation part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnnSettings {
    /// Neighbours of an item.
    pub neighbours: usize,
    /// Added to the product of lengths, so that items with few users are near to none.
    pub shrink: f32,
}

impl KnnSettings {
    /// What is tried.
    pub fn grid() -> impl Iterator<Item = Self> {
        let shrinks = [0.0, 20.0];
        shrinks.into_iter().flat_map(|shrink| {
            [2, 5, 10, 20, 50, 100]
                .map(|neighbours| Self { neighbours, shrink })
                .into_iter()
        })
    }
}

/// The nearest items of each, nearest first, by the cosine of their users (Sarwar et al. 2001, with the shrinkage of Bell and
/// Koren 2007).
#[derive(Debug, Clone)]
pub struct Neighbours(Vec<Vec<(u32, f32)>>);

impl Neighbours {
    /// From what users have.
    pub fn new(known: &History, items: usize, shrink: f32) -> Self {
        let popularity = known.popularity(items);
        let mut users = vec![Vec::new(); items];
        for user in 0..known.num_users() {
            let owned = known.items(user);
            if owned.len() <= MAX_ITEMS {
                owned
                    .iter()
                    .for_each(|&item| users[item as usize].push(user));
            }
        }
        let nearest = (0..items).into_par_iter().map_init(
            || vec![0.0_f32; items],
            |together, item| {
                let mut met = Vec::new();
                for &user in &users[item] {
                    for &other in known.items(user) {
                        if together[other as usize] == 0.0 {
                            met.push(other);
                        }
                        together[other as usize] += 1.0;
                    }
                }
                let length = |item: usize| (popularity[item] as f32).sqrt();
                let similarity = |&other: &u32| {
                    let both = together[other as usize];
                    let lengths = length(item) * length(other as usize);
                    (other, both / (lengths + shrink))
                };
                let others = met.iter().filter(|other| **other as usize != item);
                let mut near: Vec<(u32, f32)> = others.map(similarity).collect();
                met.iter().for_each(|&other| together[other as usize] = 0.0);
                near.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                near.truncate(MAX_NEIGHBOURS);
                near
            },
        );
        Self(nearest.collect())
    }

    /// Item kNN: an item scores the sum of its similarities with those that a user has and that are among its nearest.
    pub fn knn(&self, neighbours: usize) -> ItemWeights {
        let nearest = self.0.iter();
        let nearest = nearest.map(|near| near.iter().take(neighbours).copied().collect());
        ItemWeights::new(&nearest.collect::<Vec<_>>())
    }

    /// The neighbours of an item, nearest first.
    pub fn of(&self, item: usize) -> impl Iterator<Item = u32> + '_ {
        self.0[item].iter().map(|(other, _)| *other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_near_that_the_same_users_have() {
        let known = History::of_lists([vec![0, 1], vec![0, 1, 2], vec![2, 3]]);
        let near = |found: &[f32], expected: &[f32]| {
            let pairs = found.iter().zip(expected);
            assert!(
                pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-6),
                "{found:?}"
            );
        };
        let nearest = Neighbours::new(&known, 4, 0.0);
        assert_eq!(nearest.of(0).collect::<Vec<_>>(), [1, 2]);
        let mut scores = [0.0; 4];
        nearest.knn(1).score(&[0], &mut scores);
        near(&scores, &[0.0, 1.0, 0.0, 0.0]);
        nearest.knn(2).score(&[0, 3], &mut scores);
        near(&scores[1..3], &[1.0, 0.5 + 0.5_f32.sqrt()]);
        // 2 of (2 + 2): with a shrinkage of 2 half as near.
        Neighbours::new(&known, 4, 2.0)
            .knn(1)
            .score(&[0], &mut scores);
        near(&scores, &[0.0, 0.5, 0.0, 0.0]);
    }
}
