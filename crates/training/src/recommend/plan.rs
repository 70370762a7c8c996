//! From `[recommend]` and a table to the rows of the training loop.

use std::sync::Arc;

use hob_data::config::{EventOrder, EventSplit, FeedbackConfig, RecommendConfig};
use hob_data::count::counted;
use hob_data::preprocess::Preprocessor;
use hob_data::recommend::{
    EventParts, InteractionRows, Interactions, InteractionsReport, Learning, Shared,
};
use hob_data::source::{ColumnKind, ColumnRequest};
use hob_data::split::Parts;
use hob_data::table::Table;
use hob_inference::recommend::Filter;
use hob_model::config::{BodyConfig, InputsConfig, InteractionsConfig, NetworkConfig};

use super::side::{Joined, Sides};
use crate::plan::{PlanContext, finding_of};
use crate::recipe::{Finding, KeyPath, Recipe};

/// Events of all parts, and what the network reads.
#[derive(Debug)]
pub struct PlannedRecommend {
    /// As in the recipe.
    pub config: RecommendConfig,
    /// Rows of the training loop: those of the training part, then those of the validation part, then those of the test
    /// part.
    pub rows: InteractionRows,
    /// The events of each part.
    pub events: EventParts,
    /// What was done to the rows of the table.
    pub report: InteractionsReport,
    /// What people call each item; empty when nothing says.
    pub names: Vec<String>,
    /// What lists can be filtered by.
    pub filters: Vec<Filter>,
    /// What is read of a user.
    pub users: Option<Preprocessor>,
    item_inputs: Option<InputsConfig>,
    user_inputs: Option<InputsConfig>,
    /// Mean rating of the training part; 0 without ratings.
    mean: f32,
    /// Lowest and highest rating.
    pub range: Option<[f32; 2]>,
    seed: u64,
    notes: Vec<String>,
}

/// The columns to read.
pub(crate) fn requests(config: &RecommendConfig, recipe: &Recipe) -> Vec<ColumnRequest> {
    let private = recipe.data.private.clone().unwrap_or_default();
    let request = |name: &str, kind| ColumnRequest {
        name: name.to_string(),
        kind,
        required: true,
        hash_salt: private
            .hash
            .iter()
            .any(|hashed| hashed == name)
            .then(|| private.salt.clone().unwrap_or_default()),
    };
    let mut requests = vec![
        request(&config.user, ColumnKind::Category),
        request(&config.item, ColumnKind::Category),
    ];
    requests.extend(
        config
            .feedback
            .value()
            .map(|name| request(name, ColumnKind::Number)),
    );
    requests.extend(config.time.as_deref().map(|name| {
        let formats = config.time_formats.clone();
        request(name, ColumnKind::Date { formats })
    }));
    requests
}

