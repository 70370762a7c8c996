//! Lists of every user with something held back, judged beside other models.

use burn::tensor::Device;
use hob_data::recommend::{History, Shared};
use hob_inference::recommend::{ItemWeights, top_items};
use hob_model::Network;
use rayon::prelude::*;

use super::baselines::{KnnSettings, Neighbours};
use super::metrics::{RankedList, ndcg, ranking, variety};
use super::plan::PlannedRecommend;
use super::ranker::Ranker;
use super::result::{OtherLists, RecommendDetail};
use crate::metrics::Metrics;

/// Users that are judged after each epoch, at most.
const WATCHED_USERS: usize = 2_000;

/// What is held back, and what each user is known to have then.
pub(crate) struct Evaluation<'a> {
    pub(super) planned: &'a PlannedRecommend,
    pub(super) shared: &'a Shared,
    pub(super) owned: History,
    /// Per user with something held back: its number and those items.
    pub(super) held: Vec<(u32, Vec<u32>)>,
}

impl<'a> Evaluation<'a> {
    /// Of the validation part: users have what is in the training part.
    pub(crate) fn validation(planned: &'a PlannedRecommend) -> Self {
        Self::new(
            planned,
            &[&planned.events.train],
            &planned.events.validation,
        )
    }

    /// Of the test part: users have what is in the other parts.
    pub(crate) fn test(planned: &'a PlannedRecommend) -> Self {
        let events = &planned.events;
        Self::new(planned, &[&events.train, &events.validation], &events.test)
    }

    fn new(planned: &'a PlannedRecommend, known: &[&[usize]], held: &[usize]) -> Self {
        let shared = &*planned.rows.shared;
        let mut known = known.concat();
        known.sort_unstable();
        let mut lists: Vec<(u32, Vec<u32>)> = Vec::new();
        for &event in held {
            let event = shared.interactions.events[event];
            match lists.last_mut() {
                Some((user, items)) if *user == event.user => items.push(event.item),
                _ => lists.push((event.user, vec![event.item])),
            }
        }
        Self {
            planned,
            shared,
            owned: History::new(&shared.interactions, known),
            held: lists,
        }
    }

    /// Some users, evenly spread, so that an epoch is judged quickly.
    pub(crate) fn watched(mut self) -> Self {
        let step = self.held.len().div_ceil(WATCHED_USERS).max(1);
        self.held = self.held.into_iter().step_by(step).collect();
        self
    }

    fn longest(&self) -> usize {
        self.planned.config.k.iter().copied().max().unwrap_or(10)
    }

    /// The list of every user by a function that scores all items.
    fn lists(&self, score: impl Fn(usize, &[u32], &mut [f32]) + Sync) -> Vec<RankedList> {
        let items = self.shared.interactions.items.len();
        let top = self.longest();
        let held = self.held.par_iter().enumerate();
        // Items that training has not seen are all alike but for their features.
        let has_features = self.shared.item_features.is_some();
        let open: Vec<bool> = (self.shared.popularity.iter())
            .map(|&users| users > 0 || has_features)
            .collect();
        let lists = held.map_init(
            || (vec![0.0_f32; items], open.clone()),
            |(scores, is_open), (place, (user, relevant))| {
                let owned = self.owned.items(*user as usize);
                score(place, owned, scores);
                owned
                    .iter()
                    .for_each(|&item| is_open[item as usize] = false);
                let recommended = top_items(scores, is_open, top);
                owned
                    .iter()
                    .for_each(|&item| is_open[item as usize] = open[item as usize]);
                RankedList {
                    user: *user,
                    recommended,
                    relevant: relevant.clone(),
                }
            },
        );
        lists.collect()
    }

    /// What a network recommends.
    pub(crate) fn of_ranker(&self, ranker: &Ranker<'_>, device: &Device) -> Vec<RankedList> {
        let users: Vec<u32> = self.held.iter().map(|(user, _)| *user).collect();
        let wanted = ranker.wanted(self.shared, &self.owned, &users, device);
        let scoring = ranker.scoring();
        self.lists(|place, owned, scores| scoring.score(wanted.row(place), owned, scores))
    }

