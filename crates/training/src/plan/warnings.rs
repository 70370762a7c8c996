//! What is allowed, but usually a mistake: columns that say nothing, columns that say too much, rows seen twice.

use std::collections::{HashMap, HashSet};

use hob_data::preprocess::InputKind;
use hob_data::table::{Table, Values};
use hob_data::target::TargetKind;

use super::Plan;
use super::columns::{ColumnRole, ColumnSummary, cell_keys};
use super::contradictions::{self, contradictions};
use super::{class_warnings, split_warnings};
use crate::{forecast, recommend, retrieve};

/// A number that parts fewer rows, or classes with fewer rows, may do so by chance.
const SEPARATED_ROWS: usize = 20;
const SEPARATED_CLASS: usize = 5;

/// Every warning about the data of a plan, whose columns have been summed up.
pub(crate) fn warnings(plan: &Plan, columns: &[ColumnSummary]) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(planned) = &plan.forecast {
        forecast::warnings(planned, &mut warnings);
        return warnings;
    }
    if let Some(planned) = &plan.recommend {
        recommend::warnings(planned, &mut warnings);
        return warnings;
    }
    for column in columns {
        if column.role == ColumnRole::Input {
            column_warnings(plan, column, &mut warnings);
        }
    }
    for output in &plan.outputs {
        if matches!(output.encoder.kind, TargetKind::Tags(_)) {
            unseen_tags(plan, output, &mut warnings);
            let found = contradictions(plan, output);
            warnings.extend(contradictions::warning(&output.config.column, &found));
            continue;
        }
        copies_of_target(plan, &output.config.column, &mut warnings);
        class_warnings::warnings(plan, output, &mut warnings);
        let found = contradictions(plan, output);
        warnings.extend(contradictions::warning(&output.config.column, &found));
    }
    if let Some(config) = &plan.recipe.retrieve {
        warnings.extend(retrieve::warnings(config, plan));
    }
    late_layers(plan, &mut warnings);
    warnings.extend(
        plan.warm_start
            .as_ref()
            .and_then(|start| start.warning(plan)),
    );
    unknown_values(plan, &mut warnings);
    repeated_rows(plan, &mut warnings);
    split_warnings::warnings(plan, &mut warnings);
    warnings
}

/// Layers that gradual unfreezing does not come to.
fn late_layers(plan: &Plan, warnings: &mut Vec<String>) {
    let epochs = plan.recipe.training.epochs;
    for encoder in &plan.text_encoders {
        if let Some((late, all)) = encoder.unreached_layers(epochs) {
            warnings.push(format!(
                "`gradual_unfreezing` does not come to {late} of {all} layers of the encoder of `{}` in {epochs} epochs",
                encoder.columns[0]
            ));
        }
    }
}

fn column_warnings(plan: &Plan, column: &ColumnSummary, warnings: &mut Vec<String>) {
    let rows = plan.table.num_rows;
    let name = &column.name;
    if column.distinct == 1 && column.missing == 0 {
        warnings.push(format!(
            "`{name}` has the same value in every row and says nothing"
        ));
    }
    if rows >= 20 && column.kind == "category" && column.distinct * 10 > rows * 9 {
        warnings.push(format!(
            "`{name}` has {} different values in {rows} rows and looks like an identifier: the network can only learn \
             rows by heart from it",
            column.distinct
        ));
    }
    let whole = |numbers: &[f64]| numbers.iter().all(|number| number.fract() == 0.0);
    if rows >= 20
        && column.distinct == rows
        && let Some(Values::Number(numbers)) = plan.table.column(name).map(|column| &column.values)
        && whole(numbers)
    {
        let ordered = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        if ordered {
            warnings.push(format!(
                "`{name}` counts the rows and looks like an identifier"
            ));
        }
    }
    if column.missing * 2 > rows {
        warnings.push(format!(
            "`{name}` has no value in {} of {rows} rows",
            column.missing
        ));
    }
}

/// Columns that give the target away: every value of theirs goes with one value of the target, or the two are
/// proportional.
fn copies_of_target(plan: &Plan, target: &str, warnings: &mut Vec<String>) {
    let targets = cell_keys(&plan.table, target);
    for input in &plan.inputs {
        let name = &input.column;
        let copies = match (numbers(&plan.table, name), numbers(&plan.table, target)) {
            (Some(cells), Some(targets)) => {
                correlation(cells, targets, &plan.parts.train).abs() > 0.9999
            }
            (Some(cells), None) if separates(cells, &targets, &plan.parts.train) => true,
            _ => decides(&cell_keys(&plan.table, name), &targets, &plan.parts.train),
        };
        if copies {
            warnings.push(format!(
                "`{name}` all but gives `{target}` away; if it is not known at the time of the prediction, leave it out"
            ));
        }
    }
}

fn numbers<'a>(table: &'a Table, name: &str) -> Option<&'a [f64]> {
    match table.column(name).map(|column| &column.values) {
        Some(Values::Number(numbers)) => Some(numbers),
        _ => None,
    }
}

/// Pearson's correlation over rows where both have a value; 0 where it is not defined.
fn correlation(a: &[f64], b: &[f64], rows: &[usize]) -> f64 {
    let pairs = || {
        rows.iter()
            .map(|&row| (a[row], b[row]))
            .filter(|(a, b)| a.is_finite() && b.is_finite())
    };
    let count = pairs().count() as f64;
    let (mean_a, mean_b) = (
        pairs().map(|p| p.0).sum::<f64>() / count,
        pairs().map(|p| p.1).sum::<f64>() / count,
    );
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in pairs() {
        aa += (a - mean_a).powi(2);
        bb += (b - mean_b).powi(2);
        ab += (a - mean_a) * (b - mean_b);
    }
    if aa > 0.0 && bb > 0.0 {
        ab / (aa * bb).sqrt()
    } else {
        0.0
    }
}

