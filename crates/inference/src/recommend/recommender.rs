//! A model that recommends, ready to answer.

use std::collections::HashMap;
use std::path::Path;

use burn::tensor::Device;
use hob_data::features::Features;
use hob_data::preprocess::TransformReport;
use hob_data::source::{ColumnKind, ColumnRequest, ReadOptions};
use hob_data::table::{Table, Values};
use hob_model::recommend::Recommender as RecommenderNetwork;
use hob_model::{ModelError, Network, weights as packed};
use rayon::prelude::*;
use serde::Serialize;

use super::catalog::{Catalog, Rule};
use super::fold_in::{fold_in, fold_in_ratings};
use super::input::{Question, questions};
use super::spec::RecommendSpec;
use crate::bundle::Bundle;
use crate::device;
use crate::error::{BundleFault, InferenceError};
use crate::manifest::Manifest;
use crate::model::ModelKind;
use crate::predictor::{SELF_TEST_TOLERANCE, requests};
use crate::text_vectors::dot;

/// Users whose stored vector is computed again when a bundle is opened.
const TESTED_USERS: usize = 3;
/// The column of a table of users that holds the items of each.
pub(super) const ITEMS_COLUMN: &str = "items";

/// Recommends items from a catalog.
#[derive(Debug)]
pub struct Recommender {
    manifest: Manifest,
    spec: RecommendSpec,
    network: Network,
    catalog: Catalog,
    device: Device,
    users: HashMap<String, u32>,
    items: HashMap<String, u32>,
}

/// Who wants a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserRequest {
    /// Id of the user, if there is one.
    pub user: Option<String>,
    /// Ids of items that the user has besides those that are stored, oldest first.
    pub items: Vec<String>,
}

/// What a list was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What the user was known to have when the model was trained.
    Known,
    /// The items that were given, with those that are known.
    Items,
    /// Features of the user alone.
    Features,
    /// Nothing: these are the most popular items.
    Popularity,
}

/// A list for a user.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recommendation {
    /// As asked for.
    pub user: Option<String>,
    /// What the list was made from.
    pub basis: Basis,
    /// Items that were given and that the model does not know.
    pub unknown: Vec<String>,
    /// Best first.
    pub items: Vec<RankedItem>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankedItem {
    /// Its id.
    pub item: String,
    /// What people call it, or its id.
    pub name: String,
    /// Of the network; a rating where it was trained on ratings. With [`Basis::Popularity`] the number of its users.
    pub score: f32,
}

impl Recommender {
    /// Opens a bundle, or the bundle of a run folder, on a device (the default one when `None`), and runs its
    /// self-test.
    ///
    /// # Errors
    /// The file is no usable bundle or of another kind of model, the device cannot be used, or the self-test fails.
    pub fn open(path: &Path, device: Option<&str>) -> Result<Self, InferenceError> {
        let bundle = Bundle::read(path)?;
        Self::new(bundle, device).map_err(|error| error.of_bundle(path))
    }

    /// Builds the network of a bundle and runs its self-test.
    ///
    /// # Errors
    /// Weights or catalog do not fit, the model does not recommend, the device cannot be used, or the self-test fails.
    pub fn new(bundle: Bundle, device: Option<&str>) -> Result<Self, InferenceError> {
        let manifest = bundle.manifest;
        let (Some(spec), Some(catalog)) = (manifest.recommend.clone(), bundle.catalog) else {
            return Err(InferenceError::OtherKind {
                found: ModelKind::of(&manifest),
                asked: ModelKind::Recommender,
                name: manifest.name,
            });
        };
        let (_, device) = device::device(device)?;
        let network = packed::from_bytes(&manifest.network, bundle.weights, &device)?;
        let numbers = |ids: &[String]| {
            let numbered = ids.iter().cloned().zip(0..);
            numbered.collect::<HashMap<String, u32>>()
        };
        let recommender = Self {
            users: numbers(&catalog.texts.users),
            items: numbers(&catalog.texts.items),
            manifest,
            spec,
            network,
            catalog,
            device,
        };
        recommender.check()?;
        recommender.self_test()?;
        Ok(recommender)
    }

    /// What the bundle says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How items are recommended.
    pub fn spec(&self) -> &RecommendSpec {
        &self.spec
    }

    /// What there is to recommend.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Where the network runs.
    pub fn burn_device(&self) -> &Device {
        &self.device
    }

