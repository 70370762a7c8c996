//! The grid that the times of a table lie on.

use std::collections::BTreeMap;

use super::error::ForecastError;
use super::frequency::{DAY, Frequency, MINUTE, Unit};
use super::grid::{Grid, civil, is_month_end, month_number};
use super::places::{MAX_LISTED, RowAt};
use super::rows::SortedRows;

/// The grid of the given or inferred frequency. Rows between its steps are put into them where that is allowed.
pub(super) fn grid(
    frequency: Option<Frequency>,
    puts_together: bool,
    rows: &SortedRows<'_>,
) -> Result<Grid, ForecastError> {
    let frequency = match frequency {
        Some(frequency) => frequency,
        None => infer(rows)?,
    };
    let through = most_common(frequency, rows);
    let off = |row: &usize| through.step(rows.times[*row]).is_none();
    let (odd, count) = list(rows, (0..rows.times.len()).filter(off));
    if count == 0 {
        return Ok(through);
    }
    if puts_together {
        return Ok(Grid::natural(frequency));
    }
    let example = [0, 1].map(|step| rows.columns.time_text(through.time(step)));
    Err(ForecastError::OffGrid {
        frequency,
        example: example.to_vec(),
        rows: odd,
        count,
    })
}

fn list(rows: &SortedRows<'_>, odd: impl Iterator<Item = usize>) -> (Vec<RowAt>, usize) {
    let mut shown = Vec::new();
    let mut count = 0;
    for row in odd {
        if shown.len() < MAX_LISTED {
            shown.push(rows.at(row));
        }
        count += 1;
    }
    (shown, count)
}

/// The grid of that frequency that most rows lie on.
fn most_common(frequency: Frequency, rows: &SortedRows<'_>) -> Grid {
    if frequency.weekday.is_some() {
        let (time, _) = commonest(rows.times, |time| [time.rem_euclid(DAY), 0, 0]);
        let anchor = frequency.natural_anchor() + time.rem_euclid(DAY);
        return Grid::through(frequency, anchor, false);
    }
    let count = frequency.count;
    match frequency.unit {
        Unit::Seconds => {
            let (time, _) = commonest(rows.times, |time| [time.rem_euclid(count), 0, 0]);
            Grid::through(frequency, time, false)
        }
        Unit::Months => {
            let phase = |time: i64| month_number(time).rem_euclid(count);
            let of_day = |time: i64| time.rem_euclid(DAY);
            let day = |time: i64| i64::from(civil(time).day());
            let (time, on_day) =
                commonest(rows.times, |time| [phase(time), of_day(time), day(time)]);
            let ends: Vec<i64> = rows
                .times
                .iter()
                .copied()
                .filter(|&time| is_month_end(time))
                .collect();
            // Of series on the 31st, only some months would have a step.
            let (end, at_end) = match ends.is_empty() {
                true => (0, 0),
                false => commonest(&ends, |time| [phase(time), of_day(time), 0]),
            };
            match at_end >= on_day {
                true => Grid::through(frequency, end, true),
                false => Grid::through(frequency, time, false),
            }
        }
    }
}

/// The first time of the most frequent kind, and how many are of that kind.
fn commonest(times: &[i64], kind: impl Fn(i64) -> [i64; 3]) -> (i64, usize) {
    let mut counts: BTreeMap<[i64; 3], (usize, i64)> = BTreeMap::new();
    for &time in times {
        let entry = counts.entry(kind(time)).or_insert((0, time));
        entry.0 += 1;
        entry.1 = entry.1.min(time);
    }
    let (count, time) = counts
        .into_values()
        .max_by_key(|&(count, time)| (count, -time))
        .unwrap_or((0, 0));
    (time, count)
}

/// The largest step that leads from each time of a series to all others.
fn infer(rows: &SortedRows<'_>) -> Result<Frequency, ForecastError> {
    let mut distances: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in neighbours(rows) {
        let distance = rows.times[pair[1]] - rows.times[pair[0]];
        if distance > 0 {
            *distances.entry(distance).or_default() += 1;
        }
    }
    if distances.is_empty() {
        return Err(ForecastError::NoFrequency);
    }
    if let Some(frequency) = months(rows.times) {
        return Ok(frequency);
    }
    let most = distances
        .iter()
        .max_by_key(|&(&distance, &count)| (count, -distance));
    let mode = most.map_or(1, |(&distance, _)| distance);
    let first = rows.times[0];
    let common = rows
        .times
        .iter()
        .fold(mode, |common, &time| gcd(common, (time - first).abs()));
    // A single wrong time makes the common step tiny; then the most frequent distance tells which rows are odd.
    let is_usual = common % DAY == 0 || (common % MINUTE == 0 && DAY % common == 0);
    if common == mode || (is_usual && mode / common <= 12 && (mode < DAY || common >= DAY)) {
        return Ok(Frequency::seconds(common));
    }
    let breaks = |pair: &[usize; 2]| (rows.times[pair[1]] - rows.times[pair[0]]) % mode != 0;
    let (odd, count) = list(rows, neighbours(rows).filter(breaks).map(|pair| pair[1]));
    let phase = |&row: &usize| (rows.times[row] - first) % mode != 0;
    let (odd, count) = match count {
        // Each series is regular, but they do not start at the same phase.
        0 => list(rows, (0..rows.times.len()).filter(phase)),
        count => (odd, count),
    };
    Err(ForecastError::NoCommonStep {
        mostly: Frequency::seconds(mode),
        rows: odd,
        count,
    })
}

/// Rows of one series that follow each other in time.
fn neighbours<'a>(rows: &'a SortedRows<'_>) -> impl Iterator<Item = [usize; 2]> + 'a {
    let pairs = rows.order.windows(2);
    let pairs = pairs.map(|pair| [pair[0] as usize, pair[1] as usize]);
    pairs.filter(|[a, b]| rows.series_of[*a] == rows.series_of[*b])
}

/// Months where every time is at the same day of the month, or at its end.
fn months(times: &[i64]) -> Option<Frequency> {
    let first = times[0];
    let day = civil(first).day();
    let of_day = first.rem_euclid(DAY);
    if times.iter().any(|time| time.rem_euclid(DAY) != of_day) {
        return None;
    }
    let same_day = || times.iter().all(|&time| civil(time).day() == day);
    let ends = || times.iter().all(|&time| is_month_end(time));
    if !same_day() && !ends() {
        return None;
    }
    let start = month_number(first);
    let step = times.iter().fold(0, |step, &time| {
        gcd(step, (month_number(time) - start).abs())
    });
    (step > 0).then(|| Frequency::months(step))
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
