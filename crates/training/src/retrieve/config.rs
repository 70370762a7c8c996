//! `[retrieve]`

use hob_data::config::{InputConfig, TextConfig};
use hob_model::config::{BodyConfig, LinearConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::{KeyPath, Recipe, Segment};

/// `[retrieve]`
///
/// A new question is answered with the stored answers whose meaning is nearest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetrieveConfig {
    /// The column of the questions. Several rows may ask the same in other words.
    pub question: String,
    /// The column of the answers.
    pub answer: String,
    /// What a new question is compared with.
    #[serde(default, rename = "match")]
    pub match_with: MatchWith,
    /// How many answers are given, the best first.
    #[serde(default = "default_top")]
    #[schemars(range(min = 1, max = 1000))]
    pub top: usize,
    /// The share of the correctly answered validation questions that stays above the threshold for "I don't know".
    #[serde(default = "default_accept")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub accept: f64,
    /// Factor of the cosines before the softmax of the loss, where the encoder is trained.
    #[serde(default = "default_scale")]
    #[schemars(range(min = 1.0, max = 1000.0))]
    pub scale: f64,
    /// The one encoder that reads questions and answers.
    #[serde(default)]
    pub text: TextConfig,
}

/// What a new question is compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchWith {
    /// The stored questions: best where each answer has several phrasings of its question.
    Question,
    /// The stored answers: best where each answer has one question.
    #[default]
    Answer,
    /// Both; the nearer one counts.
    Both,
}

impl MatchWith {
    /// Whether the vectors of questions are stored.
    pub fn questions(self) -> bool {
        self != Self::Answer
    }

    /// Whether the vectors of answers are stored.
    pub fn answers(self) -> bool {
        self != Self::Question
    }
}

fn default_top() -> usize {
    5
}

fn default_accept() -> f64 {
    0.95
}

fn default_scale() -> f64 {
    20.0
}

impl RetrieveConfig {
    /// The two columns with their keys.
    pub fn columns(&self) -> [(KeyPath, &String); 2] {
        let section = KeyPath::root().key("retrieve");
        [
            (section.key("question"), &self.question),
            (section.key("answer"), &self.answer),
        ]
    }
}

/// The recipe as the plan takes it: `[retrieve]` is a text input of two columns in front of nothing.
pub(crate) fn table_form(recipe: Recipe) -> Recipe {
    let Some(config) = &recipe.retrieve else {
        return recipe;
    };
    let input = InputConfig {
        columns: Some(vec![config.question.clone(), config.answer.clone()]),
        text: Some(config.text.clone()),
        ..InputConfig::default()
    };
    Recipe {
        inputs: vec![input],
        model: Some(BodyConfig::Linear(LinearConfig {})),
        ..recipe
    }
}

/// Where a value of the [`table_form`] was written.
pub(crate) fn written_key(key: &KeyPath) -> KeyPath {
    let section = KeyPath::root().key("retrieve");
    let input = [Segment::Key("inputs".into()), Segment::Index(0)];
    let Some(rest) = key.segments().strip_prefix(&input) else {
        return key.clone();
    };
    match rest {
        [Segment::Key(columns), Segment::Index(place)] if columns == "columns" => {
            section.key(if *place == 0 { "question" } else { "answer" })
        }
        rest => rest
            .iter()
            .cloned()
            .fold(section, |path, segment| path.child(segment)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_of_the_plan_point_to_what_was_written() {
        let written = |key: &str| written_key(&KeyPath::from(key)).to_string();
        assert_eq!(written("inputs[0].columns[0]"), "retrieve.question");
        assert_eq!(written("inputs[0].columns[1]"), "retrieve.answer");
        assert_eq!(
            written("inputs[0].text.encoder.bert.weights"),
            "retrieve.text.encoder.bert.weights"
        );
        assert_eq!(written("data.split"), "data.split");
    }
}
