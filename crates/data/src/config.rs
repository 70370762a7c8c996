//! What a recipe says about data: `[data]`, the types of `[[inputs]]` and the types of `[[outputs]]`.
//!
//! Plain serde types with every default in place. Ranges stand as `schemars` attributes: the recipe parser checks a
//! recipe against the schema made from these types, so a bound is written once and is part of editor completion too.

mod event_split;
mod fine_tuning;
mod forecast;
mod recommend;
mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use event_split::{
    ColdItems, EventOrder, EventSplit, LeaveLastSplit, RandomEvents, RatioSplit, TimeCut,
};
pub use fine_tuning::{Freeze, GradualUnfreezing, LoraConfig, LoraTarget};
pub use forecast::{
    BacktestConfig, CalendarFeature, Duplicates, Fill, ForecastColumn, ForecastConfig,
    ForecastHeadConfig, NoSettings, QuantilesHead, Transform, WindowScaling,
};
pub use recommend::{
    BprLoss, EventDuplicates, EventWeight, FeedbackConfig, ImplicitConfig, ItemTable, RatingConfig,
    RecommendConfig, RecommendLoss, Sampling, SoftmaxLoss, UserTable, WarpLoss,
};
pub use text::{
    BagEncoder, BertEncoder, CnnEncoder, Pooling, RnnCell, RnnEncoder, TextConfig,
    TextEncoderConfig, TokenizerConfig, TransformerEncoder, UnicodeForm, VocabularyConfig,
};

/// `[data]`: where the rows come from and how they are divided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// A file, or a pattern such as `sales-*.csv.gz` for several, relative to the recipe. CSV, TSV, JSON lines or
    /// Parquet by its name's ending, each also with `.gz`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// File of the training rows, in place of `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<String>,
    /// File of the validation rows, with `train`. Without it the split takes them from the training rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<String>,
    /// File of the test rows, with `train`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// The character between CSV cells. Detected and reported when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Column names for a CSV file without a header line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Vec<String>>,
    /// Cells that mean "no value", compared after trimming blanks.
    #[serde(default = "default_missing")]
    pub missing: Vec<String>,
    /// How many rows with a value that does not parse may be left out. One more is an error.
    #[serde(default)]
    pub max_rejected: usize,
    /// How rows are divided into training, validation and test part.
    #[serde(default)]
    pub split: SplitConfig,
    /// Columns with personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<PrivateConfig>,
}

/// Cells read as "no value" unless the recipe says otherwise.
pub fn default_missing() -> Vec<String> {
    ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]
        .map(String::from)
        .to_vec()
}

/// `[data.private]`: personal columns, kept out of run, bundle and log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrivateConfig {
    /// Columns that are not read at all. An input or output that names one is an error.
    #[serde(default)]
    pub drop: Vec<String>,
    /// Columns whose values are replaced by a salted SHA-256 while they are read.
    #[serde(default)]
    pub hash: Vec<String>,
    /// Mixed into every hash, so that values cannot be guessed from a list. Stored in the bundle, because prediction
    /// must hash alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

/// `[data.split.*]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SplitConfig {
    /// Rows are drawn at random from the recipe's seed.
    Random(RandomSplit),
    /// A column says the part of each row.
    Column(ColumnSplit),
    /// The latest rows are the test part, those before them the validation part.
    Time(TimeSplit),
    /// Like `random`, but rows with the same value of a column stay together.
    Group(GroupSplit),
    /// The part follows from a hash of an id, so a row keeps its part when rows are added.
    Hash(HashSplit),
}

impl Default for SplitConfig {
    fn default() -> Self {
        Self::Random(RandomSplit::default())
    }
}

fn default_fraction_validation() -> f64 {
    0.1
}

fn default_fraction_test() -> f64 {
    0.2
}

/// `[data.split.random]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RandomSplit {
    /// Part of the rows that remain after the test part is taken: 0.1 is a tenth of them.
    #[serde(default = "default_fraction_validation")]
    #[schemars(range(min = 0.0, max = 0.9))]
    pub validation: f64,
    /// Part of all rows kept for the test.
    #[serde(default = "default_fraction_test")]
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test: f64,
    /// A category column whose class shares are kept in every part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratify: Option<String>,
}

impl Default for RandomSplit {
    fn default() -> Self {
        Self {
            validation: default_fraction_validation(),
            test: default_fraction_test(),
            stratify: None,
        }
    }
}

