//! Every shipped recipe is planned, and stepped on each CPU device.

use std::path::{Path, PathBuf};

use crate::program::{Program, minilm, root};

fn recipes() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("configs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the recipes are there") {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() >= 12, "only {} recipes found", found.len());
    found
}

/// What to run a recipe with, or `None` where its weights are not there.
///
/// The California data may not be shipped; its made-up sample has the same columns.
fn arguments(recipe: &Path) -> Option<Vec<String>> {
    let mut arguments = vec![recipe.to_string_lossy().into_owned()];
    let text = std::fs::read_to_string(recipe).unwrap();
    if text.contains("weights/minilm\"") {
        let Some(weights) = minilm() else {
            println!("skipped {}: weights/minilm is not there", recipe.display());
            return None;
        };
        let key = match text.contains("[retrieve]") {
            true => "retrieve.text.encoder.bert.weights",
            false => "inputs.0.text.encoder.bert.weights",
        };
        arguments.extend(["--set".to_string(), format!("{key}={weights:?}")]);
    }
    let whole = root().join("datasets/california_housing/california_housing.csv");
    if recipe.ends_with("california_housing.toml") && !whole.exists() {
        println!("using the made-up sample: {} is not there", whole.display());
        let sample = root().join("datasets/california_housing/sample.csv");
        arguments.extend([
            "--set".to_string(),
            format!("data.source={:?}", sample.to_string_lossy()),
        ]);
    }
    let ratings = root().join("datasets/movielens/ml-100k/u.data");
    if text.contains("movielens/ml-100k") && !ratings.exists() {
        println!(
            "skipped {}: {} is not there",
            recipe.display(),
            ratings.display()
        );
        return None;
    }
    Some(arguments)
}

#[test]
fn every_recipe_can_be_planned() {
    let program = Program::new();
    for recipe in recipes() {
        let Some(arguments) = arguments(&recipe) else {
            continue;
        };
        let mut command = vec!["check".to_string()];
        command.extend(arguments);
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let ran = program.succeed(&words);
        assert!(ran.stdout.contains("parameters"), "{}", recipe.display());
    }
}

/// How far the losses of two devices may be from each other after two epochs, relatively.
const DEVICE_TOLERANCE: f64 = 1e-5;

#[test]
fn every_recipe_takes_steps_on_each_device_and_the_devices_agree() {
    let program = Program::new();
    for recipe in recipes() {
        let Some(arguments) = arguments(&recipe) else {
            continue;
        };
        let text = std::fs::read_to_string(&recipe).unwrap();
        // Reading thousands of texts with a large encoder is no test of two steps, and trains nothing of it.
        if text.contains(".text.encoder.bert]") && !recipe.ends_with("sentiment.toml") {
            continue;
        }
        // Recipes of two areas may have one name.
        let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
        let name = format!("{}-{}", stem(recipe.parent().unwrap()), stem(&recipe));
        let mut losses = Vec::new();
        for device in ["flex", "ndarray"] {
            let out = format!("{name}-{device}");
            let mut command: Vec<String> = vec!["train".to_string()];
            command.extend(arguments.clone());
            // Dropout draws differ between devices, so it is off; one large batch keeps it quick.
            for set in ["training.epochs=2", "training.batch_size=2048"] {
                command.extend(["--set".to_string(), set.to_string()]);
            }
            if text.contains("[forecast]") {
                // A quantile loss has a kink, where rounding decides the sign of a gradient, and Adam makes a full step
                // of any gradient, however small; steps in proportion to the gradient show the devices alone.
                let descent = "optimizer={sgd={learning_rate=0.01}}";
                command.extend(["--set".to_string(), descent.to_string()]);
            }
            if text.contains("[recommend]") {
                // Only users with many purchases, to keep it quick.
                let few = "recommend.min_user_items=400";
                command.extend(["--set".to_string(), few.to_string()]);
            }
            for (section, key) in [
                ("[model.two_tower]", "model.two_tower.dropout"),
                ("[model.two_tower]", "model.two_tower.id_dropout"),
                ("[model.sasrec]", "model.sasrec.dropout"),
            ] {
                if text.contains(section) {
                    command.extend(["--set".to_string(), format!("{key}=0.0")]);
                }
            }
            for (section, key) in [
                ("[model.mlp]", "model.mlp.dropout"),
                (
                    "[inputs.text.encoder.bag]",
                    "inputs.0.text.encoder.bag.dropout",
                ),
                (
                    "[inputs.text.encoder.rnn]",
                    "inputs.0.text.encoder.rnn.dropout",
                ),
            ] {
                if text.contains("\ndropout") && text.contains(section) {
                    command.extend(["--set".to_string(), format!("{key}=0.0")]);
                }
            }
            command.extend(["--device", device, "--out", &out, "-q"].map(String::from));
            let words: Vec<&str> = command.iter().map(String::as_str).collect();
            program.succeed(&words);
            let run = program.path(&out);
            if !run.join("metrics.jsonl").exists() {
                // Nothing is trained with a frozen search or weights that are solved for; the devices must agree on what is
                // found.
                let result = std::fs::read_to_string(run.join("result.json")).unwrap();
                let result: serde_json::Value = serde_json::from_str(&result).unwrap();
                let metrics = result["outputs"][0]["test"]["metrics"].as_object().unwrap();
                losses.push(metrics.values().next().unwrap().as_f64().unwrap());
                continue;
            }
            let lines = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
            let last: serde_json::Value =
                serde_json::from_str(lines.lines().last().unwrap()).unwrap();
            losses.push(last["train_loss"].as_f64().unwrap());
        }
        // Both start from the same weights; sums in another order are all that differs.
        let difference = (losses[0] - losses[1]).abs() / losses[0].abs().max(1e-3);
        println!("{name}: {losses:?}, relative difference {difference:e}");
        assert!(difference < DEVICE_TOLERANCE, "{name}: {losses:?}");
    }
}
