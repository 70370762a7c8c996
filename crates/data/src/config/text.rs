//! `[inputs.text]`: how a text is cut into tokens, and which encoder makes a vector of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Freeze, GradualUnfreezing, LoraConfig};

/// `[inputs.text]`
///
/// Several columns of one `[[inputs]]` share tokenizer and encoder; each has a vector of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TextConfig {
    /// How a text is cut into tokens; `words` by default. A pretrained encoder brings its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<TokenizerConfig>,
    /// Upper-case letters become lower-case ones. Not applied to a given tokenizer, which has rules of its own.
    pub lowercase: bool,
    /// Accents are taken off letters. Not applied to a given tokenizer.
    pub strip_accents: bool,
    /// Unicode normalisation before anything else. Not applied to a given tokenizer.
    pub unicode: UnicodeForm,
    /// Tokens per text, special ones included; the rest of a longer text is cut off and counted. For the encoder `bag`,
    /// words. What lies beyond 256 bytes per token is not even looked at.
    #[schemars(range(min = 4, max = 8192))]
    pub max_tokens: usize,
    /// What makes a vector of the tokens.
    pub encoder: TextEncoderConfig,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            tokenizer: None,
            lowercase: true,
            strip_accents: false,
            unicode: UnicodeForm::default(),
            max_tokens: 256,
            encoder: TextEncoderConfig::default(),
        }
    }
}

/// Unicode normalisation form (Unicode Standard Annex 15).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnicodeForm {
    /// Composed letters.
    Nfc,
    /// Composed letters, with look-alikes such as `ﬁ` and full-width forms made plain.
    #[default]
    Nfkc,
    /// As written.
    None,
}

/// `[inputs.text.tokenizer.*]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenizerConfig {
    /// Words and punctuation marks.
    Words(VocabularyConfig),
    /// Single characters.
    Characters(VocabularyConfig),
    /// Word pieces as BERT has them (Schuster and Nakajima 2012), trained on the training part.
    Wordpiece(VocabularyConfig),
    /// Byte-pair encoding (Sennrich et al. 2016), trained on the training part.
    Bpe(VocabularyConfig),
    /// Unigram language model (Kudo 2018), trained on the training part.
    Unigram(VocabularyConfig),
    /// A `tokenizer.json` of Hugging Face, relative to the recipe.
    File(String),
}

impl Default for TokenizerConfig {
    fn default() -> Self {
        Self::Words(VocabularyConfig::default())
    }
}

/// `[inputs.text.tokenizer.words]` and its like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VocabularyConfig {
    /// Tokens at most, the most frequent ones.
    #[schemars(range(min = 16, max = 1_000_000))]
    pub vocabulary: usize,
    /// Tokens seen less often in the training part are unknown. Not used by `unigram`.
    #[schemars(range(min = 1))]
    pub min_count: usize,
}

impl Default for VocabularyConfig {
    fn default() -> Self {
        Self {
            vocabulary: 20_000,
            min_count: 2,
        }
    }
}

/// `[inputs.text.encoder.*]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextEncoderConfig {
    /// The mean of the vectors of hashed word and character n-grams, as fastText (Joulin et al. 2017).
    Bag(BagEncoder),
    /// Convolutions of several widths and their maxima over the text (Kim 2014).
    Cnn(CnnEncoder),
    /// LSTM or GRU, in both directions.
    Rnn(RnnEncoder),
    /// A transformer encoder trained from scratch.
    Transformer(TransformerEncoder),
    /// A pretrained BERT.
    Bert(BertEncoder),
}

impl Default for TextEncoderConfig {
    fn default() -> Self {
        Self::Bag(BagEncoder::default())
    }
}

/// `[inputs.text.encoder.bag]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BagEncoder {
    /// Numbers per n-gram and per text.
    #[schemars(range(min = 1, max = 4096))]
    pub dim: usize,
    /// Longest word n-gram: 2 takes words and pairs of words.
    #[schemars(range(min = 1, max = 5))]
    pub words: usize,
    /// Shortest and longest character n-gram within a word, such as `[3, 5]`; none when empty.
    #[schemars(length(max = 2), inner(range(min = 1, max = 10)))]
    pub characters: Vec<usize>,
    /// Buckets that all n-grams are hashed into.
    #[schemars(range(min = 16, max = 10_000_000))]
    pub buckets: usize,
    /// Share of the numbers of a text's vector set to zero in training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

impl Default for BagEncoder {
    fn default() -> Self {
        Self {
            dim: 64,
            words: 2,
            characters: vec![3, 5],
            buckets: 100_000,
            dropout: 0.0,
        }
    }
}

