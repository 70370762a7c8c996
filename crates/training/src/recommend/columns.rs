//! The columns of the events that `[recommend]` names, and where.

use hob_data::config::{FeedbackConfig, RecommendConfig};

use crate::recipe::KeyPath;

/// Every name with its key.
pub(crate) fn keyed_columns(config: &RecommendConfig) -> Vec<(String, KeyPath)> {
    let section = KeyPath::root().key("recommend");
    let mut named = vec![
        (config.user.clone(), section.key("user")),
        (config.item.clone(), section.key("item")),
    ];
    if let Some(time) = &config.time {
        named.push((time.clone(), section.key("time")));
    }
    if let Some(value) = config.feedback.value() {
        let kind = match config.feedback {
            FeedbackConfig::Implicit(_) => "implicit",
            FeedbackConfig::Rating(_) => "rating",
        };
        let key = section.key("feedback").key(kind).key("value");
        named.push((value.to_string(), key));
    }
    named
}
