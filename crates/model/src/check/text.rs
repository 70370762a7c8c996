//! Which text encoders can be built.

use super::{MAX_DIM, MAX_LAYERS, MAX_WIDTH, share, within};
use crate::{
    ModelError,
    config::{BertConfig, InputsConfig, TextEncoderConfig, TextNetwork},
};

const MAX_VOCABULARY: usize = 100_000_000;
const MAX_TOKENS: usize = 1_000_000;
/// Widths of filters, and how many there are.
const MAX_FILTER_WIDTH: usize = 1_000;

pub(super) fn check(inputs: &InputsConfig) -> Result<(), ModelError> {
    for (index, encoder) in inputs.text_encoders.iter().enumerate() {
        encoder.check(&format!("inputs.text_encoders.{index}"))?;
    }
    for (index, &encoder) in inputs.texts.iter().enumerate() {
        if encoder >= inputs.text_encoders.len() {
            let encoders = inputs.text_encoders.len();
            return Err(ModelError::config(
                format!("inputs.texts.{index}"),
                format!("names text encoder {encoder} of {encoders}, counted from 0"),
            ));
        }
    }
    Ok(())
}

impl TextEncoderConfig {
    /// Whether the encoder can be built; the first problem otherwise, named as a part of `field`.
    pub fn check(&self, field: &str) -> Result<(), ModelError> {
        within(
            &format!("{field}.vocabulary"),
            self.vocabulary,
            MAX_VOCABULARY,
        )?;
        let (field, dropout) = match &self.network {
            TextNetwork::Bag { dim, dropout } => {
                let field = format!("{field}.bag");
                within(&format!("{field}.dim"), *dim, MAX_DIM)?;
                (field, *dropout)
            }
            TextNetwork::Cnn {
                dim,
                filters,
                widths,
                dropout,
            } => {
                let field = format!("{field}.cnn");
                within(&format!("{field}.dim"), *dim, MAX_DIM)?;
                within(&format!("{field}.filters"), *filters, MAX_WIDTH)?;
                check_widths(&format!("{field}.widths"), widths)?;
                (field, *dropout)
            }
            TextNetwork::Rnn {
                dim,
                hidden,
                dropout,
                ..
            } => {
                let field = format!("{field}.rnn");
                within(&format!("{field}.dim"), *dim, MAX_DIM)?;
                within(&format!("{field}.hidden"), *hidden, MAX_DIM)?;
                (field, *dropout)
            }
            TextNetwork::Bert(bert) => {
                let field = format!("{field}.bert");
                check_bert(&field, bert)?;
                (field, bert.dropout)
            }
        };
        within(&format!("the width of {field}"), self.width(), MAX_WIDTH)?;
        share(&format!("{field}.dropout"), dropout)
    }
}

fn check_widths(field: &str, widths: &[usize]) -> Result<(), ModelError> {
    within(
        &format!("the number of {field}"),
        widths.len(),
        MAX_FILTER_WIDTH,
    )?;
    let mut widths = widths.iter().enumerate();
    widths.try_for_each(|(index, &width)| {
        within(&format!("{field}.{index}"), width, MAX_FILTER_WIDTH)
    })
}

