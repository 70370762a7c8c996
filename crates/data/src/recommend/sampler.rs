//! Negative items.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::config::Sampling;

/// Tries to draw an item that a user lacks. A user who has nearly all items gets one that it has in the end.
const TRIES: usize = 100;

/// Draws items.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampler {
    /// An alias table (Vose 1991): probability to stay at a place, and where to go otherwise.
    stay: Vec<f64>,
    alias: Vec<u32>,
    shares: Vec<f32>,
}

impl Sampler {
    /// From the number of events of each item. Items without any are never drawn.
    pub fn new(sampling: Sampling, popularity: &[usize]) -> Self {
        let weight = |&count: &usize| match sampling {
            Sampling::Uniform => count.min(1) as f64,
            Sampling::Popularity => count as f64,
        };
        let weights: Vec<f64> = popularity.iter().map(weight).collect();
        let total: f64 = weights.iter().sum();
        let shares: Vec<f64> = weights
            .iter()
            .map(|weight| weight / total.max(1.0))
            .collect();
        let (stay, alias) = alias_table(&shares);
        Self {
            stay,
            alias,
            shares: shares.iter().map(|&share| share as f32).collect(),
        }
    }

    /// The share of draws that give an item.
    pub fn share(&self, item: usize) -> f32 {
        self.shares[item]
    }

    /// Draws an item.
    pub fn draw(&self, random: &mut ChaCha8Rng) -> u32 {
        let place = below(random, self.stay.len());
        match fraction(random) < self.stay[place] {
            true => place as u32,
            false => self.alias[place],
        }
    }

    /// Draws an item for which `is_taken` says no.
    pub fn draw_other(&self, random: &mut ChaCha8Rng, is_taken: impl Fn(u32) -> bool) -> u32 {
        let mut item = self.draw(random);
        for _ in 0..TRIES {
            if !is_taken(item) {
                break;
            }
            item = self.draw(random);
        }
        item
    }
}

fn alias_table(shares: &[f64]) -> (Vec<f64>, Vec<u32>) {
    let count = shares.len();
    let mut scaled: Vec<f64> = shares.iter().map(|share| share * count as f64).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) =
        (0..count).partition(|&place| scaled[place] < 1.0);
    let mut stay = vec![1.0; count];
    let mut alias: Vec<u32> = (0..count as u32).collect();
    while let (Some(&low), Some(&high)) = (small.last(), large.last()) {
        small.pop();
        stay[low] = scaled[low];
        alias[low] = high as u32;
        scaled[high] -= 1.0 - scaled[low];
        if scaled[high] < 1.0 {
            large.pop();
            small.push(high);
        }
    }
    (stay, alias)
}

/// A whole number below `count`; the bias is below 2^-32.
fn below(random: &mut ChaCha8Rng, count: usize) -> usize {
    ((u128::from(random.next_u64()) * count as u128) >> 64) as usize
}

fn fraction(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}
