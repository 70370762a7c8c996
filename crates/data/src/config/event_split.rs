//! `[recommend.split.*]`: how events between users and items are divided.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[recommend.split.*]`: which events judge the lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventSplit {
    /// A share of the events of each user.
    Ratio(RatioSplit),
    /// The last events of each user.
    LeaveLast(LeaveLastSplit),
    /// The last events of all, cut at two moments.
    Time(TimeCut),
    /// A share of all events, drawn at random without regard to users.
    Random(RandomEvents),
    /// All events of a share of the items, which training never sees: for models that read an item's features.
    ColdItems(ColdItems),
}

impl Default for EventSplit {
    fn default() -> Self {
        Self::Ratio(RatioSplit::default())
    }
}

/// `[recommend.split.ratio]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RatioSplit {
    /// Share of each user's events that steers the training.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub validation: f64,
    /// Share of each user's events for the final result.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test: f64,
    /// Which of them.
    pub order: EventOrder,
}

impl Default for RatioSplit {
    fn default() -> Self {
        Self {
            validation: 0.1,
            test: 0.1,
            order: EventOrder::Random,
        }
    }
}

/// Which events of a user are held back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventOrder {
    /// Drawn by the seed.
    #[default]
    Random,
    /// The last ones.
    Time,
}

/// `[recommend.split.leave_last]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LeaveLastSplit {
    /// Events of each user before those of the test part.
    #[schemars(range(min = 0, max = 1000))]
    pub validation: usize,
    /// Last events of each user. A user with too few events keeps all of them in training.
    #[schemars(range(min = 1, max = 1000))]
    pub test: usize,
}

impl Default for LeaveLastSplit {
    fn default() -> Self {
        Self {
            validation: 1,
            test: 1,
        }
    }
}

/// `[recommend.split.time]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TimeCut {
    /// Share of all events between the two cuts.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub validation: f64,
    /// Share of all events after the second cut.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test: f64,
}

impl Default for TimeCut {
    fn default() -> Self {
        Self {
            validation: 0.1,
            test: 0.1,
        }
    }
}

/// `[recommend.split.random]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RandomEvents {
    /// Share of all events that steers the training.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub validation: f64,
    /// Number of parts of which one is the test part.
    #[schemars(range(min = 2, max = 100))]
    pub folds: usize,
    /// Which of them, from 0. Runs with every number make a cross-validation, if the seed is the same.
    #[schemars(range(min = 0, max = 99))]
    pub fold: usize,
}

impl Default for RandomEvents {
    fn default() -> Self {
        Self {
            validation: 0.1,
            folds: 5,
            fold: 0,
        }
    }
}

/// `[recommend.split.cold_items]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ColdItems {
    /// Share of the items whose events steer the training.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub validation: f64,
    /// Share of the items for the final result.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test: f64,
}

impl Default for ColdItems {
    fn default() -> Self {
        Self {
            validation: 0.1,
            test: 0.1,
        }
    }
}