/// Whether a value of the column tells the target's in 99.9 % of the rows, with values that repeat often enough for
/// that to mean something.
fn decides(cells: &[u64], targets: &[u64], rows: &[usize]) -> bool {
    let mut counts: HashMap<u64, HashMap<u64, usize>> = HashMap::new();
    for &row in rows {
        *counts
            .entry(cells[row])
            .or_default()
            .entry(targets[row])
            .or_default() += 1;
    }
    if counts.len() * 10 > rows.len() {
        return false;
    }
    let classes: HashSet<u64> = rows.iter().map(|&row| targets[row]).collect();
    let right: usize = counts
        .values()
        .map(|by_target| by_target.values().max().copied().unwrap_or(0))
        .sum();
    classes.len() > 1 && right as f64 >= rows.len() as f64 * 0.999
}

/// Whether thresholds on a number tell all classes apart: sorted by it, the rows of each class stand together.
fn separates(cells: &[f64], targets: &[u64], rows: &[usize]) -> bool {
    let mut sorted: Vec<(f64, u64)> = rows
        .iter()
        .map(|&row| (cells[row], targets[row]))
        .filter(|(cell, _)| cell.is_finite())
        .collect();
    if sorted.len() < SEPARATED_ROWS || sorted.len() * 10 < rows.len() * 9 {
        return false;
    }
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let shared = sorted
        .windows(2)
        .any(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1);
    let mut runs: HashMap<u64, usize> = HashMap::new();
    for run in sorted.chunk_by(|a, b| a.1 == b.1) {
        // A class of a few rows stands together by chance.
        if run.len() < SEPARATED_CLASS || runs.insert(run[0].1, run.len()).is_some() {
            return false;
        }
    }
    !shared && runs.len() > 1
}

/// Values of the rows that judge the network which it could not learn.
fn unknown_values(plan: &Plan, warnings: &mut Vec<String>) {
    let judged = plan.parts.validation.iter().chain(&plan.parts.test);
    let judged: Vec<usize> = judged.copied().collect();
    let Ok((_, report)) = plan.preprocessor.transform(&plan.table, &judged) else {
        return;
    };
    for input in &plan.inputs {
        let unknown = report
            .column(&input.column)
            .map_or(0, |column| column.unknown);
        let seldom = match &input.kind {
            InputKind::Category(config) if config.min_count > 1 => ", or has too seldom",
            InputKind::Category(_) | InputKind::Binary(_) => "",
            _ => continue,
        };
        if unknown > 0 {
            warnings.push(format!(
                "`{}` has a value that the training part does not have{seldom} in {unknown} of {} validation and test \
                 rows; the network sees it as unknown",
                input.column,
                judged.len()
            ));
        }
    }
}

/// Tags of the rows that judge the network which it could not learn.
fn unseen_tags(plan: &Plan, output: &super::PlannedOutput, warnings: &mut Vec<String>) {
    let judged = plan.parts.validation.iter().chain(&plan.parts.test);
    let judged: Vec<usize> = judged.copied().collect();
    let unseen = output.encoder.unknown_values(&plan.table, &judged);
    let unseen = unseen.unwrap_or_default();
    if !unseen.is_empty() {
        let named = unseen
            .iter()
            .map(|tag| format!("`{}` ({})", tag.value, tag.count));
        warnings.push(format!(
            "the training part has no word with the tag {} of `{}`, but validation or test part have; the network will \
             miss these",
            named.collect::<Vec<_>>().join(", "),
            output.config.column
        ));
    }
}

/// Rows of the test or validation part that are in the training part too: they make a result look better than it is.
fn repeated_rows(plan: &Plan, warnings: &mut Vec<String>) {
    let names = plan.inputs.iter().map(|input| &input.column);
    let names = names.chain(plan.outputs.iter().map(|output| &output.config.column));
    let columns: Vec<Vec<u64>> = names.map(|name| cell_keys(&plan.table, name)).collect();
    let key = |row: usize| {
        columns
            .iter()
            .map(|column| column[row])
            .collect::<Vec<u64>>()
    };
    let seen: HashSet<Vec<u64>> = plan.parts.train.iter().map(|&row| key(row)).collect();
    for (part, rows) in [
        ("validation", &plan.parts.validation),
        ("test", &plan.parts.test),
    ] {
        let repeated = rows.iter().filter(|&&row| seen.contains(&key(row))).count();
        if repeated > 0 {
            warnings.push(format!(
                "{repeated} of {} rows of the {part} part are in the training part too, equal in every column used",
                rows.len()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_parts_the_classes_gives_them_away() {
        let rows: Vec<usize> = (0..30).collect();
        let classes: Vec<u64> = (0..30).map(|row| u64::from(row % 3 == 0)).collect();
        let cells = |noise: f64| -> Vec<f64> {
            let parted = |(row, &class): (usize, &u64)| class as f64 * 10.0 + (row as f64) * noise;
            classes.iter().enumerate().map(parted).collect()
        };
        assert!(separates(&cells(0.1), &classes, &rows));
        assert!(!separates(&cells(1.0), &classes, &rows));
        assert!(!separates(&cells(0.1), &classes, &rows[..10]));
        assert!(!separates(&vec![1.0; 30], &classes, &rows));
    }
}
