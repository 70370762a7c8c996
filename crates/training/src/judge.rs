//! A trained model on new data that has the target: metrics beside the baseline of its training, and how much each
//! input matters.

use std::path::{Path, PathBuf};

use hob_data::preprocess::{InputColumn, TransformReport};
use hob_data::source::{self, ColumnRequest, ReadOptions};
use hob_data::table::{Column, Table, Values};
use hob_data::target::{TargetKind, missing_rows};
use hob_inference::decode::decode;
use hob_inference::{Predictor, raw_outputs};

use crate::error::RunError;
use crate::evaluate::{Known, predicted};
use crate::importance::{ImportanceOptions, permutation_importance};
use crate::metrics::{self, Baseline};
use crate::plan::Contradictions;
use crate::result::{OutputImportance, OutputResult};

/// What came out of an evaluation.
#[derive(Debug)]
pub struct Judgement {
    /// One entry per output.
    pub outputs: Vec<OutputResult>,
    /// What was filled, clipped or unknown.
    pub report: TransformReport,
    /// Rows without a target.
    pub left_out: usize,
    /// Rows that could not be read.
    pub rejected: usize,
}

/// Data with targets, read for a model.
#[derive(Debug)]
pub struct Judge<'a> {
    predictor: &'a Predictor,
    table: Table,
    rows: Vec<usize>,
    known: Vec<Known>,
    left_out: usize,
    rejected: usize,
}

impl<'a> Judge<'a> {
    /// Reads the inputs and outputs of a model from files.
    ///
    /// # Errors
    /// A file or column is missing, a value does not parse, or a class is unknown to the model.
    pub fn read(
        predictor: &'a Predictor,
        paths: &[PathBuf],
        max_rejected: usize,
    ) -> Result<Self, RunError> {
        let mut requests = predictor.requests();
        for spec in &predictor.manifest().outputs {
            if requests.iter().all(|request| request.name != spec.column) {
                let kind = spec.encoder.column_kind();
                let name = spec.column.clone();
                requests.push(ColumnRequest {
                    name,
                    kind,
                    required: true,
                    hash_salt: None,
                });
            }
        }
        let options = ReadOptions {
            max_rejected,
            ..predictor.read_options()
        };
        let (table, report) = source::read(paths, &requests, &options)?;
        let rows = (0..table.num_rows).collect();
        let mut judge = Self::new(predictor, table, rows)?;
        judge.rejected = report.rejected.num_rows;
        Ok(judge)
    }

    /// Rows of a table that is already in memory, such as the test part of a plan.
    ///
    /// # Errors
    /// A class is unknown to the model.
    pub fn new(predictor: &'a Predictor, table: Table, rows: Vec<usize>) -> Result<Self, RunError> {
        let outputs = &predictor.manifest().outputs;
        let mut usable = vec![true; table.num_rows];
        for spec in outputs {
            for row in missing_rows(&spec.column, &table) {
                usable[row] = false;
            }
        }
        let given = rows.len();
        let rows: Vec<usize> = rows.into_iter().filter(|&row| usable[row]).collect();
        let left_out = given - rows.len();
        let mut known = Vec::with_capacity(outputs.len());
        for spec in outputs {
            let targets = spec.encoder.encode(&table, &rows)?;
            known.push(Known::new(spec, None, &targets, &table, &rows));
        }
        Ok(Self {
            predictor,
            table,
            rows,
            known,
            left_out,
            rejected: 0,
        })
    }

    /// Metrics of every output.
    ///
    /// # Errors
    /// A value that the recipe forbids, or no row with a target.
    pub fn judge(&self) -> Result<Judgement, RunError> {
        let manifest = self.predictor.manifest();
        let (features, report) = manifest.inputs.transform(&self.table, &self.rows)?;
        let raw = raw_outputs(
            self.predictor.network(),
            &features,
            self.predictor.burn_device(),
        );
        let mut outputs = Vec::with_capacity(manifest.outputs.len());
        for (place, spec) in manifest.outputs.iter().enumerate() {
            let failed = |source| RunError::Metrics {
                output: spec.column.clone(),
                part: "given",
                source,
            };
            let truth = self.known[place].truth();
            let baseline: Baseline =
                serde_json::from_value(manifest.baseline_models[place].clone())
                    .map_err(|error| RunError::json(Path::new("model.hob"), error))?;
            outputs.push(OutputResult {
                column: spec.column.clone(),
                kind: spec.encoder.kind.name().to_string(),
                test: metrics::evaluate(truth, predicted(&decode(spec, &raw[place], &features)))
                    .map_err(failed)?,
                part: "given".to_string(),
                validation: None,
                baseline: baseline.report(truth).map_err(failed)?,
                text_baseline: None,
                forecast: None,
                recommend: None,
                temperature: spec.temperature,
                worst: Vec::new(),
                mistakes: None,
                scope: None,
                contradictions: Contradictions::default(),
            });
        }
        Ok(Judgement {
            outputs,
            report,
            left_out: self.left_out,
            rejected: self.rejected,
        })
    }

