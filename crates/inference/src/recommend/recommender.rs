//! A model that recommends, ready to answer.

use std::collections::HashMap;
use std::path::Path;

use burn::tensor::Device;
use hob_data::features::Matrix;
use hob_data::preprocess::TransformReport;
use hob_data::table::Table;
use hob_model::recommend::Recommender as RecommenderNetwork;
use hob_model::{ModelError, Network, weights as packed};
use rayon::prelude::*;

use super::catalog::Catalog;
use super::check::fault;
use super::fold_in::{fold_in, fold_in_ratings};
use super::input::{Question, questions};
use super::list::{Basis, RankedItem, Recommendation, UserRequest, top_items};
use super::list_error::ListError;
use super::scoring::{ItemWeights, Scoring};
use super::spec::RecommendSpec;
use crate::bundle::Bundle;
use crate::device;
use crate::error::{BundleFault, InferenceError};
use crate::manifest::Manifest;
use crate::model::ModelKind;
use crate::text_vectors::dot;

/// Recommends items from a catalog.
#[derive(Debug)]
pub struct Recommender {
    pub(super) manifest: Manifest,
    pub(super) spec: RecommendSpec,
    network: Network,
    pub(super) catalog: Catalog,
    pub(super) device: Device,
    users: HashMap<String, u32>,
    items: HashMap<String, u32>,
    /// Of a model that scores by weights.
    weights: Option<ItemWeights>,
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
        let Some(spec) = manifest.recommend.clone() else {
            return Err(InferenceError::OtherKind {
                found: ModelKind::of(&manifest),
                asked: ModelKind::Recommender,
                name: manifest.name,
            });
        };
        let Some(catalog) = bundle.catalog else {
            return Err(InferenceError::Bundle {
                path: manifest.name.into(),
                source: BundleFault::Index("it is missing".to_string()),
            });
        };
        let (_, device) = device::device(device)?;
        let network = packed::from_bytes(&manifest.network, bundle.weights, &device)?;
        let numbers = |ids: &[String]| {
            let numbered = ids.iter().cloned().zip(0..);
            numbered.collect::<HashMap<String, u32>>()
        };
        let weights = network.item_item().map(|body| {
            let weights = ItemWeights::of_network(body);
            weights.ok_or_else(|| fault("body.slim", "names items that are not there".to_string()))
        });
        let weights = weights.transpose()?;
        let recommender = Self {
            weights,
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

    pub(super) fn recommender(&self) -> Result<&RecommenderNetwork, ModelError> {
        let found = self.network.recommender();
        found.ok_or_else(|| fault("body", "does not recommend".to_string()))
    }

    pub(super) fn question(&self, user: Option<u32>, owned: &[u32], row: usize) -> Question {
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
        let vectors = match asked.is_empty() {
            true => Matrix::default(),
            false => questions(self.recommender()?, &asked, features.as_ref(), &self.device),
        };
        let open = self.listable(allowed);
        let lists = wants.into_par_iter().zip(users).map(|(want, request)| {
            let vector = match &want.vector {
                Vector::Stored(user) => self.catalog.user(*user).to_vec(),
                Vector::Asked(place) => vectors.row(*place).to_vec(),
                Vector::FoldIn => self.fold_in(&want.owned),
                Vector::None | Vector::Owned => Vec::new(),
            };
            let scores = match want.vector {
                Vector::None => self.popularity(),
                _ => self.scores(&vector, &want.owned),
            };
            let mut is_open = open.clone();
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
        if self.weights.is_some() {
            let (basis, vector) = match (owned.is_empty(), is_new) {
                (true, _) => (Basis::Popularity, Vector::None),
                (false, true) => (Basis::Items, Vector::Owned),
                (false, false) => (Basis::Known, Vector::Owned),
            };
            return Want {
                basis,
                vector,
                owned,
                unknown,
            };
        }
        let by_number = self.spec.history == 0 && self.spec.users.is_none();
        let (basis, vector) = match user {
            // What the network knew of the user is in it; features in the row change nothing.
            Some(user) if is_seen && !is_new => (Basis::Known, Vector::Stored(user)),
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

    /// Those of the allowed items that can be told from others: without features, one that nobody had in training cannot.
    fn listable(&self, allowed: &[bool]) -> Vec<bool> {
        let has_features = self.knows_features();
        let users = allowed.iter().zip(&self.catalog.texts.popularity);
        let is_open = |(allowed, users): (&bool, &usize)| *allowed && (has_features || *users > 0);
        users.map(is_open).collect()
    }

    /// Whether an item that nobody had in training can be told from others.
    fn knows_features(&self) -> bool {
        let sizes = self.manifest.network.inputs.interactions.as_ref();
        sizes.is_some_and(|sizes| sizes.item_inputs.is_some())
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

    fn scoring(&self) -> Scoring<'_> {
        match &self.weights {
            Some(weights) => Scoring::Weights(weights),
            None => Scoring::Products {
                items: self.catalog.items(),
                width: self.catalog.width(),
                dim: self.catalog.width() - 1 - usize::from(self.spec.ratings.is_some()),
            },
        }
    }

    /// The score of every item.
    fn scores(&self, vector: &[f32], owned: &[u32]) -> Vec<f32> {
        let mut scores = vec![0.0; self.catalog.texts.items.len()];
        self.scoring().score(vector, owned, &mut scores);
        scores
    }

    /// The number of users of every item.
    fn popularity(&self) -> Vec<f32> {
        let popularity = self.catalog.texts.popularity.iter();
        popularity.map(|&users| users as f32).collect()
    }

    fn clipped(&self, score: f32, basis: Basis) -> f32 {
        match self.spec.ratings {
            Some([low, high]) if basis != Basis::Popularity => score.clamp(low, high),
            _ => score,
        }
    }

    /// The items most like one: by the cosine of their vectors without levels, or by how much the one speaks for them.
    ///
    /// # Errors
    /// The model does not know the item.
    pub fn similar(
        &self,
        item: &str,
        top: usize,
        allowed: &[bool],
    ) -> Result<Vec<RankedItem>, ListError> {
        let known = self.item_number(item);
        let item = known.ok_or_else(|| self.unknown_item(item))?;
        let mut scores = vec![0.0; self.catalog.texts.items.len()];
        self.scoring().similarity(item, &mut scores);
        let mut is_open = allowed.to_vec();
        is_open[item as usize] = false;
        let ranked = top_items(&scores, &is_open, top)
            .into_iter()
            .map(|item| RankedItem {
                item: self.catalog.texts.items[item as usize].clone(),
                name: self.catalog.name(item).to_string(),
                score: scores[item as usize],
            });
        Ok(ranked.collect())
    }

    /// The number of a user whose events the model was trained or judged on.
    pub fn user_number(&self, id: &str) -> Option<u32> {
        self.users.get(id).copied()
    }

    /// The number of an item of the catalog.
    pub fn item_number(&self, id: &str) -> Option<u32> {
        self.items.get(id).copied()
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
    /// What the user has is looked at itself.
    Owned,
    None,
}
