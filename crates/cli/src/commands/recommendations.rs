//! Lists of items: how they are asked for and shown.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use hob_data::source::Format;
use hob_data::write::{OutputCells, OutputColumn};
use hob_inference::recommend::{Basis, RankedItem, RecommendSpec, Recommendation, some};
use hob_inference::{Bundle, Recommender};
use hob_model::config::BodyConfig;
use hob_training::plan::Plan;
use hob_training::recommend::{KIND, OUTPUT, PlannedRecommend, judge};
use serde_json::{Map, Value, json};

use super::failure::WrongRequest;
use super::list_rules::allowed;
use super::predict::{encode, output_format, read, say_rejected, write_answers};
use crate::args::{EvaluateArgs, PredictArgs};
use crate::format::{count, counted, number, table};
use crate::output::{self, say};

/// Items shown of a user's.
const MAX_SHOWN: usize = 5;

/// A list for each user of a table, or the items most like one.
pub(crate) fn predict(recommender: &Recommender, args: &PredictArgs) -> Result<()> {
    if args.top == Some(0) {
        return Err(WrongRequest("`--top` must be at least 1".to_string()).into());
    }
    if !args.keep.is_empty() {
        let text = "`--keep` is for models that answer each row; a list has rows of its own";
        return Err(WrongRequest(text.to_string()).into());
    }
    let top = args.top.unwrap_or(recommender.spec().k[0]);
    let allowed = allowed(recommender, args)?;
    if let Some(item) = &args.similar_to {
        let similar = recommender.similar(item, top, &allowed);
        let similar = similar.map_err(|error| WrongRequest(error.to_string()))?;
        return similar_items(args, &similar);
    }
    let (table, report) = read(&recommender.requests(), &recommender.read_options(), args)?;
    say_rejected(&report);
    let input = report.files.first().map_or(Format::Csv, |file| file.format);
    let users = recommender.users(&table);
    if users
        .iter()
        .all(|user| user.user.is_none() && user.items.is_empty())
        && recommender.spec().users.is_none()
    {
        let user = &recommender.spec().user;
        let text = format!(
            "no row names a user or an item\nhint: give a column `{user}` with ids, or `items` with what a new user has, \
             such as `12|15`"
        );
        return Err(WrongRequest(text).into());
    }
    let (lists, report) = recommender.recommend(&users, Some(&table), top, &allowed, args.again)?;
    report
        .notes()
        .iter()
        .for_each(|note| say(&format!("note: {note}")));
    say_unknown(recommender, &lists);
    let format = output_format(args, input)?;
    let bytes = match format {
        crate::args::DataFormat::Jsonl => {
            let line = |row: usize| lists[row].to_json();
            encode(Vec::new, line, Vec::new(), lists.len(), format)?
        }
        format => {
            let rows = lists.iter().map(|list| list.items.len()).sum();
            let columns = || recommender.columns(&lists);
            encode(columns, |_| Map::new(), Vec::new(), rows, format)?
        }
    };
    write_answers(args, &bytes, lists.len())
}

/// What is unknown, and what became of it.
fn say_unknown(recommender: &Recommender, lists: &[Recommendation]) {
    let texts = |list: &Recommendation| list.user.clone().unwrap_or_default();
    let unknown: Vec<String> = lists
        .iter()
        .filter(|list| {
            list.user
                .as_ref()
                .is_some_and(|id| recommender.user_number(id).is_none())
        })
        .map(texts)
        .collect();
    if !unknown.is_empty() {
        say(&format!(
            "note: {} the model does not know: {}",
            counted(unknown.len(), "user"),
            some(&unknown)
        ));
    }
    let items: Vec<String> = lists.iter().flat_map(|list| list.unknown.clone()).collect();
    if !items.is_empty() {
        say(&format!(
            "note: {} the model does not know: {}",
            counted(items.len(), "item"),
            some(&items)
        ));
    }
    let empty = lists.iter().filter(|list| list.items.is_empty()).count();
    if empty > 0 {
        say(&format!(
            "note: no item is left for {}",
            counted(empty, "user")
        ));
    }
    let popular = lists
        .iter()
        .filter(|list| list.basis == Basis::Popularity)
        .count();
    if popular > 0 {
        say(&format!(
            "note: {} of whom nothing is known: the most popular items",
            counted(popular, "user")
        ));
    }
}

