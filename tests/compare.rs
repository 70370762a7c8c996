//! A leaderboard ranks only numbers that can be compared.

use crate::program::{Program, Ran, customers};

const RECIPE: &str = "[data]\nsource = \"customers.csv\"\n[data.split.random]\n\n[[inputs]]\ncolumns = [\"age\"]\n[inputs.number]\n\n\
                      [[outputs]]\ncolumn = \"churn\"\n[outputs.binary]\n\n[model.linear]\n\n[training]\nepochs = 1\n";

fn trained(runs: &[(&str, &[&str])]) -> Program {
    let program = Program::new();
    program.write("customers.csv", &customers());
    program.write("churn.toml", RECIPE);
    for (name, set) in runs {
        let mut arguments = vec!["train", "churn.toml", "-q", "--out", name];
        set.iter().for_each(|set| arguments.extend(["--set", set]));
        program.succeed(&arguments);
    }
    program
}

#[track_caller]
fn has(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{}", ran.stderr);
    for word in words {
        assert!(
            ran.stderr.contains(word),
            "`{word}` is not in: {}",
            ran.stderr
        );
    }
}

#[test]
fn runs_on_the_same_rows_are_ranked_without_a_word() {
    let program = trained(&[("a", &[]), ("b", &["model.mlp.hidden=[4]"])]);
    let ran = program.succeed(&["compare", "a", "b"]);
    assert_eq!(ran.stderr, "");
    let document = program.json(&["compare", "a", "b", "--json"]);
    assert!(document["note"].is_null(), "{document}");
}

#[test]
fn runs_of_other_seeds_are_ranked_with_a_note() {
    let program = trained(&[("a", &[]), ("b", &["seed=7"])]);
    let ran = program.succeed(&["compare", "a", "b"]);
    has(
        &ran,
        0,
        &["note: `a` and `b` were judged on different rows"],
    );
    assert_eq!(ran.stdout.lines().count(), 3, "{}", ran.stdout);
    let document = program.json(&["compare", "a", "b", "--json"]);
    assert!(document["note"].is_string(), "{document}");
}

#[test]
fn every_output_that_the_runs_share_has_a_table() {
    let inputs = "inputs=[{column='plan', category={}}]";
    let outputs = "outputs=[{column='churn', binary={}}, {column='age', number={}}]";
    let program = trained(&[("a", &[inputs, outputs]), ("b", &[inputs, outputs])]);
    let ran = program.succeed(&["compare", "a", "b", "--metric", "rmse"]);
    for heading in ["churn, by ", "age, by rmse"] {
        assert!(ran.stdout.contains(heading), "{}", ran.stdout);
    }
    let ran = program.run(&["compare", "a", "b", "--metric", "rmsee"]);
    has(&ran, 2, &["no metric `rmsee`"]);
}

#[test]
fn runs_judged_on_other_parts_or_data_are_refused() {
    let program = trained(&[("a", &[]), ("b", &["data.split.random.test=0"])]);
    let ran = program.run(&["compare", "a", "b"]);
    has(
        &ran,
        2,
        &[
            "`a` was judged on test rows, `b` on validation rows",
            "--any-data",
        ],
    );
    program.write("customers.csv", &customers().replace("c0,", "c120,"));
    program.succeed(&["train", "churn.toml", "-q", "--out", "c"]);
    let ran = program.run(&["compare", "a", "c"]);
    has(
        &ran,
        2,
        &["`a` and `c` were trained on different data files"],
    );
    assert_eq!(ran.stdout, "");
    let ran = program.run(&["compare", "a", "b", "c", "--any-data"]);
    has(
        &ran,
        0,
        &["note: `a` and `c` were trained on different data"],
    );
    assert_eq!(ran.stdout.lines().count(), 4, "{}", ran.stdout);
}
