//! What a recipe that is wrong still says about things outside it: its files, its columns and its device.
//!
//! A user should see a misspelt column beside a misspelt key. So these few values are read on their own, whatever the
//! rest of the recipe looks like.

use hob_data::config::{DataConfig, ForecastConfig, RecommendConfig};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, Deserializer};

use crate::recipe::key_path::KeyPath;
use crate::recipe::parse::leave_out;
use crate::recipe::source::RecipeSource;
use crate::retrieve::RetrieveConfig;

/// The values that mean something outside the recipe. Keys that are not listed here may be anything.
#[derive(Debug, Deserialize)]
pub(crate) struct Draft {
    pub(crate) data: DataConfig,
    #[serde(default)]
    pub(crate) inputs: Vec<DraftInput>,
    #[serde(default)]
    pub(crate) outputs: Vec<DraftOutput>,
    #[serde(default)]
    pub(crate) forecast: Option<ForecastConfig>,
    #[serde(default)]
    pub(crate) recommend: Option<RecommendConfig>,
    #[serde(default)]
    pub(crate) retrieve: Option<RetrieveConfig>,
    #[serde(default)]
    pub(crate) training: DraftTraining,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DraftInput {
    pub(crate) column: Option<String>,
    pub(crate) columns: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DraftOutput {
    pub(crate) column: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct DraftTraining {
    pub(crate) device: Option<String>,
}

impl Draft {
    /// Reads what can be read; `None` if that says nothing about the data. Values with a problem of their own are left
    /// out where they stand in the way.
    pub(crate) fn read(source: &RecipeSource, wrong: &[KeyPath]) -> Option<Self> {
        let mut table = DeTable::parse(source.text()).ok()?;
        if let Some(draft) = read(&table) {
            return Some(draft);
        }
        wrong.iter().for_each(|key| leave_out(table.get_mut(), key));
        // A split whose only choice was wrong is now one without a choice.
        read(&table).or_else(|| {
            leave_out(table.get_mut(), &KeyPath::from("data.split"));
            read(&table)
        })
    }
}

fn read(table: &Spanned<DeTable<'_>>) -> Option<Draft> {
    Draft::deserialize(Deserializer::from(table.clone())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Recipe;

    fn draft(text: &str) -> Option<Draft> {
        let source = RecipeSource::new(None, text);
        let problems = Recipe::parse(&source).unwrap_err();
        let wrong: Vec<KeyPath> = problems
            .iter()
            .map(|problem| KeyPath::from(problem.key.as_str()))
            .collect();
        Draft::read(&source, &wrong)
    }

    #[test]
    fn files_and_columns_are_read_whatever_else_is_wrong() {
        let text = "[data]\nsource = \"a.csv\"\ndelimeter = \";\"\n[data.split.randm]\nx = 1\n\
                    [[inputs]]\ncolum = \"x\"\n[[inputs]]\ncolumns = [\"age\"]\n[inputs.numbr]\n\
                    [[outputs]]\n[[outputs]]\ncolumn = \"churn\"\n[training]\nepochs = -1\ndevice = \"gpu\"\n";
        let draft = draft(text).unwrap();
        assert_eq!(draft.data.source.as_deref(), Some("a.csv"));
        assert_eq!(draft.inputs[0].column, None);
        assert_eq!(draft.inputs[1].columns.as_deref().unwrap(), ["age"]);
        assert_eq!(draft.outputs[1].column.as_deref(), Some("churn"));
        assert_eq!(draft.training.device.as_deref(), Some("gpu"));
    }

    #[test]
    fn sections_in_place_of_inputs_are_read_too() {
        let text =
            "sed = 1\n[data]\nsource = \"a.csv\"\n[retrieve]\nquestion = \"q\"\nanswer = \"a\"\n";
        assert_eq!(draft(text).unwrap().retrieve.unwrap().question, "q");
        let text = "[data]\nsource = \"a.csv\"\n[model.nlinear]\n[forecast]\ntime = \"day\"\ntarget = \"sales\"\n\
                    horizn = 3\nhorizon = 3\ncontext = 6\n";
        assert_eq!(draft(text).unwrap().forecast.unwrap().time, "day");
    }

    #[test]
    fn text_that_is_not_toml_and_a_recipe_without_data_say_nothing() {
        assert!(draft("[data\nsource = \"a.csv\"").is_none());
        assert!(draft("[[inputs]]\ncolumn = \"a\"").is_none());
    }
}