fn similar_items(args: &PredictArgs, similar: &[RankedItem]) -> Result<()> {
    let format = output_format(args, Format::Csv)?;
    let line = |row: usize| match serde_json::to_value(&similar[row]) {
        Ok(Value::Object(line)) => line,
        _ => Map::new(),
    };
    let columns = || {
        let text = |name: &str, value: &dyn Fn(&RankedItem) -> String| OutputColumn {
            name: name.to_string(),
            cells: OutputCells::Text(similar.iter().map(value).collect()),
        };
        vec![
            text("item", &|item| item.item.clone()),
            text("name", &|item| item.name.clone()),
            OutputColumn {
                name: "score".to_string(),
                cells: OutputCells::Double(
                    similar.iter().map(|item| f64::from(item.score)).collect(),
                ),
            },
        ]
    };
    let bytes = encode(columns, line, Vec::new(), similar.len(), format)?;
    write_answers(args, &bytes, similar.len())
}

/// Scores a model on later events.
pub(crate) fn evaluate(
    recommender: &Recommender,
    paths: &[PathBuf],
    args: &EvaluateArgs,
    started: Instant,
) -> Result<()> {
    let judged = judge(recommender, paths, args.max_rejected)?;
    if args.json {
        return output::json(&json!({
            "bundle": args.model,
            "seconds": started.elapsed().as_secs_f64(),
            "parameters": recommender.manifest().parameters,
            "test": {OUTPUT: judged.metrics},
            "baseline": {OUTPUT: judged.popularity},
        }));
    }
    if judged.left_out > 0 {
        say(&format!(
            "left out {}: of a user or item that the model does not know, or of what the user has",
            counted(judged.left_out, "row")
        ));
    }
    let what = match recommender.spec().ratings {
        Some(_) => "rating",
        None => "user",
    };
    let heading = format!("{OUTPUT} ({})", counted(judged.judged, what));
    let rows = judged.metrics.iter().map(|(name, value)| {
        let baseline = judged.popularity.get(name).map(number).unwrap_or_default();
        vec![format!("  {name}"), number(value), baseline]
    });
    let baseline = baseline(recommender.spec().ratings.is_some());
    output::line(&table(&[&heading, "model", baseline], &[0], rows.collect()))
}

/// What stands beside the model.
pub(crate) fn baseline(is_rating: bool) -> &'static str {
    match is_rating {
        true => "mean",
        false => "popularity",
    }
}

/// One line that says what is about to happen.
pub(crate) fn heading(plan: &Plan, planned: &PlannedRecommend) -> String {
    let events = &planned.events;
    format!(
        "{}: {KIND} of {} for {}; {} training, {} validation, {} test events",
        plan.name,
        counted(planned.rows.shared.interactions.items.len(), "item"),
        counted(planned.rows.shared.interactions.users.len(), "user"),
        count(events.train.len()),
        count(events.validation.len()),
        count(events.test.len()),
    )
}

/// What a few users have.
pub(crate) fn as_seen(planned: &PlannedRecommend) -> String {
    let shared = &planned.rows.shared;
    let mut lines = vec!["what users have in the training part, newest first".to_string()];
    let users = (0..shared.known.num_users()).filter(|&user| !shared.known.items(user).is_empty());
    for user in users.take(2) {
        let items = shared.known.items(user);
        let name = |item: &u32| match planned
            .names
            .get(*item as usize)
            .filter(|name| !name.is_empty())
        {
            Some(name) => name.clone(),
            None => shared.interactions.items[*item as usize].clone(),
        };
        let shown: Vec<String> = items.iter().rev().take(MAX_SHOWN).map(name).collect();
        let more = if items.len() > MAX_SHOWN { ", ..." } else { "" };
        lines.push(format!(
            "  {} ({}): {}{more}",
            shared.interactions.users[user],
            counted(items.len(), "item"),
            shown.join(", ")
        ));
    }
    lines.join("\n")
}

/// What a stored model knows.
pub(crate) fn shown(bundle: &Bundle, spec: &RecommendSpec) -> String {
    let mut lines = vec![format!("recommends `{}` to `{}`", spec.item, spec.user)];
    if let Some(catalog) = &bundle.catalog {
        let texts = &catalog.texts;
        lines.push(format!(
            "knows {} and {}",
            counted(texts.items.len(), "item"),
            counted(texts.users.len(), "user")
        ));
        let filters: Vec<&str> = texts
            .filters
            .iter()
            .map(|filter| filter.column.as_str())
            .collect();
        if !filters.is_empty() {
            lines.push(format!("filters: {}", filters.join(", ")));
        }
    }
    let is_slim = matches!(bundle.manifest.network.body, BodyConfig::Slim(_));
    lines.push(match (spec.history, spec.is_sequential) {
        _ if is_slim => "reads all items of a user, in any order".to_string(),
        (0, _) => "knows users by number; a new one by the items that are given".to_string(),
        (history, true) => format!("reads the last {history} items of a user, in their order"),
        (history, false) => format!("reads the last {history} items of a user, in any order"),
    });
    lines.push(format!("judged by: {}", spec.protocol));
    lines.join("\n")
}
