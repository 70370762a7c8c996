//! The latest rows are the test part, those before them the validation part.
//!
//! Rows of the same moment stay together, so a part may have some rows more or less than its share.

use super::keys::{column, missing};
use super::shares::counts;
use super::{Parts, SplitError};
use crate::config::TimeSplit;
use crate::table::{MISSING_DATE, Table, Values};

pub(super) fn split(
    config: &TimeSplit,
    table: &Table,
    rows: &[usize],
) -> Result<Parts, SplitError> {
    let counts = counts(rows.len(), config.validation, config.test, "rows")?;
    let values = order_values(config, table, rows)?;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    let sorted: Vec<f64> = order.iter().map(|&place| values[place]).collect();

    // Places where the value changes: only there may a part begin.
    let starts: Vec<usize> = (1..sorted.len())
        .filter(|&at| sorted[at] != sorted[at - 1])
        .collect();
    let empty = |part| SplitError::EmptyPart {
        part,
        available: starts.len() + 1,
        unit: "different moment",
    };
    let mut limit = rows.len();
    let mut ends = [rows.len(); 2];
    let wanted = [
        (
            "test",
            counts.test,
            counts.train + counts.validation,
            usize::from(counts.validation > 0),
        ),
        ("validation", counts.validation, counts.train, 0),
    ];
    for (end, (part, count, start, parts_before)) in ends.iter_mut().zip(wanted) {
        if count > 0 {
            // Before this part, training and perhaps validation need a moment each.
            let usable = starts
                .iter()
                .skip(parts_before)
                .copied()
                .take_while(|&at| at < limit);
            limit = usable
                .min_by_key(|at| at.abs_diff(start))
                .ok_or_else(|| empty(part))?;
        }
        *end = limit;
    }
    let [test_start, validation_start] = ends;
    let pick = |range: std::ops::Range<usize>| range.map(|at| rows[order[at]]).collect();
    Ok(Parts {
        train: pick(0..validation_start),
        validation: pick(validation_start..test_start),
        test: pick(test_start..rows.len()),
    })
}

/// A number per row. Seconds fit into an f64 without rounding for 285 million years.
fn order_values(config: &TimeSplit, table: &Table, rows: &[usize]) -> Result<Vec<f64>, SplitError> {
    let values: Vec<f64> = match &column(table, &config.column)?.values {
        Values::Number(values) => rows.iter().map(|&row| values[row] + 0.0).collect(),
        Values::Date(values) => {
            let seconds = |value: i64| {
                if value == MISSING_DATE {
                    f64::NAN
                } else {
                    value as f64
                }
            };
            rows.iter().map(|&row| seconds(values[row])).collect()
        }
        _ => {
            let column = config.column.clone();
            return Err(SplitError::WrongType {
                column,
                expected: "a date or a number",
            });
        }
    };
    if values.iter().any(|value| value.is_nan()) {
        return Err(missing(&config.column, rows, |place| {
            values[place].is_nan()
        }));
    }
    Ok(values)
}