/// `[data.split.column]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnSplit {
    /// The column that names the part.
    pub column: String,
    /// Its values that mean training.
    #[serde(default = "default_train_values")]
    pub train: Vec<String>,
    /// Its values that mean validation.
    #[serde(default = "default_validation_values")]
    pub validation: Vec<String>,
    /// Its values that mean test.
    #[serde(default = "default_test_values")]
    pub test: Vec<String>,
    /// Part of the training rows, drawn at random, that becomes the validation part where no value means validation.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 0.9))]
    pub validation_share: f64,
    /// A category column whose class shares the validation part gets; a class with too few rows stays in training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratify: Option<String>,
}

fn default_train_values() -> Vec<String> {
    vec!["train".into()]
}

fn default_validation_values() -> Vec<String> {
    vec!["validation".into(), "valid".into()]
}

fn default_test_values() -> Vec<String> {
    vec!["test".into()]
}

/// `[data.split.time]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeSplit {
    /// The date or number column that orders the rows. Rows with the same value stay together.
    pub column: String,
    /// Part of the rows before the test part.
    #[serde(default = "default_fraction_validation")]
    #[schemars(range(min = 0.0, max = 0.9))]
    pub validation: f64,
    /// Part of all rows, the latest.
    #[serde(default = "default_fraction_test")]
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test: f64,
}

/// `[data.split.group]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSplit {
    /// The column whose values stay together, such as a customer id.
    pub column: String,
    /// Part of the groups that remain after the test part is taken.
    #[serde(default = "default_fraction_validation")]
    #[schemars(range(min = 0.0, max = 0.9))]
    pub validation: f64,
    /// Part of all groups.
    #[serde(default = "default_fraction_test")]
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test: f64,
}

/// `[data.split.hash]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HashSplit {
    /// The id column.
    pub column: String,
    /// Part of the rows outside the test part.
    #[serde(default = "default_fraction_validation")]
    #[schemars(range(min = 0.0, max = 0.9))]
    pub validation: f64,
    /// Part of all rows.
    #[serde(default = "default_fraction_test")]
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test: f64,
}

/// One `[[inputs]]`: columns of one type, treated alike. At most one of the type tables may be given; without one the
/// type is inferred from the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputConfig {
    /// One column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Several columns, in place of `column`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// A measured or counted value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberConfig>,
    /// One of a known list of values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryConfig>,
    /// One of two values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary: Option<BinaryConfig>,
    /// A day or a moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<DateConfig>,
    /// Several values in one cell, such as `red;blue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<SetConfig>,
    /// Numbers in one cell, such as `0.1 0.7 0.2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vector: Option<VectorConfig>,
    /// An identifier with too many values for a list; its hash chooses one of a fixed number of buckets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<HashConfig>,
    /// Sentences or longer texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextConfig>,
}

/// `[inputs.number]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NumberConfig {
    /// Scaling, fitted on the training part.
    pub normalize: Normalize,
    /// What stands in for a missing value.
    pub missing: NumberMissing,
    /// The value used by `missing = "constant"`, in the column's units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constant: Option<f64>,
    /// Add a 0/1 feature beside the column that says where a value was missing.
    pub indicator: bool,
    /// Bounds in the column's units; values outside are moved to them and counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<[f64; 2]>,
    /// How the network sees one number.
    pub embedding: NumberEmbedding,
}

/// Scaling of a number column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normalize {
    /// `(x - mean) / standard deviation`, as scikit-learn's `StandardScaler` (population deviation).
    #[default]
    Standard,
    /// `(x - min) / (max - min)`.
    MinMax,
    /// `(x - median) / (75 % quantile - 25 % quantile)`, as scikit-learn's `RobustScaler`.
    Robust,
    /// `sign(x) * ln(1 + |x|)`, then `standard`. For amounts that span powers of ten.
    Log1p,
    /// The normal score of the value's rank in the training part, as scikit-learn's `QuantileTransformer`.
    Quantile,
    /// The value as it is.
    None,
}

/// What stands in for a missing number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberMissing {
    /// The mean of the training part.
    Mean,
    /// The median of the training part.
    #[default]
    Median,
    /// The value of `constant`.
    Constant,
    /// The row is left out of training, validation and test, and counted. Prediction uses the median.
    DropRow,
    /// A missing value is an error.
    Error,
}

/// `[inputs.number.embedding.*]`, after Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features in
/// Tabular Deep Learning" (2022).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberEmbedding {
    /// One scaled value.
    #[default]
    Plain,
    /// Sines and cosines of trained frequencies, a linear layer and ReLU (PLR); with `lite` the linear layer is shared
    /// by all columns (PLR-lite).
    Periodic(PeriodicConfig),
    /// Piecewise linear encoding over quantile bins of the training part (PLE), then a linear layer.
    PiecewiseLinear(PiecewiseLinearConfig),
}

