//! Which configs can be built. A config may come out of a file that somebody else wrote, so nothing is taken on trust:
//! what passes here builds without a panic and without asking for absurd amounts of memory.

mod recommend;
mod series;
mod text;

use crate::{
    ModelError, NetworkConfig,
    config::{
        BodyConfig, CodeEncoder, FtTransformerConfig, MlpConfig, NumberEncoder, ResnetConfig,
    },
};

const MAX_WIDTH: usize = 1_000_000;
const MAX_LAYERS: usize = 1_000;
const MAX_DIM: usize = 100_000;
/// Numbers a network keeps before its weights are read: bin edges and running statistics.
const MAX_CONSTANTS: usize = 100_000_000;

impl NetworkConfig {
    /// Whether the network can be built; the first problem otherwise.
    pub fn check(&self) -> Result<(), ModelError> {
        if self.inputs.series.is_some() || self.body.is_series() {
            return series::check(self);
        }
        if self.inputs.interactions.is_some() || self.body.is_recommender() {
            return recommend::check(self);
        }
        self.check_inputs()?;
        self.check_heads()?;
        match &self.body {
            BodyConfig::Linear(_)
            | BodyConfig::Dlinear(_)
            | BodyConfig::Nlinear(_)
            | BodyConfig::Nbeats(_)
            | BodyConfig::Nhits(_)
            | BodyConfig::Tcn(_)
            | BodyConfig::Deepar(_)
            | BodyConfig::Patchtst(_)
            | BodyConfig::Slim(_)
            | BodyConfig::Mf(_)
            | BodyConfig::TwoTower(_)
            | BodyConfig::Sasrec(_) => Ok(()),
            BodyConfig::Mlp(body) => check_mlp(body),
            BodyConfig::Resnet(body) => check_resnet(body),
            BodyConfig::FtTransformer(body) => check_ft_transformer(body),
        }
    }

    fn check_inputs(&self) -> Result<(), ModelError> {
        let inputs = &self.inputs;
        let has_rows =
            !inputs.numbers.is_empty() || !inputs.dense.is_empty() || !inputs.codes.is_empty();
        if !has_rows && inputs.texts.is_empty() {
            return Err(ModelError::config("inputs", "has no columns"));
        }
        for (index, encoder) in inputs.numbers.iter().enumerate() {
            check_number(&format!("inputs.numbers.{index}"), encoder)?;
        }
        let bins = inputs.numbers.iter().map(|encoder| match encoder {
            NumberEncoder::PiecewiseLinear { edges, .. } => edges.len(),
            NumberEncoder::Plain | NumberEncoder::Periodic { .. } => 0,
        });
        let bins = bins.max().unwrap_or(0);
        if inputs.numbers.len().saturating_mul(bins) > MAX_CONSTANTS {
            return Err(ModelError::config("inputs.numbers", "has too many bins"));
        }
        for (index, &width) in inputs.dense.iter().enumerate() {
            within(&format!("inputs.dense.{index}"), width, MAX_WIDTH)?;
        }
        check_codes("inputs.codes", &inputs.codes)?;
        text::check(inputs)
    }

    fn check_heads(&self) -> Result<(), ModelError> {
        for (index, head) in self.heads.iter().enumerate() {
            within(&format!("heads.{index}.width"), head.width, MAX_WIDTH)?;
            if let Some(column) = head.words_of {
                self.check_words(&format!("heads.{index}.words_of"), column)?;
            }
        }
        Ok(())
    }

    /// Whether the encoder of a text column gives a vector per token.
    fn check_words(&self, field: &str, column: usize) -> Result<(), ModelError> {
        let inputs = &self.inputs;
        let encoder = inputs.texts.get(column);
        match encoder.and_then(|&encoder| inputs.text_encoders.get(encoder)) {
            Some(encoder) if encoder.has_tokens() => Ok(()),
            Some(_) => Err(ModelError::config(
                field,
                "names a text whose encoder gives no vector per token",
            )),
            None => Err(ModelError::config(
                field,
                format!(
                    "names text column {column} of {}, counted from 0",
                    inputs.texts.len()
                ),
            )),
        }
    }
}

