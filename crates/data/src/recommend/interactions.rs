//! One event per user and item, from the rows of a table.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::error::RecommendError;
use crate::config::{EventDuplicates, FeedbackConfig, RatingConfig, RecommendConfig};
use crate::preprocess::cells;
use crate::split::{generator, shuffle};
use crate::table::{Categories, MISSING_DATE, Table};

/// The time of an event in a table without times.
pub const NO_TIME: i64 = i64::MIN;

/// Rows named in a message.
const MAX_NAMED: usize = 5;

/// That a user has an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Number of the user.
    pub user: u32,
    /// Number of the item.
    pub item: u32,
    /// Rating, or how much; 1 without a column for it.
    pub value: f32,
    /// Seconds since 1970, or [`NO_TIME`].
    pub time: i64,
    /// The row of the table that it begins with.
    pub row: usize,
}

/// Every pair of user and item that has met.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Interactions {
    /// Ids by number.
    pub users: Vec<String>,
    /// Ids by number.
    pub items: Vec<String>,
    /// By user, then time; of one moment in an arbitrary order that stays the same, and without times in that of the rows.
    pub events: Vec<Event>,
    /// User `u` has the events `offsets[u]..offsets[u + 1]`.
    pub offsets: Vec<usize>,
}

/// What was done to the rows.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct InteractionsReport {
    /// Rows of the table.
    pub rows: usize,
    /// Rows without a user or an item.
    pub nameless: usize,
    /// Rows whose value is not above 0.
    pub not_positive: usize,
    /// Rows that were merged into the first of their pair.
    pub merged: usize,
    /// Users with too few items.
    pub few_users: usize,
    /// Items with too few users.
    pub few_items: usize,
    /// Events of those.
    pub few_events: usize,
    /// Users whose rows do not stand in the order of their times.
    pub unordered_users: usize,
}

impl Interactions {
    /// From the columns that the recipe names.
    ///
    /// # Errors
    /// A value is missing or impossible, or too little is left.
    pub fn new(
        config: &RecommendConfig,
        table: &Table,
    ) -> Result<(Self, InteractionsReport), RecommendError> {
        let mut report = InteractionsReport {
            rows: table.num_rows,
            ..InteractionsReport::default()
        };
        let columns = Columns::of(config, table)?;
        let rows = columns.rows(config, &mut report)?;
        if rows.is_empty() {
            return Err(RecommendError::NoEvents {
                rows: table.num_rows,
                not_positive: report.not_positive,
            });
        }
        let events = merged(rows, config.duplicates(), &columns, &mut report)?;
        let events = k_core(events, config, &columns, &mut report)?;
        Ok((Self::numbered(events, &columns, &mut report), report))
    }

    /// Numbers users and items anew and puts the events in order.
    fn numbered(
        mut events: Vec<Event>,
        columns: &Columns<'_>,
        report: &mut InteractionsReport,
    ) -> Self {
        let users = renumber(
            &mut events,
            |event| &mut event.user,
            &columns.users.dictionary,
        );
        let items = renumber(
            &mut events,
            |event| &mut event.item,
            &columns.items.dictionary,
        );
        report.unordered_users = unordered_users(&events, users.len());
        // Events of one moment have no order. That of the file often has a reason of its own, such as the ids, which a
        // network would learn, so they get an arbitrary one.
        let mut ranks: Vec<usize> = (0..report.rows).collect();
        shuffle(&mut ranks, &mut generator(0));
        let rank = |event: &Event| match event.time {
            NO_TIME => event.row,
            _ => ranks[event.row],
        };
        events.sort_by_key(|event| (event.user, event.time, rank(event)));
        let mut offsets = vec![0; users.len() + 1];
        for event in &events {
            offsets[event.user as usize + 1] += 1;
        }
        for user in 0..users.len() {
            offsets[user + 1] += offsets[user];
        }
        Self {
            users,
            items,
            events,
            offsets,
        }
    }

    /// The events of a user, in order of time.
    pub fn of_user(&self, user: usize) -> &[Event] {
        &self.events[self.offsets[user]..self.offsets[user + 1]]
    }

