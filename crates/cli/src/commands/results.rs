//! The result of a run or an evaluation as people read it.

use hob_training::forecast::OtherForecast;
use hob_training::metrics::OutputReport;
use hob_training::recommend::OtherLists;
use hob_training::result::OutputResult;
use hob_training::retrieve::KIND;

use super::recommendations;
use crate::format::{count, counted, number, table};
use crate::simulation;

/// Metrics of every output beside the trivial baseline.
pub(crate) fn results(outputs: &[OutputResult]) -> String {
    let mut blocks = Vec::new();
    for output in outputs {
        let heading = heading(output);
        let others = output
            .forecast
            .as_ref()
            .map(|detail| detail.others.as_slice());
        let others = others.unwrap_or_default();
        let lists = output
            .recommend
            .as_ref()
            .map(|detail| detail.others.as_slice());
        let lists = lists.unwrap_or_default();
        let rows = output.test.metrics.iter().map(|(name, value)| {
            let of =
                |report: &OutputReport| report.metrics.get(name).map(number).unwrap_or_default();
            let mut cells = vec![format!("  {name}"), number(value), of(&output.baseline)];
            cells.extend(output.text_baseline.as_ref().map(of));
            let other = |other: &OtherForecast| other.metrics.get(name).map(number);
            cells.extend(others.iter().map(|found| other(found).unwrap_or_default()));
            let other =
                |other: &OtherLists| other.metrics.get(name).map(number).unwrap_or_default();
            cells.extend(lists.iter().map(other));
            cells
        });
        let is_rating = output.test.metrics.get("rmse").is_some();
        let baseline = match (&output.forecast, &output.recommend) {
            (Some(_), _) => "seasonal naive",
            (None, Some(_)) => recommendations::baseline(is_rating),
            (None, None) => "baseline",
        };
        let mut columns = vec![heading.as_str(), "model", baseline];
        columns.extend(output.text_baseline.as_ref().map(|_| words(&output.kind)));
        columns.extend(others.iter().map(|other| other.name.as_str()));
        columns.extend(lists.iter().map(|other| other.name.as_str()));
        blocks.push(table(&columns, &[0], rows.collect()));
        let replayed = output.forecast.as_ref();
        let replayed = replayed.and_then(|detail| detail.simulation.as_ref());
        blocks.extend(replayed.map(simulation::sentence));
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
    if let Some(detail) = &output.forecast {
        return format!(
            "{} ({} of {} steps, {} series)",
            output.column,
            counted(detail.windows, "window"),
            detail.horizon,
            count(detail.series)
        );
    }
    if let Some(detail) = &output.recommend {
        let rated = output.test.metrics.get("rmse").is_some();
        let judged = counted(output.test.rows, if rated { "rating" } else { "user" });
        return format!(
            "{} ({judged}, {} to choose from)",
            output.column,
            count(detail.items)
        );
    }
    format!(
        "{}{} ({})",
        output.column,
        yes.unwrap_or_default(),
        counted(output.test.rows, &format!("{} row", output.part))
    )
}
