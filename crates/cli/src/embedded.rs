//! The recipes that come with hob and their small data, inside the binary.
//!
//! A shipped recipe names its data relative to the repository. Printed for a user who has only the binary, the name
//! becomes `hob:iris/iris.csv`, which every command finds here.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Where shipped recipes look for data, as written in their files.
const RELATIVE: &str = "\"../../datasets/";

/// A recipe that comes with hob.
pub(crate) struct ShippedRecipe {
    /// `iris`
    pub(crate) name: &'static str,
    /// `tabular`
    pub(crate) area: &'static str,
    /// As in the repository.
    text: &'static str,
}

impl ShippedRecipe {
    /// The first comment line.
    pub(crate) fn summary(&self) -> &'static str {
        let line = self.text.lines().next().unwrap_or_default();
        line.trim_start_matches('#').trim()
    }

    /// The recipe with its data taken from the binary.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(self.text.len());
        for line in self.text.split_inclusive('\n') {
            match line.split_once(RELATIVE) {
                Some((before, after))
                    if after
                        .split('"')
                        .next()
                        .is_some_and(|path| data(path).is_some()) =>
                {
                    text.push_str(before);
                    text.push_str("\"hob:");
                    text.push_str(after);
                }
                _ => text.push_str(line),
            }
        }
        text
    }
}

/// Every shipped recipe, by area and name.
pub(crate) fn recipes() -> Vec<ShippedRecipe> {
    RECIPES
        .iter()
        .filter_map(|(path, bytes)| {
            let (area, file) = path.split_once('/')?;
            let text = std::str::from_utf8(bytes).ok()?;
            Some(ShippedRecipe {
                name: file.strip_suffix(".toml")?,
                area,
                text,
            })
        })
        .collect()
}

/// The shipped recipes of a name: one for `recommend/online_retail`, several for a name that areas share.
pub(crate) fn named(name: &str) -> Vec<ShippedRecipe> {
    let is_full = |recipe: &ShippedRecipe| format!("{}/{}", recipe.area, recipe.name) == name;
    let is_short = |recipe: &ShippedRecipe| recipe.name == name;
    match recipes().into_iter().find(is_full) {
        Some(recipe) => vec![recipe],
        None => recipes().into_iter().filter(is_short).collect(),
    }
}

/// The bytes of a shipped data file such as `iris/iris.csv`.
pub(crate) fn data(path: &str) -> Option<&'static [u8]> {
    DATA.iter()
        .find(|(known, _)| *known == path)
        .map(|(_, bytes)| *bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_has_a_line_that_says_what_it_is() {
        let recipes = recipes();
        assert!(recipes.len() >= 12, "{} recipes", recipes.len());
        for recipe in recipes {
            assert!(
                recipe.summary().len() > 20,
                "{}: {:?}",
                recipe.name,
                recipe.summary()
            );
        }
    }

    #[test]
    fn a_name_that_areas_share_needs_the_area() {
        let areas =
            |name: &str| -> Vec<&str> { named(name).iter().map(|recipe| recipe.area).collect() };
        assert_eq!(areas("online_retail"), ["forecast", "recommend"]);
        assert_eq!(areas("recommend/online_retail"), ["recommend"]);
        assert_eq!(areas("iris"), ["tabular"]);
        assert_eq!(areas("iri").len(), 0);
    }

    #[test]
    fn a_printed_recipe_takes_its_data_from_the_binary() {
        let recipes = recipes();
        let iris = recipes.iter().find(|recipe| recipe.name == "iris").unwrap();
        assert!(
            iris.text().contains("\"hob:iris/iris.csv\""),
            "{}",
            iris.text()
        );
    }
}
