//! The end of a run that searches: make the index, judge it, pack the bundle.

use hob_data::count::counted;
use hob_data::features::Features;
use hob_inference::manifest::{Example, Manifest, Retrieval};
use hob_inference::{AnswerIndex, Bundle, InferenceError, raw_outputs};
use hob_model::config::{InputsConfig, NetworkConfig};
use hob_model::{Network, weights};

use super::finish::{Finish, NUM_WORST};
use crate::error::RunError;
use crate::fit::FitObserver;
use crate::metrics::{WorstRow, worst_rows};
use crate::plan::Contradictions;
use crate::result::{OutputResult, RunResult};
use crate::retrieve::{Corpus, Judged, KIND, RetrieveConfig, evaluate, mistakes, threshold};
use crate::run_folder::RunFolder;

impl Finish<'_> {
    /// Encodes every question and answer, asks the held-out questions, and stores all.
    pub(super) fn answers(
        self,
        folder: &RunFolder,
        observer: &mut dyn FitObserver,
    ) -> Result<RunResult, RunError> {
        let plan = self.plan;
        let config = plan
            .recipe
            .retrieve
            .as_ref()
            .expect("the plan is that of a search");
        let rows = plan.all_rows();
        let (all, report) = self.texts.encode(&rows, observer)?;
        let raw = raw_outputs(&self.fitted.network, &all.features, self.device);
        let vectors = raw.into_iter().next().unwrap_or_default();
        let corpus = Corpus::new(config, &plan.table, &rows, vectors);

        // Held-out questions are asked, so they are not stored; their answers are.
        let train = &plan.parts.train;
        let known =
            corpus.index(|row| train.binary_search(&row).is_ok() || self.judges_training())?;
        let validation = self.ask(&known, &corpus, &plan.parts.validation, None)?;
        let threshold = validation
            .as_ref()
            .and_then(|judged| threshold(judged, config.accept));
        let (part, asked) = plan.judged_part();
        let judged = self.ask(&known, &corpus, asked, threshold)?;
        let Some(judged) = judged else {
            return Err(RunError::AnswerIndex("there are no questions".to_string()));
        };
        let output = OutputResult {
            column: config.answer.clone(),
            kind: KIND.to_string(),
            worst: self.worst(config, &known, &judged, asked),
            mistakes: Some(mistakes(
                &known,
                &corpus.asked(asked),
                &judged,
                asked,
                threshold,
            )),
            scope: None,
            contradictions: Contradictions::default(),
            test: judged.report,
            part: part.to_string(),
            validation: validation.map(|judged| judged.report),
            baseline: judged.baseline,
            text_baseline: Some(judged.bm25),
            forecast: None,
            recommend: None,
            temperature: 1.0,
        };
        let network = self.question_network();
        let mut result = self.result(&network, vec![output], &report);
        result
            .notes
            .push(note(config, &known, asked.len(), threshold));
        let retrieval = Retrieval {
            question: config.question.clone(),
            answer: config.answer.clone(),
            top: config.top,
            threshold,
        };
        let bundle = Bundle {
            manifest: self.question_manifest(&result, &corpus, asked, retrieval),
            weights: weights::to_bytes(&network).map_err(InferenceError::from)?,
            index: Some(corpus.index(|_| true)?),
            catalog: None,
        };
        folder.write_end(&bundle, &result)?;
        Ok(result)
    }

    /// Without validation and test part, the questions that are asked are stored ones, as for every other model.
    fn judges_training(&self) -> bool {
        self.plan.judged_part().0 == "training"
    }

    fn ask(
        &self,
        index: &AnswerIndex,
        corpus: &Corpus<'_>,
        rows: &[usize],
        threshold: Option<f32>,
    ) -> Result<Option<Judged>, RunError> {
        if rows.is_empty() {
            return Ok(None);
        }
        let judged = evaluate(index, &corpus.asked(rows), threshold);
        judged.map(Some).map_err(|source| RunError::Metrics {
            output: corpus.answer_column().to_string(),
            part: "held-out",
            source,
        })
    }

    /// The questions whose answer came last.
    fn worst(
        &self,
        config: &RetrieveConfig,
        index: &AnswerIndex,
        judged: &Judged,
        rows: &[usize],
    ) -> Vec<WorstRow> {
        let ranks: Vec<f64> = judged.asked.iter().map(|asked| asked.rank as f64).collect();
        let texts = index.texts();
        let worst = worst_rows(&ranks, NUM_WORST).into_iter();
        let worst = worst.filter(|(_, rank)| *rank > 1.0).map(|(place, rank)| {
            let row = rows[place];
            let stored = texts.rows.iter().find(|stored| stored.row == row + 1);
            let best = judged.asked[place].best;
            WorstRow {
                row: row + 1,
                loss: rank,
                inputs: stored
                    .map(|stored| (config.question.clone(), stored.question.clone()))
                    .into_iter()
                    .collect(),
                target: stored
                    .map(|stored| texts.answers[stored.answer].clone())
                    .unwrap_or_default(),
                prediction: best
                    .map(|best| texts.answers[best.answer].clone())
                    .unwrap_or_default(),
            }
        });
        worst.collect()
    }

    /// The shape of the network that reads one question.
    fn question_config(&self) -> NetworkConfig {
        let network = &self.plan.network;
        NetworkConfig {
            inputs: InputsConfig {
                texts: vec![0],
                ..network.inputs.clone()
            },
            ..network.clone()
        }
    }

    /// The network of the run read questions and answers; the bundle's reads questions with the same encoder.
    fn question_network(&self) -> Network {
        let config = self.question_config();
        let without_texts = config.behind(config.inputs.text_encoders.len());
        let trained = self.texts.whole(&self.fitted.network);
        let rest = Network::planned(&without_texts, self.device);
        Network::join(trained.texts().to_vec(), rest, &config)
    }

    fn question_manifest(
        &self,
        result: &RunResult,
        corpus: &Corpus<'_>,
        asked: &[usize],
        retrieval: Retrieval,
    ) -> Manifest {
        let inputs = self.plan.preprocessor.only(&retrieval.question);
        let manifest = self.manifest(result, Vec::new(), (&[], &Features::default()), asked);
        let examples = manifest
            .examples
            .into_iter()
            .zip(asked)
            .map(|(example, &row)| {
                let mut input = example.input;
                input.retain(|column, _| *column == retrieval.question);
                let vector = corpus.question_vector(row).unwrap_or_default().to_vec();
                Example {
                    input,
                    expected: vec![vector],
                }
            });
        Manifest {
            examples: examples.collect(),
            inputs: inputs.expect("the question is an input of the plan"),
            network: self.question_config(),
            retrieval: Some(retrieval),
            ..manifest
        }
    }
}

/// What was asked and what could be found, and the threshold.
fn note(
    config: &RetrieveConfig,
    index: &AnswerIndex,
    asked: usize,
    threshold: Option<f32>,
) -> String {
    let texts = index.texts();
    let compared = match (config.match_with.questions(), config.match_with.answers()) {
        (true, true) => "their texts and the questions of the training part",
        (true, false) => "the questions of the training part",
        _ => "their texts",
    };
    let threshold = match threshold {
        Some(threshold) => format!(
            "an answer below the score {threshold:.3} is \"I don't know\" ({} % of the right answers to validation \
             questions are above it)",
            (config.accept * 100.0).round()
        ),
        None => "every question is answered, for there is no validation question to choose a threshold from".to_string(),
    };
    format!(
        "asked {}, each to find its answer among {}, compared with {compared}; {threshold}",
        counted(asked, "question"),
        texts.answers.len()
    )
}
