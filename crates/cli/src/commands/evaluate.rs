//! `hob evaluate`: a model on new data that has the target.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use hob_data::source::resolve;
use hob_inference::Model;
use hob_training::judge::Judge;
use hob_training::result::{OutputImportance, OutputResult};
use serde_json::{Map, Value, json};

use super::failure::WrongRequest;
use super::{answers, forecasts, recommendations, results};
use crate::args::EvaluateArgs;
use crate::format::{counted, number, table};
use crate::output::{self, say};

/// Shuffles per input column.
pub(crate) const REPEATS: usize = 5;

/// Scores a model on data.
pub(crate) fn evaluate(args: &EvaluateArgs) -> Result<()> {
    let started = Instant::now();
    let model = Model::open(&args.model, args.device.as_deref())?;
    let paths = resolve(&args.data.to_string_lossy(), Path::new(""))?;
    let predictor = match model {
        Model::Predictor(predictor) => predictor,
        Model::Retriever(retriever) => {
            no_importance(args.importance, SEARCH_HAS_NO_IMPORTANCE)?;
            return answers::evaluate(&retriever, &paths, args, || started.elapsed().as_secs_f64());
        }
        Model::Forecaster(forecaster) => {
            no_importance(args.importance, FORECAST_HAS_NO_IMPORTANCE)?;
            return forecasts::evaluate(&forecaster, &paths, args, started);
        }
        Model::Recommender(recommender) => {
            no_importance(args.importance, LISTS_HAVE_NO_IMPORTANCE)?;
            return recommendations::evaluate(&recommender, &paths, args, started);
        }
    };
    let judge = Judge::read(&predictor, &paths, args.max_rejected)?;
    let judgement = judge.judge()?;
    let importance = match args.importance {
        true => judge.importance(REPEATS, predictor.manifest().provenance.seed)?,
        false => Vec::new(),
    };
    if args.json {
        return output::json(&json!({
            "bundle": args.model,
            "seconds": started.elapsed().as_secs_f64(),
            "device": predictor.device(),
            "parameters": predictor.manifest().parameters,
            "test": by_output(&judgement.outputs, |output| &output.test.metrics),
            "baseline": by_output(&judgement.outputs, |output| &output.baseline.metrics),
            "importance": importance,
        }));
    }
    if judgement.left_out > 0 {
        say(&format!(
            "left out {} without a target",
            counted(judgement.left_out, "row")
        ));
    }
    if judgement.rejected > 0 {
        say(&format!(
            "left out {} that cannot be read",
            counted(judgement.rejected, "row")
        ));
    }
    for note in judgement.report.notes() {
        say(&format!("note: {note}"));
    }
    output::line(&results::results(&judgement.outputs))?;
    for output in &importance {
        output::line(&format!("\n{}", importance_table(output)))?;
    }
    Ok(())
}

/// Why `--importance` says nothing of a search.
pub(crate) const SEARCH_HAS_NO_IMPORTANCE: &str =
    "`--importance` compares input columns, but a search has only the question";
/// Why it says nothing of a forecast.
pub(crate) const FORECAST_HAS_NO_IMPORTANCE: &str = "`--importance` shuffles input columns of a table, but the values of a series have their place in time";

/// Why it says nothing of lists.
pub(crate) const LISTS_HAVE_NO_IMPORTANCE: &str =
    "`--importance` compares input columns, but lists come from who has what";

/// Refuses `--importance` for a model that has no columns to compare.
pub(crate) fn no_importance(asked: bool, why: &str) -> Result<()> {
    match asked {
        true => Err(WrongRequest(why.to_string()).into()),
        false => Ok(()),
    }
}

fn by_output<'a, M: serde::Serialize + 'a>(
    outputs: &'a [OutputResult],
    metrics: impl Fn(&'a OutputResult) -> &'a M,
) -> Map<String, Value> {
    outputs
        .iter()
        .map(|output| (output.column.clone(), json!(metrics(output))))
        .collect()
}

pub(crate) fn importance_table(output: &OutputImportance) -> String {
    let heading = format!(
        "{}: what {} loses when a column is shuffled",
        output.column, output.metric
    );
    let rows = output.inputs.iter().map(|input| {
        vec![
            format!("  {}", input.column),
            number(input.mean),
            format!("± {}", number(input.deviation)),
        ]
    });
    table(&[&heading, "mean", "deviation"], &[0], rows.collect())
}