    fn recommender(&self) -> Result<&RecommenderNetwork, ModelError> {
        let found = self.network.recommender();
        found.ok_or_else(|| fault("body", "does not recommend".to_string()))
    }

    /// Whether network and catalog are of one model.
    fn check(&self) -> Result<(), InferenceError> {
        let network = self.recommender()?;
        let (width, expected) = (self.catalog.width(), network.width());
        if width != expected {
            let reason =
                format!("its vectors have {width} numbers, those of the network {expected}");
            return Err(InferenceError::Bundle {
                path: self.manifest.name.clone().into(),
                source: BundleFault::Index(reason),
            });
        }
        let texts = &self.catalog.texts;
        let sizes = self.manifest.network.inputs.interactions.as_ref();
        let fits = sizes.is_some_and(|sizes| {
            sizes.items == texts.items.len() + 1
                && sizes.users == texts.users.len() + 1
                && sizes.ratings == self.spec.ratings.is_some()
                && sizes.user_inputs.is_some() == self.spec.users.is_some()
        });
        let sequence = network.questions.sequence.as_ref();
        let longest = sequence.map(|sequence| sequence.positions.lazy_shape()[0]);
        let sees = longest.is_none_or(|longest| self.spec.history <= longest);
        let is_sequential = network.questions.is_sequential() == self.spec.is_sequential;
        match fits && sees && is_sequential {
            true => Ok(()),
            false => {
                let reason = "are of another network than the catalog".to_string();
                Err(fault("inputs.interactions", reason).into())
            }
        }
    }

    /// Computes what a few users look for again.
    fn self_test(&self) -> Result<(), InferenceError> {
        // Features of users are not stored.
        if self.spec.users.is_some() {
            return Ok(());
        }
        let count = TESTED_USERS.min(self.catalog.texts.users.len());
        let asked: Vec<Question> = (0..count as u32)
            .map(|user| self.question(Some(user), &self.catalog.texts.owned[user as usize], 0))
            .collect();
        if asked.is_empty() {
            return Ok(());
        }
        let found = questions(self.recommender()?, &asked, None, &self.device);
        for user in 0..count {
            let expected = self.catalog.user(user as u32);
            for (&found, &expected) in found.row(user).iter().zip(expected) {
                // Written so that NaN fails.
                let close =
                    (found - expected).abs() <= SELF_TEST_TOLERANCE * (1.0 + expected.abs());
                if !close {
                    return Err(InferenceError::SelfTest {
                        example: user,
                        output: self.spec.item.clone(),
                        expected,
                        found,
                    });
                }
            }
        }
        Ok(())
    }

    fn question(&self, user: Option<u32>, owned: &[u32], row: usize) -> Question {
        let seen = owned.len().saturating_sub(self.spec.history);
        let code = |user: u32| match self.catalog.texts.seen_users[user as usize] {
            true => user as i32 + 1,
            false => 0,
        };
        let history = owned[seen..]
            .iter()
            .map(|&item| self.catalog.item_code(item));
        Question {
            user: user.map_or(0, code),
            history: history.collect(),
            row,
        }
    }

    /// The columns of a table of users: id, items and features, of which none must be there.
    pub fn requests(&self) -> Vec<ColumnRequest> {
        let text = |name: &str| ColumnRequest {
            name: name.to_string(),
            kind: ColumnKind::Category,
            required: false,
            hash_salt: None,
        };
        let mut columns = vec![text(&self.spec.user), text(ITEMS_COLUMN)];
        let features = self.spec.users.iter();
        columns.extend(features.flat_map(|users| requests(&users.inputs, &self.manifest.reading)));
        let hashed = &self.manifest.reading.hashed;
        if hashed.contains(&self.spec.user) {
            columns[0].hash_salt = Some(self.manifest.reading.salt.clone());
        }
        columns
    }

    /// The users of a table. Items of a user stand in one cell, between `|`.
    pub fn users(&self, table: &Table) -> Vec<UserRequest> {
        let cell = |name: &str, row: usize| match table.column(name).map(|column| &column.values) {
            Some(Values::Category(cells)) => cells.get(row).map(str::to_string),
            _ => None,
        };
        let request = |row| UserRequest {
            user: cell(&self.spec.user, row).filter(|id| !id.is_empty()),
            items: cell(ITEMS_COLUMN, row)
                .iter()
                .flat_map(|items| items.split('|'))
                .map(|item| item.trim().to_string())
                .filter(|item| !item.is_empty())
                .collect(),
        };
        (0..table.num_rows).map(request).collect()
    }

