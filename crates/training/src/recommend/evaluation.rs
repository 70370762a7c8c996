//! Lists of every user with something held back, judged beside other models.

use burn::tensor::Device;
use hob_data::features::Matrix;
use hob_data::recommend::{History, Shared};
use hob_inference::recommend::{Question, item_vectors, questions, top_items};
use hob_model::recommend::Recommender;
use rayon::prelude::*;

use super::baselines::{KnnSettings, Neighbours, Popularity, Scorer};
use super::metrics::{RankedList, ndcg, ranking, variety};
use super::plan::PlannedRecommend;
use super::result::{
    ActivityGroup, ItemNeighbours, ListedItem, MapPoint, OtherLists, RecommendDetail, UserSample,
};
use crate::metrics::Metrics;

/// Users that are judged after each epoch, at most.
const WATCHED_USERS: usize = 2_000;
/// Lists to look at.
const SAMPLES: usize = 6;
/// Items of a history that are shown.
const SHOWN_HISTORY: usize = 8;
/// Popular items whose neighbours are shown, and how many.
const SHOWN_ITEMS: (usize, usize) = (12, 5);
/// Items on the map.
const MAP_ITEMS: usize = 400;

/// What is held back, and what each user is known to have then.
pub(crate) struct Evaluation<'a> {
    planned: &'a PlannedRecommend,
    shared: &'a Shared,
    owned: History,
    /// Per user with something held back: its number and those items.
    held: Vec<(u32, Vec<u32>)>,
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
        let lists = held.map_init(
            || (vec![0.0_f32; items], vec![true; items]),
            |(scores, is_open), (place, (user, relevant))| {
                let owned = self.owned.items(*user as usize);
                score(place, owned, scores);
                owned
                    .iter()
                    .for_each(|&item| is_open[item as usize] = false);
                let recommended = top_items(scores, is_open, top);
                owned.iter().for_each(|&item| is_open[item as usize] = true);
                RankedList {
                    user: *user,
                    recommended,
                    relevant: relevant.clone(),
                }
            },
        );
        lists.collect()
    }

    /// What the network recommends.
    pub(crate) fn of_network(&self, network: &Recommender, device: &Device) -> Vec<RankedList> {
        let items = self.items(network, device);
        self.by_vectors(network, &items, device)
    }

    /// The vector of every item.
    pub(crate) fn items(&self, network: &Recommender, device: &Device) -> Matrix<f32> {
        let shared = self.shared;
        let codes: Vec<i32> = (0..shared.interactions.items.len() as u32)
            .map(|item| shared.item_code(item))
            .collect();
        item_vectors(network, &codes, shared.item_features.as_ref(), device)
    }

    fn by_vectors(
        &self,
        network: &Recommender,
        items: &Matrix<f32>,
        device: &Device,
    ) -> Vec<RankedList> {
        let users: Vec<u32> = self.held.iter().map(|(user, _)| *user).collect();
        let wanted = self.wanted(network, &users, device);
        self.lists(|place, _, scores| products(wanted.row(place), items, scores))
    }

    /// What some users look for.
    pub(crate) fn wanted(
        &self,
        network: &Recommender,
        users: &[u32],
        device: &Device,
    ) -> Matrix<f32> {
        let shared = self.shared;
        let question = |&user: &u32| {
            let owned = self.owned.items(user as usize);
            let seen = owned.len().saturating_sub(shared.learning.history);
            Question {
                user: shared.user_code(user),
                history: owned[seen..]
                    .iter()
                    .map(|&item| shared.item_code(item))
                    .collect(),
                row: user as usize,
            }
        };
        let asked: Vec<Question> = users.iter().map(question).collect();
        questions(network, &asked, shared.user_features.as_ref(), device)
    }

    /// NDCG of the headline length.
    pub(crate) fn headline(&self, network: &Recommender, device: &Device) -> Metrics {
        let k = self.planned.config.k[0];
        let mut metrics = Metrics::default();
        if !self.held.is_empty() {
            metrics.push(
                format!("ndcg_at_{k}"),
                ndcg(&self.of_network(network, device), k),
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
        self.of_scorer(&Popularity::new(&self.shared.popularity))
    }

    fn of_scorer(&self, scorer: &impl Scorer) -> Vec<RankedList> {
        self.lists(|_, owned, scores| scorer.score(owned, scores))
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
                false => ndcg(&validation.of_scorer(&found.knn(settings.neighbours)), k),
            };
            if best.as_ref().is_none_or(|(known, ..)| score > *known) {
                best = Some((score, settings, found.clone()));
            }
            nearest = Some((settings.shrink, found));
        }
        let (_, settings, found) = best.expect("the grid has settings");
        (settings, self.of_scorer(&found.knn(settings.neighbours)))
    }

    /// The whole judgement of a network.
    pub(crate) fn judge(&self, network: &Recommender, device: &Device) -> Judged {
        let items = self.items(network, device);
        let lists = self.by_vectors(network, &items, device);
        let popularity = self.of_popularity();
        let (settings, knn) = self.of_item_knn();
        let shared = self.shared;
        let detail = RecommendDetail {
            protocol: self.planned.protocol(),
            users: self.held.len(),
            items: shared.interactions.items.len(),
            events: shared.interactions.events.len(),
            groups: self.groups(&lists, &popularity, &knn),
            samples: self.samples(&lists, network, &items, device),
            neighbours: self.neighbours(network, &items),
            map: self.map(network, &items),
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

    fn name(&self, item: u32) -> String {
        let name = self
            .planned
            .names
            .get(item as usize)
            .filter(|name| !name.is_empty());
        name.unwrap_or(&self.shared.interactions.items[item as usize])
            .clone()
    }

    /// Users by the number of their items, in four groups of about as many.
    fn groups(
        &self,
        model: &[RankedList],
        popularity: &[RankedList],
        knn: &[RankedList],
    ) -> Vec<ActivityGroup> {
        let owned = |place: usize| self.owned.items(self.held[place].0 as usize).len();
        let mut places: Vec<usize> = (0..self.held.len()).collect();
        places.sort_by_key(|&place| (owned(place), place));
        let k = self.planned.config.k[0];
        let size = places.len().div_ceil(4).max(1);
        let group = |places: &[usize]| {
            let of = |lists: &[RankedList]| {
                let lists: Vec<RankedList> =
                    places.iter().map(|&place| lists[place].clone()).collect();
                ndcg(&lists, k)
            };
            ActivityGroup {
                from: places.first().map_or(0, |&place| owned(place)),
                to: places.last().map_or(0, |&place| owned(place)),
                users: places.len(),
                model: of(model),
                popularity: of(popularity),
                item_knn: of(knn),
            }
        };
        places.chunks(size).map(group).collect()
    }

    fn samples(
        &self,
        lists: &[RankedList],
        network: &Recommender,
        items: &Matrix<f32>,
        device: &Device,
    ) -> Vec<UserSample> {
        let k = self.planned.config.k[0];
        let step = (lists.len() / SAMPLES).max(1);
        let chosen: Vec<&RankedList> = lists.iter().step_by(step).take(SAMPLES).collect();
        let users: Vec<u32> = chosen.iter().map(|list| list.user).collect();
        let wanted = self.wanted(network, &users, device);
        let sample = |(place, list): (usize, &&RankedList)| {
            let owned = self.owned.items(list.user as usize);
            let score = |item: u32| dot(wanted.row(place), items.row(item as usize));
            let listed = |&item: &u32| ListedItem {
                item: self.name(item),
                score: score(item),
                hit: list.relevant.contains(&item),
            };
            UserSample {
                user: self.shared.interactions.users[list.user as usize].clone(),
                history: owned
                    .iter()
                    .rev()
                    .take(SHOWN_HISTORY)
                    .map(|&item| self.name(item))
                    .collect(),
                owned: owned.len(),
                list: list.recommended.iter().take(k).map(listed).collect(),
                held: list.relevant.iter().map(|&item| self.name(item)).collect(),
            }
        };
        chosen.iter().enumerate().map(sample).collect()
    }

    /// The most popular items, most popular first.
    fn popular(&self, count: usize) -> Vec<u32> {
        let mut items: Vec<u32> = (0..self.shared.popularity.len() as u32).collect();
        items.sort_by_key(|&item| std::cmp::Reverse(self.shared.popularity[item as usize]));
        items.truncate(count);
        items.retain(|&item| self.shared.popularity[item as usize] > 0);
        items
    }

    /// The part of a vector that says what an item is; the rest are levels.
    fn dim(network: &Recommender, ratings: bool) -> usize {
        network.width() - 1 - usize::from(ratings)
    }

    fn neighbours(&self, network: &Recommender, items: &Matrix<f32>) -> Vec<ItemNeighbours> {
        let dim = Self::dim(network, self.planned.range.is_some());
        let vector = |item: u32| &items.row(item as usize)[..dim];
        let length = |item: u32| {
            dot(vector(item), vector(item))
                .sqrt()
                .max(f32::MIN_POSITIVE)
        };
        let count = self.shared.popularity.len();
        let of = |item: u32| {
            let cosine =
                |other: u32| dot(vector(item), vector(other)) / (length(item) * length(other));
            let scores: Vec<f32> = (0..count as u32).map(cosine).collect();
            let mut is_open: Vec<bool> = self
                .shared
                .popularity
                .iter()
                .map(|&users| users > 0)
                .collect();
            is_open[item as usize] = false;
            let nearest = top_items(&scores, &is_open, SHOWN_ITEMS.1).into_iter();
            ItemNeighbours {
                item: self.name(item),
                users: self.shared.popularity[item as usize],
                nearest: nearest
                    .map(|other| (self.name(other), scores[other as usize]))
                    .collect(),
            }
        };
        self.popular(SHOWN_ITEMS.0).into_iter().map(of).collect()
    }

    fn map(&self, network: &Recommender, items: &Matrix<f32>) -> Vec<MapPoint> {
        let dim = Self::dim(network, self.planned.range.is_some());
        let shown = self.popular(MAP_ITEMS);
        let rows: Vec<&[f32]> = shown
            .iter()
            .map(|&item| &items.row(item as usize)[..dim])
            .collect();
        let [x, y] = principal_components(&rows);
        let points = shown.iter().zip(x.iter().zip(&y));
        let point = |(&item, (&x, &y)): (&u32, (&f32, &f32))| MapPoint {
            item: self.name(item),
            x,
            y,
            users: self.shared.popularity[item as usize],
        };
        points.map(point).collect()
    }
}

/// Lists of a network and of the most popular items.
pub(crate) struct Judged {
    pub(crate) metrics: Metrics,
    pub(crate) popularity: Metrics,
    pub(crate) users: usize,
    pub(crate) detail: RecommendDetail,
}

fn products(wanted: &[f32], items: &Matrix<f32>, scores: &mut [f32]) {
    let rows = items.values.chunks_exact(items.width);
    scores
        .iter_mut()
        .zip(rows)
        .for_each(|(score, item)| *score = dot(wanted, item));
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The first two, by power iteration; a component without spread is 0.
fn principal_components(rows: &[&[f32]]) -> [Vec<f32>; 2] {
    let count = rows.len();
    let dim = rows.first().map_or(0, |row| row.len());
    let mean = |place: usize| {
        rows.iter().map(|row| f64::from(row[place])).sum::<f64>() / count.max(1) as f64
    };
    let means: Vec<f64> = (0..dim).map(mean).collect();
    let mut centered: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            row.iter()
                .zip(&means)
                .map(|(value, mean)| f64::from(*value) - mean)
                .collect()
        })
        .collect();
    [(); 2].map(|()| {
        let mut axis: Vec<f64> = (0..dim).map(|place| 1.0 / (place + 1) as f64).collect();
        let project =
            |axis: &[f64], row: &[f64]| axis.iter().zip(row).map(|(a, b)| a * b).sum::<f64>();
        for _ in 0..100 {
            let mut next = vec![0.0; dim];
            for row in &centered {
                let along = project(&axis, row);
                next.iter_mut()
                    .zip(row)
                    .for_each(|(sum, value)| *sum += along * value);
            }
            let length = project(&next, &next).sqrt();
            if length < 1e-12 {
                return vec![0.0; count];
            }
            axis = next.iter().map(|value| value / length).collect();
        }
        let along: Vec<f64> = centered.iter().map(|row| project(&axis, row)).collect();
        for (row, along) in centered.iter_mut().zip(&along) {
            row.iter_mut()
                .zip(&axis)
                .for_each(|(value, axis)| *value -= along * axis);
        }
        along.iter().map(|&value| value as f32).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_component_is_the_longest_axis() {
        let rows: Vec<[f32; 2]> = (-5..=5).map(|x| [x as f32, (x % 2) as f32 * 0.1]).collect();
        let rows: Vec<&[f32]> = rows.iter().map(|row| row.as_slice()).collect();
        let [x, _] = principal_components(&rows);
        assert!((x[10] - x[0]).abs() > 9.9, "{x:?}");
        assert_eq!(
            principal_components(&[&[1.0, 2.0], &[1.0, 2.0]])[0],
            [0.0, 0.0]
        );
    }
}