fn check_bert(field: &str, bert: &BertConfig) -> Result<(), ModelError> {
    within(&format!("{field}.width"), bert.width, MAX_DIM)?;
    within(&format!("{field}.layers"), bert.layers, MAX_LAYERS)?;
    within(&format!("{field}.heads"), bert.heads, MAX_LAYERS)?;
    if !bert.width.is_multiple_of(bert.heads) {
        let reason = format!(
            "is {}, not a multiple of heads ({})",
            bert.width, bert.heads
        );
        return Err(ModelError::config(format!("{field}.width"), reason));
    }
    within(
        &format!("{field}.feed_forward"),
        bert.feed_forward,
        MAX_WIDTH,
    )?;
    within(&format!("{field}.max_tokens"), bert.max_tokens, MAX_TOKENS)?;
    // Counted from 0, unlike the others.
    within(
        &format!("{field}.first_position + 1"),
        bert.first_position.saturating_add(1),
        MAX_TOKENS,
    )?;
    if bert.segments > 0 {
        within(&format!("{field}.segments"), bert.segments, MAX_DIM)?;
    }
    if bert.epsilon.is_finite() && bert.epsilon > 0.0 {
        return Ok(());
    }
    Err(ModelError::config(
        format!("{field}.epsilon"),
        format!("is {}, not above 0", bert.epsilon),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Activation, Pooling, RnnCell};

    fn bert() -> BertConfig {
        BertConfig {
            width: 8,
            layers: 1,
            heads: 2,
            feed_forward: 16,
            activation: Activation::Gelu,
            max_tokens: 10,
            first_position: 0,
            segments: 2,
            epsilon: 1e-12,
            dropout: 0.1,
            pooling: Pooling::Mean,
            normalize: false,
        }
    }

    fn rnn(hidden: usize, dropout: f64) -> TextNetwork {
        TextNetwork::Rnn {
            cell: RnnCell::Gru,
            dim: 3,
            hidden,
            bidirectional: true,
            pooling: Pooling::Max,
            dropout,
        }
    }

    fn cnn(filters: usize, widths: &[usize]) -> TextNetwork {
        TextNetwork::Cnn {
            dim: 3,
            filters,
            widths: widths.to_vec(),
            dropout: 0.5,
        }
    }

    #[track_caller]
    fn refused(vocabulary: usize, network: TextNetwork, field: &str) {
        let inputs = InputsConfig {
            text_encoders: vec![TextEncoderConfig {
                vocabulary,
                network,
            }],
            texts: vec![0],
            ..Default::default()
        };
        match check(&inputs) {
            Err(ModelError::Config { field: found, .. }) => assert_eq!(found, field),
            other => panic!("expected a problem with {field}, got {other:?}"),
        }
    }

    #[test]
    fn sensible_encoders_are_accepted() {
        for network in [rnn(4, 0.3), cnn(5, &[1, 3]), TextNetwork::Bert(bert())] {
            let encoder = TextEncoderConfig {
                vocabulary: 7,
                network,
            };
            assert_eq!(encoder.check("here"), Ok(()));
        }
    }

    #[test]
    fn absurd_sizes_are_refused_without_being_built() {
        const PATH: &str = "inputs.text_encoders.0";
        let all = usize::MAX;
        refused(0, rnn(4, 0.0), &format!("{PATH}.vocabulary"));
        refused(all, rnn(4, 0.0), &format!("{PATH}.vocabulary"));
        refused(7, rnn(all, 0.0), &format!("{PATH}.rnn.hidden"));
        refused(7, rnn(4, 1.0), &format!("{PATH}.rnn.dropout"));
        refused(7, rnn(4, f64::NAN), &format!("{PATH}.rnn.dropout"));
        refused(7, cnn(0, &[1]), &format!("{PATH}.cnn.filters"));
        refused(7, cnn(5, &[]), &format!("the number of {PATH}.cnn.widths"));
        refused(7, cnn(5, &[2, 0]), &format!("{PATH}.cnn.widths.1"));
        refused(
            7,
            cnn(1_000_000, &[1, 2]),
            &format!("the width of {PATH}.cnn"),
        );
        type Change = fn(&mut BertConfig);
        let changes: [(Change, &str); 8] = [
            (|bert| bert.heads = 3, "width"),
            (|bert| bert.heads = 0, "heads"),
            (|bert| bert.layers = usize::MAX, "layers"),
            (|bert| bert.max_tokens = usize::MAX, "max_tokens"),
            (
                |bert| bert.first_position = usize::MAX,
                "first_position + 1",
            ),
            (|bert| bert.segments = usize::MAX, "segments"),
            (|bert| bert.epsilon = 0.0, "epsilon"),
            (|bert| bert.dropout = -0.1, "dropout"),
        ];
        for (change, field) in changes {
            let mut config = bert();
            change(&mut config);
            refused(
                7,
                TextNetwork::Bert(config),
                &format!("{PATH}.bert.{field}"),
            );
        }
    }

    #[test]
    fn a_column_without_an_encoder_is_refused() {
        let inputs = InputsConfig {
            texts: vec![0],
            ..Default::default()
        };
        let expected = "`inputs.texts.0` names text encoder 0 of 0, counted from 0";
        assert_eq!(check(&inputs).unwrap_err().to_string(), expected);
    }
}