/// Merges the rows, divides the events and reads what is known of items and users.
pub(crate) fn read(
    config: &RecommendConfig,
    recipe: &Recipe,
    table: &Table,
    sides: &Sides,
    context: PlanContext<'_>,
) -> Result<(PlannedRecommend, Parts), Vec<Finding>> {
    let of_events = |error: hob_data::recommend::RecommendError| {
        vec![finding_of(KeyPath::from("recommend"), &error.to_string())]
    };
    let (mut interactions, report) = Interactions::new(config, table).map_err(of_events)?;
    let events =
        EventParts::divide(&interactions, &config.split, recipe.seed).map_err(|error| {
            vec![finding_of(
                KeyPath::from("recommend.split"),
                &error.to_string(),
            )]
        })?;
    let mut notes = notes(config, &report);
    if let Some(side) = &sides.items {
        let lacks = side.lacks(&interactions.items);
        if lacks > 0 {
            notes.push(format!(
                "{} without a row in the item table",
                counted(lacks, "item")
            ));
        }
        // An item that nobody has yet can be recommended for what it is.
        if config
            .items
            .as_ref()
            .is_some_and(|items| !items.inputs.is_empty())
        {
            let before = interactions.items.len();
            interactions.add_items(side.ids());
            let new = interactions.items.len() - before;
            if new > 0 {
                notes.push(format!(
                    "{} of the item table that no user has",
                    counted(new, "item")
                ));
            }
        }
    }
    if let Some(side) = &sides.users {
        let lacks = side.lacks(&interactions.users);
        if lacks > 0 {
            notes.push(format!(
                "{} without a row in the user table",
                counted(lacks, "user")
            ));
        }
    }
    let (history, is_sequential) = match &recipe.model {
        Some(BodyConfig::TwoTower(body)) => (body.history, false),
        Some(BodyConfig::Sasrec(body)) => (body.history, true),
        _ => (0, false),
    };
    let learning = Learning::new(config, history, is_sequential);
    let mut shared = Shared::new(interactions, &events.train, learning);
    let folder = context.folder;
    let item = |item: usize| shared.popularity[item] > 0;
    let joined = sides
        .items
        .as_ref()
        .map(|side| side.join(&shared.interactions.items, item, recipe, folder));
    let items = joined.transpose()?.flatten();
    let user = |user: usize| shared.activity[user] > 0;
    let joined = sides
        .users
        .as_ref()
        .map(|side| side.join(&shared.interactions.users, user, recipe, folder));
    let users = joined.transpose()?.flatten();

    let ids = &shared.interactions.items;
    let table = config.items.as_ref().zip(sides.items.as_ref());
    let names = table.and_then(|(table, side)| Some(side.texts(table.name.as_ref()?, ids)));
    let filters = table.map(|(table, side)| {
        table
            .filters
            .iter()
            .map(|column| side.filter(column, ids))
            .collect()
    });
    let (mean, range) = ratings(config, &shared.interactions, &events.train);
    let (item_inputs, item_features, _) = taken(items);
    let (user_inputs, user_features, users) = taken(users);
    (shared.item_features, shared.user_features) = (item_features, user_features);

    let train = shared.training_rows(&events.train);
    let validation = shared.held_rows(&events.validation);
    let test = shared.held_rows(&events.test);
    let counts = [train.len(), validation.len(), test.len()];
    let rows = [train, validation, test].concat();
    let parts = Parts {
        train: (0..counts[0]).collect(),
        validation: (counts[0]..counts[0] + counts[1]).collect(),
        test: (counts[0] + counts[1]..rows.len()).collect(),
    };
    if parts.train.is_empty() {
        let message =
            "no user of the training part has two items, so there is no next item to learn";
        return Err(vec![Finding::error("recommend", message)]);
    }
    let planned = PlannedRecommend {
        config: config.clone(),
        rows: InteractionRows {
            shared: Arc::new(shared),
            rows,
        },
        events,
        report,
        names: names.unwrap_or_default(),
        filters: filters.unwrap_or_default(),
        users,
        item_inputs,
        user_inputs,
        mean,
        range,
        seed: recipe.seed,
        notes,
    };
    Ok((planned, parts))
}

type Taken = (
    Option<InputsConfig>,
    Option<hob_data::features::Features>,
    Option<Preprocessor>,
);

fn taken(joined: Option<Joined>) -> Taken {
    match joined {
        Some(joined) => (
            Some(joined.network),
            Some(joined.features),
            Some(joined.preprocessor),
        ),
        None => (None, None, None),
    }
}

/// The mean rating, and the lowest and highest there is.
fn ratings(
    config: &RecommendConfig,
    interactions: &Interactions,
    train: &[usize],
) -> (f32, Option<[f32; 2]>) {
    let FeedbackConfig::Rating(rating) = &config.feedback else {
        return (0.0, None);
    };
    let values = || train.iter().map(|&event| interactions.events[event].value);
    let sum: f64 = values().map(f64::from).sum();
    let low = rating
        .min
        .unwrap_or_else(|| values().fold(f32::INFINITY, f32::min));
    let high = rating
        .max
        .unwrap_or_else(|| values().fold(f32::NEG_INFINITY, f32::max));
    ((sum / train.len().max(1) as f64) as f32, Some([low, high]))
}

impl PlannedRecommend {
    /// The network that reads the events.
    pub(crate) fn network(&self, body: &BodyConfig) -> NetworkConfig {
        let interactions = &self.rows.shared.interactions;
        NetworkConfig {
            inputs: InputsConfig {
                interactions: Some(InteractionsConfig {
                    users: interactions.users.len() + 1,
                    items: interactions.items.len() + 1,
                    ratings: self.range.is_some(),
                    mean: self.mean,
                    item_inputs: self.item_inputs.clone().map(Box::new),
                    user_inputs: self.user_inputs.clone().map(Box::new),
                }),
                ..InputsConfig::default()
            },
            body: body.clone(),
            heads: Vec::new(),
        }
    }

