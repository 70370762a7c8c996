//! "Did you mean": the nearest of some names, and names that other tools use.

/// What other tools call a setting, and what it is called here.
const ALIASES: &[(&str, &str)] = &[
    ("lr", "learning_rate"),
    ("wd", "weight_decay"),
    ("l2", "weight_decay"),
    ("eps", "epsilon"),
    ("betas", "beta_1"),
    ("bs", "batch_size"),
    ("num_epochs", "epochs"),
    ("max_epochs", "epochs"),
    ("num_layers", "blocks"),
    ("layers", "hidden"),
    ("hidden_sizes", "hidden"),
    ("hidden_dims", "hidden"),
    ("units", "hidden"),
    ("path", "source"),
    ("file", "source"),
    ("features", "columns"),
    ("name", "column"),
    ("names", "columns"),
    ("target", "column"),
    ("categorical", "category"),
    ("numeric", "number"),
    ("numerical", "number"),
    ("regression", "number"),
    ("classification", "category"),
    ("transformer", "ft_transformer"),
    ("dnn", "mlp"),
];

/// The name here of something that other tools call `name`.
pub(crate) fn alias(name: &str) -> Option<&'static str> {
    let name = normal(name);
    ALIASES
        .iter()
        .find(|(theirs, _)| *theirs == name)
        .map(|(_, ours)| *ours)
}

/// The candidate nearest to `name`, if one is near enough to be meant. Among equals the first.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let name = normal(name);
    let length = name.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other = normal(candidate);
        // A shortened word (`drop` for `dropout`) is far by edits but surely meant.
        let is_start = length >= 3 && other.starts_with(&name);
        let distance = if is_start {
            1
        } else {
            strsim::osa_distance(&name, &other)
        };
        let allowed = (length.max(other.chars().count()) / 3).max(1);
        let is_near = distance <= allowed && distance < length;
        if is_near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_over_slips_case_and_dashes() {
        let names = ["dropout", "hidden", "activation", "learning_rate"];
        assert_eq!(nearest("droput", names), Some("dropout"));
        assert_eq!(nearest("drop", names), Some("dropout"));
        assert_eq!(nearest("Learning-Rate", names), Some("learning_rate"));
        assert_eq!(nearest("hiden", names), Some("hidden"));
    }

    #[test]
    fn a_name_far_from_all_is_not_guessed() {
        assert_eq!(nearest("momentum", ["dropout", "hidden"]), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("", ["y"]), None);
    }

    #[test]
    fn names_of_other_tools_are_known() {
        assert_eq!(alias("lr"), Some("learning_rate"));
        assert_eq!(alias("dropout"), None);
    }
}
