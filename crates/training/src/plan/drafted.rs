//! A recipe with problems of its own, looked at beside the data, so that all that is wrong is seen at once.

use hob_data::source;

use super::sources::Sources;
use super::{PlanContext, finding_of_file, named, names, read_options};
use crate::recipe::{Draft, Finding, KeyPath, Problem, RecipeError, RecipeSource};

/// The problems of a recipe with those of its files, columns and device, each where it can be told.
pub(crate) fn with_names(
    mut problems: Vec<Problem>,
    source: RecipeSource,
    context: PlanContext<'_>,
) -> RecipeError {
    let wrong: Vec<KeyPath> = problems
        .iter()
        .map(|problem| KeyPath::from(problem.key.as_str()))
        .collect();
    if let Some(draft) = Draft::read(&source, &wrong) {
        let findings = names_of(&draft, context);
        // A name with a problem already is not complained about twice.
        let new = findings
            .iter()
            .filter(|finding| !wrong.contains(&finding.key));
        problems.extend(new.map(|finding| source.locate(finding)));
        Problem::sort(&mut problems);
    }
    RecipeError::Problems {
        problems,
        recipe: Box::new(source),
    }
}

fn names_of(draft: &Draft, context: PlanContext<'_>) -> Vec<Finding> {
    let device = draft.training.device.as_deref();
    let device = names::device(device.filter(|_| context.device.is_none()));
    let mut findings: Vec<Finding> = device.into_iter().collect();
    match Sources::resolve(&draft.data, context.folder, context.embedded) {
        Ok(sources) => {
            let named = named::keyed_columns_of_draft(draft);
            let options = read_options(&draft.data, &named);
            // A file that cannot be read is spoken of once the recipe can: how to read it may be what is wrong.
            let private = draft.data.private.as_ref();
            let wanted = names::all(&named, private);
            if let Ok(header) = source::header(&sources.paths(), &options, wanted) {
                findings.extend(names::unknown(&named, private, &header));
            }
        }
        Err(missing) => findings.extend(missing.into_iter().map(finding_of_file)),
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::plan::Plan;

    const DATA: &str = "age,plan,customer,churn\n31,plus,c1,yes\n62,basic,c2,no\n";

    fn problems(text: &str, device: Option<&str>) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("customers.csv"), DATA).unwrap();
        let context = PlanContext {
            folder: folder.path(),
            embedded: |_| None,
            device,
        };
        let source = RecipeSource::new(Some(Path::new("my.toml")), text);
        Plan::new(source, context).unwrap_err().to_string()
    }

    const KEYS_AND_COLUMNS: &str = r#"seed = -1

[data]
source = "customers.csv"
private = { drop = ["custmer"] }
[data.split.random]
stratfy = "churn"

[[inputs]]
columns = ["agee", "plan"]
[inputs.nubmer]

[[inputs]]
column = "height"

[[outputs]]
column = "churned"
[outputs.binary]

[model.mlpp]
hidden = [4]

[training]
epochs = 0
device = "gpu"
"#;

    #[test]
    fn wrong_keys_and_wrong_columns_are_seen_in_one_go() {
        insta::assert_snapshot!(problems(KEYS_AND_COLUMNS, None));
    }

    #[test]
    fn a_device_that_is_overridden_is_no_problem() {
        let text = problems(KEYS_AND_COLUMNS, Some("flex"));
        assert!(
            !text.contains("gpu") && text.contains("`churned`"),
            "{text}"
        );
    }

    #[test]
    fn a_wrong_choice_of_split_does_not_hide_the_columns() {
        let text = KEYS_AND_COLUMNS.replace("[data.split.random]", "[data.split.randm]");
        insta::assert_snapshot!(problems(&text, None));
    }

    #[test]
    fn a_file_that_is_not_there_is_seen_beside_wrong_keys() {
        let text = KEYS_AND_COLUMNS.replace("customers.csv", "custmers.csv");
        let text = problems(&text, None);
        assert!(
            text.contains("custmers.csv") && text.contains("`nubmer`"),
            "{text}"
        );
        assert!(!text.contains("has no column"), "{text}");
    }

    #[test]
    fn a_column_that_is_complained_about_is_named_once() {
        let text = KEYS_AND_COLUMNS.replace("[\"agee\", \"plan\"]", "[\"agee\", \"agee\"]");
        let text = problems(&text, None);
        assert_eq!(text.matches("my.toml:10:20").count(), 1, "{text}");
    }
}
