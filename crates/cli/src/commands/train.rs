//! `hob train`: from a recipe to a run folder.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use hob_inference::Predictor;
use hob_training::Interrupter;
use hob_training::error::RunError;
use hob_training::fit::has_checkpoint;
use hob_training::forecast;
use hob_training::judge::Judge;
use hob_training::plan::{Plan, PlanContext, PlanRecord};
use hob_training::recipe::RecipeSource;
use hob_training::recommend;
use hob_training::result::{OutputResult, RunResult};
use hob_training::retrieve::KIND;
use hob_training::run::{RunOutcome, RunRequest, dry_run, run};
use hob_training::run_folder::{RunFolder, read_json, write_json};
use serde_json::json;

use super::failure::{self, Silent, WrongRequest};
use super::{evaluate, forecasts, memory, planning, recommendations, results};
use crate::args::TrainArgs;
use crate::dashboard::Terminal;
use crate::format::{count, counted, seconds};
use crate::output::{self, say};
use crate::progress::Progress;
use crate::{embedded, stop};

/// Trains a recipe, or goes on with an interrupted run.
pub(crate) fn train(args: &TrainArgs) -> Result<()> {
    let started = Instant::now();
    let display = Terminal::asked_for(args)?;
    let (plan, resumed, device) = match (&args.resume, &args.recipe) {
        (Some(path), _) => {
            let folder = RunFolder::open(path)?;
            let (plan, device) = resumed_plan(&folder)?;
            (plan, Some(folder), Some(device))
        }
        (None, Some(recipe)) => {
            let plan = planning::plan(recipe, &args.set, args.device.as_deref())
                .map_err(|error| failure::report_json(error, args.json))?;
            (plan, None, args.device.clone())
        }
        (None, None) => return Err(WrongRequest("a recipe is needed".to_string()).into()),
    };
    if plan.recipe.retrieve.is_some() {
        evaluate::no_importance(args.importance, evaluate::SEARCH_HAS_NO_IMPORTANCE)?;
    }
    if plan.forecast.is_some() {
        evaluate::no_importance(args.importance, evaluate::FORECAST_HAS_NO_IMPORTANCE)?;
    }
    if plan.recommend.is_some() {
        evaluate::no_importance(args.importance, evaluate::LISTS_HAVE_NO_IMPORTANCE)?;
    }
    say(&heading(&plan));
    for left_out in &plan.left_out {
        say(&format!(
            "left out {}: {}",
            counted(left_out.rows, "row"),
            left_out.reason
        ));
    }
    if let Some(start) = &plan.warm_start {
        say(&format!("warm start: {}", start.describe()));
    }
    memory::guard(&plan)?;
    if args.dry_run {
        let seconds_per_step = dry_run(&plan, device.as_deref())?;
        say(&format!(
            "dry run: one step took {:.1} ms; nothing was written",
            seconds_per_step * 1e3
        ));
        return Ok(());
    }
    let resume = resumed.is_some();
    let folder = match resumed {
        Some(folder) => folder,
        None => RunFolder::create(args.out.as_deref(), &plan.name)?,
    };
    let interrupter = Interrupter::new();
    stop::on_ctrl_c(&interrupter, display.as_ref())?;
    let outcome = {
        let mut progress = match &display {
            Some(_) => Progress::hidden(),
            None => Progress::new(args.quiet),
        };
        let request = RunRequest {
            plan: &plan,
            folder: &folder,
            device: device.as_deref(),
            resume,
            renderer: display.as_ref().map(|display| display.show(&interrupter)),
            interrupter,
        };
        Terminal::killable(display.as_ref(), || run(request, &mut progress))??
    };
    match outcome {
        RunOutcome::Done(mut result) => {
            if args.importance {
                measure_importance(&plan, &folder, device.as_deref(), &mut result)?;
            }
            show(
                args,
                &result,
                folder.path(),
                started.elapsed().as_secs_f64(),
            )
        }
        RunOutcome::Interrupted { epochs } => {
            say(&format!("interrupted after {epochs} epochs"));
            say(&format!(
                "hint: go on with `hob train --resume {}`",
                folder.path().display()
            ));
            Err(Silent(1).into())
        }
    }
}

/// The plan of a run folder, made again from its recipe and the same data, and the device it was trained on.
fn resumed_plan(folder: &RunFolder) -> Result<(Plan, String)> {
    if !has_checkpoint(folder.path()) {
        let hint = match folder.bundle().is_file() {
            true => "\nhint: the run is finished",
            false => "\nhint: start it again with `hob train`",
        };
        return Err(RunError::NoCheckpoint {
            path: folder.path().to_path_buf(),
            hint,
        }
        .into());
    }
    let record: PlanRecord = read_json(&folder.plan())?;
    let source = RecipeSource::load(&folder.recipe(), &[])?;
    let context = PlanContext {
        folder: &record.folder,
        embedded: embedded::data,
        device: Some(&record.device),
    };
    let mut plan = Plan::new(source, context)?;
    plan.name = record.name;
    Ok((plan, record.device))
}

