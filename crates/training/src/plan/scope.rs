//! Rows that belong to no class, from files of their own.

use hob_data::count::counted;
use hob_data::preprocess::Preprocessor;
use hob_data::source::{ColumnRequest, ReadOptions};
use hob_data::split::Parts;

use super::sources::Sources;
use super::{PlanContext, PlannedOutput, finding_of};
use crate::recipe::{Finding, KeyPath};

/// Reads the out-of-scope examples of every output that has some.
pub(crate) fn read(
    outputs: &mut [PlannedOutput],
    preprocessor: &Preprocessor,
    requests: &[ColumnRequest],
    options: &ReadOptions,
    parts: &Parts,
    context: PlanContext<'_>,
) -> Result<(), Vec<Finding>> {
    // The input columns as in the data; the outputs are unknown here.
    let columns: Vec<ColumnRequest> = preprocessor
        .inputs()
        .filter_map(|input| requests.iter().find(|known| known.name == input.column))
        .cloned()
        .collect();
    let mut found = Vec::new();
    for (place, output) in outputs.iter_mut().enumerate() {
        let category = output.config.category.as_ref();
        let scope = category.and_then(|category| category.out_of_scope.as_ref());
        if scope.is_some() && parts.validation.is_empty() {
            let message = "a threshold is chosen on the validation part, but no row is in it";
            found.push(Finding::error(section(place), message).with_hint(
                "set `validation` in `[data.split.*]`, or `validation_share` in `[data.split.column]`",
            ));
            continue;
        }
        let Some(examples) = scope.and_then(|scope| scope.examples.as_ref()) else {
            continue;
        };
        let table = Sources::of(examples, context.folder, context.embedded)
            .and_then(|sources| sources.read(&columns, options));
        match table {
            Ok((table, _)) if table.num_rows >= 2 => output.out_of_scope = Some(table),
            Ok((table, _)) => found.push(Finding::error(
                key(place),
                format!(
                    "`{examples}` has {}, but at least 2 are needed: one to choose the threshold and one to judge it",
                    counted(table.num_rows, "row")
                ),
            )),
            Err(error) => found.push(finding_of(key(place), &error.to_string())),
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn section(place: usize) -> KeyPath {
    let output = KeyPath::root().key("outputs").index(place);
    output.key("category").key("out_of_scope")
}

fn key(place: usize) -> KeyPath {
    section(place).key("examples")
}
