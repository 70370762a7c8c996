//! A batch of rows with the items that compete in it.

use std::collections::HashMap;

use rand_chacha::ChaCha8Rng;

use super::rows::{InteractionRow, InteractionRows, Shared, halves};
use crate::config::RecommendLoss;
use crate::split::{generator, shuffle};

/// Rows side by side, row-major.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InteractionBatch {
    /// `[b]`: number of the user of each row.
    pub users: Vec<u32>,
    /// `[b, length]`: codes of what the network sees of the history, oldest first, 0 behind the last. Empty for a network
    /// that sees none.
    pub history: Vec<i32>,
    /// Places of a row of `history`.
    pub length: usize,
    /// `[n]`: the row of each question.
    pub rows: Vec<i32>,
    /// `[n]`: for a network that looks at the order, how many items of the history each question comes after; at least 1.
    pub seen: Vec<i32>,
    /// `[n]`: the item that answers each question, as a place among the candidates. Empty where a question has several
    /// answers; see [`Candidates::Sets`].
    pub positives: Vec<i32>,
    /// `[n]`: the ratings of those items, or what their events weigh; the number of answers where there are several.
    pub values: Vec<f32>,
    /// `[c]`: the items that compete, each once.
    pub items: Vec<u32>,
    /// Which of them compete for which question.
    pub candidates: Candidates,
}

/// Which items compete for a question.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Candidates {
    /// Only the answer, whose score is compared with a rating.
    #[default]
    None,
    /// `[n, 1 + negatives]`: the answer and others, as places among the items.
    Each {
        /// The places, row by row.
        places: Vec<i32>,
        /// Places of a question.
        width: usize,
    },
    /// All of them; a question has several answers.
    Sets {
        /// `[n, c]` places, row by row, of the answers, with the share of each among those of its question.
        answers: Vec<(usize, f32)>,
        /// `[n, c]` places, row by row, of items that the question has seen.
        taken: Vec<usize>,
    },
    /// All of them.
    All {
        /// `[n, c]` places, row by row, of items that the user has and that are not the answer.
        taken: Vec<usize>,
        /// `[c]`: the logarithm of how often an item comes up in a batch; empty when all do.
        correction: Vec<f32>,
    },
}

/// Items of a batch, each once.
#[derive(Default)]
struct Places {
    items: Vec<u32>,
    known: HashMap<u32, i32>,
}

impl Places {
    fn of(&mut self, item: u32) -> i32 {
        let next = self.items.len() as i32;
        let place = *self.known.entry(item).or_insert(next);
        if place == next {
            self.items.push(item);
        }
        place
    }
}

impl InteractionRows {
    /// The batch of the given rows. What is drawn is a function of `seed`.
    pub fn batch(&self, rows: &[usize], seed: u64) -> InteractionBatch {
        let shared = &*self.shared;
        let mut random = generator(seed);
        if rows
            .iter()
            .any(|&row| matches!(self.rows[row], InteractionRow::Halves { .. }))
        {
            return self.halves(rows, &mut random);
        }
        let mut batch = InteractionBatch {
            length: self.length(rows),
            ..InteractionBatch::default()
        };
        let mut answers = Vec::with_capacity(rows.len());
        for &row in rows {
            push(shared, self.rows[row], &mut batch, &mut answers);
        }
        let mut places = Places::default();
        batch.candidates = match &shared.learning.loss {
            None => Candidates::None,
            Some(loss @ RecommendLoss::Softmax(_)) => {
                let correction = match loss.negatives() {
                    None => {
                        places.all(&shared.seen_items);
                        Vec::new()
                    }
                    Some(count) => {
                        places.drawn(shared, &answers, count, &mut random);
                        correction(shared, &places.items, answers.len(), count)
                    }
                };
                places.all(&answers);
                Candidates::All {
                    taken: taken(shared, &batch, &answers, &places),
                    correction,
                }
            }
            Some(loss) => {
                let negatives = loss.negatives().unwrap_or(1);
                each(
                    shared,
                    &batch,
                    &answers,
                    negatives,
                    &mut places,
                    &mut random,
                )
            }
        };
        batch.positives = answers.iter().map(|&item| places.of(item)).collect();
        batch.items = places.items;
        batch
    }

    /// The batch of rows that are halves.
    fn halves(&self, rows: &[usize], random: &mut ChaCha8Rng) -> InteractionBatch {
        let shared = &*self.shared;
        let mut batch = InteractionBatch {
            length: self.length(rows),
            items: shared.seen_items.clone(),
            ..InteractionBatch::default()
        };
        let width = batch.items.len();
        let place = |item: &u32| shared.seen_items.partition_point(|seen| seen < item);
        let (mut answers, mut taken) = (Vec::new(), Vec::new());
        for &row in rows {
            let InteractionRow::Halves { user } = self.rows[row] else {
                continue;
            };
            let question = batch.users.len();
            let mut items = shared.known.items(user as usize).to_vec();
            shuffle(&mut items, random);
            let (seen, left) = halves(items.len(), shared.learning.history);
            let (seen, others) = items.split_at(seen);
            let share = 1.0 / left as f32;
            answers.extend(
                others
                    .iter()
                    .map(|item| (question * width + place(item), share)),
            );
            taken.extend(seen.iter().map(|item| question * width + place(item)));
            batch.users.push(user);
            batch.rows.push(question as i32);
            batch.seen.push(seen.len().max(1) as i32);
            batch.values.push(left as f32);
            batch
                .history
                .extend(seen.iter().map(|&item| shared.item_code(item)));
            batch.history.resize((question + 1) * batch.length, 0);
        }
        batch.candidates = Candidates::Sets { answers, taken };
        batch
    }

