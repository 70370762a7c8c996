//! A conversation with a model that tells what a text wants: intent, entities, and the answer that goes with it.

use std::collections::BTreeMap;

use hob_data::preprocess::InputKind;
use hob_data::target::TargetKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::decode::Answers;
use crate::error::InferenceError;
use crate::predictor::Predictor;

/// Intents named beside a reply.
const NEAREST: usize = 3;

/// What a model says to each intent; part of a bundle.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatAnswers {
    /// The output whose classes are intents.
    pub output: String,
    /// The answers to each class, in the order of their file.
    pub answers: BTreeMap<String, Vec<String>>,
}

/// A model that can be talked to.
#[derive(Debug)]
pub struct Chat<'a> {
    predictor: &'a Predictor,
    /// The column that a text goes into.
    text: String,
    /// Place of the output whose classes are intents.
    intent: usize,
}

/// What a model says to a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reply {
    /// What was said.
    pub text: String,
    /// What it wants; `None` when the model does not know.
    pub intent: Option<String>,
    /// The most probable intents, the first one first.
    pub nearest: Vec<Candidate>,
    /// What goes with the intent.
    pub answer: Option<String>,
    /// Every output, as `hob predict --json` prints it.
    pub outputs: Map<String, Value>,
}

/// An intent that a text may have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// Its name.
    pub intent: String,
    /// From 0 to 1.
    pub probability: f32,
}

impl<'a> Chat<'a> {
    /// # Errors
    /// The model reads no text, or has no output with classes.
    pub fn new(predictor: &'a Predictor) -> Result<Self, InferenceError> {
        let manifest = predictor.manifest();
        let text = manifest
            .inputs
            .inputs()
            .find(|input| matches!(input.kind, InputKind::Text(_)))
            .ok_or(InferenceError::NoChat {
                lacks: "a text input",
            })?;
        let wanted = manifest.chat.as_ref().map(|chat| chat.output.as_str());
        let has_classes = |kind: &TargetKind| matches!(kind, TargetKind::Category(_));
        let intent = manifest
            .outputs
            .iter()
            .position(|spec| {
                has_classes(&spec.encoder.kind) && wanted.is_none_or(|name| spec.column == name)
            })
            .ok_or(InferenceError::NoChat {
                lacks: "an output of the type `category`",
            })?;
        Ok(Self {
            predictor,
            text: text.column.clone(),
            intent,
        })
    }

    /// Answers a text. Where an intent has several answers, `turn` chooses, so that a conversation does not repeat
    /// itself.
    ///
    /// # Errors
    /// The model needs columns that a conversation does not have.
    pub fn reply(&self, text: &str, turn: usize) -> Result<Reply, InferenceError> {
        let mut row = Map::new();
        for request in self.predictor.requests() {
            let is_text = request.name == self.text;
            let cell = if is_text { text.into() } else { Value::Null };
            row.insert(request.name, cell);
        }
        let line = Value::Object(row).to_string();
        let table = self.predictor.read_rows(line.as_bytes())?;
        let predictions = self.predictor.predict(&table)?;
        let spec = &self.predictor.manifest().outputs[self.intent];
        let Answers::Categories(probabilities) = &predictions.answers[self.intent] else {
            unreachable!("the output has classes");
        };
        let mut nearest: Vec<Candidate> = spec
            .encoder
            .classes()
            .iter()
            .zip(probabilities.row(0))
            .map(|(intent, &probability)| Candidate {
                intent: intent.to_string(),
                probability,
            })
            .collect();
        nearest.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        nearest.truncate(NEAREST);
        let knows = predictions.in_scope[self.intent]
            .as_ref()
            .is_none_or(|in_scope| in_scope[0]);
        let intent = knows.then(|| nearest[0].intent.clone());
        Ok(Reply {
            text: text.to_string(),
            answer: intent.as_ref().and_then(|intent| self.answer(intent, turn)),
            intent,
            nearest,
            outputs: self.predictor.row_to_json(&predictions, 0),
        })
    }

    fn answer(&self, intent: &str, turn: usize) -> Option<String> {
        let chat = self.predictor.manifest().chat.as_ref()?;
        let answers = chat.answers.get(intent).filter(|all| !all.is_empty())?;
        Some(answers[turn % answers.len()].clone())
    }
}
