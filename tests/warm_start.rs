//! Models that begin with the weights of another one.

use hob_inference::Bundle;

use crate::program::{Program, customers, losses, questions, recipe, result, text_recipe};

/// Customers with one more column, for a second question about them.
fn customers_with_region() -> String {
    let customers = customers();
    let mut lines = customers.lines();
    let header = lines.next().unwrap();
    let rows = lines.enumerate().map(|(row, line)| {
        let region = ["north", "south"][usize::from(row % 5 < 2)];
        format!("{line},{region}\n")
    });
    format!("{header},region\n{}", rows.collect::<String>())
}

fn table_recipe(source: &str, output: &str, more: &str) -> String {
    format!(
        "[data]\nsource = \"{source}\"\n\n[[inputs]]\ncolumn = \"age\"\nnumber = {{}}\n\n\
         [[inputs]]\ncolumn = \"plan\"\ncategory = {{}}\n\n[[outputs]]\ncolumn = \"{output}\"\ncategory = {{}}\n\n\
         [model.mlp]\nhidden = [8]\n\n[training]\nepochs = 3\n{more}"
    )
}

const PARENT: &str = "warm_start = \"runs/parent\"\n";

#[test]
fn iris_goes_on_where_another_run_ended() {
    let program = Program::new();
    let iris = recipe("tabular/iris.toml");
    program.succeed(&["train", &iris, "--out", "first", "-q"]);
    let bundle = program.path("first/model.hob");
    let start = format!("training.warm_start={:?}", bundle.to_string_lossy());
    let ran = program.succeed(&["train", &iris, "--out", "second", "--set", &start]);
    assert!(
        ran.stderr.contains("warm start: took all 6 tensors of"),
        "{}",
        ran.stderr
    );
    let (first, second) = (losses(&program, "first"), losses(&program, "second"));
    assert!(
        second[0] < first[0] / 10.0,
        "{} after {}",
        second[0],
        first[0]
    );

    // The same rows are held out; with another seed they are not.
    let warning = "it may have seen test rows";
    assert!(!ran.stderr.contains(warning), "{}", ran.stderr);
    let checked = program.succeed(&["check", &iris, "--set", &start, "--set", "seed=7"]);
    assert!(checked.stdout.contains(warning), "{}", checked.stdout);

    // Where it comes from is known to the result, the bundle and its readers.
    let begun = Bundle::read(&program.path("second")).unwrap();
    let parent = begun.manifest.provenance.warm_start.unwrap();
    let (_, checksum) = Bundle::read_with_checksum(&bundle).unwrap();
    assert_eq!(
        (parent.sha256.as_str(), parent.name.as_str()),
        (checksum.as_str(), "iris")
    );
    assert_eq!(
        result(&program, "second")["warm_start"]["sha256"],
        checksum.as_str()
    );
    let shown = program.succeed(&["show", "second"]).stdout;
    assert!(
        shown.contains("began with 6 of 6 tensors of the model iris"),
        "{shown}"
    );
    assert!(result(&program, "first").get("warm_start").is_none());
}

#[test]
fn another_output_gets_a_new_head_behind_the_old_body() {
    let program = Program::new();
    program.write("customers.csv", &customers_with_region());
    program.write("parent.toml", &table_recipe("customers.csv", "churn", ""));
    program.succeed(&["train", "parent.toml", "-q"]);
    // Other rows: without the pro plan, and older.
    let csv = customers_with_region()
        .replace(",pro,", ",team,")
        .replace(",2024", ",2025");
    program.write("others.csv", &csv);
    program.write("child.toml", &table_recipe("others.csv", "region", PARENT));
    let ran = program.succeed(&["train", "child.toml"]);
    assert!(
        ran.stderr
            .contains("; new: head.region (no such output there)"),
        "{}",
        ran.stderr
    );
    let (parent, child) = (
        Bundle::read(&program.path("runs/parent")).unwrap().manifest,
        Bundle::read(&program.path("runs/child")).unwrap().manifest,
    );
    assert_eq!(
        child.inputs, parent.inputs,
        "columns are read as the parent reads them"
    );
    let start = child.provenance.warm_start.unwrap();
    assert_eq!(start.taken + 2, start.tensors);
    program.succeed(&["predict", "runs/child", "others.csv"]);

    let checked = program.json(&["check", "child.toml", "--json"]);
    assert_eq!(checked["warm_start"]["taken"], start.taken);
}

