use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::config::{
    BprLoss, EventDuplicates, EventSplit, FeedbackConfig, RatioSplit, RecommendConfig,
    RecommendLoss, Sampling, SoftmaxLoss,
};
use crate::table::{Categories, Column, Table, Values};

fn config(text: &str) -> RecommendConfig {
    let json = format!("{{\"user\": \"u\", \"item\": \"i\"{text}}}");
    serde_json::from_str(&json).unwrap()
}

fn texts(values: &[&str]) -> Values {
    let mut cells = Categories::default();
    for value in values {
        let known = cells.dictionary.iter().position(|text| text == value);
        let code = known.unwrap_or_else(|| {
            cells.dictionary.push(value.to_string());
            cells.dictionary.len() - 1
        });
        cells.codes.push(code as u32);
    }
    Values::Category(cells)
}

fn table(rows: &[(&str, &str, f64, i64)]) -> Table {
    let column = |name: &str, values| Column {
        name: name.to_string(),
        values,
    };
    Table {
        columns: vec![
            column(
                "u",
                texts(&rows.iter().map(|row| row.0).collect::<Vec<_>>()),
            ),
            column(
                "i",
                texts(&rows.iter().map(|row| row.1).collect::<Vec<_>>()),
            ),
            column("v", Values::Number(rows.iter().map(|row| row.2).collect())),
            column("t", Values::Date(rows.iter().map(|row| row.3).collect())),
        ],
        num_rows: rows.len(),
    }
}

const IMPLICIT: &str =
    r#", "time": "t", "feedback": {"implicit": {"value": "v", "weight": "log1p"}}"#;

#[test]
fn rows_of_a_pair_become_one_event_and_what_was_left_out_is_counted() {
    let rows = [
        ("ann", "7", 2.0, 30),
        ("ann", "007", 1.0, 10),
        ("bob", "7", -1.0, 20),
        ("ann", "7", 3.0, 5),
        ("", "7", 1.0, 5),
        ("bob", "007", 1.0, 1),
    ];
    let (found, report) = Interactions::new(&config(IMPLICIT), &table(&rows)).unwrap();
    assert_eq!(found.users, ["ann", "bob"]);
    // Ids are text.
    assert_eq!(found.items, ["7", "007"]);
    let event = |user, item, value, time, row| Event {
        user,
        item,
        value,
        time,
        row,
    };
    assert_eq!(
        found.events,
        [
            event(0, 0, 5.0, 5, 3),
            event(0, 1, 1.0, 10, 1),
            event(1, 1, 1.0, 1, 5)
        ]
    );
    assert_eq!(
        (report.not_positive, report.merged, report.nameless),
        (1, 1, 1)
    );
    assert_eq!(report.unordered_users, 1);
    let strict = RecommendConfig {
        duplicates: Some(EventDuplicates::Error),
        ..config(IMPLICIT)
    };
    let error = Interactions::new(&strict, &table(&rows)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("user `ann` and item `7` meet in more than one row"),
        "{error}"
    );
}