    /// How the numbers are measured, in a sentence.
    pub fn protocol(&self) -> String {
        let percent = |share: f64| {
            format!("{:.4}", share * 100.0)
                .trim_end_matches('0')
                .trim_end_matches('.')
                .to_string()
        };
        let split = match &self.config.split {
            EventSplit::Ratio(split) => format!(
                "{} and {} % of each user's events held back {} for validation and test",
                percent(split.validation),
                percent(split.test),
                match split.order {
                    EventOrder::Random => "at random",
                    EventOrder::Time => "by time",
                }
            ),
            EventSplit::LeaveLast(split) => format!(
                "each user's last {} the test part, the {} before the validation part",
                counted(split.test, "event"),
                split.validation
            ),
            EventSplit::Time(split) => format!(
                "all events divided by time, the last {} % the test part, {} % before it the validation part",
                percent(split.test),
                percent(split.validation)
            ),
            EventSplit::Random(split) => format!(
                "all events divided at random into {} folds, number {} the test part, {} % of the others the validation part",
                split.folds,
                split.fold,
                percent(split.validation)
            ),
            EventSplit::ColdItems(split) => format!(
                "all events of {} and {} % of the items held back for validation and test, so that training never sees them",
                percent(split.validation),
                percent(split.test)
            ),
        };
        let judged = match self.range {
            Some(_) => "every held rating predicted",
            None => "full ranking of all items but those that the user has",
        };
        format!("{split}, seed {}; {judged}", self.seed)
    }

    /// What was done to the rows, in sentences.
    pub fn notes(&self) -> Vec<String> {
        let interactions = &self.rows.shared.interactions;
        let mut notes = vec![format!(
            "{}, {}, {} ({:.2} % of all pairs)",
            counted(interactions.users.len(), "user"),
            counted(interactions.items.len(), "item"),
            counted(interactions.events.len(), "event"),
            100.0 * interactions.density()
        )];
        notes.extend(self.notes.clone());
        notes
    }
}

fn notes(config: &RecommendConfig, report: &InteractionsReport) -> Vec<String> {
    let value = config.feedback.value().unwrap_or_default();
    let counts = [
        (
            report.nameless,
            "row",
            "without a user or an item, left out".to_string(),
        ),
        (
            report.not_positive,
            "row",
            format!("left out because `{value}` is not above 0"),
        ),
        (
            report.merged,
            "row",
            "put together with others of their user and item".to_string(),
        ),
        (
            report.few_users,
            "user",
            "left out, who have too few items".to_string(),
        ),
        (
            report.few_items,
            "item",
            "left out, which have too few users".to_string(),
        ),
        (report.few_events, "event", "left out with them".to_string()),
        (
            report.unordered_users,
            "user",
            "whose rows do not stand in the order of their times, put in order".to_string(),
        ),
    ];
    let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
    counts
        .map(|(count, noun, what)| format!("{} {what}", counted(count, noun)))
        .collect()
}

/// What looks like a mistake.
pub(crate) fn warnings(planned: &PlannedRecommend, warnings: &mut Vec<String>) {
    let shared = &planned.rows.shared;
    if shared.learning.is_sequential && planned.config.time.is_none() {
        warnings.push(
            "this network learns from the order of the events, but `time` names no column: the order of the rows is taken"
                .to_string(),
        );
    }
    if planned.events.validation.is_empty() {
        warnings.push(
            "there is no validation event: nothing decides when training should stop".to_string(),
        );
    }
    let unseen = shared.activity.iter().filter(|count| **count == 0).count();
    if unseen > 0 {
        warnings.push(format!(
            "{} without an event in the training part",
            counted(unseen, "user")
        ));
    }
    let items = shared
        .popularity
        .iter()
        .filter(|count| **count == 0)
        .count();
    if items > 0 && shared.item_features.is_none() {
        warnings.push(format!(
            "{} without an event in the training part, which this network cannot tell apart",
            counted(items, "item")
        ));
    }
}
