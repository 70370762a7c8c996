//! Scores of items: products of vectors, or weights of items for each other.

use hob_model::recommend::item_item::ItemItem;

use crate::text_vectors::dot;

/// Weights by the item that a user has: the items that it speaks for, and how much.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ItemWeights(Vec<Vec<(u32, f32)>>);

impl ItemWeights {
    /// From each item's own neighbours: the items that speak for it.
    pub fn new(neighbours: &[Vec<(u32, f32)>]) -> Self {
        let mut speaks = vec![Vec::new(); neighbours.len()];
        for (item, near) in neighbours.iter().enumerate() {
            for &(other, weight) in near {
                speaks[other as usize].push((item as u32, weight));
            }
        }
        Self(speaks)
    }

    /// From a network whose first row is the item that is not known; `None` when it names one that is not there.
    pub fn of_network(network: &ItemItem) -> Option<Self> {
        let lists = network.lists();
        let items = lists.len().checked_sub(1)?;
        let item = |&(code, weight): &(i32, f32)| {
            let item = u32::try_from(code - 1).ok()?;
            ((item as usize) < items).then_some((item, weight))
        };
        let own = |list: &Vec<(i32, f32)>| list.iter().map(item).collect::<Option<Vec<_>>>();
        let neighbours = lists[1..].iter().map(own).collect::<Option<Vec<_>>>()?;
        Some(Self::new(&neighbours))
    }

    /// Writes the score of every item for who has some.
    pub fn score(&self, owned: &[u32], scores: &mut [f32]) {
        scores.fill(0.0);
        for &item in owned {
            for &(other, weight) in &self.0[item as usize] {
                scores[other as usize] += weight;
            }
        }
    }
}

/// How a model scores.
#[derive(Debug, Clone, Copy)]
pub enum Scoring<'a> {
    /// By the product of what a user looks for and what an item is.
    Products {
        /// One vector per item.
        items: &'a [f32],
        /// Numbers of a vector.
        width: usize,
        /// Those of them that say what an item is; the rest are levels.
        dim: usize,
    },
    /// By what a user has.
    Weights(&'a ItemWeights),
}

impl Scoring<'_> {
    /// Writes the score of every item for a user who looks for `wanted` and has `owned`; only one of both is read.
    pub fn score(&self, wanted: &[f32], owned: &[u32], scores: &mut [f32]) {
        match self {
            Self::Products { items, width, .. } => {
                let rows = items.chunks_exact(*width);
                scores
                    .iter_mut()
                    .zip(rows)
                    .for_each(|(score, item)| *score = dot(item, wanted));
            }
            Self::Weights(weights) => weights.score(owned, scores),
        }
    }

    /// Writes how much every item is like one: the cosine of their vectors, or how much the one speaks for it.
    pub fn similarity(&self, item: u32, scores: &mut [f32]) {
        match self {
            Self::Products { items, width, dim } => {
                let own = &items[item as usize * width..][..*dim];
                let length = |vector: &[f32]| dot(vector, vector).sqrt().max(f32::MIN_POSITIVE);
                let rows = items.chunks_exact(*width);
                for (score, other) in scores.iter_mut().zip(rows) {
                    let other = &other[..*dim];
                    *score = dot(own, other) / (length(own) * length(other));
                }
            }
            Self::Weights(weights) => weights.score(&[item], scores),
        }
    }
}
