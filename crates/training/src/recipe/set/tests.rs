use super::*;

const RECIPE: &str = "\
seed = 1 # fixed

[[inputs]]
columns = [\"a\", \"b\"]
[inputs.number]
normalize = \"standard\" # as usual

[[inputs]]
column = \"c\"

# The network.
[model.mlp]
hidden = [64]

[training]
epochs = 3
";

#[track_caller]
fn set(assignments: &[&str]) -> String {
    let assignments: Vec<String> = assignments.iter().map(|a| (*a).to_string()).collect();
    apply_set(RECIPE, &assignments).unwrap()
}

#[track_caller]
fn refused(assignment: &str) -> String {
    apply_set(RECIPE, &[assignment.to_string()])
        .unwrap_err()
        .to_string()
}

#[test]
fn nothing_set_leaves_every_byte() {
    assert_eq!(set(&[]), RECIPE);
    assert_eq!(set(&["seed=1"]), RECIPE);
}

#[test]
fn a_value_is_replaced_and_its_comment_stays() {
    assert_eq!(set(&["seed=7"]), RECIPE.replace("seed = 1 ", "seed = 7 "));
    let expected = RECIPE.replace("\"standard\"", "\"min_max\"");
    assert_eq!(set(&["inputs[0].number.normalize=\"min_max\""]), expected);
    assert_eq!(set(&["inputs.0.number.normalize=min_max"]), expected);
    assert_eq!(
        set(&["model.mlp.hidden.0=32"]),
        RECIPE.replace("[64]", "[32]")
    );
}

#[test]
fn a_new_value_goes_to_its_table() {
    insta::assert_snapshot!(set(&[
        "training.batch_size=full",
        "inputs[0].number.missing=mean",
        "inputs[1].category.min_count=5",
        "optimizer.adam.learning_rate=1e-2",
        "data.split.random.test=0.3",
    ]));
}

#[test]
fn a_choice_replaces_the_other_choice_in_its_place() {
    insta::assert_snapshot!(set(&[
        "model.linear={}",
        "optimizer.sgd.momentum=0.9",
        "optimizer.lion={}"
    ]));
}

#[test]
fn inline_and_dotted_tables_are_edited_in_their_own_way() {
    let set = |text: &str, assignment: &str| apply_set(text, &[assignment.into()]).unwrap();
    assert_eq!(
        set("model = { mlp = { hidden = [8] } }\n", "model.linear={}"),
        "model = { linear = {} }\n"
    );
    assert_eq!(
        set("model.mlp.hidden = [8]\n", "model.mlp.hidden=[9]"),
        "model.mlp.hidden = [9]\n"
    );
    let text = set("model.mlp.hidden = [8]\n", "model.resnet.blocks=2");
    assert_eq!(
        text.parse::<DocumentMut>().unwrap()["model"]["resnet"]["blocks"].as_integer(),
        Some(2)
    );
    assert!(!text.contains("mlp"), "{text}");
    assert_eq!(
        set("[data]\nsource = \"a\"\n", "seed=7"),
        "seed = 7\n[data]\nsource = \"a\"\n"
    );
}

#[test]
fn a_name_alone_gives_way_to_a_choice_with_settings() {
    let text = apply_set(
        "[[outputs]]\ncolumn = \"y\"\nbinary = { class_weights = \"balanced\" }\n",
        &["outputs.0.binary.class_weights.given={ yes = 3.0 }".into()],
    );
    assert_eq!(
        text.unwrap(),
        "[[outputs]]\ncolumn = \"y\"\nbinary = { class_weights = { given = { yes = 3.0 } } }\n"
    );
}

#[test]
fn a_table_can_be_given_whole() {
    let text = set(&["inputs.1={ column = \"d\", category = {} }"]);
    assert!(text.contains("column = \"d\""), "{text}");
    assert!(!text.contains("column = \"c\""), "{text}");
    let text = set(&["model.mlp={ hidden = [8] }"]);
    assert!(text.contains("[model.mlp]\nhidden = [8]\n"), "{text}");
}

#[test]
fn what_is_not_toml_is_a_string() {
    assert!(set(&["data.source=../my data.csv"]).contains("source = \"../my data.csv\""));
    assert!(set(&["data.source=a=b.csv"]).contains("source = \"a=b.csv\""));
    assert!(set(&["data.delimiter=;"]).contains("delimiter = \";\""));
    assert!(set(&["training.shuffle=false"]).contains("shuffle = false"));
}

#[test]
fn later_assignments_see_earlier_ones() {
    assert!(set(&["training.epochs=5", "training.epochs=6"]).contains("epochs = 6"));
}

#[test]
fn an_assignment_that_cannot_be_made_says_why() {
    insta::assert_snapshot!(
        [
            "training.epochs",
            "=3",
            "training..epochs=3",
            "seed.x=3",
            "inputs.column=a",
            "inputs[2].column=a",
            "inputs[0]=3",
            "training[0]=3",
            "model.mlp.hidden.x=3"
        ]
        .map(refused)
        .join("\n")
    );
}

#[test]
fn text_that_is_not_toml_is_refused_with_its_place() {
    let error = apply_set("seed =", &["seed=1".into()])
        .unwrap_err()
        .to_string();
    assert!(error.contains("line 1, column 7"), "{error}");
}
