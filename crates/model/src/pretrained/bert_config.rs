//! Reads Hugging Face's `config.json`.

use serde_json::{Map, Value};

use super::PretrainedError;
use crate::config::{Activation, BertConfig, Pooling};

/// The architecture that a `config.json` describes, and the size of its vocabulary. Model types `bert`, `roberta`,
/// `xlm-roberta`, `camembert` and `distilbert`; what would be computed differently is refused by name.
///
/// ```
/// use hob_model::{config::Pooling, pretrained::bert_config};
///
/// let json = br#"{"model_type": "distilbert", "dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072,
///                 "activation": "gelu", "max_position_embeddings": 512, "vocab_size": 30522}"#;
/// let (config, vocabulary) = bert_config(json, Pooling::Mean, true, 0.1)?;
/// assert_eq!((config.width, config.segments, vocabulary), (768, 0, 30522));
/// # Ok::<(), hob_model::pretrained::PretrainedError>(())
/// ```
pub fn bert_config(
    config_json: &[u8],
    pooling: Pooling,
    normalize: bool,
    dropout: f64,
) -> Result<(BertConfig, usize), PretrainedError> {
    let settings: Map<String, Value> =
        serde_json::from_slice(config_json).map_err(|error| configuration(error.to_string()))?;
    let settings = Settings(settings);
    let family = Family::of(&settings)?;
    settings.refuse_what_is_not_computed()?;
    let positions = settings.size("max_position_embeddings")?;
    let first_position = match family {
        Family::Roberta => settings.size_or("pad_token_id", 1)?.saturating_add(1),
        Family::Bert | Family::Distilbert => 0,
    };
    let Some(max_tokens) = positions.checked_sub(first_position) else {
        return Err(configuration(format!(
            "`max_position_embeddings` is {positions}, but the first position is {first_position}"
        )));
    };
    let keys = family.keys();
    let config = BertConfig {
        width: settings.size(keys.width)?,
        layers: settings.size(keys.layers)?,
        heads: settings.size(keys.heads)?,
        feed_forward: settings.size(keys.feed_forward)?,
        activation: settings.activation(keys.activation)?,
        max_tokens,
        first_position,
        segments: match family {
            Family::Distilbert => 0,
            Family::Bert | Family::Roberta => settings.size_or("type_vocab_size", 2)?,
        },
        epsilon: settings.epsilon()?,
        dropout,
        pooling,
        normalize,
    };
    Ok((config, settings.size("vocab_size")?))
}

fn configuration(reason: String) -> PretrainedError {
    PretrainedError::Configuration { reason }
}

/// Models that share names of settings.
#[derive(Clone, Copy)]
enum Family {
    Bert,
    Roberta,
    Distilbert,
}

struct Keys {
    width: &'static str,
    layers: &'static str,
    heads: &'static str,
    feed_forward: &'static str,
    activation: &'static str,
}

impl Family {
    fn of(settings: &Settings) -> Result<Self, PretrainedError> {
        match settings.text("model_type") {
            Some("bert") => Ok(Self::Bert),
            Some("roberta" | "xlm-roberta" | "camembert") => Ok(Self::Roberta),
            Some("distilbert") => Ok(Self::Distilbert),
            _ => Err(settings.unsupported(
                "model_type",
                "bert, roberta, xlm-roberta, camembert, distilbert",
            )),
        }
    }

    fn keys(self) -> Keys {
        match self {
            Self::Bert | Self::Roberta => Keys {
                width: "hidden_size",
                layers: "num_hidden_layers",
                heads: "num_attention_heads",
                feed_forward: "intermediate_size",
                activation: "hidden_act",
            },
            Self::Distilbert => Keys {
                width: "dim",
                layers: "n_layers",
                heads: "n_heads",
                feed_forward: "hidden_dim",
                activation: "activation",
            },
        }
    }
}

struct Settings(Map<String, Value>);

impl Settings {
    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    fn size(&self, key: &str) -> Result<usize, PretrainedError> {
        let value = self.0.get(key);
        let size = value.and_then(Value::as_u64).map(usize::try_from);
        match (value, size) {
            (_, Some(Ok(size))) => Ok(size),
            (None, _) => Err(configuration(format!("`{key}` is missing"))),
            (Some(value), _) => Err(configuration(format!(
                "`{key}` is {value}, not a whole number"
            ))),
        }
    }

