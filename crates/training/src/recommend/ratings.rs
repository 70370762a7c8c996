//! Ratings that a network predicts, beside their simplest guesses.

use burn::tensor::Device;
use hob_data::recommend::{Interactions, Shared};
use hob_model::recommend::Recommender;

use super::ranker::{item_matrix, wanted};
use crate::metrics::Metrics;
use crate::recommend::metrics;

/// Predicted ratings of events.
pub(crate) struct Ratings<'a> {
    shared: &'a Shared,
    range: [f32; 2],
}

/// Pulls the level of a user or item with few ratings to 0, as in Surprise's `BaselineOnly`.
const SHRINK_USERS: f64 = 15.0;
const SHRINK_ITEMS: f64 = 10.0;

impl<'a> Ratings<'a> {
    pub(crate) fn new(shared: &'a Shared, range: [f32; 2]) -> Self {
        Self { shared, range }
    }

    fn known(&self, events: &[usize]) -> Vec<f32> {
        events
            .iter()
            .map(|&event| self.shared.interactions.events[event].value)
            .collect()
    }

    /// Of the network, whose questions are made of the items that each user has in the training part.
    pub(crate) fn judge(
        &self,
        network: &Recommender,
        device: &Device,
        events: &[usize],
    ) -> Metrics {
        let shared = self.shared;
        let users: Vec<u32> = (0..shared.interactions.users.len() as u32).collect();
        let wanted = wanted(network, shared, &shared.known, &users, device);
        let items = item_matrix(network, shared, device);
        let predicted = events.iter().map(|&event| {
            let event = shared.interactions.events[event];
            let pair = wanted
                .row(event.user as usize)
                .iter()
                .zip(items.row(event.item as usize));
            let score: f32 = pair.map(|(a, b)| a * b).sum();
            score.clamp(self.range[0], self.range[1])
        });
        let predicted: Vec<f32> = predicted.collect();
        metrics::ratings(&predicted, &self.known(events))
    }

    /// The mean of the training part.
    pub(crate) fn mean(&self, train: &[usize], events: &[usize]) -> Metrics {
        let mean = mean(&self.shared.interactions, train) as f32;
        metrics::ratings(&vec![mean; events.len()], &self.known(events))
    }

    /// Mean, level of the item and level of the user (Koren 2010, equations 1 to 3, levels by the shrunken means).
    pub(crate) fn levels(&self, train: &[usize], events: &[usize]) -> Metrics {
        let interactions = &self.shared.interactions;
        let mean = mean(interactions, train);
        let mut items = vec![(0.0_f64, SHRINK_ITEMS); interactions.items.len()];
        for &event in train {
            let event = interactions.events[event];
            let (sum, weight) = &mut items[event.item as usize];
            *sum += f64::from(event.value) - mean;
            *weight += 1.0;
        }
        let level = |(sum, weight): (f64, f64)| sum / weight;
        let mut users = vec![(0.0_f64, SHRINK_USERS); interactions.users.len()];
        for &event in train {
            let event = interactions.events[event];
            let (sum, weight) = &mut users[event.user as usize];
            *sum += f64::from(event.value) - mean - level(items[event.item as usize]);
            *weight += 1.0;
        }
        let predicted = events.iter().map(|&event| {
            let event = interactions.events[event];
            let levels = level(items[event.item as usize]) + level(users[event.user as usize]);
            ((mean + levels) as f32).clamp(self.range[0], self.range[1])
        });
        let predicted: Vec<f32> = predicted.collect();
        metrics::ratings(&predicted, &self.known(events))
    }
}

fn mean(interactions: &Interactions, events: &[usize]) -> f64 {
    let values = events
        .iter()
        .map(|&event| f64::from(interactions.events[event].value));
    values.sum::<f64>() / events.len().max(1) as f64
}
