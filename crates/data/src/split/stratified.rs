//! Rows drawn at random, with the class shares of the whole in every part and each class in each part.

use super::keys::keys;
use super::random::{generator, shuffle};
use super::shares::counts;
use super::{Parts, SplitError};
use crate::config::RandomSplit;
use crate::table::Table;

/// Rows without a value form a class of their own.
const MISSING_CLASS: &str = "(missing)";

pub(super) fn split(
    config: &RandomSplit,
    column: &str,
    table: &Table,
    rows: &[usize],
    seed: u64,
) -> Result<Parts, SplitError> {
    let counts = counts(rows.len(), config.validation, config.test, "row")?;
    let mut keys = keys(table, column, rows)?;
    let missing_class = keys.names.len();
    if keys.codes.contains(&None) {
        keys.names.push(MISSING_CLASS.into());
    }
    let mut classes: Vec<Vec<usize>> = vec![Vec::new(); keys.names.len()];
    for (&row, code) in rows.iter().zip(&keys.codes) {
        classes[code.unwrap_or(missing_class)].push(row);
    }
    let num_parts = 1 + usize::from(counts.validation > 0) + usize::from(counts.test > 0);
    if let Some(small) = classes.iter().position(|rows| rows.len() < num_parts) {
        let (class, count) = (keys.names[small].clone(), classes[small].len());
        return Err(SplitError::SmallClass {
            column: column.into(),
            class,
            count,
            parts: num_parts,
        });
    }
    let sizes = [
        ("test", counts.test),
        ("validation", counts.validation),
        ("training", counts.train),
    ];
    for (part, rows) in sizes {
        if rows > 0 && rows < classes.len() {
            let (column, classes) = (column.into(), classes.len());
            return Err(SplitError::PartSmallerThanClasses {
                column,
                classes,
                part,
                rows,
            });
        }
    }
    let mut generator = generator(seed);
    classes
        .iter_mut()
        .for_each(|rows| shuffle(rows, &mut generator));
    let keep_for_later = usize::from(counts.validation > 0) + 1;
    let test = take(&mut classes, counts.test, keep_for_later);
    let validation = take(&mut classes, counts.validation, 1);
    let train = classes.into_iter().flatten().collect();
    Ok(Parts {
        train,
        validation,
        test,
    })
}

/// Takes `total` rows, from each class its share by largest remainder, but at least one and never its last `keep`.
fn take(classes: &mut [Vec<usize>], total: usize, keep: usize) -> Vec<usize> {
    if total == 0 {
        return Vec::new();
    }
    let sizes: Vec<usize> = classes.iter().map(Vec::len).collect();
    let amounts = amounts(&sizes, total, keep);
    let mut taken = Vec::with_capacity(total);
    for (rows, amount) in classes.iter_mut().zip(amounts) {
        taken.extend(rows.split_off(rows.len() - amount));
    }
    taken
}

fn amounts(sizes: &[usize], total: usize, keep: usize) -> Vec<usize> {
    let all: usize = sizes.iter().sum();
    let quota = |class: usize| sizes[class] as f64 * total as f64 / all as f64;
    let most = |class: usize| sizes[class] - keep;
    let mut amounts: Vec<usize> = (0..sizes.len())
        .map(|class| (quota(class) as usize).max(1).min(most(class)))
        .collect();
    let mut sum: usize = amounts.iter().sum();
    while sum != total {
        // The class that is furthest from its share gives or gets; the first one among equals.
        let lack = |class: usize| quota(class) - amounts[class] as f64;
        let best = if sum < total {
            let open = (0..sizes.len()).filter(|&class| amounts[class] < most(class));
            open.rev().max_by(|&a, &b| lack(a).total_cmp(&lack(b)))
        } else {
            let open = (0..sizes.len()).filter(|&class| amounts[class] > 1);
            open.min_by(|&a, &b| lack(a).total_cmp(&lack(b)))
        };
        let Some(class) = best else { break };
        if sum < total {
            (amounts[class], sum) = (amounts[class] + 1, sum + 1);
        } else {
            (amounts[class], sum) = (amounts[class] - 1, sum - 1);
        }
    }
    amounts
}

#[cfg(test)]
mod tests {
    use super::amounts;

    #[test]
    fn shares_are_kept_by_largest_remainder() {
        assert_eq!(amounts(&[50, 50, 50], 30, 2), [10, 10, 10]);
        assert_eq!(amounts(&[7, 2, 1], 5, 0), [3, 1, 1]);
        assert_eq!(amounts(&[66, 34], 10, 1), [7, 3]);
        assert_eq!(amounts(&[3, 97], 10, 2), [1, 9]);
        assert_eq!(amounts(&[3, 3, 94], 5, 2), [1, 1, 3]);
    }
}
