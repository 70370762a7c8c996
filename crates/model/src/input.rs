//! A batch of rows, as a network takes it.

use burn::tensor::{Int, Tensor};

use crate::{SeriesInput, recommend::InteractionInput};

/// A batch of rows in lanes. A lane without columns is `None`.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// `[batch, columns]`: scaled numbers.
    pub numbers: Option<Tensor<2>>,
    /// `[batch, width]`: blocks of numbers side by side.
    pub dense: Option<Tensor<2>>,
    /// `[batch, columns]`: category codes, each below its column's cardinality.
    pub codes: Option<Tensor<2, Int>>,
    /// The texts of each text column.
    pub texts: Vec<Text>,
    /// Windows of series, for a network that forecasts. Such a network has no other lane.
    pub series: Option<SeriesInput>,
    /// Users and items, for a network that recommends. Such a network has no other lane.
    pub interactions: Option<Box<InteractionInput>>,
}

/// The texts of one column in a batch.
#[derive(Debug, Clone)]
pub enum Text {
    /// Tokens in their order.
    Sequence {
        /// `[batch, longest]`: token ids; the places after a text's end hold an id that is below the vocabulary.
        ids: Tensor<2, Int>,
        /// `[batch, longest]`: 1 for a token, 0 after a text's end. Every text has at least one token.
        mask: Tensor<2>,
        /// `[words in the batch]`: where the first token of each word is, counted through `ids` row by row. `None` where
        /// no head labels words.
        words: Option<Tensor<1, Int>>,
    },
    /// Tokens without order, the texts one after the other. A text may have none.
    Bag {
        /// `[tokens]`
        ids: Tensor<1, Int>,
        /// `[tokens]`: the row of the batch that each belongs to.
        rows: Tensor<1, Int>,
        /// `[batch, 1]`: 1 / number of tokens, 0 for a text without any.
        shares: Tensor<2>,
    },
}

impl Input {
    pub(crate) fn expect_numbers(&self) -> Tensor<2> {
        let numbers = self.numbers.as_ref();
        numbers
            .expect("the config has number columns, so the input has that lane")
            .clone()
    }

    pub(crate) fn expect_dense(&self) -> Tensor<2> {
        let dense = self.dense.as_ref();
        dense
            .expect("the config has dense blocks, so the input has that lane")
            .clone()
    }

    pub(crate) fn expect_series(&self) -> &SeriesInput {
        let series = self.series.as_ref();
        series.expect("the config has series, so the input has windows")
    }

    pub(crate) fn expect_interactions(self) -> InteractionInput {
        let interactions = self.interactions;
        *interactions.expect("the config has users and items, so the input has them")
    }

    pub(crate) fn expect_codes(&self) -> Tensor<2, Int> {
        let codes = self.codes.as_ref();
        codes
            .expect("the config has code columns, so the input has that lane")
            .clone()
    }
}

impl Text {
    pub(crate) fn expect_words(&self) -> Tensor<1, Int> {
        match self {
            Self::Sequence { words, .. } => words
                .clone()
                .expect("the config has a head for these words, so the input says where they are"),
            Self::Bag { .. } => panic!("a bag has no words"),
        }
    }

    /// Ids and mask.
    pub(crate) fn expect_sequence(self) -> (Tensor<2, Int>, Tensor<2>) {
        match self {
            Self::Sequence { ids, mask, .. } => (ids, mask),
            Self::Bag { .. } => panic!("this encoder reads tokens in their order"),
        }
    }

    /// Ids, rows and shares.
    pub(crate) fn expect_bag(self) -> (Tensor<1, Int>, Tensor<1, Int>, Tensor<2>) {
        match self {
            Self::Bag { ids, rows, shares } => (ids, rows, shares),
            Self::Sequence { .. } => panic!("a bag has no order"),
        }
    }
}
