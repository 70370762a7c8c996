//! What a model is, as clients and the page are told.
//!
//! Nothing here is a row of the data: whoever may ask need not see the customers it was trained on. Answers may be:
//! those of a search are stored ones, and a forecast is given back with its history.

use std::collections::BTreeSet;

use hob_data::preprocess::{InputColumnSchema, InputKind};
use hob_data::target::TargetKind;
use hob_inference::manifest::Manifest;
use hob_inference::recommend::Filter;
use hob_inference::{Forecaster, Model, Recommender, Retriever};
use serde_json::{Value, json};

use crate::registry::Entry;
use crate::served::Served;

/// Series listed for the page.
const MAX_KEYS: usize = 500;
/// Values of a filter listed.
const MAX_VALUES: usize = 200;

/// A line of the list of models.
pub(crate) fn summary(entry: &Entry) -> Value {
    let served = entry.served();
    json!({
        "name": entry.name,
        "kind": kind(&served.model),
        "tasks": tasks(&served),
        "does": does(&served),
    })
}

/// What kind of model it is.
pub(crate) fn kind(model: &Model) -> &'static str {
    match model {
        Model::Predictor(_) => "predictor",
        Model::Retriever(_) => "retriever",
        Model::Forecaster(_) => "forecaster",
        Model::Recommender(_) => "recommender",
    }
}

/// The last parts of the paths that it answers.
pub(crate) fn tasks(served: &Served) -> Vec<&'static str> {
    match &served.model {
        Model::Predictor(predictor) if talks(predictor.manifest()) => vec!["predict", "chat"],
        Model::Predictor(_) => vec!["predict"],
        Model::Retriever(_) => vec!["predict", "chat"],
        Model::Forecaster(_) => vec!["forecast", "predict"],
        Model::Recommender(_) => vec!["recommend", "predict"],
    }
}

/// Whether one text is all that a prediction needs, and classes come out.
fn talks(manifest: &Manifest) -> bool {
    let mut inputs = manifest.inputs.inputs();
    let is_text = inputs.all(|input| matches!(input.kind, InputKind::Text(_)));
    let mut outputs = manifest.outputs.iter();
    let has_classes = outputs.any(|spec| matches!(spec.encoder.kind, TargetKind::Category(_)));
    is_text && has_classes && manifest.inputs.inputs().count() == 1
}

/// What it does, in words.
pub(crate) fn does(served: &Served) -> String {
    let manifest = served.model.manifest();
    match &served.model {
        Model::Predictor(_) => {
            let names: Vec<&str> = manifest
                .outputs
                .iter()
                .map(|spec| spec.column.as_str())
                .collect();
            format!("predicts {}", names.join(", "))
        }
        Model::Retriever(retriever) => {
            format!("finds the answer to a {}", retriever.retrieval().question)
        }
        Model::Forecaster(forecaster) => {
            let fitted = &forecaster.spec().preprocessor;
            format!(
                "forecasts {} for {} steps",
                fitted.columns.target, fitted.horizon
            )
        }
        Model::Recommender(recommender) => {
            let spec = recommender.spec();
            format!("recommends {} to {}", spec.item, spec.user)
        }
    }
}

/// Everything about the model that answers now, and why a newer one does not.
pub(crate) fn of_entry(entry: &Entry, shows_reports: bool) -> Value {
    let served = entry.served();
    let mut info = served.info.clone();
    info["reload_error"] = entry.reload_error().into();
    info["report"] = (served.report.is_some() && shows_reports).into();
    info
}

/// Everything about a model. Large catalogs take a while, so it is made once.
pub(crate) fn info(served: &Served) -> Value {
    let manifest = served.model.manifest();
    let provenance = &manifest.provenance;
    let [training, validation, test] = provenance.rows;
    let inputs: Vec<InputColumnSchema> = manifest.inputs.columns().collect();
    let sources = provenance.sources.iter();
    let sources: Vec<Value> = sources
        .map(|source| json!({ "name": source.name, "rows": source.rows }))
        .collect();
    let (forecast, recommend, retrieve) = match &served.model {
        Model::Predictor(_) => (None, None, None),
        Model::Forecaster(forecaster) => (Some(of_forecaster(forecaster)), None, None),
        Model::Recommender(recommender) => (None, Some(of_recommender(recommender, served)), None),
        Model::Retriever(retriever) => (None, None, Some(of_retriever(retriever))),
    };
    json!({
        "name": served.name,
        "kind": kind(&served.model),
        "tasks": tasks(served),
        "does": does(served),
        "title": manifest.name,
        "inputs": inputs,
        "outputs": outputs(manifest),
        "test": manifest.test,
        "baseline": manifest.baseline,
        "parameters": manifest.parameters,
        "rows": { "training": training, "validation": validation, "test": test },
        "epochs": provenance.epochs,
        "seed": provenance.seed,
        "sources": sources,
        "hob": provenance.hob,
        "burn": provenance.burn,
        "trained_on": provenance.device,
        "recipe": provenance.recipe,
        "loaded": served.loaded.to_string(),
        "reload_error": null,
        "report": false,
        "forecast": forecast,
        "recommend": recommend,
        "retrieve": retrieve,
    })
}

fn outputs(manifest: &Manifest) -> Vec<Value> {
    let outputs = manifest.outputs.iter();
    outputs
        .map(|spec| {
            let kind = match &spec.encoder.kind {
                TargetKind::Category(_) => "category",
                TargetKind::Binary(_) => "binary",
                TargetKind::Number(_) => "number",
                TargetKind::Set(_) => "set",
                TargetKind::Tags(_) => "tags",
            };
            json!({ "column": spec.column, "type": kind, "classes": spec.encoder.classes() })
        })
        .collect()
}

fn of_forecaster(forecaster: &Forecaster) -> Value {
    let spec = forecaster.spec();
    let (fitted, names) = (&spec.preprocessor, &spec.preprocessor.columns);
    let keys = spec.history.series.iter().take(MAX_KEYS);
    let statics = [names.static_numbers.clone(), names.static_texts.clone()].concat();
    json!({
        "time": names.time,
        "series": names.series,
        "target": names.target,
        "horizon": fitted.horizon,
        "context": fitted.context,
        "frequency": fitted.frequency().to_string(),
        "known": names.known,
        "past": names.past,
        "static": statics,
        "levels": spec.levels,
        "num_series": spec.history.series.len(),
        "keys": keys.map(|series| &series.key).collect::<Vec<_>>(),
        "needs_rows": forecaster.stored_windows().is_err(),
    })
}

fn of_recommender(recommender: &Recommender, served: &Served) -> Value {
    let (spec, texts) = (recommender.spec(), &recommender.catalog().texts);
    let values = |filter: &Filter| {
        let values: BTreeSet<&String> = filter.values.iter().filter(|v| !v.is_empty()).collect();
        let values: Vec<&String> = values.into_iter().take(MAX_VALUES).collect();
        json!({ "column": filter.column, "values": values })
    };
    json!({
        "user": spec.user,
        "item": spec.item,
        "top": spec.k[0],
        "filters": texts.filters.iter().map(values).collect::<Vec<_>>(),
        "users": texts.users.len(),
        "items": texts.items.len(),
        "ratings": spec.ratings,
        "features": served.schema,
    })
}

fn of_retriever(retriever: &Retriever) -> Value {
    let retrieval = retriever.retrieval();
    json!({
        "question": retrieval.question,
        "answer": retrieval.answer,
        "answers": retriever.index().texts().answers.len(),
        "threshold": retrieval.threshold,
    })
}
