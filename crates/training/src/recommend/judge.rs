//! A stored model on events that came later.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hob_data::source::{self, ColumnKind, ColumnRequest};
use hob_data::table::{Categories, Table, Values};
use hob_inference::recommend::{Recommender, UserRequest};

use super::metrics::{RankedList, ranking, ratings, variety};
use crate::error::RunError;
use crate::metrics::Metrics;

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct RecommendJudgement {
    /// Of the model.
    pub metrics: Metrics,
    /// Of the most popular items.
    pub popularity: Metrics,
    /// Users, or ratings, that were judged.
    pub judged: usize,
    /// Rows that say nothing new: without a value above 0, of users and items that the model does not know, or of what a user has already.
    pub left_out: usize,
}

/// Ranks, for each user of the events, the items that the user does not have, and looks where those of the events stand.
///
/// # Errors
/// The files cannot be read, or hold no event that can be judged.
pub fn judge(
    recommender: &Recommender,
    paths: &[PathBuf],
    max_rejected: usize,
) -> Result<RecommendJudgement, RunError> {
    let spec = recommender.spec();
    let mut options = recommender.manifest().reading.options();
    options.max_rejected = max_rejected;
    let hashed = &recommender.manifest().reading;
    let text = |name: &str| ColumnRequest {
        name: name.to_string(),
        kind: ColumnKind::Category,
        required: true,
        hash_salt: hashed
            .hashed
            .iter()
            .any(|known| known == name)
            .then(|| hashed.salt.clone()),
    };
    let mut columns = vec![text(&spec.user), text(&spec.item)];
    if let Some(value) = &spec.value {
        columns.push(ColumnRequest {
            kind: ColumnKind::Number,
            required: spec.ratings.is_some(),
            ..text(value)
        });
    }
    let (table, _) = source::read(paths, &columns, &options)?;
    let texts = |name: &str| cells(&table, name);
    let (Some(users), Some(items)) = (texts(&spec.user), texts(&spec.item)) else {
        return Err(RunError::NothingToJudge);
    };
    match spec.ratings {
        Some(_) => rated(recommender, &table, users, items),
        None => {
            let value = spec.value.as_ref().and_then(|name| table.column(name));
            let is_event = |row: usize| match value.map(|column| &column.values) {
                // As in training, goods that were returned are no events.
                Some(Values::Number(values)) => values[row] > 0.0,
                _ => true,
            };
            ranked(recommender, users, items, is_event)
        }
    }
}

fn cells<'a>(table: &'a Table, name: &str) -> Option<&'a Categories> {
    match table.column(name).map(|column| &column.values) {
        Some(Values::Category(cells)) => Some(cells),
        _ => None,
    }
}

fn ranked(
    recommender: &Recommender,
    users: &Categories,
    items: &Categories,
    is_event: impl Fn(usize) -> bool,
) -> Result<RecommendJudgement, RunError> {
    let lengths = &recommender.spec().k;
    let texts = &recommender.catalog().texts;
    let mut held: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut left_out = 0;
    for row in 0..users.codes.len() {
        let user = users.get(row).and_then(|id| recommender.user_number(id));
        let item = items.get(row).and_then(|id| recommender.item_number(id));
        match (user, item) {
            _ if !is_event(row) => left_out += 1,
            (Some(user), Some(item)) if !texts.owned[user as usize].contains(&item) => {
                let held = held.entry(user).or_default();
                if !held.contains(&item) {
                    held.push(item);
                }
            }
            _ => left_out += 1,
        }
    }
    if held.is_empty() {
        return Err(RunError::NothingToJudge);
    }
    let requests: Vec<UserRequest> = held
        .keys()
        .map(|&user| UserRequest {
            user: Some(texts.users[user as usize].clone()),
            items: Vec::new(),
        })
        .collect();
    let longest = lengths.iter().copied().max().unwrap_or(10);
    let open = vec![true; texts.items.len()];
    let (lists, _) = recommender.recommend(&requests, None, longest, &open, false)?;
    let number = |id: &String| recommender.item_number(id);
    let model = lists
        .iter()
        .zip(&held)
        .map(|(list, (&user, relevant))| RankedList {
            user,
            recommended: list
                .items
                .iter()
                .filter_map(|item| number(&item.item))
                .collect(),
            relevant: relevant.clone(),
        });
    let model: Vec<RankedList> = model.collect();
    let mut by_popularity: Vec<u32> = (0..texts.items.len() as u32).collect();
    by_popularity.sort_by_key(|&item| std::cmp::Reverse(texts.popularity[item as usize]));
    let popular = held.iter().map(|(&user, relevant)| {
        let owned = &texts.owned[user as usize];
        let open = by_popularity.iter().filter(|item| !owned.contains(item));
        RankedList {
            user,
            recommended: open.take(longest).copied().collect(),
            relevant: relevant.clone(),
        }
    });
    let popular: Vec<RankedList> = popular.collect();
    let metrics = |lists: &[RankedList]| {
        let mut metrics = ranking(lists, lengths);
        let variety = variety(lists, &texts.popularity, lengths[0]);
        variety
            .iter()
            .for_each(|(name, value)| metrics.push(name, value));
        metrics
    };
    Ok(RecommendJudgement {
        metrics: metrics(&model),
        popularity: metrics(&popular),
        judged: held.len(),
        left_out,
    })
}

fn rated(
    recommender: &Recommender,
    table: &Table,
    users: &Categories,
    items: &Categories,
) -> Result<RecommendJudgement, RunError> {
    let value = recommender
        .spec()
        .value
        .as_ref()
        .and_then(|name| table.column(name));
    let Some(Values::Number(values)) = value.map(|column| &column.values) else {
        return Err(RunError::NothingToJudge);
    };
    let (mut predicted, mut known) = (Vec::new(), Vec::new());
    for (row, &value) in values.iter().enumerate() {
        let pair = users.get(row).zip(items.get(row));
        let rating = pair.and_then(|(user, item)| recommender.rate(user, item));
        if let (Some(rating), true) = (rating, value.is_finite()) {
            predicted.push(rating);
            known.push(value as f32);
        }
    }
    if known.is_empty() {
        return Err(RunError::NothingToJudge);
    }
    let mean = vec![recommender.mean_rating(); known.len()];
    Ok(RecommendJudgement {
        metrics: ratings(&predicted, &known),
        popularity: ratings(&mean, &known),
        judged: known.len(),
        left_out: values.len() - known.len(),
    })
}
