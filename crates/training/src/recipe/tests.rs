//! Recipes as a user writes them: good ones, bad ones with their whole message, and arbitrary text.

use std::fs;
use std::path::{Path, PathBuf};

use hob_data::config::{Normalize, NumberMissing, SplitConfig};
use proptest::prelude::*;

use super::*;

const IRIS: &str = r#"
seed = 42

[data]
source = "../../datasets/iris/iris.csv" # relative to the recipe
[data.split.random]
validation = 0.1
test = 0.2
stratify = "species"

[[inputs]]
columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
[inputs.number]
normalize = "standard"

[[outputs]]
column = "species"
[outputs.category]

[model.mlp]
hidden = [64, 64]
activation = "relu"

[optimizer.adam]
learning_rate = 1e-3

[training]
epochs = 100
batch_size = 32
"#;

const SHOP: &str = r#"
[data]
train = "train-*.csv.gz"
test = "test.csv"
delimiter = ";"
max_rejected = 10
private = { drop = ["name"], hash = ["customer"], salt = "pepper" }
[data.split.group]
column = "customer"

[[inputs]]
column = "income"
[inputs.number]
missing = "constant"
constant = 0
indicator = true
clip = [0, 1e6]
embedding.periodic = { dim = 8, lite = true }

[[inputs]]
columns = ["city", "plan"]
category = { encoding = "one_hot", min_count = 5 }

[[inputs]]
column = "since"
date.features = ["month", "weekday"]

[[inputs]]
column = "customer"
hash = {}

[[outputs]]
column = "churn"
weight = 2
[outputs.binary.class_weights]
given = { yes = 3, no = 1 }

[[outputs]]
column = "spent"
[outputs.number.loss]
quantiles = [0.1, 0.5, 0.9]

[model.ft_transformer]
width = 64

[optimizer.adamw]
weight_decay = 1e-4

[schedule.cosine]
warmup = { epochs = 2.5 }

[training]
batch_size = "full"
time_limit_seconds = 60
early_stopping = {}
"#;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn parse(text: &str) -> Result<Recipe, String> {
    let source = RecipeSource::new(Some(Path::new("my.toml")), text);
    Recipe::parse(&source).map_err(|problems| render(&problems, &source))
}

fn recipes_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(recipes_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_recipe_of_the_design_is_read() {
    let recipe = parse(IRIS).unwrap();
    assert_eq!(recipe.seed, 42);
    assert_eq!(recipe.inputs[0].columns.as_ref().unwrap().len(), 4);
    assert_eq!(
        recipe.inputs[0].number.as_ref().unwrap().normalize,
        Normalize::Standard
    );
    let SplitConfig::Random(split) = &recipe.data.split else {
        panic!("{:?}", recipe.data.split)
    };
    assert_eq!(split.stratify.as_deref(), Some("species"));
    assert_eq!(recipe.training.epochs, 100);
    assert_eq!(recipe.schedule, ScheduleConfig::default());
    assert!(recipe.check().is_empty());
}

#[test]
fn a_recipe_may_use_every_way_to_write_a_table() {
    let recipe = parse(SHOP).unwrap();
    let income = recipe.inputs[0].number.as_ref().unwrap();
    assert_eq!(
        (income.missing, income.constant, income.clip),
        (NumberMissing::Constant, Some(0.0), Some([0.0, 1e6]))
    );
    assert_eq!(
        recipe.inputs[2]
            .date
            .as_ref()
            .unwrap()
            .features
            .as_ref()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(recipe.outputs[0].weight, Some(2.0));
}

#[test]
fn a_choice_without_settings_may_be_an_empty_table() {
    let text = IRIS.replace("normalize = \"standard\"", "embedding.plain = {}");
    assert_eq!(parse(&text).unwrap().inputs, parse(IRIS).unwrap().inputs);
}

#[test]
fn a_recipe_with_warnings_is_read() {
    let recipe = parse(&format!(
        "{IRIS}\n[training.early_stopping]\npatience = 100\n"
    ))
    .unwrap();
    let warnings = recipe.check();
    assert_eq!(warnings.len(), 1);
    assert_eq!(
        warnings[0].key.to_string(),
        "training.early_stopping.patience"
    );
}

#[test]
fn the_resolved_recipe_is_the_same_recipe_with_every_default() {
    for text in [IRIS, SHOP] {
        let recipe = parse(text).unwrap();
        let resolved = recipe.resolved_toml();
        assert_eq!(parse(&resolved).unwrap(), recipe, "{resolved}");
    }
    insta::assert_snapshot!("resolved_iris", parse(IRIS).unwrap().resolved_toml());
}

#[test]
fn every_bad_recipe_gets_its_message() {
    let folder = workspace().join("tests/bad_recipes");
    let recipes = recipes_below(&folder);
    assert!(recipes.len() >= 60, "{} bad recipes found", recipes.len());
    for path in recipes {
        let name = path.file_stem().unwrap().to_str().unwrap().to_string();
        let shown = PathBuf::from(format!("tests/bad_recipes/{name}.toml"));
        let source = RecipeSource::new(Some(&shown), fs::read_to_string(&path).unwrap());
        let problems = Recipe::parse(&source).expect_err(&name);
        assert!(problems.iter().any(Problem::is_error), "{name}");
        // A message of serde means that the check of values let something through.
        assert!(
            problems
                .iter()
                .all(|p| !p.message.contains("data did not match")),
            "{name}"
        );
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("bad_{name}"), render(&problems, &source));
        });
    }
}