    /// Items of the history that the longest of some rows sees.
    fn length(&self, rows: &[usize]) -> usize {
        let shared = &self.shared;
        let history = |user: u32| shared.known.items(user as usize).len();
        let length = |&row: &usize| match self.rows[row] {
            InteractionRow::Known { event } | InteractionRow::Held { event } => {
                history(shared.interactions.events[event].user)
            }
            InteractionRow::Next { begin, end, .. } => end - begin,
            InteractionRow::Halves { user } => history(user) / 2,
        };
        let longest = rows.iter().map(length).max().unwrap_or(0);
        // At least one place, because tensors without elements are refused by some backends.
        longest.max(1).min(shared.learning.history)
    }
}

fn push(
    shared: &Shared,
    row: InteractionRow,
    batch: &mut InteractionBatch,
    answers: &mut Vec<u32>,
) {
    let place = batch.users.len() as i32;
    let weight = |value| match shared.learning.loss {
        Some(_) => shared.learning.weight(value),
        None => value,
    };
    let mut question = |seen: usize, item, value| {
        batch.rows.push(place);
        batch.seen.push(seen.max(1) as i32);
        batch.values.push(value);
        answers.push(item);
    };
    let (user, seen) = match row {
        InteractionRow::Known { event } | InteractionRow::Held { event } => {
            let event = shared.interactions.events[event];
            let items = shared.known.items(event.user as usize).iter().rev();
            let others = items.filter(|item| **item != event.item);
            let mut seen: Vec<u32> = others.take(batch.length).copied().collect();
            seen.reverse();
            question(seen.len(), event.item, weight(event.value));
            (event.user, seen)
        }
        InteractionRow::Next { user, begin, end } => {
            let items = shared.known.items(user as usize);
            for (place, &item) in items[begin..end].iter().enumerate() {
                question(place + 1, item, 1.0);
            }
            (user, items[begin - 1..end - 1].to_vec())
        }
        // See `InteractionRows::halves`.
        InteractionRow::Halves { .. } => return,
    };
    batch.users.push(user);
    let start = batch.history.len();
    batch
        .history
        .extend(seen.iter().map(|&item| shared.item_code(item)));
    batch.history.resize(start + batch.length, 0);
}

impl Places {
    fn all(&mut self, items: &[u32]) {
        items.iter().for_each(|&item| {
            self.of(item);
        });
    }

    fn drawn(&mut self, shared: &Shared, answers: &[u32], count: usize, random: &mut ChaCha8Rng) {
        self.all(answers);
        for _ in 0..count {
            self.of(shared.sampler.draw(random));
        }
    }
}

/// The logarithm of how often each item comes up in a batch: as the answer of a question, or drawn.
fn correction(shared: &Shared, items: &[u32], questions: usize, drawn: usize) -> Vec<f32> {
    let events = shared.known.num_events().max(1) as f32;
    let often = |&item: &u32| {
        // An answer that training has not seen comes up at least once.
        let users = shared.popularity[item as usize].max(1) as f32;
        let answer = users / events * questions as f32;
        let drawn = shared.sampler.share(item as usize) * drawn as f32;
        (answer + drawn).max(f32::MIN_POSITIVE).ln()
    };
    items.iter().map(often).collect()
}

/// Places of items that the user of a question has and that are not its answer.
fn taken(
    shared: &Shared,
    batch: &InteractionBatch,
    answers: &[u32],
    places: &Places,
) -> Vec<usize> {
    let width = places.items.len();
    let mut taken = Vec::new();
    for (question, (&row, &answer)) in batch.rows.iter().zip(answers).enumerate() {
        let user = batch.users[row as usize] as usize;
        let owned = shared.known.items(user);
        let first = question * width;
        // The shorter of both lists is looked up in the other.
        if owned.len() <= width {
            let others = owned.iter().filter(|item| **item != answer);
            let known = others.filter_map(|item| places.known.get(item));
            taken.extend(known.map(|&place| first + place as usize));
        } else {
            let others = places
                .items
                .iter()
                .enumerate()
                .filter(|(_, item)| **item != answer);
            let known = others.filter(|(_, item)| shared.known.has(user, **item));
            taken.extend(known.map(|(place, _)| first + place));
        }
    }
    taken
}

/// The answer of each question and negatives of its own.
fn each(
    shared: &Shared,
    batch: &InteractionBatch,
    answers: &[u32],
    negatives: usize,
    places: &mut Places,
    random: &mut ChaCha8Rng,
) -> Candidates {
    let mut all = Vec::with_capacity(answers.len() * (1 + negatives));
    for (&row, &answer) in batch.rows.iter().zip(answers) {
        let user = batch.users[row as usize] as usize;
        all.push(places.of(answer));
        for _ in 0..negatives {
            let is_taken = |item| item == answer || shared.known.has(user, item);
            all.push(places.of(shared.sampler.draw_other(random, is_taken)));
        }
    }
    Candidates::Each {
        places: all,
        width: 1 + negatives,
    }
}
