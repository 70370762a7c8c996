//! What will happen: the recipe checked against the data. Only a plan can be run.
//!
//! Everything that is fitted (scaling, vocabularies, classes) is fitted on the training part alone, and every problem
//! found on the way is collected, so that a user corrects a recipe once.

mod chat;
mod class_warnings;
mod columns;
mod contradictions;
mod drafted;
mod findings;
mod infer;
pub(crate) mod inputs;
mod named;
pub(crate) mod names;
pub(crate) mod network;
mod parts;
mod record;
mod scope;
mod series;
pub mod sources;
mod split_warnings;
pub(crate) mod texts;
mod trained;
mod unreadable;
mod warm_start;
mod warnings;
mod weights_folder;

use std::path::{Path, PathBuf};

use hob_data::config::{DataConfig, OutputConfig};
use hob_data::error::DataError;
use hob_data::preprocess::{InputColumn, Preprocessor, TransformReport};
use hob_data::source::{self, ReadOptions, SourceReport};
use hob_data::split::Parts;
use hob_data::table::Table;
use hob_data::target::TargetEncoder;
use hob_inference::chat::ChatAnswers;
use hob_model::config::{BodyConfig, NetworkConfig};
use serde::{Deserialize, Serialize};

pub use columns::{ColumnRole, ColumnSummary};
pub(crate) use contradictions::contradictions;
pub use contradictions::{Contradiction, Contradictions, LabelRows};
use findings::finding_of_file;
pub(crate) use findings::{Findings, finding_of};
pub(crate) use named::input_columns;
pub use record::PlanRecord;
pub use sources::Embedded;
pub use texts::PlannedTextEncoder;
pub use trained::ParameterCounts;
pub use warm_start::WarmStart;
pub(crate) use weights_folder::weights_file;

use crate::error::RunError;
use crate::forecast::PlannedForecast;
use crate::recipe::{Finding, KeyPath, Recipe, RecipeSource};
use crate::recommend::{self, PlannedRecommend, Sides};
use crate::retrieve;
use sources::Sources;

/// A recipe that can be run.
#[derive(Debug)]
pub struct Plan {
    /// The recipe's file name without its ending.
    pub name: String,
    /// The folder that relative paths of the recipe begin at.
    pub folder: PathBuf,
    /// The text, with `--set` made.
    pub source: RecipeSource,
    /// What it says; `[retrieve]` stands for a text input of two columns and no hidden layer.
    pub recipe: Recipe,
    /// The rows of every file.
    pub table: Table,
    /// What was read, and what was not.
    pub report: SourceReport,
    /// How it was read; prediction reads alike.
    pub options: ReadOptions,
    /// Rows of each part.
    pub parts: Parts,
    /// Rows in no part, by reason.
    pub left_out: Vec<LeftOut>,
    /// Every input column with its type.
    pub inputs: Vec<InputColumn>,
    /// Fitted on the training part.
    pub preprocessor: Preprocessor,
    /// What is predicted.
    pub outputs: Vec<PlannedOutput>,
    /// What is said to each class, for a conversation.
    pub chat: Option<ChatAnswers>,
    /// What reads the texts, in the order of `network.inputs.text_encoders`.
    pub text_encoders: Vec<PlannedTextEncoder>,
    /// The series, of a recipe that continues some. Its parts are of windows, and it has neither inputs nor outputs.
    pub forecast: Option<PlannedForecast>,
    /// The events, of a recipe that recommends. Its parts are of rows of the training loop, and it has neither inputs nor
    /// outputs.
    pub recommend: Option<PlannedRecommend>,
    /// The shape of the network.
    pub network: NetworkConfig,
    /// The model that training begins with.
    pub warm_start: Option<WarmStart>,
}

/// An output with its fitted encoder.
#[derive(Debug, Clone)]
pub struct PlannedOutput {
    /// As in the recipe, with exactly one type.
    pub config: OutputConfig,
    /// Fitted on the training part.
    pub encoder: TargetEncoder,
    /// Rows that belong to no class.
    pub out_of_scope: Option<Table>,
}

/// Rows that are used nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Such as "no value in `churn`".
    pub reason: String,
    /// How many.
    pub rows: usize,
}

/// What a plan needs beside the recipe.
#[derive(Clone, Copy)]
pub struct PlanContext<'a> {
    /// The folder that relative paths of the recipe begin at.
    pub folder: &'a Path,
    /// Data files that come with hob.
    pub embedded: Embedded,
    /// The device that was asked for in place of the recipe's, which may then be one that is not there.
    pub device: Option<&'a str>,
}

