//! A column names the part of each row.

use super::keys::complete_keys;
use super::{Parts, SplitError, random};
use crate::config::ColumnSplit;
use crate::table::Table;

const SHOWN_VALUES: usize = 10;

pub(super) fn split(
    config: &ColumnSplit,
    table: &Table,
    rows: &[usize],
    seed: u64,
) -> Result<Parts, SplitError> {
    let lists = [
        ("training", &config.train),
        ("validation", &config.validation),
        ("test", &config.test),
    ];
    check_distinct(&lists)?;
    let (codes, names) = complete_keys(table, &config.column, rows)?;
    let part_of: Vec<Option<usize>> = names
        .iter()
        .map(|name| {
            lists
                .iter()
                .position(|(_, values)| values.iter().any(|value| value.trim() == name))
        })
        .collect();
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    let mut unknown = 0;
    for (&row, &code) in rows.iter().zip(&codes) {
        match part_of[code] {
            Some(part) => parts[part].push(row),
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        let is_unknown =
            |(name, part): (&String, &Option<usize>)| part.is_none().then(|| name.clone());
        let values = names
            .iter()
            .zip(&part_of)
            .filter_map(is_unknown)
            .take(SHOWN_VALUES)
            .collect();
        let known = lists
            .iter()
            .flat_map(|(_, values)| values.iter().cloned())
            .collect();
        let column = config.column.clone();
        return Err(SplitError::UnknownParts {
            column,
            values,
            count: unknown,
            known,
        });
    }
    let [train, validation, test] = parts;
    if train.is_empty() {
        return Err(SplitError::EmptyPart {
            part: "training",
            available: rows.len(),
            unit: "row",
        });
    }
    if validation.is_empty() && config.validation_share > 0.0 {
        let drawn = match &config.stratify {
            None => random::split(config.validation_share, 0.0, &train, seed)?,
            Some(column) => by_class(config.validation_share, column, table, &train, seed)?,
        };
        return Ok(Parts { test, ..drawn });
    }
    Ok(Parts {
        train,
        validation,
        test,
    })
}

/// A share of each class, rounded down, so that no class is lost to training.
fn by_class(
    share: f64,
    column: &str,
    table: &Table,
    rows: &[usize],
    seed: u64,
) -> Result<Parts, SplitError> {
    let (codes, names) = complete_keys(table, column, rows)?;
    let mut classes: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    for (&row, &code) in rows.iter().zip(&codes) {
        classes[code].push(row);
    }
    let mut generator = random::generator(seed);
    let mut parts = Parts::default();
    for mut class in classes {
        random::shuffle(&mut class, &mut generator);
        let drawn = (class.len() as f64 * share).floor() as usize;
        parts.train.extend(class.split_off(drawn));
        parts.validation.extend(class);
    }
    Ok(parts)
}

fn check_distinct(lists: &[(&'static str, &Vec<String>); 3]) -> Result<(), SplitError> {
    for (index, (first, values)) in lists.iter().enumerate() {
        for (second, others) in &lists[index + 1..] {
            if let Some(value) = values.iter().find(|value| others.contains(value)) {
                return Err(SplitError::AmbiguousPart {
                    value: value.clone(),
                    first,
                    second,
                });
            }
        }
    }
    Ok(())
}
