//! The end of a run: judge the network, pack the bundle, write the result.

use hob_data::features::{Features, Matrix};
use hob_data::preprocess::TransformReport;
use hob_inference::decode::decode;
use hob_inference::manifest::{Example, Manifest, OutputSpec, Provenance, Reading, SourceFile};
use hob_inference::tags::{raw_of_row, tagged_words};
use hob_inference::{Answers, Bundle, requests, typed_rows};
use hob_model::summary::count_parameters;
use hob_model::{Network, weights};

use super::scope::{self, KnownRows, Scoring};
use super::words::{self, KnownParts};
use super::{known, stop_name};
use crate::error::RunError;
use crate::evaluate::{Known, predicted};
use crate::fit::{EncodedPart, FitObserver, Fitted, count_frozen};
use crate::metrics::{self, Baseline, MetricsError, WorstRow};
use crate::mistakes::mistakes;
use crate::plan::{Plan, WarmStart, contradictions};
use crate::result::{OutputResult, RunResult};
use crate::run_folder::RunFolder;
use crate::text_encoders::TextEncoders;

/// Rows kept in the bundle for its self-test.
const NUM_EXAMPLES: usize = 3;
/// Rows listed with the largest loss.
pub(super) const NUM_WORST: usize = 20;

/// The end of a run.
pub(super) struct Finish<'a> {
    pub(super) plan: &'a Plan,
    pub(super) texts: &'a TextEncoders<'a>,
    pub(super) fitted: &'a Fitted,
    pub(super) specs: Vec<OutputSpec>,
    pub(super) device_name: &'static str,
    pub(super) device: &'a burn::tensor::Device,
}

