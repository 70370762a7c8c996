//! The rows of the training loop.

use std::sync::Arc;

use super::history::History;
use super::interactions::Interactions;
use super::sampler::Sampler;
use crate::config::{EventWeight, FeedbackConfig, RecommendConfig, RecommendLoss};
use crate::features::Features;

/// What a network learns from at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InteractionRow {
    /// One event of the training part: its item from the rest of what its user has.
    Known {
        /// Index of the event.
        event: usize,
    },
    /// A stretch of what a user has: each item from those before it.
    Next {
        /// Number of the user.
        user: u32,
        /// The first item to find, as a place in what the user has.
        begin: usize,
        /// Behind the last.
        end: usize,
    },
    /// What a user has, divided at random: one half from the other.
    Halves {
        /// Number of the user.
        user: u32,
    },
    /// One event that was held back: its item from all that its user has.
    Held {
        /// Index of the event.
        event: usize,
    },
}

/// How a network learns.
#[derive(Debug, Clone, PartialEq)]
pub struct Learning {
    /// Items of a user that the network sees, at most; 0 for one that knows users by their numbers alone.
    pub history: usize,
    /// Whether it learns from stretches, and their order counts.
    pub is_sequential: bool,
    /// Whether it learns from halves.
    pub by_halves: bool,
    /// How a list is learned; `None` for ratings.
    pub loss: Option<RecommendLoss>,
    /// How the value of an event weighs.
    pub weight: EventWeight,
}

/// What all rows share.
#[derive(Debug, PartialEq)]
pub struct Shared {
    /// Users, items and events.
    pub interactions: Interactions,
    /// What each user has in the training part.
    pub known: History,
    /// Users of each item in the training part.
    pub popularity: Vec<usize>,
    /// Events of each user in the training part.
    pub activity: Vec<usize>,
    /// How the network learns.
    pub learning: Learning,
    /// What the network reads of each item.
    pub item_features: Option<Features>,
    /// What the network reads of each user.
    pub user_features: Option<Features>,
    pub(super) sampler: Sampler,
    /// Items of the training part, which compete in a full softmax.
    pub(super) seen_items: Vec<u32>,
}

/// Rows of one part.
#[derive(Debug, Clone, PartialEq)]
pub struct InteractionRows {
    /// What all parts share.
    pub shared: Arc<Shared>,
    /// One per row.
    pub rows: Vec<InteractionRow>,
}

impl Learning {
    /// What a recipe says, for a network that sees so much of the history.
    pub fn new(config: &RecommendConfig, history: usize, is_sequential: bool) -> Self {
        let (loss, weight) = match &config.feedback {
            FeedbackConfig::Rating(_) => (None, EventWeight::Same),
            FeedbackConfig::Implicit(implicit) => (
                Some(config.loss.clone().unwrap_or_default()),
                implicit.weight,
            ),
        };
        let is_full = |loss: &RecommendLoss| loss.negatives().is_none();
        Self {
            history,
            is_sequential,
            by_halves: history > 0 && !is_sequential && loss.as_ref().is_some_and(is_full),
            loss,
            weight,
        }
    }

    pub(super) fn weight(&self, value: f32) -> f32 {
        match self.weight {
            EventWeight::Same => 1.0,
            EventWeight::Log1p => value.ln_1p(),
            EventWeight::Value => value,
        }
    }
}

impl Shared {
    /// What a network knows of the training part, whose events are given in ascending order.
    pub fn new(interactions: Interactions, train: &[usize], learning: Learning) -> Self {
        let known = History::new(&interactions, train.iter().copied());
        let popularity = known.popularity(interactions.items.len());
        let sampling = learning.loss.as_ref().map(RecommendLoss::sampling);
        let is_seen = |item: &u32| popularity[*item as usize] > 0;
        Self {
            sampler: Sampler::new(sampling.unwrap_or_default(), &popularity),
            seen_items: (0..popularity.len() as u32).filter(is_seen).collect(),
            activity: (0..known.num_users())
                .map(|user| known.items(user).len())
                .collect(),
            known,
            popularity,
            learning,
            item_features: None,
            user_features: None,
            interactions,
        }
    }

    /// The code that the network knows an item by: 0 for one that training has not seen.
    pub fn item_code(&self, item: u32) -> i32 {
        match self.popularity[item as usize] {
            0 => 0,
            _ => item as i32 + 1,
        }
    }

    /// The code that the network knows a user by.
    pub fn user_code(&self, user: u32) -> i32 {
        match self.activity[user as usize] {
            0 => 0,
            _ => user as i32 + 1,
        }
    }

    /// The rows to learn from.
    pub fn training_rows(&self, train: &[usize]) -> Vec<InteractionRow> {
        if self.learning.by_halves {
            let users = 0..self.known.num_users() as u32;
            let has_two = |user: &u32| self.known.items(*user as usize).len() > 1;
            let halves = |user| InteractionRow::Halves { user };
            return users.filter(has_two).map(halves).collect();
        }
        if !self.learning.is_sequential {
            let known = |&event: &usize| InteractionRow::Known { event };
            return train.iter().map(known).collect();
        }
        let length = self.learning.history.max(1);
        let mut rows = Vec::new();
        for user in 0..self.known.num_users() {
            let mut end = self.known.items(user).len();
            while end > 1 {
                let begin = end.saturating_sub(length).max(1);
                let user = user as u32;
                rows.push(InteractionRow::Next { user, begin, end });
                end = begin;
            }
        }
        rows
    }

    /// Rows that judge, of users that training has seen.
    pub fn held_rows(&self, events: &[usize]) -> Vec<InteractionRow> {
        let held = |&event: &usize| InteractionRow::Held { event };
        events.iter().map(held).collect()
    }
}

/// Of so many items those that a question sees, and those that answer it.
pub(super) fn halves(items: usize, history: usize) -> (usize, usize) {
    let seen = (items / 2).min(history);
    (seen, items - seen)
}

impl InteractionRows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Other rows that share the same.
    pub fn with_rows(&self, rows: Vec<InteractionRow>) -> Self {
        Self {
            shared: self.shared.clone(),
            rows,
        }
    }

    /// What the loss of these rows is divided by: items to find, by the weight of their events.
    pub fn weight(&self, rows: &[usize]) -> f64 {
        let weight = |&row: &usize| match self.rows[row] {
            InteractionRow::Known { event } | InteractionRow::Held { event } => {
                let value = self.shared.interactions.events[event].value;
                f64::from(self.shared.learning.weight(value))
            }
            InteractionRow::Halves { user } => {
                let items = self.shared.known.items(user as usize).len();
                halves(items, self.shared.learning.history).1 as f64
            }
            InteractionRow::Next { begin, end, .. } => (end - begin) as f64,
        };
        rows.iter().map(weight).sum()
    }
}
