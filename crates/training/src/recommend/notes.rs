//! What a plan says of itself: what was done to the rows, how lists are judged, what looks like a mistake.

use hob_data::config::{EventOrder, EventSplit, EventWeight, RecommendConfig, RecommendLoss};
use hob_data::count::counted;
use hob_data::recommend::{Interactions, InteractionsReport};

use super::plan::PlannedRecommend;
use super::side::Sides;

impl PlannedRecommend {
    /// Numbers that a batch of so many rows of the training loop needs at once, roughly: the scores of all candidates for
    /// every question, four times over, and what a network sees of the history.
    pub fn values_per_batch(&self, rows: usize) -> usize {
        let shared = &self.rows.shared;
        let learning = &shared.learning;
        let rows = rows.min(self.rows.len());
        let questions = match learning.is_sequential {
            true => rows * learning.history,
            false => rows,
        };
        let items = shared.interactions.items.len();
        let candidates = match &learning.loss {
            None => 1,
            Some(loss) => match (loss, loss.negatives()) {
                (_, None) => items,
                (RecommendLoss::Softmax(_), Some(drawn)) => (drawn + questions).min(items),
                (_, Some(drawn)) => 1 + drawn,
            },
        };
        4 * questions * candidates + rows * learning.history * 64
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

/// What was done to the rows of the table, in sentences.
pub(super) fn notes(config: &RecommendConfig, report: &InteractionsReport) -> Vec<String> {
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

/// Tables whose ids are all others than those of the events.
pub(super) fn strangers(sides: &Sides, interactions: &Interactions) -> Vec<String> {
    let tables = [
        ("item", &sides.items, &interactions.items),
        ("user", &sides.users, &interactions.users),
    ];
    let strange = tables.into_iter().filter_map(|(name, side, ids)| {
        let side = side.as_ref()?;
        (side.lacks(ids) == ids.len()).then(|| {
            format!("no id of the {name} table stands in the events: are they written alike, such as `007` and `7`?")
        })
    });
    strange.collect()
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
    let learning = &shared.learning;
    if learning.weight != EventWeight::Same && (learning.is_sequential || learning.by_halves) {
        warnings.push(
            "`feedback.implicit.weight` has no effect: this network learns each item of a user alike".to_string(),
        );
    }
    warnings.extend(planned.warnings.clone());
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
