//! Texts become vectors.
//!
//! | file | encoder | reads | paper |
//! |---|---|---|---|
//! | [`bag`] | mean of the vectors of n-grams | [`Text::Bag`] | Joulin et al. 2017 |
//! | [`cnn`] | convolutions and their maxima | [`Text::Sequence`] | Kim 2014 |
//! | [`rnn`] | LSTM or GRU | [`Text::Sequence`] | Hochreiter and Schmidhuber 1997, Cho et al. 2014 |
//! | [`bert`] | transformer encoder | [`Text::Sequence`] | Devlin et al. 2019 |
//!
//! How far a batch is padded has no influence on the vector of a text.

pub mod bag;
pub mod bert;
pub mod cnn;
pub mod rnn;

mod attention;
mod gelu;
mod lora;
pub(crate) mod parts;
mod pooling;

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor},
};

use self::{bag::Bag, bert::Bert, cnn::Cnn, rnn::Rnn};
use crate::{
    config::{LoraConfig, TextEncoderConfig, TextNetwork},
    input::Text,
    summary::Summary,
};

/// Reads the tokens of texts and gives a vector per text.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a network has a handful of encoders, so nothing is saved by a box"
)]
pub enum TextEncoder {
    /// Mean of the vectors of n-grams.
    Bag(Bag),
    /// Convolutions of several widths, maximum over the text.
    Cnn(Cnn),
    /// LSTM or GRU.
    Rnn(Rnn),
    /// Transformer encoder.
    Bert(Bert),
}

impl TextEncoder {
    /// An encoder whose weights are drawn from the generator of `device` when they are first looked at.
    ///
    /// # Panics
    /// When [`TextEncoderConfig::check`] would refuse the config.
    pub fn new(config: &TextEncoderConfig, device: &Device) -> Self {
        let vocabulary = config.vocabulary;
        match &config.network {
            TextNetwork::Bag { dim, dropout } => {
                Self::Bag(Bag::new(vocabulary, *dim, *dropout, device))
            }
            TextNetwork::Cnn {
                dim,
                filters,
                widths,
                dropout,
            } => Self::Cnn(Cnn::new(
                (vocabulary, *dim),
                *filters,
                widths,
                *dropout,
                device,
            )),
            TextNetwork::Rnn {
                cell,
                dim,
                hidden,
                bidirectional,
                pooling,
                dropout,
            } => {
                let directions = if *bidirectional { 2 } else { 1 };
                let rnn = Rnn::new(
                    (vocabulary, *dim),
                    *cell,
                    (*hidden, directions),
                    *pooling,
                    device,
                );
                Self::Rnn(rnn.with_dropout(*dropout))
            }
            TextNetwork::Bert(bert) => Self::Bert(Bert::new(bert, vocabulary, device)),
        }
    }

    /// Numbers per text.
    pub fn width(&self) -> usize {
        match self {
            Self::Bag(encoder) => encoder.width(),
            Self::Cnn(encoder) => encoder.width(),
            Self::Rnn(encoder) => encoder.width(),
            Self::Bert(encoder) => encoder.width(),
        }
    }

    /// Whether [`tokens`](Self::tokens) can be asked for.
    pub fn has_tokens(&self) -> bool {
        matches!(self, Self::Rnn(_) | Self::Bert(_))
    }

    /// One vector per text, `[batch, width]`.
    ///
    /// # Panics
    /// When `text` is of the other kind: [`Text::Bag`] is for [`TextEncoder::Bag`] and for nothing else. When a text
    /// has more tokens than a BERT has positions, or a token is not below the vocabulary.
    pub fn forward(&self, text: Text) -> Tensor<2> {
        match self {
            Self::Bag(encoder) => {
                let (ids, rows, shares) = text.expect_bag();
                encoder.forward(ids, rows, shares)
            }
            Self::Cnn(encoder) => {
                let (ids, mask) = text.expect_sequence();
                encoder.forward(ids, mask)
            }
            Self::Rnn(encoder) => {
                let (ids, mask) = text.expect_sequence();
                encoder.forward(ids, mask)
            }
            Self::Bert(encoder) => {
                let (ids, mask) = text.expect_sequence();
                encoder.forward(ids, mask)
            }
        }
    }

