//! The result of a run or an evaluation as people read it.

use hob_training::result::OutputResult;

use crate::format::{count, number, table};

/// Metrics of every output beside the trivial baseline.
pub(crate) fn results(outputs: &[OutputResult]) -> String {
    let mut blocks = Vec::new();
    for output in outputs {
        let heading = heading(output);
        let rows = output.test.metrics.iter().map(|(name, value)| {
            let baseline = output
                .baseline
                .metrics
                .get(name)
                .map(number)
                .unwrap_or_default();
            vec![format!("  {name}"), number(value), baseline]
        });
        blocks.push(table(
            &[&heading, "model", "baseline"],
            &[0],
            rows.collect(),
        ));
    }
    blocks.join("\n\n")
}

/// The column, the rows it was judged on, and which answer counts as yes.
fn heading(output: &OutputResult) -> String {
    let yes = match (output.kind.as_str(), &output.test.confusion) {
        ("binary", Some(confusion)) => confusion
            .labels
            .get(1)
            .map(|label| format!(" is `{label}`")),
        _ => None,
    };
    format!(
        "{}{} ({} {} rows)",
        output.column,
        yes.unwrap_or_default(),
        count(output.test.rows),
        output.part
    )
}