impl Finish<'_> {
    pub(super) fn finish(
        mut self,
        train: &EncodedPart,
        validation: &EncodedPart,
        known_validation: &[Known],
        folder: &RunFolder,
        observer: &mut dyn FitObserver,
    ) -> Result<RunResult, RunError> {
        let (plan, texts) = (self.plan, self.texts);
        let scoring = Scoring {
            network: &self.fitted.network,
            device: self.device,
            needs_hidden: scope::needs_hidden(plan),
        };
        let (validation_raw, validation_hidden) = scoring.run(&validation.features);
        self.calibrate(known_validation, &validation_raw)?;
        let mut unseen = Vec::with_capacity(self.specs.len());
        for (place, spec) in self.specs.iter_mut().enumerate() {
            let known = KnownRows {
                part: validation,
                raw: &validation_raw,
                hidden: validation_hidden.as_ref(),
            };
            unseen.push(scoring.choose(plan, texts, spec, place, (train, known), observer)?);
        }
        let (part, rows) = self.plan.judged_part();
        let (judged, report) = self.texts.encode(rows, observer)?;
        let (raw, hidden) = scoring.run(&judged.features);
        let known_judged = known(self.plan, &self.specs, &judged, rows);
        let known_train = known(self.plan, &self.specs, train, &self.plan.parts.train);

        let mut outputs = Vec::with_capacity(self.specs.len());
        let mut baselines = Vec::with_capacity(self.specs.len());
        for (place, spec) in self.specs.iter().enumerate() {
            let failed = |part| {
                move |source| RunError::Metrics {
                    output: spec.column.clone(),
                    part,
                    source,
                }
            };
            let answers = decode(spec, &raw[place], &judged.features);
            let truth = known_judged[place].truth();
            let baseline = Baseline::fit(known_train[place].truth()).map_err(failed("training"))?;
            baselines.push(
                serde_json::to_value(&baseline)
                    .map_err(|error| RunError::json(&folder.bundle(), error))?,
            );
            let validation = match known_validation[place].truth() {
                _ if self.plan.parts.validation.is_empty() => None,
                truth => {
                    let answers = decode(spec, &validation_raw[place], &validation.features);
                    Some(
                        metrics::evaluate(truth, predicted(&answers))
                            .map_err(failed("validation"))?,
                    )
                }
            };
            let mut test = metrics::evaluate(truth, predicted(&answers)).map_err(failed(part))?;
            let known = KnownRows {
                part: &judged,
                raw: &raw,
                hidden: hidden.as_ref(),
            };
            let in_scope = scoring
                .judge(spec, place, known, unseen[place].as_ref())
                .map_err(failed(part))?;
            for (name, value) in in_scope.metrics.iter() {
                test.metrics.push(name, value);
            }
            outputs.push(OutputResult {
                column: spec.column.clone(),
                kind: self.plan.outputs[place].encoder.kind.name().to_string(),
                test,
                part: part.to_string(),
                validation,
                baseline: baseline.report(truth).map_err(failed(part))?,
                text_baseline: words::report(
                    plan,
                    place,
                    &KnownParts {
                        train: &known_train[place],
                        validation: (!plan.parts.validation.is_empty())
                            .then(|| &known_validation[place]),
                        judged: &known_judged[place],
                    },
                    rows,
                )?,
                forecast: None,
                recommend: None,
                temperature: spec.temperature,
                worst: worst(self.plan, spec, &known_judged[place], &answers, rows)
                    .map_err(failed(part))?,
                mistakes: mistakes(plan, spec, &known_judged[place], &answers, rows),
                scope: in_scope.scores,
                contradictions: contradictions(plan, &plan.outputs[place]),
            });
        }
        let network = self.texts.whole(&self.fitted.network);
        let result = self.result(&network, outputs, &report);
        let bundle = Bundle {
            manifest: self.manifest(&result, baselines, (&raw, &judged.features), rows),
            weights: weights::to_bytes(&network).map_err(hob_inference::InferenceError::from)?,
            index: None,
            catalog: None,
        };
        folder.write_end(&bundle, &result)?;
        Ok(result)
    }

    fn calibrate(&mut self, known: &[Known], raw: &[Matrix<f32>]) -> Result<(), RunError> {
        if self.plan.parts.validation.is_empty() {
            return Ok(());
        }
        for (place, output) in self.plan.outputs.iter().enumerate() {
            let asked = output
                .config
                .category
                .as_ref()
                .is_some_and(|category| category.calibrate)
                || output
                    .config
                    .binary
                    .as_ref()
                    .is_some_and(|binary| binary.calibrate);
            if !asked {
                continue;
            }
            let temperature = match &known[place] {
                Known::Category { targets, .. } => {
                    metrics::fit_temperature_categories(&raw[place], targets)
                }
                Known::Binary { targets, .. } => {
                    metrics::fit_temperature_binary(&raw[place].values, targets)
                }
                _ => Ok(1.0),
            };
            self.specs[place].temperature = temperature.map_err(|source| RunError::Metrics {
                output: output.config.column.clone(),
                part: "validation",
                source,
            })?;
        }
        Ok(())
    }

    pub(super) fn result(
        &self,
        network: &Network,
        outputs: Vec<OutputResult>,
        report: &TransformReport,
    ) -> RunResult {
        let (plan, fitted) = (self.plan, self.fitted);
        let columns = plan.columns();
        let parameters = count_parameters(network);
        let frozen = count_frozen(&fitted.network, &self.texts.groups());
        let trained =
            count_parameters(&fitted.network).saturating_sub(frozen) + plan.adapter_parameters();
        RunResult {
            name: plan.name.clone(),
            hob: crate::VERSION.to_string(),
            burn: crate::BURN_VERSION.to_string(),
            device: self.device_name.to_string(),
            seed: plan.recipe.seed,
            parameters,
            trained_parameters: (trained < parameters).then_some(trained),
            warm_start: plan.warm_start.as_ref().map(WarmStart::parent),
            training_seconds: fitted.seconds,
            epochs: fitted.epochs.len(),
            best_epoch: fitted.kept_epoch,
            stop: stop_name(&fitted.stop).to_string(),
            rows: plan.rows(),
            left_out: plan.left_out.clone(),
            rejected: plan.report.rejected.num_rows,
            sources: sources(plan),
            warnings: plan.warnings(&columns),
            columns,
            notes: report.notes(),
            outputs,
            importance: Vec::new(),
        }
    }

    pub(super) fn manifest(
        &self,
        result: &RunResult,
        baseline_models: Vec<serde_json::Value>,
        (raw, features): (&[Matrix<f32>], &Features),
        rows: &[usize],
    ) -> Manifest {
        let plan = self.plan;
        let reading = reading(plan);
        let columns = requests(&plan.preprocessor, &reading);
        let examples = rows
            .iter()
            .take(NUM_EXAMPLES)
            .enumerate()
            .map(|(place, &row)| Example {
                input: typed_rows::row_to_json(&plan.table, row, &columns),
                expected: raw
                    .iter()
                    .zip(&self.specs)
                    .map(|(matrix, spec)| {
                        raw_of_row(matrix, tagged_words(spec, features), place).to_vec()
                    })
                    .collect(),
            });
        Manifest {
            name: plan.name.clone(),
            provenance: Provenance {
                hob: result.hob.clone(),
                burn: result.burn.clone(),
                device: result.device.clone(),
                seed: result.seed,
                recipe: plan.source.text().to_string(),
                sources: result.sources.clone(),
                rows: [
                    result.rows.training,
                    result.rows.validation,
                    result.rows.test,
                ],
                epochs: result.epochs,
                warm_start: result.warm_start.clone(),
            },
            examples: examples.collect(),
            chat: plan.chat.clone(),
            reading,
            inputs: plan.preprocessor.clone(),
            outputs: self.specs.clone(),
            network: plan.network.clone(),
            parameters: result.parameters,
            test: result.test(),
            baseline: result.baseline(),
            baseline_models,
            retrieval: None,
            forecast: None,
            recommend: None,
        }
    }
}

/// The rows with the largest loss, with what the network was shown.
fn worst(
    plan: &Plan,
    spec: &OutputSpec,
    known: &Known,
    answers: &Answers,
    rows: &[usize],
) -> Result<Vec<WorstRow>, MetricsError> {
    let losses = metrics::row_losses(known.truth(), predicted(answers))?;
    let columns = requests(&plan.preprocessor, &reading(plan));
    let worst = metrics::worst_rows(&losses, NUM_WORST)
        .into_iter()
        .map(|(place, loss)| WorstRow {
            row: rows[place] + 1,
            loss,
            inputs: typed_rows::row_to_text(&plan.table, rows[place], &columns),
            target: known.text(place),
            prediction: answers.text(spec, place),
        });
    Ok(worst.collect())
}

/// How prediction must read cells to see what training saw.
fn reading(plan: &Plan) -> Reading {
    let private = plan.recipe.data.private.clone().unwrap_or_default();
    Reading {
        missing: plan.options.missing.clone(),
        delimiter: plan.options.delimiter,
        header: plan.options.header.clone(),
        hashed: private.hash,
        salt: private.salt.unwrap_or_default(),
        never_read: private.drop,
    }
}

fn sources(plan: &Plan) -> Vec<SourceFile> {
    let files = plan.report.files.iter().map(|file| SourceFile {
        name: file
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
        rows: file.rows,
    });
    files.collect()
}
