//! Names in a recipe that mean nothing: columns the data does not have, devices this build does not have.
//!
//! They are looked up before the data is read, all at once.

use hob_data::config::PrivateConfig;
use hob_data::error::{name_list, similar_name};
use hob_inference::device::{AVAILABLE, KNOWN};

use crate::recipe::{Finding, KeyPath};

/// Every name that the data should have.
pub(crate) fn all<'a>(
    named: &'a [(String, KeyPath)],
    private: Option<&'a PrivateConfig>,
) -> impl Iterator<Item = &'a str> {
    let private = private
        .into_iter()
        .flat_map(|private| private.drop.iter().chain(&private.hash));
    named
        .iter()
        .map(|(name, _)| name)
        .chain(private)
        .map(String::as_str)
}

/// Every column named in a recipe that is not in the data.
pub(crate) fn unknown(
    named: &[(String, KeyPath)],
    private: Option<&PrivateConfig>,
    header: &[String],
) -> Vec<Finding> {
    // Lines that are no JSON objects have no columns; the reader says so better.
    if header.is_empty() {
        return Vec::new();
    }
    let private = private.cloned().unwrap_or_default();
    let readable: Vec<String> = header
        .iter()
        .filter(|name| !private.drop.contains(name))
        .cloned()
        .collect();
    let is_absent = |name: &str| !header.iter().any(|known| known == name);
    let used = named
        .iter()
        .filter(|(name, _)| is_absent(name))
        .map(|(name, key)| {
            let message = format!("the data has no column `{name}`");
            Finding::error(key, message).with_hint(advice(name, &readable))
        });
    let mut found: Vec<Finding> = used.collect();
    let section = KeyPath::root().key("data").key("private");
    for (list, names) in [("drop", &private.drop), ("hash", &private.hash)] {
        for (place, name) in names.iter().enumerate() {
            // A name that is used as well has been complained about.
            if is_absent(name) && !named.iter().any(|(used, _)| used == name) {
                let message =
                    format!("the data has no column `{name}`, so nothing would be kept private");
                found.push(
                    Finding::error(section.key(list).index(place), message)
                        .with_hint(advice(name, header)),
                );
            }
        }
    }
    found
}

fn advice(name: &str, known: &[String]) -> String {
    let names = || known.iter().map(String::as_str);
    // Two letters swapped in a short name are far by the other measure.
    let slip = || names().find(|other| name.len() > 2 && strsim::osa_distance(name, other) == 1);
    match similar_name(name, names()).or_else(slip) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("its columns are {}", name_list(known)),
    }
}

/// The device that a recipe names, if this build cannot have it.
pub(crate) fn device(name: Option<&str>) -> Option<Finding> {
    let name = name.filter(|name| !AVAILABLE.contains(name))?;
    let available: Vec<String> = AVAILABLE.iter().map(ToString::to_string).collect();
    let list = format!("this build has {}", name_list(&available));
    let (message, hint) = if KNOWN.contains(&name) {
        (
            format!("the device `{name}` is not compiled in"),
            format!("build with the cargo feature `{name}`; {list}"),
        )
    } else {
        let hint = match similar_name(name, KNOWN.iter().copied()) {
            Some(similar) => format!("did you mean `{similar}`? {list}"),
            None => list,
        };
        (format!("there is no device `{name}`"), hint)
    };
    Some(Finding::error("training.device", message).with_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::named::keyed_columns;
    use crate::recipe::{Recipe, RecipeSource};

    const RECIPE: &str = r#"
[data]
source = "a.csv"
private = { drop = ["mial"], hash = ["customer"], salt = "x" }
split.random.stratify = "churned"

[[inputs]]
columns = ["age", "customr"]
number = {}

[[outputs]]
column = "churn"
binary = {}

[model.mlp]
hidden = [4]

[training]
device = "gpu"
"#;

    fn recipe() -> Recipe {
        Recipe::parse(&RecipeSource::new(None, RECIPE)).unwrap()
    }

    #[test]
    fn every_unknown_column_is_found_where_it_is_named() {
        let header = ["age", "customer", "mail", "churn"].map(String::from);
        let recipe = recipe();
        let private = recipe.data.private.as_ref();
        let found: Vec<(String, Option<String>)> =
            unknown(&keyed_columns(&recipe), private, &header)
                .into_iter()
                .map(|finding| (finding.key.to_string(), finding.hint))
                .collect();
        let expected = [
            ("inputs[0].columns[1]", "customer"),
            ("data.split.random.stratify", "churn"),
            ("data.private.drop[0]", "mail"),
        ];
        let expected =
            expected.map(|(key, near)| (key.to_string(), Some(format!("did you mean `{near}`?"))));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_device_that_does_not_exist_is_found() {
        let found = device(recipe().training.device.as_deref()).unwrap();
        assert_eq!(found.key.to_string(), "training.device");
        assert!(found.hint.unwrap().starts_with("did you mean `wgpu`?"));
    }
}