    /// NDCG of the headline length.
    pub(crate) fn headline(&self, network: &Network, device: &Device) -> Metrics {
        let k = self.planned.config.k[0];
        let mut metrics = Metrics::default();
        if !self.held.is_empty() {
            let ranker = Ranker::new(network, self.shared, device);
            metrics.push(
                format!("ndcg_at_{k}"),
                ndcg(&self.of_ranker(&ranker, device), k),
            );
        }
        metrics
    }

    /// Everything measured of some lists.
    pub(crate) fn metrics(&self, lists: &[RankedList]) -> Metrics {
        let k = &self.planned.config.k;
        let mut metrics = ranking(lists, k);
        if !lists.is_empty() {
            let variety = variety(lists, &self.shared.popularity, k[0]);
            variety
                .iter()
                .for_each(|(name, value)| metrics.push(name, value));
        }
        metrics
    }

    /// The most popular items that each user does not have.
    pub(crate) fn of_popularity(&self) -> Vec<RankedList> {
        let popularity = self.shared.popularity.iter();
        let popularity: Vec<f32> = popularity.map(|&users| users as f32).collect();
        self.lists(|_, _, scores| scores.copy_from_slice(&popularity))
    }

    fn of_weights(&self, weights: &ItemWeights) -> Vec<RankedList> {
        self.lists(|_, owned, scores| weights.score(owned, scores))
    }

    /// Items like those that each user has, by the settings that are best on the validation part.
    pub(crate) fn of_item_knn(&self) -> (KnnSettings, Vec<RankedList>) {
        let shared = self.shared;
        let validation = Self::validation(self.planned).watched();
        let k = self.planned.config.k[0];
        let items = shared.interactions.items.len();
        let mut best: Option<(f64, KnnSettings, Neighbours)> = None;
        let mut nearest: Option<(f32, Neighbours)> = None;
        for settings in KnnSettings::grid() {
            let found = match nearest.take() {
                Some((shrink, found)) if shrink == settings.shrink => found,
                _ => Neighbours::new(&shared.known, items, settings.shrink),
            };
            let score = match validation.held.is_empty() {
                true => 0.0,
                false => ndcg(&validation.of_weights(&found.knn(settings.neighbours)), k),
            };
            if best.as_ref().is_none_or(|(known, ..)| score > *known) {
                best = Some((score, settings, found.clone()));
            }
            nearest = Some((settings.shrink, found));
        }
        let (_, settings, found) = best.expect("the grid has settings");
        (settings, self.of_weights(&found.knn(settings.neighbours)))
    }

    /// The whole judgement of a network.
    pub(crate) fn judge(&self, ranker: &Ranker<'_>, device: &Device) -> Judged {
        let lists = self.of_ranker(ranker, device);
        let popularity = self.of_popularity();
        let (settings, knn) = self.of_item_knn();
        let shared = self.shared;
        let detail = RecommendDetail {
            protocol: self.planned.protocol(),
            users: self.held.len(),
            items: shared.interactions.items.len(),
            events: shared.interactions.events.len(),
            groups: self.groups(&lists, &popularity, &knn),
            samples: self.samples(&lists, ranker, device),
            neighbours: self.neighbours(ranker),
            map: self.map(ranker),
            others: vec![OtherLists {
                name: "item kNN".to_string(),
                settings: format!(
                    "{} neighbours, shrinkage {}",
                    settings.neighbours, settings.shrink
                ),
                metrics: self.metrics(&knn),
            }],
        };
        Judged {
            metrics: self.metrics(&lists),
            popularity: self.metrics(&popularity),
            users: self.held.len(),
            detail,
        }
    }
}

/// Lists of a network and of the most popular items.
pub(crate) struct Judged {
    pub(crate) metrics: Metrics,
    pub(crate) popularity: Metrics,
    pub(crate) users: usize,
    pub(crate) detail: RecommendDetail,
}