/// `[inputs.number.embedding.periodic]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PeriodicConfig {
    /// Numbers of the embedding per column.
    #[schemars(range(min = 1, max = 4096))]
    pub dim: usize,
    /// Trained frequencies per column.
    #[schemars(range(min = 1, max = 4096))]
    pub frequencies: usize,
    /// Standard deviation of the frequencies at the start.
    #[schemars(range(min = 0.0))]
    pub sigma: f64,
    /// One linear layer for all columns.
    pub lite: bool,
}

impl Default for PeriodicConfig {
    fn default() -> Self {
        Self {
            dim: 24,
            frequencies: 48,
            sigma: 0.01,
            lite: false,
        }
    }
}

/// `[inputs.number.embedding.piecewise_linear]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PiecewiseLinearConfig {
    /// Numbers of the embedding per column.
    #[schemars(range(min = 1, max = 4096))]
    pub dim: usize,
    /// Quantile bins per column; columns with few distinct values get fewer.
    #[schemars(range(min = 2, max = 4096))]
    pub bins: usize,
}

impl Default for PiecewiseLinearConfig {
    fn default() -> Self {
        Self { dim: 12, bins: 48 }
    }
}

/// `[inputs.category]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CategoryConfig {
    /// Embedding or one-hot.
    pub encoding: CategoryEncoding,
    /// Numbers per embedding; by default `min(50, 1.6 * values^0.56)` rounded, as fastai. Ignored by one-hot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 4096))]
    pub dim: Option<usize>,
    /// Values seen less often in the training part share the "unknown" bucket.
    #[schemars(range(min = 1))]
    pub min_count: usize,
    /// Share of training cells shown as "unknown" in each epoch, so that the bucket is trained even when no value is
    /// rare.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub unknown_rate: f64,
}

impl Default for CategoryConfig {
    fn default() -> Self {
        Self {
            encoding: CategoryEncoding::Embedding,
            dim: None,
            min_count: 2,
            unknown_rate: 0.01,
        }
    }
}

/// How a category reaches the network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CategoryEncoding {
    /// A trained vector per value.
    #[default]
    Embedding,
    /// A 1 at the value's place.
    OneHot,
}

/// `[inputs.binary]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BinaryConfig {
    /// The value that becomes 1. By default the one of `true`, `yes`, `1`, `y`, `t` that occurs, else the later in
    /// alphabetical order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive: Option<String>,
}

/// `[inputs.date]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DateConfig {
    /// `strftime` formats tried in order, such as `%d.%m.%Y`. By default ISO 8601 dates and date-times.
    pub formats: Vec<String>,
    /// The features made from a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<DateFeature>>,
}

/// A feature made from a date. Those that go round (month, weekday, ...) become a sine and a cosine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateFeature {
    /// Scaled as a number.
    Year,
    /// 1-12, round.
    Month,
    /// Day of the month, round.
    Day,
    /// Monday-Sunday, round.
    Weekday,
    /// Day of the year, round.
    DayOfYear,
    /// 0-23, round.
    Hour,
    /// Seconds since 1970, scaled as a number.
    Time,
}

/// `[inputs.set]` and `[outputs.set]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SetConfig {
    /// The text between values.
    pub separator: String,
    /// Values seen less often in the training part are left out (input: they share the "unknown" place).
    #[schemars(range(min = 1))]
    pub min_count: usize,
}

impl Default for SetConfig {
    fn default() -> Self {
        Self {
            separator: ";".into(),
            min_count: 1,
        }
    }
}

/// `[inputs.vector]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VectorConfig {
    /// The text between numbers; blanks around numbers and enclosing `[` `]` are ignored.
    pub separator: String,
    /// How many numbers every cell has. By default what the first row has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub width: Option<usize>,
    /// Scaling of each place, fitted on the training part.
    pub normalize: Normalize,
}

impl Default for VectorConfig {
    fn default() -> Self {
        Self {
            separator: " ".into(),
            width: None,
            normalize: Normalize::Standard,
        }
    }
}

/// `[inputs.hash]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HashConfig {
    /// Number of buckets.
    #[schemars(range(min = 2, max = 10_000_000))]
    pub buckets: usize,
    /// Numbers per embedding; by default as for a category.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 4096))]
    pub dim: Option<usize>,
}

impl Default for HashConfig {
    fn default() -> Self {
        Self {
            buckets: 1024,
            dim: None,
        }
    }
}

/// One `[[outputs]]`: a column to predict. Exactly one of the type tables is given, or none to infer the type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputConfig {
    /// The column.
    pub column: String,
    /// Share of this output in the total loss when several are trained together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub weight: Option<f64>,
    /// One of several classes (softmax).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryOutput>,
    /// Yes or no (logistic).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary: Option<BinaryOutput>,
    /// A quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberOutput>,
    /// Any number of labels per row (multi-label).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<SetOutput>,
    /// A tag per word of a text (named entities).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<TagsOutput>,
}