fn check_number(field: &str, encoder: &NumberEncoder) -> Result<(), ModelError> {
    match encoder {
        NumberEncoder::Plain => Ok(()),
        NumberEncoder::Periodic {
            dim,
            frequencies,
            sigma,
            ..
        } => {
            within(&format!("{field}.dim"), *dim, MAX_DIM)?;
            within(&format!("{field}.frequencies"), *frequencies, MAX_DIM)?;
            if sigma.is_finite() && *sigma > 0.0 {
                return Ok(());
            }
            Err(ModelError::config(
                format!("{field}.sigma"),
                format!("is {sigma}, not above 0"),
            ))
        }
        NumberEncoder::PiecewiseLinear { dim, edges } => {
            within(&format!("{field}.dim"), *dim, MAX_DIM)?;
            let field = format!("{field}.edges");
            if edges.len() < 2 {
                return Err(ModelError::config(field, "needs at least 2 edges"));
            }
            let ascend = edges.windows(2).all(|pair| pair[0] < pair[1]);
            if ascend && edges.iter().all(|edge| edge.is_finite()) {
                return Ok(());
            }
            Err(ModelError::config(field, "must be finite and ascend"))
        }
    }
}

fn check_codes(field: &str, codes: &[CodeEncoder]) -> Result<(), ModelError> {
    let mut rows = 0_usize;
    for (index, code) in codes.iter().enumerate() {
        within(
            &format!("{field}.{index}.cardinality"),
            code.cardinality,
            i32::MAX as usize,
        )?;
        within(&format!("{field}.{index}.dim"), code.dim, MAX_DIM)?;
        rows = rows.saturating_add(code.cardinality);
    }
    // Rows of a shared table are addressed with 32 bits.
    if rows > i32::MAX as usize {
        return Err(ModelError::config(
            field,
            "has more than 2147483647 codes in all",
        ));
    }
    Ok(())
}

fn check_mlp(body: &MlpConfig) -> Result<(), ModelError> {
    if body.hidden.is_empty() {
        return Err(ModelError::config(
            "body.mlp.hidden",
            "is empty; the linear body has no hidden layer",
        ));
    }
    within(
        "the number of layers of body.mlp.hidden",
        body.hidden.len(),
        MAX_LAYERS,
    )?;
    for (index, &width) in body.hidden.iter().enumerate() {
        within(&format!("body.mlp.hidden.{index}"), width, MAX_WIDTH)?;
    }
    few_constants("body.mlp.hidden", body.hidden.iter().sum())?;
    share("body.mlp.dropout", body.dropout)
}

fn check_resnet(body: &ResnetConfig) -> Result<(), ModelError> {
    within("body.resnet.blocks", body.blocks, MAX_LAYERS)?;
    within("body.resnet.width", body.width, MAX_WIDTH)?;
    within("body.resnet.hidden", body.hidden, MAX_WIDTH)?;
    few_constants("body.resnet.width", (body.blocks + 1) * body.width)?;
    share("body.resnet.hidden_dropout", body.hidden_dropout)?;
    share("body.resnet.residual_dropout", body.residual_dropout)
}

fn check_ft_transformer(body: &FtTransformerConfig) -> Result<(), ModelError> {
    within("body.ft_transformer.blocks", body.blocks, MAX_LAYERS)?;
    within("body.ft_transformer.width", body.width, MAX_DIM)?;
    within("body.ft_transformer.heads", body.heads, MAX_LAYERS)?;
    if !body.width.is_multiple_of(body.heads) {
        let reason = format!(
            "is {}, not a multiple of heads ({})",
            body.width, body.heads
        );
        return Err(ModelError::config("body.ft_transformer.width", reason));
    }
    if !(body.feed_forward > 0.0 && body.feed_forward <= 64.0) {
        let reason = format!("is {}, not above 0 and at most 64", body.feed_forward);
        return Err(ModelError::config(
            "body.ft_transformer.feed_forward",
            reason,
        ));
    }
    share(
        "body.ft_transformer.attention_dropout",
        body.attention_dropout,
    )?;
    share(
        "body.ft_transformer.feed_forward_dropout",
        body.feed_forward_dropout,
    )?;
    share(
        "body.ft_transformer.residual_dropout",
        body.residual_dropout,
    )
}