    fn size_or(&self, key: &str, default: usize) -> Result<usize, PretrainedError> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(default),
            Some(_) => self.size(key),
        }
    }

    fn epsilon(&self) -> Result<f64, PretrainedError> {
        const KEY: &str = "layer_norm_eps";
        match self.0.get(KEY) {
            None => Ok(1e-12),
            Some(value) => value
                .as_f64()
                .ok_or_else(|| configuration(format!("`{KEY}` is {value}, not a number"))),
        }
    }

    fn activation(&self, key: &str) -> Result<Activation, PretrainedError> {
        match self.text(key) {
            Some("gelu") => Ok(Activation::Gelu),
            Some("relu") => Ok(Activation::Relu),
            Some("silu" | "swish") => Ok(Activation::Silu),
            Some("tanh") => Ok(Activation::Tanh),
            _ => Err(self.unsupported(key, "gelu, relu, silu, tanh")),
        }
    }

    fn refuse_what_is_not_computed(&self) -> Result<(), PretrainedError> {
        let absolute = self.text("position_embedding_type").unwrap_or("absolute");
        if absolute != "absolute" {
            return Err(self.unsupported("position_embedding_type", "absolute"));
        }
        for key in ["is_decoder", "add_cross_attention"] {
            if self.0.get(key).and_then(Value::as_bool).unwrap_or(false) {
                return Err(self.unsupported(key, "false"));
            }
        }
        Ok(())
    }

    fn unsupported(&self, key: &str, supported: &str) -> PretrainedError {
        let found = self.0.get(key);
        PretrainedError::Unsupported {
            setting: key.to_owned(),
            found: found.map_or("missing".to_owned(), Value::to_string),
            supported: supported.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERT: &str = r#"{
        "model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
        "intermediate_size": 1536, "hidden_act": "gelu", "max_position_embeddings": 512, "type_vocab_size": 2,
        "layer_norm_eps": 1e-12, "vocab_size": 30522, "position_embedding_type": "absolute"
    }"#;

    fn read(json: &str) -> Result<(BertConfig, usize), PretrainedError> {
        bert_config(json.as_bytes(), Pooling::Mean, false, 0.1)
    }

    #[test]
    fn a_bert_is_read() {
        let (config, vocabulary) = read(BERT).unwrap();
        let expected = BertConfig {
            width: 384,
            layers: 6,
            heads: 12,
            feed_forward: 1536,
            activation: Activation::Gelu,
            max_tokens: 512,
            first_position: 0,
            segments: 2,
            epsilon: 1e-12,
            dropout: 0.1,
            pooling: Pooling::Mean,
            normalize: false,
        };
        assert_eq!((config, vocabulary), (expected, 30522));
    }

    #[test]
    fn positions_of_a_roberta_begin_after_the_padding() {
        let json = BERT
            .replace(r#""bert""#, r#""xlm-roberta", "pad_token_id": 1"#)
            .replace("512", "514");
        let (config, _) = read(&json).unwrap();
        assert_eq!((config.first_position, config.max_tokens), (2, 512));
        let short = json.replace("514", "1");
        assert!(read(&short).is_err());
    }

    #[test]
    fn what_is_not_computed_is_refused_by_name() {
        for (from, to, expected) in [
            (
                r#""bert""#,
                r#""t5""#,
                r#"`model_type` is "t5"; supported: bert, roberta, xlm-roberta, camembert, distilbert"#,
            ),
            (
                "absolute",
                "relative_key",
                r#"`position_embedding_type` is "relative_key"; supported: absolute"#,
            ),
            (
                r#""gelu""#,
                r#""gelu_new""#,
                r#"`hidden_act` is "gelu_new"; supported: gelu, relu, silu, tanh"#,
            ),
            (
                r#""vocab_size": 30522"#,
                r#""vocab_size": 30522, "is_decoder": true"#,
                "`is_decoder` is true; supported: false",
            ),
            (
                r#""hidden_size": 384,"#,
                "",
                "cannot read the configuration: `hidden_size` is missing",
            ),
            (
                "384",
                "-1",
                "cannot read the configuration: `hidden_size` is -1, not a whole number",
            ),
        ] {
            let error = read(&BERT.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        assert!(read("[]").is_err());
        assert!(read("{").is_err());
    }
}