    /// A list for each user. `table` has the users' features, row by row, if the network reads any.
    ///
    /// # Errors
    /// A column of the features is absent or of another type.
    pub fn recommend(
        &self,
        users: &[UserRequest],
        table: Option<&Table>,
        top: usize,
        allowed: &[bool],
        again: bool,
    ) -> Result<(Vec<Recommendation>, TransformReport), InferenceError> {
        let (features, report) = self.features(users.len(), table)?;
        let mut asked = Vec::new();
        let wants: Vec<Want> = users
            .iter()
            .enumerate()
            .map(|(row, request)| self.want(request, row, features.is_some(), &mut asked))
            .collect();
        let vectors = questions(self.recommender()?, &asked, features.as_ref(), &self.device);
        let lists = wants.into_par_iter().zip(users).map(|(want, request)| {
            let vector = match &want.vector {
                Vector::Stored(user) => self.catalog.user(*user).to_vec(),
                Vector::Asked(place) => vectors.row(*place).to_vec(),
                Vector::FoldIn => self.fold_in(&want.owned),
                Vector::None => Vec::new(),
            };
            let scores = self.scores(&vector);
            let mut is_open = allowed.to_vec();
            if !again {
                want.owned
                    .iter()
                    .for_each(|&item| is_open[item as usize] = false);
            }
            let ranked = top_items(&scores, &is_open, top);
            let item = |item: u32| RankedItem {
                item: self.catalog.texts.items[item as usize].clone(),
                name: self.catalog.name(item).to_string(),
                score: self.clipped(scores[item as usize], want.basis),
            };
            Recommendation {
                user: request.user.clone(),
                basis: want.basis,
                unknown: want.unknown,
                items: ranked.into_iter().map(item).collect(),
            }
        });
        Ok((lists.collect(), report))
    }

    fn features(
        &self,
        count: usize,
        table: Option<&Table>,
    ) -> Result<(Option<Features>, TransformReport), InferenceError> {
        let (Some(reading), Some(table)) = (&self.spec.users, table) else {
            return Ok((None, TransformReport::default()));
        };
        let rows: Vec<usize> = (0..count).collect();
        let (features, report) = reading.inputs.transform(table, &rows)?;
        Ok((Some(features), report))
    }

    fn want(
        &self,
        request: &UserRequest,
        row: usize,
        has_features: bool,
        asked: &mut Vec<Question>,
    ) -> Want {
        let user = request
            .user
            .as_ref()
            .and_then(|id| self.users.get(id))
            .copied();
        let mut owned = user.map_or(Vec::new(), |user| {
            self.catalog.texts.owned[user as usize].clone()
        });
        let mut unknown = Vec::new();
        let stored = owned.len();
        for id in &request.items {
            match self.items.get(id) {
                Some(item) if !owned.contains(item) => owned.push(*item),
                Some(_) => {}
                None => unknown.push(id.clone()),
            }
        }
        let is_new = owned.len() > stored;
        let is_seen = user.is_some_and(|user| self.catalog.texts.seen_users[user as usize]);
        let by_number = self.spec.history == 0 && self.spec.users.is_none();
        let (basis, vector) = match user {
            Some(user) if is_seen && !is_new && !has_features => {
                (Basis::Known, Vector::Stored(user))
            }
            // Its vector says more than a few new items do.
            Some(user) if is_seen && by_number => (Basis::Known, Vector::Stored(user)),
            _ if by_number && owned.is_empty() => (Basis::Popularity, Vector::None),
            _ if by_number => (Basis::Items, Vector::FoldIn),
            user => {
                let basis = match (owned.is_empty(), has_features) {
                    (false, _) => Basis::Items,
                    (true, true) => Basis::Features,
                    (true, false) => Basis::Popularity,
                };
                let needs = self.spec.users.is_some() && !has_features;
                if basis == Basis::Popularity || needs {
                    (Basis::Popularity, Vector::None)
                } else {
                    asked.push(self.question(user, &owned, row));
                    (basis, Vector::Asked(asked.len() - 1))
                }
            }
        };
        Want {
            basis,
            vector,
            owned,
            unknown,
        }
    }