#[test]
fn every_shipped_recipe_is_read() {
    for path in recipes_below(&workspace().join("configs")) {
        let source = RecipeSource::load(&path, &[]).unwrap();
        if let Err(problems) = Recipe::parse(&source) {
            panic!("{}: {}", path.display(), render(&problems, &source));
        }
    }
}

#[test]
fn problems_have_a_stable_form_in_json() {
    let source = RecipeSource::new(
        Some(Path::new("my.toml")),
        IRIS.replace("epochs = 100", "epochs = -3"),
    );
    let problems = Recipe::parse(&source).unwrap_err();
    insta::assert_snapshot!(
        "problem_json",
        serde_json::to_string_pretty(&problems).unwrap()
    );
}

#[test]
fn a_wrong_value_given_by_set_is_shown_as_given() {
    let source = RecipeSource::new(Some(Path::new("my.toml")), IRIS);
    let set = [
        "training.epochs=-3",
        "inputs.0.number.normalize=zscore",
        "training.epoch=5",
    ]
    .map(String::from);
    let source = source.set(&set).unwrap();
    let text = render(&Recipe::parse(&source).unwrap_err(), &source);
    insta::assert_snapshot!("problems_of_set", text);
}

#[test]
fn loading_says_which_file_cannot_be_read() {
    let error = RecipeSource::load(Path::new("nowhere/my.toml"), &[]).unwrap_err();
    assert_eq!(error.to_string(), "cannot read recipe `nowhere/my.toml`");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn the_schema_for_editors_is_fresh() {
    let path = workspace().join("configs/recipe.schema.json");
    let schema = json_schema();
    assert_eq!(schema, json_schema());
    if std::env::var_os("HOB_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &schema).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == schema,
        "configs/recipe.schema.json is old: run the tests once with HOB_UPDATE=1"
    );
}

/// What an edit puts into a good recipe.
fn snippet() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("[".to_string()),
        Just("]]".to_string()),
        Just("\"".to_string()),
        Just("nan".to_string()),
        Just("-1".to_string()),
        Just("[model.linear]\n".to_string()),
        Just("[[inputs]]\n".to_string()),
        Just("a.b.c = 1\n".to_string()),
        Just("= {}".to_string()),
        Just("\u{feff}".to_string()),
        "\\PC{0,12}",
        "[a-z_.]{1,10} = [0-9\"{}\\[\\]]{0,6}\n",
    ]
}

fn mutated() -> impl Strategy<Value = String> {
    let base = prop_oneof![Just(IRIS), Just(SHOP)];
    let edit = (any::<prop::sample::Index>(), 0usize..20, snippet());
    (base, prop::collection::vec(edit, 1..4)).prop_map(|(base, edits)| {
        let mut text: Vec<char> = base.chars().collect();
        for (at, remove, snippet) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + remove).min(text.len());
            text.splice(at..end, snippet.chars());
        }
        text.into_iter().collect()
    })
}

fn read_in_every_way(text: &str) {
    let source = RecipeSource::new(None, text);
    match Recipe::parse(&source) {
        Ok(recipe) => {
            // What is accepted can be written and read again.
            let resolved = recipe.resolved_toml();
            let again = RecipeSource::new(None, resolved.as_str());
            assert_eq!(Recipe::parse(&again).as_ref(), Ok(&recipe), "{resolved}");
        }
        Err(problems) => {
            assert!(!render(&problems, &source).is_empty());
            let unexplained = |p: &Problem| {
                p.message.contains("invalid type") || p.message.contains("unknown field")
            };
            assert!(!problems.iter().any(unexplained), "{problems:?}");
        }
    }
    let _ = apply_set(
        text,
        &[
            "inputs[0].number.normalize=robust".into(),
            "model.linear={}".into(),
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,200}") {
        read_in_every_way(&text);
    }

    #[test]
    fn text_of_toml_pieces_never_panics(pieces in prop::collection::vec(snippet(), 0..12)) {
        read_in_every_way(&pieces.concat());
    }

    #[test]
    fn changed_recipes_never_panic(text in mutated()) {
        read_in_every_way(&text);
    }

    #[test]
    fn assignments_never_panic(key in "\\PC{0,20}", value in "\\PC{0,20}") {
        let _ = apply_set(IRIS, &[format!("{key}={value}"), key]);
    }
}