    /// One vector per token, `[batch, longest, width]`, for a label per token. What stands after a text's end has no
    /// meaning.
    ///
    /// # Panics
    /// As [`forward`](Self::forward), and when the encoder [has no tokens](Self::has_tokens).
    pub fn tokens(&self, text: Text) -> Tensor<3> {
        let (ids, mask) = text.expect_sequence();
        match self {
            Self::Rnn(encoder) => encoder.tokens(ids, mask),
            Self::Bert(encoder) => encoder.tokens(ids, mask),
            Self::Bag(_) | Self::Cnn(_) => {
                panic!("this encoder has no vector per token; ask `has_tokens` before")
            }
        }
    }

    /// What [`tokens`](Self::tokens) gave and the mask to what [`forward`](Self::forward) gives, `[batch, width]`, so that a
    /// text which is read both ways is encoded once.
    ///
    /// # Panics
    /// As [`tokens`](Self::tokens).
    pub fn pool(&self, states: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Rnn(encoder) => encoder.pool(states, mask),
            Self::Bert(encoder) => encoder.pool(states, mask),
            Self::Bag(_) | Self::Cnn(_) => {
                panic!("this encoder has no vector per token; ask `has_tokens` before")
            }
        }
    }

    /// What [`tokens`](Self::tokens) gave at the places that [`Text::Sequence`] names, `[words, width]`. In training some
    /// of it is dropped, as it is of the vector of a text.
    ///
    /// # Panics
    /// As [`tokens`](Self::tokens).
    pub fn words(&self, states: Tensor<3>, words: Tensor<1, Int>) -> Tensor<2> {
        let [batch, longest, width] = states.dims();
        let states = states.reshape([batch * longest, width]).select(0, words);
        match self {
            Self::Rnn(encoder) => encoder.drop_out(states),
            Self::Bert(encoder) => encoder.drop_out(states),
            Self::Bag(_) | Self::Cnn(_) => states,
        }
    }

    /// The encoder with adapters, see [`Network::with_lora`](crate::Network::with_lora).
    pub(crate) fn with_lora(self, config: &LoraConfig, drawn_on: &Device) -> Self {
        match self {
            Self::Bert(encoder) => Self::Bert(encoder.with_lora(config, drawn_on)),
            other => other,
        }
    }

    /// The encoder whose adapters have become part of its weights.
    pub(crate) fn merged(self) -> Self {
        match self {
            Self::Bert(encoder) => Self::Bert(encoder.merged()),
            other => other,
        }
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        match self {
            Self::Bag(encoder) => encoder.describe(path, summary),
            Self::Cnn(encoder) => encoder.describe(path, summary),
            Self::Rnn(encoder) => encoder.describe(path, summary),
            Self::Bert(encoder) => encoder.describe(path, summary),
        }
    }
}

impl TextEncoderConfig {
    /// Whether the encoder gives a vector per token: [`TextEncoder::has_tokens`] of what is built from this.
    pub fn has_tokens(&self) -> bool {
        match &self.network {
            TextNetwork::Rnn { .. } | TextNetwork::Bert(_) => true,
            TextNetwork::Bag { .. } | TextNetwork::Cnn { .. } => false,
        }
    }

    /// Numbers per text.
    pub fn width(&self) -> usize {
        match &self.network {
            TextNetwork::Bag { dim, .. } => *dim,
            TextNetwork::Cnn {
                filters, widths, ..
            } => filters.saturating_mul(widths.len()),
            TextNetwork::Rnn {
                hidden,
                bidirectional,
                ..
            } => hidden.saturating_mul(if *bidirectional { 2 } else { 1 }),
            TextNetwork::Bert(bert) => bert.width,
        }
    }
}
