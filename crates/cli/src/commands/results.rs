//! The result of a run or an evaluation as people read it.

use hob_training::metrics::OutputReport;
use hob_training::result::OutputResult;
use hob_training::retrieve::KIND;

use crate::format::{counted, number, table};

/// Metrics of every output beside the trivial baseline.
pub(crate) fn results(outputs: &[OutputResult]) -> String {
    let mut blocks = Vec::new();
    for output in outputs {
        let heading = heading(output);
        let rows = output.test.metrics.iter().map(|(name, value)| {
            let of =
                |report: &OutputReport| report.metrics.get(name).map(number).unwrap_or_default();
            let mut cells = vec![format!("  {name}"), number(value), of(&output.baseline)];
            cells.extend(output.text_baseline.as_ref().map(of));
            cells
        });
        let mut columns = vec![heading.as_str(), "model", "baseline"];
        columns.extend(output.text_baseline.as_ref().map(|_| words(&output.kind)));
        blocks.push(table(&columns, &[0], rows.collect()));
    }
    blocks.join("\n\n")
}

/// What the model on words is called.
fn words(kind: &str) -> &'static str {
    match kind {
        KIND => "bm25",
        _ => "tf-idf",
    }
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
        "{}{} ({})",
        output.column,
        yes.unwrap_or_default(),
        counted(output.test.rows, &format!("{} row", output.part))
    )
}