#[test]
fn events_of_one_moment_do_not_keep_the_order_of_the_file() {
    let names: Vec<String> = (0..20).map(|name| format!("{name:02}")).collect();
    let rows: Vec<_> = names
        .iter()
        .flat_map(|item| [("a", item.as_str(), 1.0, 7), ("b", item.as_str(), 1.0, 8)])
        .collect();
    let items = |config: &str| {
        let (found, _) = Interactions::new(&self::config(config), &table(&rows)).unwrap();
        found
            .of_user(0)
            .iter()
            .map(|event| event.item)
            .collect::<Vec<_>>()
    };
    let timed = items(r#", "time": "t""#);
    assert_ne!(timed, (0..20).collect::<Vec<_>>());
    assert_eq!(timed, items(r#", "time": "t""#));
    assert_eq!(items(""), (0..20).collect::<Vec<_>>());
}

#[test]
fn a_core_leaves_out_users_and_items_until_all_have_enough() {
    let rows = [
        ("a", "x", 1.0, 0),
        ("a", "y", 1.0, 0),
        ("b", "x", 1.0, 0),
        ("b", "y", 1.0, 0),
        // Without `z`, `c` has one item left, and goes too.
        ("c", "x", 1.0, 0),
        ("c", "z", 1.0, 0),
    ];
    let core = config(r#", "min_user_items": 2, "min_item_users": 2"#);
    let (found, report) = Interactions::new(&core, &table(&rows)).unwrap();
    assert_eq!(
        (found.users.len(), found.items.len(), found.events.len()),
        (2, 2, 4)
    );
    assert_eq!(
        (report.few_users, report.few_items, report.few_events),
        (1, 1, 2)
    );
    let none = config(r#", "min_user_items": 4"#);
    let error = Interactions::new(&none, &table(&rows)).unwrap_err();
    assert!(
        matches!(
            error,
            RecommendError::Empty {
                events: 6,
                users: 3,
                items: 3
            }
        ),
        "{error}"
    );
}

#[test]
fn ratings_that_cannot_be_are_named() {
    let rating = config(r#", "feedback": {"rating": {"value": "v", "min": 1.0, "max": 5.0}}"#);
    let error =
        Interactions::new(&rating, &table(&[("a", "x", 3.0, 0), ("a", "y", 6.0, 0)])).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("column `v` has ratings outside 1 to 5 in row 2, the first is 6"),
        "{error}"
    );
    let error = Interactions::new(&rating, &table(&[("a", "x", f64::NAN, 0)])).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("column `v` has no value in row 1"),
        "{error}"
    );
}

/// Users with 1 to 29 items each, the later ones newer.
fn many() -> Interactions {
    let names: Vec<String> = (0..30).map(|name| name.to_string()).collect();
    let mut rows = Vec::new();
    for user in 1..30 {
        for item in 0..user {
            rows.push((names[user].as_str(), names[item].as_str(), 1.0, item as i64));
        }
    }
    Interactions::new(&config(r#", "time": "t""#), &table(&rows))
        .unwrap()
        .0
}

#[test]
fn users_with_few_events_are_held_back_as_in_recbole() {
    let found = many();
    let parts = EventParts::divide(&found, &EventSplit::Ratio(RatioSplit::default()), 1).unwrap();
    let of = |events: &[usize], user: usize| {
        events
            .iter()
            .filter(|&&event| found.events[event].user as usize == user)
            .count()
    };
    // Numbers of validation and test events of users with 1, 2, 3, 9, 10, 19, 20 and 29 events.
    for (count, held) in [
        (1, [0, 0]),
        (2, [0, 1]),
        (3, [1, 1]),
        (9, [1, 1]),
        (10, [1, 1]),
        (19, [1, 1]),
        (20, [2, 2]),
        (29, [2, 2]),
    ] {
        let user = found
            .users
            .iter()
            .position(|user| *user == count.to_string())
            .unwrap();
        assert_eq!(
            [of(&parts.validation, user), of(&parts.test, user)],
            held,
            "{count} events"
        );
    }
}

fn shared(loss: RecommendLoss, history: usize, is_sequential: bool) -> InteractionRows {
    let found = many();
    let config = RecommendConfig {
        loss: Some(loss),
        ..config("")
    };
    let train: Vec<usize> = (0..found.events.len()).collect();
    let shared = Shared::new(
        found,
        &train,
        Learning::new(&config, history, is_sequential),
    );
    let rows = shared.training_rows(&train);
    InteractionRows {
        shared: Arc::new(shared),
        rows,
    }
}

#[test]
fn stretches_cover_every_item_but_the_first_once() {
    let rows = shared(RecommendLoss::default(), 4, true);
    let all: Vec<usize> = (0..rows.len()).collect();
    let batch = rows.batch(&all, 7);
    assert_eq!(batch.length, 4);
    let users = rows.shared.known.num_users();
    assert_eq!(
        batch.positives.len(),
        rows.shared.known.num_events() - users
    );
    assert_eq!(rows.weight(&all), batch.positives.len() as f64);
    for (question, &row) in batch.rows.iter().enumerate() {
        let user = batch.users[row as usize] as usize;
        let answer = batch.items[batch.positives[question] as usize];
        let last = row as usize * batch.length + batch.seen[question] as usize - 1;
        let items = rows.shared.known.items(user);
        let place = items.iter().position(|item| *item == answer).unwrap();
        assert_eq!(batch.history[last], items[place - 1] as i32 + 1);
    }
}

#[test]
fn no_event_sees_its_own_item() {
    let rows = shared(RecommendLoss::Bpr(BprLoss::default()), 100, false);
    let all: Vec<usize> = (0..rows.len()).collect();
    let batch = rows.batch(&all, 7);
    for (row, history) in batch.history.chunks(batch.length).enumerate() {
        let answer = batch.items[batch.positives[row] as usize] as i32 + 1;
        assert!(!history.contains(&answer));
    }
}

#[test]
fn halves_are_what_a_user_has_without_overlap() {
    let rows = shared(RecommendLoss::default(), 100, false);
    let all: Vec<usize> = (0..rows.len()).collect();
    let batch = rows.batch(&all, 7);
    let Candidates::Sets { answers, taken } = &batch.candidates else {
        panic!("halves have several answers")
    };
    let width = batch.items.len();
    for (question, &user) in batch.users.iter().enumerate() {
        let row = question * width..(question + 1) * width;
        let items = |places: &mut dyn Iterator<Item = usize>| -> Vec<u32> {
            let own = places.filter(|place| row.contains(place));
            own.map(|place| batch.items[place - question * width])
                .collect()
        };
        let found = items(&mut answers.iter().map(|(place, _)| *place));
        let seen = items(&mut taken.iter().copied());
        assert_eq!(found.len() as f32, batch.values[question]);
        let mut both = [found, seen].concat();
        both.sort_unstable();
        assert_eq!(both, rows.shared.known.sorted(user as usize));
        let shares = answers.iter().filter(|(place, _)| row.contains(place));
        let sum: f32 = shares.map(|(_, share)| share).sum();
        assert!((sum - 1.0).abs() < 1e-5);
    }
    assert!(batch != rows.batch(&all, 8));
}

proptest! {
    #[test]
    fn a_negative_is_never_known_of_its_user(seed: u64, count in 1_usize..50, negatives in 1_usize..4) {
        let negatives = std::num::NonZeroUsize::new(negatives).unwrap();
        let rows = shared(RecommendLoss::Bpr(BprLoss { negatives, sampling: Sampling::Uniform }), 0, false);
        let some: Vec<usize> = (0..count * 7).step_by(7).filter(|row| *row < rows.len()).collect();
        let batch = rows.batch(&some, seed);
        prop_assert_eq!(&batch, &rows.batch(&some, seed));
        let Candidates::Each { places, width } = &batch.candidates else { panic!("a list for each") };
        for (question, places) in places.chunks(*width).enumerate() {
            prop_assert_eq!(places[0], batch.positives[question]);
            let user = batch.users[batch.rows[question] as usize] as usize;
            // The last user has all items but the one that only it could lack.
            let has_all = rows.shared.known.items(user).len() == rows.shared.interactions.items.len();
            for &place in &places[1..] {
                prop_assert!(has_all || !rows.shared.known.has(user, batch.items[place as usize]));
            }
        }
    }

    #[test]
    fn what_a_user_has_does_not_compete(seed: u64, drawn in 1_usize..20) {
        let negatives = std::num::NonZeroUsize::new(drawn);
        let rows = shared(RecommendLoss::Softmax(SoftmaxLoss { negatives, sampling: Sampling::Popularity }), 0, false);
        let some: Vec<usize> = (0..rows.len()).step_by(11).collect();
        let batch = rows.batch(&some, seed);
        let Candidates::All { taken, correction } = &batch.candidates else { panic!("one list") };
        prop_assert_eq!(correction.len(), batch.items.len());
        for question in 0..some.len() {
            let user = batch.users[question] as usize;
            for (place, &item) in batch.items.iter().enumerate() {
                let is_taken = taken.contains(&(question * batch.items.len() + place));
                let is_answer = batch.positives[question] as usize == place;
                prop_assert_eq!(is_taken, rows.shared.known.has(user, item) && !is_answer);
            }
        }
    }

    #[test]
    fn parts_hold_every_event_once(seed: u64, kind in 0..5) {
        let found = many();
        let split = ["ratio", "leave_last", "time", "random", "cold_items"][kind as usize];
        let split: EventSplit = serde_json::from_str(&format!("{{\"{split}\": {{}}}}")).unwrap();
        let parts = EventParts::divide(&found, &split, seed).unwrap();
        let mut all = [&parts.train[..], &parts.validation, &parts.test].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..found.events.len()).collect::<Vec<_>>());
    }
}

#[test]
fn items_are_drawn_by_their_share() {
    let sampler = Sampler::new(Sampling::Popularity, &[1, 0, 3, 6]);
    let mut random = crate::split::generator(3);
    let mut counts = [0; 4];
    for _ in 0..10_000 {
        counts[sampler.draw(&mut random) as usize] += 1;
    }
    assert_eq!(counts[1], 0);
    for (count, expected) in counts.iter().zip([1000.0, 0.0, 3000.0, 6000.0]) {
        assert!((f64::from(*count) - expected).abs() < 200.0, "{counts:?}");
    }
    let feedback = FeedbackConfig::default();
    assert_eq!(feedback.value(), None);
}
