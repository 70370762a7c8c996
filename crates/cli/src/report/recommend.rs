//! Recommendations in the report: what a model stands beside, users by activity, a few lists, items alike.

pub(super) use hob_training::recommend::KIND;
use hob_training::recommend::{ActivityGroup, ItemNeighbours, RecommendDetail, UserSample};

use super::plot::figure;
use super::text::{capitalised, cell_text, count, counted, escape, metric, number, table};
use super::{OutputResult, item_map};

/// Names in a cell.
const MAX_NAMES: usize = 12;

/// Fewest items that make a map.
const MIN_MAP: usize = 3;

/// Whether ratings are predicted, not lists made.
fn is_rated(output: &OutputResult) -> bool {
    output.test.metrics.get("rmse").is_some()
}

/// The trivial answer as a heading of numbers and in a sentence.
pub(super) fn trivial(output: &OutputResult) -> (&'static str, &'static str) {
    match is_rated(output) {
        true => ("#Mean", "the mean"),
        false => ("#Popularity", "popularity"),
    }
}

/// What the trivial answer is.
pub(super) fn baseline_note(output: &OutputResult) -> &'static str {
    match is_rated(output) {
        true => "The mean is that of the ratings of the training part.",
        false => "Popularity gives every user the most popular items that the user does not have.",
    }
}

/// What is counted as a row.
pub(super) fn rows(output: &OutputResult) -> &'static str {
    match is_rated(output) {
        true => "Ratings",
        false => "Users",
    }
}

/// What the test part judges, in a sentence.
pub(super) fn judged(output: &OutputResult) -> String {
    let rows = output.test.rows;
    match is_rated(output) {
        true => format!("{} kept for the test", counted(rows, "rating")),
        false => format!("{} with items kept for the test", counted(rows, "user")),
    }
}

/// How the events were divided, and how the models beside were set.
pub(super) fn protocol(detail: &RecommendDetail) -> String {
    let settings = detail.others.iter().map(|other| {
        let name = capitalised(&other.name);
        format!(" {}: {}.", escape(&name), escape(&other.settings))
    });
    format!(
        "<p class=\"note\">{}. {}, {}, {}.{}</p>\n",
        escape(&capitalised(&detail.protocol)),
        counted(detail.users, "user"),
        counted(detail.items, "item"),
        counted(detail.events, "event"),
        settings.collect::<String>()
    )
}

/// Everything about the lists of the test part; nothing where ratings are predicted.
pub(super) fn body(output: &OutputResult, detail: &RecommendDetail) -> String {
    let mut body = activity(output, &detail.groups);
    body.push_str(&samples(&detail.samples));
    body.push_str(&neighbours(&detail.neighbours));
    body.push_str(&map(detail));
    body
}

/// Whether users with few items get lists as good as those with many.
fn activity(output: &OutputResult, groups: &[ActivityGroup]) -> String {
    let Some((name, _)) = output.test.metrics.first().filter(|_| !groups.is_empty()) else {
        return String::new();
    };
    let lines = groups.iter().map(|group| {
        let best = group.model.max(group.popularity).max(group.item_knn);
        let shown = |value: f64| match value == best {
            true => format!("<strong>{}</strong>", number(value)),
            false => number(value),
        };
        let items = match group.from == group.to {
            true => count(group.from),
            false => format!("{}\u{2013}{}", count(group.from), count(group.to)),
        };
        vec![
            items,
            count(group.users),
            shown(group.model),
            shown(group.popularity),
            shown(group.item_knn),
        ]
    });
    let headings = [
        "#Items of a user",
        "#Users",
        "#Model",
        "#Popularity",
        "#Item kNN",
    ];
    format!(
        "<h3>By activity</h3>\n<p class=\"note\">{} of the test users, by how many items they had before; the best \
         of each line is bold.</p>\n{}",
        escape(&metric(name).0),
        table("classes", &headings, lines)
    )
}

/// What a few users have, get and were to get.
fn samples(samples: &[UserSample]) -> String {
    if samples.is_empty() {
        return String::new();
    }
    let lines = samples.iter().map(|sample| {
        let list = sample.list.iter().enumerate().map(|(place, listed)| {
            let item = cell_text(&listed.item);
            let item = match listed.hit {
                true => format!("<strong>\u{2713} {item}</strong>"),
                false => item,
            };
            let score = number(f64::from(listed.score));
            format!("{}. {item} <small>{score}</small>", place + 1)
        });
        vec![
            format!("<strong>{}</strong>", cell_text(&sample.user)),
            count(sample.owned),
            names(&sample.history),
            list.collect::<Vec<_>>().join("<br>"),
            names(&sample.held),
        ]
    });
    let headings = ["User", "#Items", "The newest", "List", "Held back"];
    format!(
        "<h3>Lists of a few users</h3>\n<p class=\"note\">\u{2713} marks a hit: an item of the list that was held \
         back. The users are spread over the test part, not chosen by their hits; beside each item is its score.</p>\n{}",
        table("pairs", &headings, lines)
    )
}

/// A name a line, the first of many.
fn names(items: &[String]) -> String {
    let shown = items.iter().take(MAX_NAMES);
    let mut lines: Vec<String> = shown.map(|item| cell_text(item)).collect();
    let left_out = items.len() - lines.len();
    if left_out > 0 {
        lines.push(format!("<small>{} more</small>", count(left_out)));
    }
    lines.join("<br>")
}

/// What the network finds alike.
fn neighbours(items: &[ItemNeighbours]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let lines = items.iter().map(|item| {
        let nearest = item.nearest.iter().map(|(name, cosine)| {
            let cosine = number(f64::from(*cosine));
            format!("{} <small>{cosine}</small>", cell_text(name))
        });
        vec![
            format!("<strong>{}</strong>", cell_text(&item.item)),
            count(item.users),
            nearest.collect::<Vec<_>>().join("<br>"),
        ]
    });
    format!(
        "<h3>Items alike</h3>\n<p class=\"note\">Popular items and those with the nearest vectors; the number is the \
         cosine, 1 where both point the same way.</p>\n{}",
        table("pairs", &["Item", "#Users", "Nearest items"], lines)
    )
}

/// The vectors of items in the plane.
fn map(detail: &RecommendDetail) -> String {
    if detail.map.len() < MIN_MAP {
        return String::new();
    }
    format!(
        "<div class=\"figures\">\n{}</div>\n<p class=\"note\">The first two principal components of the vectors \
         of {}, each to its own scale; the larger a dot, the more users have the item. Pointing at a dot shows its name.</p>\n",
        figure("Map of items", &item_map::svg(detail), &[]),
        counted(detail.map.len(), "popular item")
    )
}