#[test]
fn what_does_not_fit_is_said() {
    let program = Program::new();
    program.write("customers.csv", &customers_with_region());
    program.write("parent.toml", &table_recipe("customers.csv", "churn", ""));
    program.succeed(&["train", "parent.toml", "-q"]);
    let refused = |name: &str, text: &str| {
        program.write(name, text);
        let ran = program.run(&["check", name]);
        assert_eq!(ran.code, 2, "{name}: {}", ran.stdout);
        ran.stderr
    };
    let other_columns = table_recipe("customers.csv", "churn", PARENT).replace(
        "column = \"age\"\nnumber = {}",
        "column = \"since\"\ndate = {}",
    );
    insta::assert_snapshot!("nothing_fits", refused("columns.toml", &other_columns));
    let bytes = std::fs::read(program.path("runs/parent/model.hob")).unwrap();
    std::fs::write(program.path("half.hob"), &bytes[..bytes.len() / 2]).unwrap();
    let half = table_recipe("customers.csv", "churn", "warm_start = \"half.hob\"\n");
    let half = refused("half.toml", &half);
    let size = format!("{} bytes of {}", bytes.len() / 2, bytes.len());
    insta::assert_snapshot!("broken_model", half.replace(&size, "[n] bytes of [m]"));
    let missing = table_recipe("customers.csv", "churn", "warm_start = \"none.hob\"\n");
    insta::assert_snapshot!("missing_model", refused("missing.toml", &missing));

    // Another size of the hidden layer leaves the embeddings.
    program.write(
        "wider.toml",
        &table_recipe("customers.csv", "churn", PARENT).replace("[8]", "[16]"),
    );
    let checked = program.succeed(&["check", "wider.toml"]).stdout;
    let line = checked.lines().find(|line| line.contains("warm start"));
    insta::assert_snapshot!("partly_new", line.unwrap());
}

#[test]
fn a_resumed_run_needs_the_model_that_it_began_with() {
    let program = Program::new();
    program.write("customers.csv", &customers_with_region());
    program.write("parent.toml", &table_recipe("customers.csv", "churn", ""));
    program.succeed(&["train", "parent.toml", "-q"]);
    let long = table_recipe("customers.csv", "region", PARENT)
        .replace("epochs = 3", "epochs = 2000000\ncheckpoint_seconds = 0");
    program.write("child.toml", &long);
    let mut child = program
        .command(&["train", "child.toml", "-q"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let checkpoint = program.path("runs/child/checkpoint.bin");
    while !checkpoint.exists() {
        assert!(child.try_wait().unwrap().is_none(), "the run ended early");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    program.succeed(&[
        "train",
        "parent.toml",
        "-q",
        "--out",
        "again",
        "--set",
        "seed=7",
    ]);
    std::fs::copy(
        program.path("again/model.hob"),
        program.path("runs/parent/model.hob"),
    )
    .unwrap();
    let ran = program.run(&["train", "--resume", "runs/child", "-q"]);
    assert_ne!(ran.code, 0);
    let expected = "was written with another model in `training.warm_start`";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}

const SMALL: &str =
    "[inputs.text.encoder.transformer]\nwidth = 8\nlayers = 1\nheads = 2\nfeed_forward = 8\n";

#[test]
fn a_text_encoder_is_taken_with_its_vocabulary() {
    let program = Program::new();
    let words = ["how", "what", "about", "help", "tell"];
    program.write(
        "a.csv",
        &questions(&words, ["money", "post", "wear"], "question,topic"),
    );
    program.write(
        "parent.toml",
        &text_recipe("a.csv", ["question", "topic"], SMALL, ""),
    );
    program.succeed(&["train", "parent.toml", "-q"]);

    // Another column, other words around the known ones, other classes.
    let words = ["why", "what", "never", "help", "me"];
    program.write("b.csv", &questions(&words, ["x", "y", "z"], "text,label"));
    program.write(
        "child.toml",
        &text_recipe("b.csv", ["text", "label"], SMALL, PARENT),
    );
    let ran = program.succeed(&["train", "child.toml"]);
    assert!(
        ran.stderr
            .contains("; new: head.label (no such output there)"),
        "{}",
        ran.stderr
    );
    let read = |run: &str| Bundle::read(&program.path(run)).unwrap().manifest;
    let (parent, child) = (read("runs/parent"), read("runs/child"));
    let own = child.inputs.text("text").unwrap();
    assert!(own.tokenizes_like(parent.inputs.text("question").unwrap()));
    assert!(
        !own.words().contains(&"why".to_string()),
        "a new word has no vector"
    );
    assert_eq!(
        child.network.inputs.text_encoders,
        parent.network.inputs.text_encoders
    );

    let characters = format!("[inputs.text.tokenizer.characters]\n{SMALL}");
    program.write(
        "other.toml",
        &text_recipe("b.csv", ["text", "label"], &characters, PARENT),
    );
    let ran = program.run(&["check", "other.toml"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!("another_tokenizer", ran.stderr);
}