fn within(field: &str, value: usize, most: usize) -> Result<(), ModelError> {
    if (1..=most).contains(&value) {
        return Ok(());
    }
    Err(ModelError::config(
        field,
        format!("is {value}, not within 1 and {most}"),
    ))
}

fn few_constants(field: &str, count: usize) -> Result<(), ModelError> {
    if count <= MAX_CONSTANTS {
        return Ok(());
    }
    Err(ModelError::config(
        field,
        format!("asks for {count} units in all, more than {MAX_CONSTANTS}"),
    ))
}

/// Below 1: dropping everything leaves nothing to learn from, and Burn refuses it by a panic.
fn share(field: &str, value: f64) -> Result<(), ModelError> {
    if (0.0..1.0).contains(&value) {
        return Ok(());
    }
    Err(ModelError::config(
        field,
        format!("is {value}, not at least 0 and below 1"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{HeadConfig, InputsConfig, LinearConfig};

    fn config(body: BodyConfig) -> NetworkConfig {
        NetworkConfig {
            inputs: InputsConfig {
                numbers: vec![NumberEncoder::Plain],
                ..Default::default()
            },
            body,
            heads: vec![HeadConfig {
                name: "y".into(),
                width: 1,
                words_of: None,
            }],
        }
    }

    #[track_caller]
    fn refused(config: &NetworkConfig, field: &str) {
        match config.check() {
            Err(ModelError::Config { field: found, .. }) => assert_eq!(found, field),
            other => panic!("expected a problem with {field}, got {other:?}"),
        }
    }

    #[test]
    fn defaults_are_accepted() {
        for body in [
            BodyConfig::Linear(LinearConfig {}),
            BodyConfig::Resnet(ResnetConfig::default()),
            BodyConfig::FtTransformer(FtTransformerConfig::default()),
        ] {
            assert_eq!(config(body).check(), Ok(()));
        }
    }

    #[test]
    fn a_network_without_inputs_is_refused() {
        let mut wrong = config(BodyConfig::Linear(LinearConfig {}));
        wrong.inputs = InputsConfig::default();
        refused(&wrong, "inputs");
    }

    #[test]
    fn edges_that_do_not_ascend_are_refused() {
        let mut wrong = config(BodyConfig::Linear(LinearConfig {}));
        for edges in [
            vec![0.0],
            vec![1.0, 1.0],
            vec![0.0, f32::NAN],
            vec![0.0, f32::INFINITY],
        ] {
            wrong.inputs.numbers = vec![NumberEncoder::PiecewiseLinear { dim: 2, edges }];
            refused(&wrong, "inputs.numbers.0.edges");
        }
    }

    #[test]
    fn absurd_sizes_are_refused_without_being_built() {
        let huge = ResnetConfig {
            width: usize::MAX,
            ..Default::default()
        };
        refused(&config(BodyConfig::Resnet(huge)), "body.resnet.width");
        let deep = ResnetConfig {
            blocks: 1000,
            width: 1_000_000,
            ..Default::default()
        };
        refused(&config(BodyConfig::Resnet(deep)), "body.resnet.width");
        let heads = FtTransformerConfig {
            heads: 7,
            ..Default::default()
        };
        refused(
            &config(BodyConfig::FtTransformer(heads)),
            "body.ft_transformer.width",
        );
    }

    #[test]
    fn dropping_everything_is_refused() {
        let all = ResnetConfig {
            hidden_dropout: 1.0,
            ..Default::default()
        };
        refused(
            &config(BodyConfig::Resnet(all)),
            "body.resnet.hidden_dropout",
        );
        let nan = ResnetConfig {
            residual_dropout: f64::NAN,
            ..Default::default()
        };
        refused(
            &config(BodyConfig::Resnet(nan)),
            "body.resnet.residual_dropout",
        );
    }
}
