//! From `[recommend]` and a table to the rows of the training loop.

use std::collections::HashSet;
use std::sync::Arc;

use burn::tensor::Device;
use hob_data::config::{FeedbackConfig, RecommendConfig};
use hob_data::count::counted;
use hob_data::preprocess::Preprocessor;
use hob_data::recommend::{
    EventParts, InteractionRows, Interactions, InteractionsReport, Learning, Shared,
};
use hob_data::source::{ColumnKind, ColumnRequest};
use hob_data::split::Parts;
use hob_data::table::{Table, Values};
use hob_inference::recommend::Filter;
use hob_model::Network;
use hob_model::config::{BodyConfig, InputsConfig, InteractionsConfig, NetworkConfig, SlimConfig};

use super::notes::{notes, strangers};
use super::side::{Joined, Sides};
use super::slim::fit as fit_slim;
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
    slim: Option<SlimConfig>,
    pub(super) seed: u64,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<String>,
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
    let strangers = strangers(sides, &interactions);
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
            // Those that were left out for having too few users stay out.
            let met = met_items(config, table);
            interactions.add_items(side.ids().filter(|id| !met.contains(id)));
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
        slim: match &recipe.model {
            Some(BodyConfig::Slim(config)) => Some(config.clone()),
            _ => None,
        },
        seed: recipe.seed,
        notes,
        warnings: strangers,
    };
    Ok((planned, parts))
}

/// Every id in the item column of the events.
fn met_items<'a>(config: &RecommendConfig, table: &'a Table) -> HashSet<&'a str> {
    match table.column(&config.item).map(|column| &column.values) {
        Some(Values::Category(ids)) => ids.dictionary.iter().map(String::as_str).collect(),
        _ => HashSet::new(),
    }
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

    /// A network whose weights are solved for, with these weights; another one as it is.
    pub(crate) fn solved(&self, network: Network, device: &Device) -> Network {
        let Some(config) = &self.slim else {
            return network;
        };
        let shared = &self.rows.shared;
        let items = shared.interactions.items.len();
        let code = |(item, weight): (u32, f32)| (shared.item_code(item), weight);
        let coded = |list: Vec<(u32, f32)>| list.into_iter().map(code).collect();
        let unknown = std::iter::once(Vec::new());
        let fitted = fit_slim(&shared.known, items, config);
        let lists: Vec<Vec<(i32, f32)>> = unknown.chain(fitted.into_iter().map(coded)).collect();
        network.with_item_weights(&lists, device)
    }

    /// The rows of the table that the events of each part begin with.
    pub(crate) fn table_rows(&self) -> Parts {
        let events = &self.rows.shared.interactions.events;
        let rows = |part: &[usize]| part.iter().map(|&event| events[event].row).collect();
        Parts {
            train: rows(&self.events.train),
            validation: rows(&self.events.validation),
            test: rows(&self.events.test),
        }
    }
}
