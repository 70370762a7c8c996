//! Which events train and which judge.

use rand_chacha::ChaCha8Rng;

use super::error::RecommendError;
use super::interactions::{Interactions, NO_TIME};
use crate::config::{EventOrder, EventSplit, RandomEvents};
use crate::split::{generator, shuffle};

/// Indexes into [`Interactions::events`], ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventParts {
    /// Events to learn from.
    pub train: Vec<usize>,
    /// Events that steer the training.
    pub validation: Vec<usize>,
    /// Events that judge the result.
    pub test: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Train,
    Validation,
    Test,
}

impl EventParts {
    /// Divides the events.
    ///
    /// # Errors
    /// Training or test part would be empty, or the split needs times that are not there.
    pub fn divide(
        interactions: &Interactions,
        split: &EventSplit,
        seed: u64,
    ) -> Result<Self, RecommendError> {
        let events = &interactions.events;
        let has_times = events.first().is_some_and(|event| event.time != NO_TIME);
        if matches!(split, EventSplit::Time(_)) && !has_times {
            return Err(RecommendError::NoTime);
        }
        let mut random = generator(seed);
        let parts = match split {
            EventSplit::Ratio(split) => by_user(interactions, |count| {
                let mut order: Vec<usize> = (0..count).collect();
                if split.order == EventOrder::Random {
                    shuffle(&mut order, &mut random);
                }
                let (validation, test) = held(count, split.validation, split.test);
                last(&order, validation, test)
            }),
            EventSplit::LeaveLast(split) => by_user(interactions, |count| {
                let order: Vec<usize> = (0..count).collect();
                match count > split.validation + split.test {
                    true => last(&order, split.validation, split.test),
                    false => vec![Part::Train; count],
                }
            }),
            EventSplit::Time(split) => {
                let mut order: Vec<usize> = (0..events.len()).collect();
                order.sort_by_key(|&event| (events[event].time, events[event].row));
                let held = |share: f64| (share * events.len() as f64) as usize;
                last(&order, held(split.validation), held(split.test))
            }
            EventSplit::Random(split) => at_random(events.len(), split, &mut random)?,
            EventSplit::ColdItems(split) => {
                let mut items: Vec<usize> = (0..interactions.items.len()).collect();
                shuffle(&mut items, &mut random);
                let held = |share: f64| (share * items.len() as f64) as usize;
                let by_item = last(&items, held(split.validation), held(split.test));
                let part = |event: &super::Event| by_item[event.item as usize];
                events.iter().map(part).collect()
            }
        };
        let of = |asked| {
            (0..events.len())
                .filter(|&event| parts[event] == asked)
                .collect()
        };
        let parts = Self {
            train: of(Part::Train),
            validation: of(Part::Validation),
            test: of(Part::Test),
        };
        let hint = match split {
            EventSplit::LeaveLast(_) => {
                "hold back fewer events: no user has more than are held back"
            }
            _ => "enlarge the share, or leave out users with few items by `min_user_items`",
        };
        match (parts.train.is_empty(), parts.test.is_empty()) {
            (true, _) => Err(RecommendError::EmptyPart {
                part: "training",
                hint: "hold back fewer events",
            }),
            (_, true) => Err(RecommendError::EmptyPart { part: "test", hint }),
            _ => Ok(parts),
        }
    }
}

/// Events of a user that are held back. As in RecBole, a share of less than one event is one, as long as more than one is
/// left to learn from.
fn held(count: usize, validation: f64, test: f64) -> (usize, usize) {
    let whole = |share: f64| (share * count as f64 + 1e-9) as usize;
    let (mut held, mut left) = ([whole(test), whole(validation)], count);
    left -= held[0] + held[1];
    for (held, share) in held.iter_mut().zip([test, validation]) {
        if left > 1 && *held == 0 && share > 0.0 {
            *held = 1;
            left -= 1;
        }
    }
    (held[1], held[0])
}

/// The last places of an order are the test part, those before them the validation part.
fn last(order: &[usize], validation: usize, test: usize) -> Vec<Part> {
    let mut parts = vec![Part::Train; order.len()];
    let ends = order.len().saturating_sub(test);
    for (place, &event) in order.iter().enumerate() {
        if place >= ends {
            parts[event] = Part::Test;
        } else if place + validation >= ends {
            parts[event] = Part::Validation;
        }
    }
    parts
}

fn by_user(interactions: &Interactions, mut part: impl FnMut(usize) -> Vec<Part>) -> Vec<Part> {
    let users = interactions.offsets.windows(2);
    users.flat_map(|pair| part(pair[1] - pair[0])).collect()
}

fn at_random(
    count: usize,
    split: &RandomEvents,
    random: &mut ChaCha8Rng,
) -> Result<Vec<Part>, RecommendError> {
    let RandomEvents {
        validation,
        folds,
        fold,
    } = *split;
    if fold >= folds {
        return Err(RecommendError::NoFold { fold, folds });
    }
    let mut order: Vec<usize> = (0..count).collect();
    shuffle(&mut order, random);
    let mut parts = vec![Part::Train; count];
    let (begin, end) = (count * fold / folds, count * (fold + 1) / folds);
    order[begin..end]
        .iter()
        .for_each(|&event| parts[event] = Part::Test);
    let rest: Vec<usize> = [&order[..begin], &order[end..]].concat();
    let held = (validation * rest.len() as f64) as usize;
    rest[..held]
        .iter()
        .for_each(|&event| parts[event] = Part::Validation);
    Ok(parts)
}