    /// Appends items that no user has met.
    pub fn add_items<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) {
        let mut known: HashSet<String> = self.items.iter().cloned().collect();
        for id in ids {
            if known.insert(id.to_string()) {
                self.items.push(id.to_string());
            }
        }
    }

    /// Share of all pairs of user and item that have met.
    pub fn density(&self) -> f64 {
        self.events.len() as f64 / (self.users.len() as f64 * self.items.len() as f64)
    }
}

struct Columns<'a> {
    users: &'a Categories,
    items: &'a Categories,
    values: Option<&'a [f64]>,
    times: Option<&'a [i64]>,
}

impl<'a> Columns<'a> {
    fn of(config: &RecommendConfig, table: &'a Table) -> Result<Self, RecommendError> {
        let value = config.feedback.value();
        let values = value.map(|name| cells::numbers(table, name));
        let times = config.time.as_deref();
        let times = times.map(|name| cells::dates(table, name));
        Ok(Self {
            users: cells::categories(table, &config.user)?,
            items: cells::categories(table, &config.item)?,
            values: values.transpose()?,
            times: times.transpose()?,
        })
    }

    /// An event per row that has all it needs, numbered by the dictionaries.
    fn rows(
        &self,
        config: &RecommendConfig,
        report: &mut InteractionsReport,
    ) -> Result<Vec<Event>, RecommendError> {
        let mut events = Vec::with_capacity(report.rows);
        let (mut timeless, mut valueless) = (Vec::new(), Vec::new());
        let mut outside = Vec::new();
        for row in 0..report.rows {
            let (user, item) = (self.users.codes[row], self.items.codes[row]);
            let is_named =
                |column: &Categories| column.get(row).is_some_and(|text| !text.trim().is_empty());
            if !is_named(self.users) || !is_named(self.items) {
                report.nameless += 1;
                continue;
            }
            let value = self.values.map_or(1.0, |values| values[row]);
            let time = self.times.map_or(NO_TIME, |times| times[row]);
            if self.times.is_some() && time == MISSING_DATE {
                timeless.push(row);
            }
            match &config.feedback {
                FeedbackConfig::Rating(_) if value.is_nan() => valueless.push(row),
                FeedbackConfig::Rating(config) if !is_within(config, value) => outside.push(row),
                FeedbackConfig::Rating(_) => {}
                FeedbackConfig::Implicit(_) if value > 0.0 => {}
                FeedbackConfig::Implicit(_) => {
                    report.not_positive += 1;
                    continue;
                }
            }
            let value = value as f32;
            events.push(Event {
                user,
                item,
                value,
                time,
                row,
            });
        }
        let missing = |rows: Vec<usize>, column: Option<&str>, hint| match rows.len() {
            0 => Ok(()),
            count => Err(RecommendError::Missing {
                column: column.unwrap_or_default().to_string(),
                rows: rows.into_iter().take(MAX_NAMED).collect(),
                count,
                hint,
            }),
        };
        let hint = "give every event a moment, or leave `time` out";
        missing(timeless, config.time.as_deref(), hint)?;
        let hint = "leave these rows out of the file, or use `[recommend.feedback.implicit]`";
        missing(valueless, config.feedback.value(), hint)?;
        if let (FeedbackConfig::Rating(rating), Some(&first)) = (&config.feedback, outside.first())
        {
            return Err(RecommendError::OutOfRange {
                column: rating.value.clone(),
                min: rating.min.unwrap_or(f32::NEG_INFINITY),
                max: rating.max.unwrap_or(f32::INFINITY),
                value: self.values.map_or(1.0, |values| values[first]),
                count: outside.len(),
                rows: outside.into_iter().take(MAX_NAMED).collect(),
            });
        }
        Ok(events)
    }
}

fn is_within(config: &RatingConfig, value: f64) -> bool {
    config.min.is_none_or(|min| value >= f64::from(min))
        && config.max.is_none_or(|max| value <= f64::from(max))
}

