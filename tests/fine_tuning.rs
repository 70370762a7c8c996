//! Pretrained encoders that are trained in part: adapters, and layers that join one after the other.

use hob_inference::Bundle;

use crate::program::{Program, losses, questions, result, text_recipe, tiny_bert};

fn bert_recipe(settings: &str, more: &str) -> String {
    let encoder = format!("[inputs.text.encoder.bert]\nweights = \"tiny\"\n{settings}");
    text_recipe("a.csv", ["question", "topic"], &encoder, more)
}

const LORA: &str = "dropout = 0.0\nlora = { rank = 2, alpha = 8, targets = [\"query\", \"key\", \"value\", \"output\", \"linear1\", \"linear2\"] }\n";

fn with_tiny_bert() -> Program {
    let program = Program::new();
    tiny_bert(&program);
    let words = ["how", "what", "about", "help", "tell"];
    program.write(
        "a.csv",
        &questions(&words, ["money", "post", "wear"], "question,topic"),
    );
    program
}

#[test]
fn lora_ends_in_a_plain_model() {
    let program = with_tiny_bert();
    program.write("lora.toml", &bert_recipe(LORA, ""));
    program.write("frozen.toml", &bert_recipe("dropout = 0.0\n", ""));
    let adapters = 2 * (2 * (4 * (16 + 16) + 2 * (16 + 24)));
    let head = 16 * 3 + 3;
    let checked = program.json(&["check", "lora.toml", "--json"]);
    assert_eq!(checked["trained_parameters"], adapters + head);
    let shown = program.succeed(&["check", "lora.toml"]).stdout;
    assert!(shown.contains("  883 trained, 4,"), "{shown}");
    for name in ["lora", "frozen"] {
        program.succeed(&["train", &format!("{name}.toml"), "-q"]);
        // Opening it computes the stored examples again.
        program.succeed(&["predict", &format!("runs/{name}"), "a.csv"]);
    }
    assert_eq!(
        result(&program, "runs/lora")["trained_parameters"],
        adapters + head
    );
    let read = |run: &str| Bundle::read(&program.path(run)).unwrap();
    let (lora, frozen) = (read("runs/lora"), read("runs/frozen"));
    assert_eq!(lora.manifest.network.inputs, frozen.manifest.network.inputs);
    assert_eq!(lora.weights.len(), frozen.weights.len());

    // The fine-tuned encoder, frozen, in front of a new head.
    let start = "warm_start = \"runs/lora\"\n";
    program.write(
        "child.toml",
        &bert_recipe("dropout = 0.0\n", start).replace("epochs = 4", "epochs = 1"),
    );
    let ran = program.succeed(&["train", "child.toml"]);
    assert!(
        ran.stderr.contains("warm start: took all 39 tensors"),
        "{}",
        ran.stderr
    );
    let (before, after) = (
        losses(&program, "runs/lora"),
        losses(&program, "runs/child"),
    );
    assert!(after[0] < before[0], "{after:?} after {before:?}");
}

#[test]
fn a_run_with_lora_or_gradual_unfreezing_repeats_itself() {
    let program = with_tiny_bert();
    let gradual = "freeze = \"none\"\ngradual_unfreezing = {}\n";
    for (name, settings) in [("lora", LORA), ("gradual", gradual)] {
        program.write(&format!("{name}.toml"), &bert_recipe(settings, ""));
        let weights = |out: &str| {
            program.succeed(&["train", &format!("{name}.toml"), "-q", "--out", out]);
            Bundle::read(&program.path(out)).unwrap().weights
        };
        assert!(weights(&format!("{name}-a")) == weights(&format!("{name}-b")));
    }
    program.write(
        "short.toml",
        &bert_recipe(gradual, "").replace("epochs = 4", "epochs = 2"),
    );
    let shown = program.succeed(&["check", "short.toml"]).stdout;
    assert!(
        shown.contains("`gradual_unfreezing` does not come to 2 of 3 layers"),
        "{shown}"
    );
}

/// The trained encoder reads the first column; the vectors of the frozen one come first in what is trained all the same.
#[test]
fn a_frozen_encoder_beside_a_trained_one_encodes_each_text_once() {
    let program = with_tiny_bert();
    let rows = (0..60).map(|row| {
        let topic = row % 3;
        let (note, subject) = (
            ["a", "b c", "c b a"][(row / 3) % 3],
            ["price", "parcel", "shoes"][topic],
        );
        format!(
            "{note} {topic},how {subject},{}\n",
            ["money", "post", "wear"][topic]
        )
    });
    let table = format!("note,question,topic\n{}", rows.collect::<String>());
    program.write("a.csv", &table);
    let bag = "[[inputs]]\ncolumn = \"note\"\n[inputs.text.encoder.bag]\ndim = 4\nbuckets = 50\n\n[[inputs]]";
    let mixed = |more: &str| bert_recipe("freeze = \"all\"\n", more).replacen("[[inputs]]", bag, 1);
    program.write("mixed.toml", &mixed(""));
    let ran = program.succeed(&["train", "mixed.toml", "--out", "first"]);
    assert!(ran.stderr.contains("encoded 3 texts"), "{}", ran.stderr);
    // Opening it computes the stored examples again, with both encoders in the network.
    program.succeed(&["predict", "first", "a.csv"]);
    program.succeed(&["train", "mixed.toml", "-q", "--out", "again"]);
    let read = |run: &str| Bundle::read(&program.path(run)).unwrap();
    assert!(read("first").weights == read("again").weights);

    let start = "warm_start = \"first\"\n";
    program.write(
        "child.toml",
        &mixed(start).replace("epochs = 4", "epochs = 1"),
    );
    let ran = program.succeed(&["train", "child.toml", "--out", "child"]);
    assert!(
        ran.stderr.contains("warm start: took all"),
        "{}",
        ran.stderr
    );
    let (before, after) = (losses(&program, "first"), losses(&program, "child"));
    assert!(after[0] < before[0], "{after:?} after {before:?}");
}

#[test]
fn a_rank_as_large_as_the_matrices_is_refused() {
    let program = with_tiny_bert();
    program.write("lora.toml", &bert_recipe("lora = { rank = 16 }\n", ""));
    let ran = program.run(&["check", "lora.toml"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!("rank_too_large", ran.stderr);
}