/// Adds the permutation importance on the test part to the result of a run.
fn measure_importance(
    plan: &Plan,
    folder: &RunFolder,
    device: Option<&str>,
    result: &mut RunResult,
) -> Result<()> {
    let predictor = Predictor::open(folder.path(), device)?;
    let judge = Judge::new(
        &predictor,
        plan.table.clone(),
        plan.judged_part().1.to_vec(),
    )?;
    result.importance = judge.importance(evaluate::REPEATS, plan.recipe.seed)?;
    Ok(write_json(&folder.result(), result)?)
}

/// One line that says what is about to happen.
fn heading(plan: &Plan) -> String {
    let rows = plan.rows();
    if let Some(forecast) = &plan.forecast {
        return forecasts::heading(plan, forecast);
    }
    if let Some(recommend) = &plan.recommend {
        return recommendations::heading(plan, recommend);
    }
    let outputs: Vec<&str> = plan
        .outputs
        .iter()
        .map(|output| output.config.column.as_str())
        .collect();
    let what = match &plan.recipe.retrieve {
        Some(config) => format!("finds `{}` by `{}`", config.answer, config.question),
        None => format!(
            "{} from {}",
            outputs.join(", "),
            counted(plan.inputs.len(), "column")
        ),
    };
    format!(
        "{}: {}; {} training, {} validation, {} test rows",
        plan.name,
        what,
        count(rows.training),
        count(rows.validation),
        count(rows.test),
    )
}

fn show(args: &TrainArgs, result: &RunResult, folder: &Path, elapsed: f64) -> Result<()> {
    let bundle: PathBuf = folder.join(hob_inference::bundle::BUNDLE_NAME);
    if args.json {
        return output::json(&json!({
            "run": folder,
            "bundle": bundle,
            "seconds": elapsed,
            "device": result.device,
            "parameters": result.parameters,
            "epochs": result.epochs,
            "test": result.test(),
            "baseline": result.baseline(),
        }));
    }
    say("");
    output::line(&results::results(&result.outputs))?;
    for output in &result.importance {
        output::line(&format!("\n{}", evaluate::importance_table(output)))?;
    }
    say("");
    for warning in &result.warnings {
        say(&format!("warning: {warning}"));
    }
    if let Some(stop) = stopped(result) {
        say(stop);
    }
    let kept = result
        .best_epoch
        .map(|epoch| format!(", kept epoch {epoch}"))
        .unwrap_or_default();
    // What was asked of a search, and of what a forecast was made, belongs to their numbers.
    let has_protocol = |kind: &str| [KIND, forecast::KIND, recommend::KIND].contains(&kind);
    let shown = result
        .outputs
        .iter()
        .any(|output| has_protocol(&output.kind));
    for note in result.notes.iter().filter(|_| shown) {
        say(&format!("note: {note}"));
    }
    let parameters = match result.trained_parameters {
        Some(trained) => format!("{} of {}", count(trained), count(result.parameters)),
        None => count(result.parameters),
    };
    let how = match result.epochs {
        0 if result
            .outputs
            .iter()
            .any(|output| output.recommend.is_some()) =>
        {
            format!("solved for {parameters} weights")
        }
        epochs => format!("trained {parameters} parameters for {epochs} epochs{kept}"),
    };
    say(&format!(
        "{how} in {} on {}; {} in all",
        seconds(result.training_seconds),
        result.device,
        seconds(elapsed),
    ));
    say(&format!("run    {}", folder.display()));
    say(&format!("model  {}", bundle.display()));
    say(&format!("next   hob report {}", folder.display()));
    Ok(())
}

/// Why training ended before its last epoch.
fn stopped(result: &RunResult) -> Option<&'static str> {
    let lists = |output: &OutputResult| {
        output.recommend.is_some() && output.test.metrics.get("rmse").is_none()
    };
    let is_list = result.outputs.iter().any(lists);
    match result.stop.as_str() {
        "early_stopping" if is_list => {
            Some("stopped early: the validation metric had not risen for a while")
        }
        "early_stopping" => Some("stopped early: the loss had not fallen for a while"),
        "time_limit" => Some("stopped at the time limit"),
        "not_finite" => Some(
            "warning: the loss became infinite or not a number; these are the last good weights",
        ),
        _ => None,
    }
}