/// `[inputs.text.encoder.cnn]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CnnEncoder {
    /// Numbers per token.
    #[schemars(range(min = 1, max = 4096))]
    pub dim: usize,
    /// Filters of each width.
    #[schemars(range(min = 1, max = 65_536))]
    pub filters: usize,
    /// Widths of the filters in tokens.
    #[schemars(length(min = 1, max = 16), inner(range(min = 1, max = 64)))]
    pub widths: Vec<usize>,
    /// Share of a text's numbers set to zero in training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// A folder of word vectors to start from, such as GloVe (Pennington et al. 2014): a
    /// `*.safetensors` file with one matrix, and `vocab.txt` with a word per row. Relative to the recipe; needs the
    /// tokenizer `words`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word_vectors: Option<String>,
}

impl Default for CnnEncoder {
    fn default() -> Self {
        Self {
            dim: 100,
            filters: 100,
            widths: vec![3, 4, 5],
            dropout: 0.5,
            word_vectors: None,
        }
    }
}

/// `[inputs.text.encoder.rnn]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RnnEncoder {
    /// LSTM or GRU.
    pub cell: RnnCell,
    /// Numbers per token.
    #[schemars(range(min = 1, max = 4096))]
    pub dim: usize,
    /// Numbers of the state in each direction.
    #[schemars(range(min = 1, max = 8192))]
    pub hidden: usize,
    /// Read the text backwards too.
    pub bidirectional: bool,
    /// What becomes of the states.
    pub pooling: Pooling,
    /// Share of a text's numbers set to zero in training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// A folder of word vectors to start from, as for `cnn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word_vectors: Option<String>,
}

impl Default for RnnEncoder {
    fn default() -> Self {
        Self {
            cell: RnnCell::default(),
            dim: 100,
            hidden: 128,
            bidirectional: true,
            pooling: Pooling::Max,
            dropout: 0.3,
            word_vectors: None,
        }
    }
}

/// The cell of a recurrent encoder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RnnCell {
    /// Hochreiter and Schmidhuber 1997.
    #[default]
    Lstm,
    /// Cho et al. 2014.
    Gru,
}

/// How the vectors of the tokens become the vector of the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Their mean.
    #[default]
    Mean,
    /// The largest value of each place.
    Max,
    /// The vector of the first token (`[CLS]`).
    Cls,
}

/// `[inputs.text.encoder.transformer]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TransformerEncoder {
    /// Numbers per token; a multiple of `heads`.
    #[schemars(range(min = 1, max = 16_384))]
    pub width: usize,
    /// Number of layers.
    #[schemars(range(min = 1, max = 200))]
    pub layers: usize,
    /// Attention heads.
    #[schemars(range(min = 1, max = 512))]
    pub heads: usize,
    /// Width inside the feed-forward part.
    #[schemars(range(min = 1, max = 131_072))]
    pub feed_forward: usize,
    /// Share of values set to zero in training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// What becomes of the last layer.
    pub pooling: Pooling,
}

impl Default for TransformerEncoder {
    fn default() -> Self {
        Self {
            width: 128,
            layers: 2,
            heads: 4,
            feed_forward: 512,
            dropout: 0.1,
            pooling: Pooling::Mean,
        }
    }
}

/// `[inputs.text.encoder.bert]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BertEncoder {
    /// A Hugging Face folder with `config.json`, `tokenizer.json` and the weights as one `*.safetensors` file, relative
    /// to the recipe. `weights/fetch.sh minilm` gets one.
    pub weights: String,
    /// What becomes of the last layer. Sentence encoders such as MiniLM are made for `mean`.
    #[serde(default)]
    pub pooling: Pooling,
    /// Scale the vector of a text to length 1.
    #[serde(default)]
    pub normalize: bool,
    /// What keeps its pretrained weights. With `all` and without `lora` each text is encoded only once, which makes training
    /// much faster.
    #[serde(default)]
    pub freeze: Freeze,
    /// Small matrices that are trained beside the frozen weights; with `freeze = "all"` only, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lora: Option<LoraConfig>,
    /// Train the layers one after the other, from the top; not with `freeze = "all"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gradual_unfreezing: Option<GradualUnfreezing>,
    /// The learning rate of each layer is that of the layer above times this; 1 trains all layers alike (Howard and
    /// Ruder 2018).
    #[serde(default = "one")]
    #[schemars(range(min = 0.01, max = 1.0))]
    pub layer_decay: f64,
    /// Share of values set to zero in training.
    #[serde(default = "default_bert_dropout")]
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

fn one() -> f64 {
    1.0
}

fn default_bert_dropout() -> f64 {
    0.1
}
