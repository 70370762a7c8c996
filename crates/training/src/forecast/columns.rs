//! The columns that `[forecast]` names, and where.

use hob_data::config::ForecastConfig;

use crate::recipe::KeyPath;

/// Every name with its key, in the order of the keys; a column with several uses stands there several times.
pub(crate) fn keyed_columns(config: &ForecastConfig) -> Vec<(String, KeyPath)> {
    let section = KeyPath::root().key("forecast");
    let one = |key: &str, name: &String| vec![(name.clone(), section.key(key))];
    let list = |key: &str, names: &[String]| {
        let names = names.iter().enumerate();
        let keyed = names.map(|(place, name)| (name.clone(), section.key(key).index(place)));
        keyed.collect::<Vec<_>>()
    };
    [
        one("time", &config.time),
        list("series", &config.series),
        one("target", &config.target),
        list("known", &config.known),
        list("past", &config.past),
        list("static", &config.statics),
    ]
    .concat()
}
