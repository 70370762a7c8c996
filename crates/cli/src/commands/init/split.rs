//! How the rows are divided: as the data says, or by chance with every class in every part.

use std::fmt::Write;

use hob_data::profile::{ColumnProfile, Profile};

use super::{output_kind, quoted};

/// Shares that are tried, the usual one first: with many classes and few rows a small part would lack some.
const VALIDATION: [f64; 5] = [0.1, 0.15, 0.2, 0.25, 0.3];
const TEST: [f64; 3] = [0.2, 0.25, 0.3];

/// A column that names the part of each row, in the words that `[data.split.column]` takes without being told.
pub(super) fn column_of_parts<'a>(
    found: &'a Profile,
    targets: &[&str],
) -> Option<&'a ColumnProfile> {
    const PARTS: [&str; 4] = ["train", "validation", "valid", "test"];
    found.columns.iter().find(|column| {
        let has = |part: &str| column.top.iter().any(|(value, _)| value == part);
        !targets.contains(&column.name.as_str())
            && column.distinct_is_exact
            && column.missing == 0
            && column.distinct == column.top.len()
            && column
                .top
                .iter()
                .all(|(value, _)| PARTS.contains(&value.as_str()))
            && has("train")
            && has("test")
    })
}

/// The section, with its reasons.
pub(super) fn section(
    found: &Profile,
    parts: Option<&ColumnProfile>,
    targets: &[&ColumnProfile],
) -> String {
    let classes = targets
        .iter()
        .copied()
        .find(|target| matches!(output_kind(&target.kind), "binary" | "category"));
    match parts {
        Some(column) => by_column(column, classes),
        None => at_random(found.num_rows, classes),
    }
}

fn by_column(column: &ColumnProfile, classes: Option<&ColumnProfile>) -> String {
    let mut text = format!(
        "\n# The column says which rows the network learns from and which judge it.\n[data.split.column]\ncolumn = {}\n",
        quoted(&column.name)
    );
    if column
        .top
        .iter()
        .all(|(value, _)| !value.starts_with("valid"))
    {
        text.push_str(
            "# A tenth of the training rows decides when to stop.\nvalidation_share = 0.1\n",
        );
        if let Some(target) = classes {
            let _ = writeln!(text, "stratify = {}", quoted(&target.name));
        }
    }
    text
}

fn at_random(rows: usize, classes: Option<&ColumnProfile>) -> String {
    let section = |validation: f64, test: f64| {
        format!("[data.split.random]\nvalidation = {validation}\ntest = {test}\n")
    };
    let usual =
        "\n# A fifth of the rows judges the result, a tenth of the others decides when to stop.\n";
    let Some(target) = classes else {
        return format!("{usual}{}", section(VALIDATION[0], TEST[0]));
    };
    // One row of each class for each of the three parts.
    let is_rare = target.rarest.is_none_or(|rows| rows < 3);
    match shares(rows, target.distinct).filter(|_| !is_rare) {
        Some((validation, test)) => {
            let why = match (validation, test) == (VALIDATION[0], TEST[0]) {
                true => usual.to_string(),
                false => format!(
                    "\n# Parts large enough for a row of each of the {} classes: {} % of the rows judge the result,\n# {} % of \
                     the others decide when to stop.\n",
                    target.distinct,
                    (test * 100.0).round(),
                    (validation * 100.0).round()
                ),
            };
            format!(
                "{why}{}# Every part gets its share of each class.\nstratify = {}\n",
                section(validation, test),
                quoted(&target.name)
            )
        }
        None => {
            let why = match is_rare {
                true => {
                    "some class has fewer than 3 rows, so that not every part can have one of it"
                }
                false => "there are so many classes that a part cannot have all",
            };
            format!(
                "{usual}# Drawn without regard to classes: {why}.\n{}",
                section(VALIDATION[0], TEST[0])
            )
        }
    }
}

/// Shares of validation and test part that hold a row of each class, as [`hob_data::split`] rounds them.
fn shares(rows: usize, classes: usize) -> Option<(f64, f64)> {
    let part = |rows: usize, share: f64| (rows as f64 * share).ceil() as usize;
    TEST.into_iter().find_map(|test| {
        let others = rows - part(rows, test);
        let holds = |validation: &f64| {
            let validation = part(others, *validation);
            validation >= classes && others - validation >= classes
        };
        let validation = VALIDATION.into_iter().find(holds)?;
        (part(rows, test) >= classes).then_some((validation, test))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow_until_each_holds_every_class() {
        assert_eq!(shares(1000, 2), Some((0.1, 0.2)));
        assert_eq!(shares(324, 57), Some((0.25, 0.2)));
        assert_eq!(shares(100, 22), Some((0.3, 0.25)));
        assert_eq!(shares(30, 20), None);
    }
}