/// `[outputs.category]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CategoryOutput {
    /// Weights of the classes in the loss.
    pub class_weights: ClassWeights,
    /// Share of the target spread evenly over all classes (label smoothing).
    #[schemars(range(min = 0.0, max = 0.9))]
    pub label_smoothing: f64,
    /// Exponent of the focal loss (Lin et al. 2017); 0 is plain cross-entropy.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub focal_gamma: f64,
    /// Fit one temperature on the validation part, so that probabilities can be trusted (Guo et al. 2017).
    pub calibrate: bool,
    /// Learn to say "none of these".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_scope: Option<OutOfScopeConfig>,
}

/// `[outputs.category.out_of_scope]`: rows that belong to no class are told by a score below a threshold, which is
/// chosen on the validation part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutOfScopeConfig {
    /// What tells how familiar a row looks.
    pub score: OutOfScopeScore,
    /// A file of rows that belong to no class, with the columns of the inputs, relative to the recipe. Half of them
    /// choose the threshold, the other half judge it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examples: Option<String>,
    /// Without examples: share of the validation rows that the threshold must accept.
    #[schemars(range(min = 0.5, max = 1.0))]
    pub accept: f64,
}

impl Default for OutOfScopeConfig {
    fn default() -> Self {
        Self {
            score: OutOfScopeScore::default(),
            examples: None,
            accept: 0.95,
        }
    }
}

/// What tells how familiar a row looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutOfScopeScore {
    /// The largest probability (Hendrycks and Gimpel 2017).
    MaxSoftmax,
    /// The energy of all logits (Liu et al. 2020), which keeps how large they are.
    #[default]
    Energy,
    /// The distance of the last hidden layer from the nearest class center, in units of the deviation within classes
    /// (Lee et al. 2018).
    Distance,
}

/// `[outputs.binary]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BinaryOutput {
    /// The value that counts as yes. By default as for binary inputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive: Option<String>,
    /// Weights of no and yes in the loss.
    pub class_weights: ClassWeights,
    /// Moves both targets towards a half.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub label_smoothing: f64,
    /// Exponent of the focal loss; 0 is plain log loss.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub focal_gamma: f64,
    /// Fit one temperature on the validation part.
    pub calibrate: bool,
    /// Probability from which the answer is yes; 0.5 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: Option<f64>,
}

/// `class_weights`: `"equal"`, `"balanced"` or a table `{ given = { yes = 3.0, no = 1.0 } }`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// Every row counts alike.
    #[default]
    Equal,
    /// Every class counts alike: `rows / (classes * rows of the class)`, as scikit-learn.
    Balanced,
    /// A weight per class by name; classes not named have 1.
    Given(std::collections::BTreeMap<String, f64>),
}

/// `[outputs.number]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NumberOutput {
    /// What is minimised, in scaled units.
    pub loss: NumberLoss,
    /// Scaling of the target, fitted on the training part; predictions come in the original units. `quantile` is not
    /// allowed here.
    pub normalize: Normalize,
}

/// `[outputs.number.loss]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberLoss {
    /// Mean of squared errors; predicts the mean.
    #[default]
    Squared,
    /// Mean of absolute errors; predicts the median.
    Absolute,
    /// Squared near zero, absolute beyond `delta` scaled units (Huber 1964).
    Huber(HuberConfig),
    /// Pinball loss; one prediction per quantile, never crossing.
    Quantiles(Vec<f64>),
}

/// `[outputs.number.loss.huber]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HuberConfig {
    /// Where the loss turns from squared to absolute.
    #[schemars(range(min = 0.000001))]
    pub delta: f64,
}

impl Default for HuberConfig {
    fn default() -> Self {
        Self { delta: 1.0 }
    }
}

/// `[outputs.set]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SetOutput {
    /// The text between labels.
    pub separator: String,
    /// Labels seen less often in the training part are left out, and counted.
    #[schemars(range(min = 1))]
    pub min_count: usize,
    /// Probability from which a label belongs to the answer.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: f64,
}

impl Default for SetOutput {
    fn default() -> Self {
        Self {
            separator: ";".into(),
            min_count: 1,
            threshold: 0.5,
        }
    }
}

/// `[outputs.tags]`: a cell has one tag per word of the text, both between blanks: `B-product` begins an entity of the
/// type `product`, `I-product` goes on with it, `O` is outside of all (the scheme BIO, also known as IOB2).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagsOutput {
    /// The input column with the text whose words are tagged. Its encoder must be `rnn`, `transformer` or `bert`.
    pub text: String,
}
