//! The wgpu build trains iris and agrees with Flex. Needs a Vulkan adapter; a software one will do.
#![allow(clippy::unwrap_used, reason = "a test that fails says so by panicking")]

use std::process::Command;

use serde_json::Value;

fn train(device: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let recipe = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../configs/tabular/iris.toml"
    );
    let output = Command::new(env!("CARGO_BIN_EXE_hob"))
        .args([
            "train",
            recipe,
            "--device",
            device,
            "--json",
            "-q",
            "--set",
            "training.epochs=30",
        ])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{device}: {errors}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    // The bundle of one device answers on the other.
    let row =
        r#"{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}"#;
    std::fs::write(folder.path().join("row.jsonl"), row).unwrap();
    let answers = ["flex", device].map(|device| {
        let output = Command::new(env!("CARGO_BIN_EXE_hob"))
            .args(["predict", "runs/iris", "row.jsonl", "--device", device])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["species"]["probabilities"]["setosa"]
            .as_f64()
            .unwrap()
    });
    assert!(
        (answers[0] - answers[1]).abs() < 1e-3,
        "{device}: {answers:?}"
    );
    result
}

#[test]
fn iris_on_wgpu_agrees_with_flex() {
    let (flex, wgpu) = (train("flex"), train("wgpu"));
    assert_eq!(wgpu["device"], "wgpu");
    let accuracy = |result: &Value| result["test"]["species"]["accuracy"].as_f64().unwrap();
    let loss = |result: &Value| result["test"]["species"]["log_loss"].as_f64().unwrap();
    // Both start from the same weights; sums in another order are all that differs.
    assert!(
        (accuracy(&flex) - accuracy(&wgpu)).abs() < 0.11,
        "{flex} {wgpu}"
    );
    assert!((loss(&flex) - loss(&wgpu)).abs() < 0.2, "{flex} {wgpu}");
}