    fn fold_in(&self, owned: &[u32]) -> Vec<f32> {
        let (items, width) = (self.catalog.items(), self.catalog.width());
        match self.spec.ratings {
            // Having an item says that it was liked.
            Some([_, most]) => {
                let rated: Vec<(u32, f32)> = owned.iter().map(|&item| (item, most)).collect();
                fold_in_ratings(items, width, &rated, self.mean_rating())
            }
            None => fold_in(items, width, owned),
        }
    }

    /// The score of every item; the number of its users for an empty vector.
    fn scores(&self, vector: &[f32]) -> Vec<f32> {
        if vector.is_empty() {
            let popularity = self.catalog.texts.popularity.iter();
            return popularity.map(|&users| users as f32).collect();
        }
        let items = self.catalog.items().chunks_exact(self.catalog.width());
        items.map(|item| dot(item, vector)).collect()
    }

    fn clipped(&self, score: f32, basis: Basis) -> f32 {
        match self.spec.ratings {
            Some([low, high]) if basis != Basis::Popularity => score.clamp(low, high),
            _ => score,
        }
    }

    /// The items whose vectors point most nearly the same way, with the cosine; levels do not count.
    ///
    /// `None` for an item that the model does not know.
    pub fn similar(&self, item: &str, top: usize, allowed: &[bool]) -> Option<Vec<RankedItem>> {
        let item = *self.items.get(item)?;
        let dim = self.catalog.width() - 1 - usize::from(self.spec.ratings.is_some());
        let vector = |item: u32| &self.catalog.item(item)[..dim];
        let length = |vector: &[f32]| dot(vector, vector).sqrt().max(f32::MIN_POSITIVE);
        let own = vector(item);
        let cosine = |other: u32| {
            let other = vector(other);
            dot(own, other) / (length(own) * length(other))
        };
        let scores: Vec<f32> = (0..self.catalog.texts.items.len() as u32)
            .map(cosine)
            .collect();
        let mut is_open = allowed.to_vec();
        is_open[item as usize] = false;
        let ranked = top_items(&scores, &is_open, top)
            .into_iter()
            .map(|item| RankedItem {
                item: self.catalog.texts.items[item as usize].clone(),
                name: self.catalog.name(item).to_string(),
                score: scores[item as usize],
            });
        Some(ranked.collect())
    }

    /// The number of a user whose events the model was trained or judged on.
    pub fn user_number(&self, id: &str) -> Option<u32> {
        self.users.get(id).copied()
    }

    /// The number of an item of the catalog.
    pub fn item_number(&self, id: &str) -> Option<u32> {
        self.items.get(id).copied()
    }

    /// How to read tables of users.
    pub fn read_options(&self) -> ReadOptions {
        self.manifest.reading.options()
    }

    /// The mean rating of the training part; 0 without ratings.
    pub fn mean_rating(&self) -> f32 {
        let sizes = self.manifest.network.inputs.interactions.as_ref();
        sizes.map_or(0.0, |sizes| sizes.mean)
    }

    /// The rating that a known user would give a known item.
    pub fn rate(&self, user: &str, item: &str) -> Option<f32> {
        let (user, item) = (self.user_number(user)?, self.item_number(item)?);
        let score = dot(self.catalog.user(user), self.catalog.item(item));
        Some(self.clipped(score, Basis::Known))
    }

    /// Which items keep all rules.
    ///
    /// # Errors
    /// The column of a rule, if there is none such.
    pub fn allowed(&self, rules: &[Rule]) -> Result<Vec<bool>, String> {
        self.catalog.allowed(rules)
    }
}

struct Want {
    basis: Basis,
    vector: Vector,
    owned: Vec<u32>,
    unknown: Vec<String>,
}

enum Vector {
    Stored(u32),
    Asked(usize),
    FoldIn,
    None,
}

fn fault(field: &str, reason: String) -> ModelError {
    ModelError::Config {
        field: field.to_string(),
        reason,
    }
}

/// The open items with the highest scores, best first; of equal scores the earlier item.
pub fn top_items(scores: &[f32], is_open: &[bool], top: usize) -> Vec<u32> {
    let mut items: Vec<u32> = (0..scores.len() as u32)
        .filter(|&item| is_open[item as usize])
        .collect();
    let better = |a: &u32, b: &u32| {
        let (first, second) = (scores[*a as usize], scores[*b as usize]);
        second.total_cmp(&first).then(a.cmp(b))
    };
    if top == 0 {
        return Vec::new();
    }
    if top < items.len() {
        items.select_nth_unstable_by(top - 1, better);
        items.truncate(top);
    }
    items.sort_unstable_by(better);
    items
}
