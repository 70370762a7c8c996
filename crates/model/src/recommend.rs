//! Networks that recommend: a vector of what a user wants, a vector of each item, and their product.
//!
//! | file | networks | recipe |
//! |---|---|---|
//! | [`question`] | what a user wants | `[model.mf]`, `[model.two_tower]`, `[model.sasrec]` |
//! | [`items`] | what an item is | all of them |
//! | [`tower`] | features | `[model.two_tower]` |
//! | [`item_item`] | weights of items for each other | `[model.slim]` |
//!
//! All but the last end in a product, so one search serves them all. Levels are part of it: the vector of an item ends in its
//! own level, and that of a question in a 1; with ratings, the vector of a question goes on with the user's level and
//! that of an item with a 1.

pub mod item_item;
pub mod items;
pub mod question;
pub mod tower;

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig},
    tensor::{Device, Int, Tensor},
};

use self::{items::Items, question::Questions};
use crate::{
    Input,
    config::{InteractionsConfig, MfConfig, SasrecConfig, TwoTowerConfig},
    summary::Summary,
};

/// Added to the score of an item that does not compete.
const NEVER: f64 = -1e9;

/// Who asks.
#[derive(Debug, Clone)]
pub struct QuestionInput {
    /// `[b]`: codes of users, 0 for one that is not known.
    pub users: Tensor<1, Int>,
    /// `[b, length]`: codes of the items of each user, oldest first, 0 behind the last.
    pub history: Option<Tensor<2, Int>>,
    /// `[n]`: for a network that looks at the order, the place of the last item that each question has seen, counted through
    /// `history` row by row.
    pub places: Option<Tensor<1, Int>>,
    /// Features of the users, `b` rows.
    pub features: Option<Box<Input>>,
}

/// Which items there are to choose from.
#[derive(Debug, Clone)]
pub struct ItemsInput {
    /// `[c]`: codes of items, 0 for one that is not known.
    pub items: Tensor<1, Int>,
    /// Their features, `c` rows.
    pub features: Option<Box<Input>>,
}

/// A batch of questions with their answers.
#[derive(Debug, Clone)]
pub struct InteractionInput {
    /// Who asks.
    pub questions: QuestionInput,
    /// What competes.
    pub items: ItemsInput,
    /// For which question.
    pub candidates: CandidatesInput,
}

/// Which items compete for which question.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a batch has one of them, so nothing is saved by a box"
)]
pub enum CandidatesInput {
    /// The answer of each question alone.
    Answers(Tensor<1, Int>),
    /// `[n, 1 + negatives]`: places among the items; the answer is the first.
    Each(Tensor<2, Int>),
    /// Every item; a question has several answers.
    Sets {
        /// `[n, c]`: the share of each item among the answers of a question.
        answers: Tensor<2>,
        /// `[n, c]`: 1 where an item does not compete.
        taken: Tensor<2>,
    },
    /// Every item.
    All {
        /// `[n]`: the answers.
        answers: Tensor<1, Int>,
        /// `[n, c]`: 1 where an item does not compete.
        taken: Tensor<2>,
        /// `[c]`: subtracted from all scores of an item.
        correction: Option<Tensor<1>>,
    },
}

/// See the [module](self).
#[derive(Module, Debug)]
pub struct Recommender {
    /// What an item is.
    pub items: Items,
    /// What a user wants.
    pub questions: Questions,
    dropout: Dropout,
    dim: usize,
    ratings: bool,
}

impl Recommender {
    pub(crate) fn mf(config: &MfConfig, sizes: &InteractionsConfig, device: &Device) -> Self {
        Self {
            items: Items::new(config.dim, sizes, &[], 0.0, device),
            questions: Questions::by_number(config.dim, sizes, device),
            dropout: DropoutConfig::new(config.dropout).init(),
            dim: config.dim,
            ratings: sizes.ratings,
        }
    }

    pub(crate) fn two_tower(
        config: &TwoTowerConfig,
        sizes: &InteractionsConfig,
        device: &Device,
    ) -> Self {
        Self {
            items: Items::new(config.dim, sizes, &config.hidden, config.id_dropout, device),
            questions: Questions::of_tower(config, sizes, device),
            dropout: DropoutConfig::new(config.dropout).init(),
            dim: config.dim,
            ratings: sizes.ratings,
        }
    }

    pub(crate) fn sasrec(
        config: &SasrecConfig,
        sizes: &InteractionsConfig,
        device: &Device,
    ) -> Self {
        Self {
            items: Items::new(config.dim, sizes, &[], 0.0, device),
            questions: Questions::of_sequence(config, sizes, device),
            dropout: DropoutConfig::new(0.0).init(),
            dim: config.dim,
            ratings: sizes.ratings,
        }
    }

    /// Numbers of a vector, levels included.
    pub fn width(&self) -> usize {
        self.dim + 1 + usize::from(self.ratings)
    }

    /// `[n, width]`: what each question looks for.
    pub fn questions(&self, input: QuestionInput) -> Tensor<2> {
        let users = input.users.clone();
        let wanted = self
            .dropout
            .forward(self.questions.forward(input, &self.items));
        let [count, _] = wanted.dims();
        let ones = Tensor::ones([count, 1], &wanted.device());
        match self.ratings {
            true => Tensor::cat(vec![wanted, ones, self.questions.level(users)], 1),
            false => Tensor::cat(vec![wanted, ones], 1),
        }
    }

    /// `[c, width]`: what each item is.
    pub fn items(&self, input: ItemsInput) -> Tensor<2> {
        let level = self.items.level(input.items.clone());
        let vectors = self.dropout.forward(self.items.forward(input));
        match self.ratings {
            true => {
                let ones = Tensor::ones(level.dims(), &level.device());
                Tensor::cat(vec![vectors, level, ones], 1)
            }
            false => Tensor::cat(vec![vectors, level], 1),
        }
    }

    /// Of each question the scores of its candidates, less that of its answer (the mean of several): `[n, c]` or `[n, 1 + negatives]`; the
    /// score itself, `[n, 1]`, where only the answer competes.
    pub fn forward(&self, input: InteractionInput) -> Tensor<2> {
        let questions = self.questions(input.questions);
        let items = self.items(input.items);
        let [count, width] = questions.dims();
        match input.candidates {
            CandidatesInput::Answers(answers) => {
                let answers = items.select(0, answers);
                (questions * answers).sum_dim(1)
            }
            CandidatesInput::Each(places) => {
                let [_, each] = places.dims();
                let items = items.select(0, places.reshape([count * each]));
                let items = items.reshape([count, each, width]);
                let scores = (questions.unsqueeze_dim::<3>(1) * items).sum_dim(2);
                let scores = scores.squeeze_dim::<2>(2);
                let answer = scores.clone().narrow(1, 0, 1);
                scores - answer
            }
            CandidatesInput::Sets { answers, taken } => {
                let scores = questions.matmul(items.transpose());
                let answer = (scores.clone() * answers).sum_dim(1);
                scores - answer + taken.mul_scalar(NEVER)
            }
            CandidatesInput::All {
                answers,
                taken,
                correction,
            } => {
                let mut scores = questions.matmul(items.transpose());
                if let Some(correction) = correction {
                    scores = scores - correction.unsqueeze();
                }
                let answer = scores.clone().gather(1, answers.unsqueeze_dim(1));
                scores - answer + taken.mul_scalar(NEVER)
            }
        }
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        self.items.describe(&format!("{path}.items"), summary);
        self.questions
            .describe(&format!("{path}.questions"), summary);
    }
}
