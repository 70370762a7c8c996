//! Which rows are used, in which part, and what the network sees of them.

use std::sync::Arc;

use hob_data::config::SplitConfig;
use hob_data::error::DataError;
use hob_data::features::{Features, Targets, Words};
use hob_data::preprocess::{TransformReport, rows_to_drop};
use hob_data::source::SourceReport;
use hob_data::split::{self, FileRows, Parts};
use hob_data::table::Table;
use hob_data::target::missing_rows;

use super::inputs::Types;
use super::sources::{Role, Sources};
use super::{LeftOut, Plan, PlannedOutput};
use crate::error::RunError;
use crate::fit::EncodedPart;
use crate::recipe::Recipe;
use crate::retrieve::{self, RetrieveConfig};

/// Rows with everything they need, and the others counted by reason.
pub(crate) fn usable_rows(
    recipe: &Recipe,
    types: &Types,
    table: &Table,
) -> (Vec<usize>, Vec<LeftOut>) {
    let mut usable = vec![true; table.num_rows];
    let mut left_out = Vec::new();
    let mut leave_out = |rows: Vec<usize>, reason: String| {
        let mut count = 0;
        for row in rows {
            count += usize::from(usable[row]);
            usable[row] = false;
        }
        if count > 0 {
            left_out.push(LeftOut {
                reason,
                rows: count,
            });
        }
    };
    for output in &types.outputs {
        leave_out(
            missing_rows(&output.column, table),
            format!("no value in the output `{}`", output.column),
        );
    }
    for (_, column) in recipe.retrieve.iter().flat_map(RetrieveConfig::columns) {
        leave_out(
            retrieve::blank_rows(table, column),
            format!("no text in `{column}`"),
        );
    }
    leave_out(
        rows_to_drop(&types.inputs, table),
        "a missing number with `missing = \"drop_row\"`".to_string(),
    );
    (
        (0..table.num_rows).filter(|&row| usable[row]).collect(),
        left_out,
    )
}

/// Divides the usable rows.
pub(crate) fn divide(
    recipe: &Recipe,
    sources: &Sources,
    report: &SourceReport,
    table: &Table,
    rows: &[usize],
) -> Result<Parts, DataError> {
    if recipe.data.source.is_some() {
        return split::split(&recipe.data.split, table, rows, recipe.seed);
    }
    let counts = sources.rows(report);
    let count = |role| {
        counts
            .iter()
            .find(|(known, _)| *known == role)
            .map(|(_, rows)| *rows)
    };
    let files = FileRows {
        train: count(Role::Train).unwrap_or(0),
        validation: count(Role::Validation),
        test: count(Role::Test),
    };
    split::split_files(
        files,
        rows,
        validation_share(&recipe.data.split),
        recipe.seed,
    )
}

/// How much of the training file is for validation when that has no file of its own.
fn validation_share(split: &SplitConfig) -> f64 {
    match split {
        SplitConfig::Random(split) => split.validation,
        SplitConfig::Time(split) => split.validation,
        SplitConfig::Group(split) => split.validation,
        SplitConfig::Hash(split) => split.validation,
        SplitConfig::Column(_) => 0.0,
    }
}

/// The words that an output tags.
fn tagged_words<'a>(output: &PlannedOutput, features: &'a Features) -> Option<&'a Words> {
    features.words(&output.config.tags.as_ref()?.text)
}

/// What the network sees of some rows.
pub(crate) fn encode(
    plan: &Plan,
    rows: &[usize],
) -> Result<(EncodedPart, TransformReport), RunError> {
    if let Some(forecast) = &plan.forecast {
        let places = rows.iter().map(|&row| forecast.windows.places[row]);
        let windows = forecast.windows.with_places(places.collect());
        let part = EncodedPart {
            targets: vec![Targets::Windows(windows.clone())],
            features: Arc::new(Features::of_windows(windows)),
        };
        return Ok((part, TransformReport::default()));
    }
    if let Some(recommend) = &plan.recommend {
        let chosen = rows.iter().map(|&row| recommend.rows.rows[row]);
        let interactions = recommend.rows.with_rows(chosen.collect());
        let part = EncodedPart {
            targets: vec![Targets::Interactions(interactions.clone())],
            features: Arc::new(Features::of_interactions(interactions)),
        };
        return Ok((part, TransformReport::default()));
    }
    let (features, report) = plan.preprocessor.transform(&plan.table, rows)?;
    let mut targets = Vec::with_capacity(plan.outputs.len());
    for output in &plan.outputs {
        targets.push(match output.encoder.encode(&plan.table, rows)? {
            Targets::Tags(tags) => Targets::Tags(match tagged_words(output, &features) {
                Some(words) => tags.cut(words),
                None => tags,
            }),
            targets => targets,
        });
    }
    if let Some(config) = &plan.recipe.retrieve {
        targets.push(retrieve::classes(config, &plan.table, rows));
    }
    Ok((
        EncodedPart {
            features: Arc::new(features),
            targets,
        },
        report,
    ))
}