impl Plan {
    /// Reads recipe and data, divides the rows, and fits inputs and outputs on the training part.
    ///
    /// # Errors
    /// [`RunError::Recipe`] with everything found wrong at the first stage that fails, names that the data does not have
    /// included; a file that cannot be read.
    pub fn new(source: RecipeSource, context: PlanContext<'_>) -> Result<Self, RunError> {
        let mut recipe = match Recipe::parse(&source) {
            Ok(recipe) => recipe,
            Err(problems) => return Err(drafted::with_names(problems, source, context).into()),
        };
        if context.device.is_some() {
            recipe.training.device = None;
        }
        let findings = Findings::new(&source, recipe.retrieve.is_some());
        let recipe = retrieve::table_form(recipe);
        let device = names::device(recipe.training.device.as_deref());
        let sources = Sources::resolve(&recipe.data, context.folder, context.embedded).map_err(
            |problems| {
                let files = problems.into_iter().map(finding_of_file);
                findings.all(files.chain(device.clone()))
            },
        )?;
        let named = named::keyed_columns(&recipe);
        let options = read_options(&recipe.data, &named);
        let private = recipe.data.private.as_ref();
        let header = source::header(&sources.paths(), &options, names::all(&named, private))?;
        let earlier = warm_start::read(&recipe, context.folder);
        let (earlier, no_model) = match earlier {
            Ok(earlier) => (earlier, None),
            Err(finding) => (None, Some(finding)),
        };
        let unknown: Vec<Finding> = names::unknown(&named, private, &header)
            .into_iter()
            .chain(device)
            .chain(weights_folder::missing_weights(&recipe, context.folder))
            .chain(no_model)
            .collect();
        if !unknown.is_empty() {
            return Err(findings.all(unknown));
        }
        let types = inputs::resolve(&recipe, &sources, &options, context.folder)
            .map_err(|error| error.or(&findings))?;
        let requests = match (&recipe.forecast, &recipe.recommend) {
            (Some(config), _) => series::requests(config, &recipe, &sources, &options)?,
            (None, Some(config)) => recommend::requests(config, &recipe),
            (None, None) => inputs::requests(&recipe, &types),
        };
        let sides = recipe.recommend.as_ref().map(|config| {
            let sides = Sides::read(config, &recipe, &options, context);
            sides.map_err(|found| findings.all(found))
        });
        let sides = sides.transpose()?.unwrap_or_default();
        let (table, report) = sources.read(&requests, &options).map_err(|error| {
            match unreadable::columns(&error, &recipe, &requests) {
                found if found.is_empty() => error.into(),
                found => findings.all(found),
            }
        })?;

        let (rows, left_out) = parts::usable_rows(&recipe, &types, &table);
        let (mut forecast, mut recommend) = (None, None);
        let parts = match (&recipe.forecast, &recipe.recommend) {
            (Some(config), _) => {
                let read = series::read(config, &recipe, &table, context);
                let (planned, parts) = read.map_err(|found| findings.all(found))?;
                forecast = Some(planned);
                parts
            }
            (None, Some(config)) => {
                let read = recommend::read(config, &recipe, &table, &sides, context);
                let (planned, parts) = read.map_err(|found| findings.all(found))?;
                recommend = Some(planned);
                parts
            }
            (None, None) => {
                let parts = parts::divide(&recipe, &sources, &report, &table, &rows);
                let of_split = |error: DataError| finding_of("data.split", &error.to_string());
                parts.map_err(|error| findings.all([of_split(error)]))?
            }
        };
        let (preprocessor, mut outputs) = inputs::fit(&types, &table, &parts, earlier.as_ref())
            .map_err(|found| findings.all(found))?;
        scope::read(
            &mut outputs,
            &preprocessor,
            &requests,
            &options,
            &parts,
            context,
        )
        .map_err(|found| findings.all(found))?;
        let chat = recipe.chat.as_ref();
        let chat = chat
            .map(|config| chat::read(config, &outputs, &options, context))
            .transpose()
            .map_err(|found| findings.all([found]))?;
        let layout = preprocessor.layout();
        let text_encoders = texts::encoders(&recipe, &layout, context.folder)
            .map_err(|found| findings.all(found))?;
        let body = recipe.model.as_ref();
        let network = match (&forecast, &recommend, body) {
            (Some(forecast), _, Some(body)) => forecast.network(body),
            (None, Some(recommend), Some(body)) => recommend.network(body),
            _ => network::network(&layout, &text_encoders, body, &outputs),
        };
        network
            .check()
            .map_err(|error| findings.all([Finding::error("model", error.to_string())]))?;
        let warm_start = earlier
            .map(|earlier| earlier.start(&preprocessor, &network, &outputs))
            .transpose()
            .map_err(|found| findings.all([found]))?;
        let name = recipe_name(source.path());
        let inputs = types.inputs;
        let folder = context.folder.to_path_buf();
        Ok(Self {
            name,
            folder,
            source,
            recipe,
            table,
            report,
            options,
            parts,
            left_out,
            inputs,
            preprocessor,
            outputs,
            chat,
            text_encoders,
            forecast,
            recommend,
            network,
            warm_start,
        })
    }

