//! Lists to look at: users by their activity, a few lists by name, items alike, items in the plane.

use burn::tensor::Device;
use hob_inference::recommend::top_items;

use super::evaluation::Evaluation;
use super::metrics::{RankedList, ndcg};
use super::ranker::Ranker;
use super::result::{ActivityGroup, ItemNeighbours, ListedItem, MapPoint, UserSample};

/// Lists to look at.
const SAMPLES: usize = 6;
/// Items of a history that are shown.
const SHOWN_HISTORY: usize = 8;
/// Popular items whose neighbours are shown, and how many.
const SHOWN_ITEMS: (usize, usize) = (12, 5);
/// Items on the map.
const MAP_ITEMS: usize = 400;

impl Evaluation<'_> {
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
    pub(super) fn groups(
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

    pub(super) fn samples(
        &self,
        lists: &[RankedList],
        ranker: &Ranker<'_>,
        device: &Device,
    ) -> Vec<UserSample> {
        let k = self.planned.config.k[0];
        let step = (lists.len() / SAMPLES).max(1);
        let chosen: Vec<&RankedList> = lists.iter().step_by(step).take(SAMPLES).collect();
        let users: Vec<u32> = chosen.iter().map(|list| list.user).collect();
        let wanted = ranker.wanted(self.shared, &self.owned, &users, device);
        let sample = |(place, list): (usize, &&RankedList)| {
            let owned = self.owned.items(list.user as usize);
            let mut scores = vec![0.0; self.shared.popularity.len()];
            ranker
                .scoring()
                .score(wanted.row(place), owned, &mut scores);
            let listed = |&item: &u32| ListedItem {
                item: self.name(item),
                score: scores[item as usize],
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

    pub(super) fn neighbours(&self, ranker: &Ranker<'_>) -> Vec<ItemNeighbours> {
        let of = |item: u32| {
            let mut scores = vec![0.0; self.shared.popularity.len()];
            ranker.scoring().similarity(item, &mut scores);
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

    pub(super) fn map(&self, ranker: &Ranker<'_>) -> Vec<MapPoint> {
        let Some((items, dim)) = ranker.items() else {
            return Vec::new();
        };
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
