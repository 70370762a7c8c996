//! `[recommend]`: users, items and what happened between them.

use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EventSplit, InputConfig};

/// `[recommend]`: the columns of a table with one row per event between a user and an item, and how lists of items are
/// learned and judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecommendConfig {
    /// The column with the id of the user, read as text: `007` and `7` are two users.
    pub user: String,
    /// The column with the id of the item, read as text.
    pub item: String,
    /// The column with the moment of the event. Events of one moment are put in an arbitrary order that stays the same;
    /// without the column the rows of a user count as one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// `strftime` formats of the time column, tried in order, such as `%d.%m.%Y`. By default ISO 8601 dates and
    /// date-times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_formats: Vec<String>,
    /// What an event says.
    #[serde(default)]
    pub feedback: FeedbackConfig,
    /// What becomes of several events of one user with one item. By default values add up, and of ratings the last counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<EventDuplicates>,
    /// Leave out users with fewer different items, and say how many. Together with `min_item_users` it is applied again
    /// and again until all that are left have enough (the k-core).
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub min_user_items: NonZeroUsize,
    /// Leave out items with fewer different users.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub min_item_users: NonZeroUsize,
    /// Which events judge the lists.
    #[serde(default)]
    pub split: EventSplit,
    /// What training makes small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<RecommendLoss>,
    /// What is known of the items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<ItemTable>,
    /// What is known of the users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<UserTable>,
    /// Lengths of the lists that are judged; the first is the headline.
    #[serde(default = "lengths")]
    #[schemars(length(min = 1, max = 10), inner(range(min = 1, max = 1000)))]
    pub k: Vec<usize>,
}

impl RecommendConfig {
    /// What becomes of several events of one pair.
    pub fn duplicates(&self) -> EventDuplicates {
        self.duplicates.unwrap_or(match self.feedback {
            FeedbackConfig::Implicit(_) => EventDuplicates::Sum,
            FeedbackConfig::Rating(_) => EventDuplicates::Last,
        })
    }
}

fn one() -> NonZeroUsize {
    NonZeroUsize::MIN
}

fn lengths() -> Vec<usize> {
    vec![10, 20]
}

/// `[recommend.feedback.*]`: what an event says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackConfig {
    /// The user bought, clicked, read: an event is a sign of interest, and its absence says little.
    Implicit(ImplicitConfig),
    /// The user said how much.
    Rating(RatingConfig),
}

impl Default for FeedbackConfig {
    fn default() -> Self {
        Self::Implicit(ImplicitConfig::default())
    }
}

impl FeedbackConfig {
    /// The column of values, if one is read.
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Implicit(config) => config.value.as_deref(),
            Self::Rating(config) => Some(&config.value),
        }
    }
}

/// `[recommend.feedback.implicit]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImplicitConfig {
    /// A numeric column such as a quantity. Events whose value is not above 0, such as goods that were returned, are left
    /// out and counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// How the value weighs in training.
    pub weight: EventWeight,
}

/// How the value of an event weighs in training.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventWeight {
    /// Not at all.
    #[default]
    Same,
    /// By `ln(1 + value)`.
    Log1p,
    /// As it is.
    Value,
}

/// `[recommend.feedback.rating]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingConfig {
    /// The numeric column of the ratings.
    pub value: String,
    /// The lowest rating there is; by default the lowest of the training part. A lower one in the data is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f32>,
    /// The highest rating there is; by default the highest of the training part. A higher one in the data is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f32>,
}

/// What becomes of several events of one user with one item: they are always one event, but of which value and time?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventDuplicates {
    /// Values add up, which ratings cannot; the time is that of the first.
    Sum,
    /// The first event.
    First,
    /// The last event.
    Last,
    /// The mean of the values; the time is that of the first.
    Mean,
    /// They are an error.
    Error,
}

/// `[recommend.loss.*]`: what training makes small. Ratings have the squared error; `softmax` is the default otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecommendLoss {
    /// The item of an event must win against all others, or against a sample of them.
    Softmax(SoftmaxLoss),
    /// Bayesian personalised ranking (Rendle et al. 2009): it must be above each of a few others.
    Bpr(BprLoss),
    /// Above the hardest of a few others by a margin, the more so the lower its place is likely to be (after WARP, Weston et
    /// al. 2011).
    Warp(WarpLoss),
}

impl Default for RecommendLoss {
    fn default() -> Self {
        Self::Softmax(SoftmaxLoss::default())
    }
}

impl RecommendLoss {
    /// Items drawn for each event, or for each step of a softmax; `None` where all items compete.
    pub fn negatives(&self) -> Option<usize> {
        match self {
            Self::Softmax(loss) => loss.negatives.map(NonZeroUsize::get),
            Self::Bpr(loss) => Some(loss.negatives.get()),
            Self::Warp(loss) => Some(loss.negatives.get()),
        }
    }

    /// How they are drawn.
    pub fn sampling(&self) -> Sampling {
        match self {
            Self::Softmax(loss) => loss.sampling,
            Self::Bpr(loss) => loss.sampling,
            Self::Warp(loss) => loss.sampling,
        }
    }
}

/// `[recommend.loss.softmax]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SoftmaxLoss {
    /// Items drawn per step, which the items of all events of the step join. Scores are corrected by how often an item
    /// comes up (Yi et al. 2019). By default all items take part in every step: exact, and best up to some ten thousand.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub negatives: Option<NonZeroUsize>,
    /// How they are drawn.
    pub sampling: Sampling,
}

/// `[recommend.loss.bpr]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BprLoss {
    /// Items drawn for each event, none that the user has.
    #[schemars(range(min = 1, max = 1000))]
    pub negatives: NonZeroUsize,
    /// How they are drawn.
    pub sampling: Sampling,
}

impl Default for BprLoss {
    fn default() -> Self {
        Self {
            negatives: one(),
            sampling: Sampling::Uniform,
        }
    }
}

/// `[recommend.loss.warp]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WarpLoss {
    /// Items drawn for each event, none that the user has.
    #[schemars(range(min = 1, max = 1000))]
    pub negatives: NonZeroUsize,
    /// How they are drawn.
    pub sampling: Sampling,
    /// By how much the item of the event should be above.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub margin: f64,
}

impl Default for WarpLoss {
    fn default() -> Self {
        Self {
            negatives: NonZeroUsize::new(10).unwrap_or(NonZeroUsize::MIN),
            sampling: Sampling::Uniform,
            margin: 1.0,
        }
    }
}

/// How negative items are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Each alike.
    #[default]
    Uniform,
    /// By the number of its events in the training part.
    Popularity,
}

/// `[recommend.items]`: a table with a row per item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemTable {
    /// The file, relative to the recipe.
    pub source: String,
    /// The column with the id; by default named as in the events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The column with a name that people know the item by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Columns that lists can be filtered by, such as `category`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    /// What the network reads of an item, as `[[inputs]]` of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputConfig>,
}

/// `[recommend.users]`: a table with a row per user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserTable {
    /// The file, relative to the recipe.
    pub source: String,
    /// The column with the id; by default named as in the events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the network reads of a user, as `[[inputs]]` of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputConfig>,
}