    /// Statistics of every column, for `check` and the report.
    pub fn columns(&self) -> Vec<ColumnSummary> {
        columns::summaries(self)
    }

    /// What is allowed, but looks like a mistake, given what [`Self::columns`] says.
    pub fn warnings(&self, columns: &[ColumnSummary]) -> Vec<String> {
        warnings::warnings(self, columns)
    }

    /// Rows, or events, of the training, validation and test part.
    pub fn rows(&self) -> PartRows {
        let of = |train: &[usize], validation: &[usize], test: &[usize]| PartRows {
            training: train.len(),
            validation: validation.len(),
            test: test.len(),
        };
        let parts = &self.parts;
        match self.recommend.as_ref().map(|planned| &planned.events) {
            Some(events) => of(&events.train, &events.validation, &events.test),
            None => of(&parts.train, &parts.validation, &parts.test),
        }
    }

    /// Rows of all parts, ascending.
    pub fn all_rows(&self) -> Vec<usize> {
        let parts = &self.parts;
        let mut rows = [&parts.train[..], &parts.validation, &parts.test].concat();
        rows.sort_unstable();
        rows
    }

    /// Whether there is anything to train: a search with frozen encoders has nothing, and the weights of SLIM are solved for.
    pub fn is_trained(&self) -> bool {
        let frozen = self.text_encoders.iter().all(PlannedTextEncoder::is_frozen);
        let is_solved = matches!(self.network.body, BodyConfig::Slim(_));
        !is_solved && (self.recipe.retrieve.is_none() || !frozen)
    }

    /// How many of the text encoders, the first ones, encode each text once.
    pub fn encoders_used_once(&self) -> usize {
        let encoders = self.text_encoders.iter();
        encoders.filter(|encoder| encoder.encodes_once()).count()
    }

    /// The part that judges the result, by name: the test part, or the best substitute when the recipe has none.
    pub fn judged_part(&self) -> (&'static str, &[usize]) {
        match (self.parts.test.is_empty(), self.parts.validation.is_empty()) {
            (false, _) => ("test", &self.parts.test),
            (true, false) => ("validation", &self.parts.validation),
            (true, true) => ("training", &self.parts.train),
        }
    }

    /// The encoded training part, with counts of what was filled, clipped or unknown.
    ///
    /// # Errors
    /// A value that the recipe forbids, such as a missing one with `missing = "error"`.
    pub fn encode(
        &self,
        rows: &[usize],
    ) -> Result<(crate::fit::EncodedPart, TransformReport), RunError> {
        parts::encode(self, rows)
    }
}

/// Rows per part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRows {
    /// Rows that the network learns from.
    pub training: usize,
    /// Rows that decide when to stop.
    pub validation: usize,
    /// Rows that judge the result.
    pub test: usize,
}

/// `configs/tabular/iris.toml` is `iris`.
pub fn recipe_name(path: Option<&Path>) -> String {
    let stem = path
        .and_then(Path::file_stem)
        .map(|stem| stem.to_string_lossy().into_owned());
    stem.filter(|stem| !stem.is_empty())
        .unwrap_or_else(|| "recipe".to_string())
}

fn read_options(data: &DataConfig, named: &[(String, KeyPath)]) -> ReadOptions {
    let private = data.private.clone().unwrap_or_default();
    // A hashed column that is not asked for is not hashed on the way, so it must not be seen at all.
    let hidden = private
        .hash
        .into_iter()
        .filter(|hashed| !named.iter().any(|(name, _)| name == hashed));
    ReadOptions {
        delimiter: data.delimiter,
        header: data.header.clone(),
        missing: data.missing.clone(),
        max_rejected: data.max_rejected,
        never_read: private.drop.into_iter().chain(hidden).collect(),
    }
}

/// The folder that relative paths of a recipe begin at.
pub fn recipe_folder(path: Option<&Path>) -> PathBuf {
    let parent = path
        .and_then(Path::parent)
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_path_buf()
}