    /// How much worse the first headline metric of each output gets when an input column is shuffled.
    ///
    /// # Errors
    /// As [`Self::judge`].
    pub fn importance(&self, repeats: usize, seed: u64) -> Result<Vec<OutputImportance>, RunError> {
        let manifest = self.predictor.manifest();
        let inputs: Vec<&InputColumn> = manifest.inputs.inputs().collect();
        let columns: Vec<String> = inputs.iter().map(|input| input.column.clone()).collect();
        let mut results = Vec::with_capacity(manifest.outputs.len());
        for place in 0..manifest.outputs.len() {
            // The words of another row have no tags to compare with.
            if matches!(manifest.outputs[place].encoder.kind, TargetKind::Tags(_)) {
                continue;
            }
            let (metric, unshuffled) = self.headline(&self.table, place)?;
            let options = ImportanceOptions {
                repeats,
                seed,
                greater_is_better: metrics::greater_is_better(&metric),
            };
            let inputs = permutation_importance(
                &columns,
                self.table.num_rows,
                unshuffled,
                &options,
                |column, rows| {
                    let shuffled = shuffled(&self.table, &columns[column], rows);
                    self.headline(&shuffled, place).map(|(_, value)| value)
                },
            )?;
            results.push(OutputImportance {
                column: manifest.outputs[place].column.clone(),
                metric,
                inputs,
            });
        }
        Ok(results)
    }

    fn headline(&self, table: &Table, place: usize) -> Result<(String, f64), RunError> {
        let manifest = self.predictor.manifest();
        let spec = &manifest.outputs[place];
        let (features, _) = manifest.inputs.transform(table, &self.rows)?;
        let raw = raw_outputs(
            self.predictor.network(),
            &features,
            self.predictor.burn_device(),
        );
        let metrics = metrics::headline(
            self.known[place].truth(),
            predicted(&decode(spec, &raw[place], &features)),
        )
        .map_err(|source| RunError::Metrics {
            output: spec.column.clone(),
            part: "given",
            source,
        })?;
        Ok(metrics
            .first()
            .map_or((String::new(), f64::NAN), |(name, value)| {
                (name.to_string(), value)
            }))
    }
}

/// The same table with the rows of one column in another order.
fn shuffled(table: &Table, name: &str, rows: &[usize]) -> Table {
    let columns = table
        .columns
        .iter()
        .map(|column| match column.name == name {
            true => Column {
                name: column.name.clone(),
                values: take(&column.values, rows),
            },
            false => column.clone(),
        });
    Table {
        columns: columns.collect(),
        num_rows: table.num_rows,
    }
}

fn take(values: &Values, rows: &[usize]) -> Values {
    match values {
        Values::Number(numbers) => Values::Number(rows.iter().map(|&row| numbers[row]).collect()),
        Values::Date(dates) => Values::Date(rows.iter().map(|&row| dates[row]).collect()),
        Values::Category(categories) => {
            let mut taken = categories.clone();
            taken.codes = rows.iter().map(|&row| categories.codes[row]).collect();
            Values::Category(taken)
        }
        Values::Set(sets) => {
            let mut taken = sets.clone();
            taken.offsets = vec![0];
            taken.codes.clear();
            for &row in rows {
                taken.codes.extend(
                    &sets.codes[sets.offsets[row] as usize..sets.offsets[row + 1] as usize],
                );
                taken.offsets.push(taken.codes.len() as u32);
            }
            Values::Set(taken)
        }
        Values::Vector { width, values } => Values::Vector {
            width: *width,
            values: rows
                .iter()
                .flat_map(|&row| values[row * width..(row + 1) * width].to_vec())
                .collect(),
        },
    }
}