/// One event per pair.
fn merged(
    mut rows: Vec<Event>,
    rule: EventDuplicates,
    columns: &Columns<'_>,
    report: &mut InteractionsReport,
) -> Result<Vec<Event>, RecommendError> {
    // By time, so that the first and last event are those that happened first and last.
    rows.sort_by_key(|event| event.time);
    let mut places: HashMap<(u32, u32), usize> = HashMap::with_capacity(rows.len());
    let mut events: Vec<(Event, usize)> = Vec::with_capacity(rows.len());
    let mut second = None;
    for row in rows {
        match places.entry((row.user, row.item)) {
            Entry::Vacant(place) => {
                place.insert(events.len());
                events.push((row, 1));
            }
            Entry::Occupied(place) => {
                let (event, count) = &mut events[*place.get()];
                *count += 1;
                report.merged += 1;
                match rule {
                    EventDuplicates::Sum | EventDuplicates::Mean => event.value += row.value,
                    EventDuplicates::First => {}
                    EventDuplicates::Last => *event = row,
                    EventDuplicates::Error => {
                        second.get_or_insert(row);
                    }
                }
            }
        }
    }
    if let Some(row) = second {
        return Err(RecommendError::Duplicates {
            user: columns.users.dictionary[row.user as usize].clone(),
            item: columns.items.dictionary[row.item as usize].clone(),
            row: row.row,
            count: events.iter().filter(|(_, count)| *count > 1).count(),
        });
    }
    let mean = rule == EventDuplicates::Mean;
    let events = events.into_iter().map(|(mut event, count)| {
        if mean {
            event.value /= count as f32;
        }
        event
    });
    Ok(events.collect())
}

/// Leaves out users and items with too few of each other until none are left to leave out.
fn k_core(
    mut events: Vec<Event>,
    config: &RecommendConfig,
    columns: &Columns<'_>,
    report: &mut InteractionsReport,
) -> Result<Vec<Event>, RecommendError> {
    let (users, items) = (
        columns.users.dictionary.len(),
        columns.items.dictionary.len(),
    );
    let (min_items, min_users) = (config.min_user_items.get(), config.min_item_users.get());
    let count = |events: &[Event]| {
        let (mut by_user, mut by_item) = (vec![0; users], vec![0; items]);
        for event in events {
            by_user[event.user as usize] += 1;
            by_item[event.item as usize] += 1;
        }
        (by_user, by_item)
    };
    let present = |counts: &[usize]| counts.iter().filter(|count| **count > 0).count();
    let before = events.len();
    let (by_user, by_item) = count(&events);
    let (users_before, items_before) = (present(&by_user), present(&by_item));
    loop {
        let (by_user, by_item) = count(&events);
        let length = events.len();
        events.retain(|event| {
            by_user[event.user as usize] >= min_items && by_item[event.item as usize] >= min_users
        });
        if events.len() == length {
            report.few_users = users_before - present(&by_user);
            report.few_items = items_before - present(&by_item);
            report.few_events = before - length;
            break;
        }
    }
    let users = users_before - report.few_users;
    match users.min(items_before - report.few_items) {
        0 => Err(RecommendError::Empty {
            events: before,
            users: users_before,
            items: items_before,
        }),
        1 => Err(RecommendError::TooFew { users }),
        _ => Ok(events),
    }
}

/// Numbers the ids that are left in the order of their first appearance in the table, and gives them.
fn renumber(
    events: &mut [Event],
    number: impl Fn(&mut Event) -> &mut u32,
    ids: &[String],
) -> Vec<String> {
    let mut numbers = vec![None; ids.len()];
    for event in events.iter_mut() {
        numbers[*number(event) as usize] = Some(0);
    }
    let known: Vec<usize> = (0..ids.len()).filter(|&id| numbers[id].is_some()).collect();
    for (place, &id) in known.iter().enumerate() {
        numbers[id] = Some(place as u32);
    }
    for event in events.iter_mut() {
        let slot = number(event);
        *slot = numbers[*slot as usize].unwrap_or_default();
    }
    known.into_iter().map(|id| ids[id].clone()).collect()
}

/// Users with a row whose time is before that of an earlier row.
fn unordered_users(events: &[Event], users: usize) -> usize {
    let mut by_row: Vec<&Event> = events.iter().collect();
    by_row.sort_by_key(|event| event.row);
    let mut latest = vec![i64::MIN; users];
    let mut is_unordered = vec![false; users];
    for event in by_row {
        let user = event.user as usize;
        is_unordered[user] |= event.time < latest[user];
        latest[user] = latest[user].max(event.time);
    }
    is_unordered.iter().filter(|unordered| **unordered).count()
}
