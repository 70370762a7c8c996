//! A killed run goes on to the same weights.

use crate::program::{Program, recipe};

const SET: [&str; 6] = [
    "--set",
    "training.epochs=400",
    "--set",
    "training.checkpoint_seconds=0.01",
    "--set",
    "model.mlp.dropout=0.1",
];

#[test]
fn a_run_killed_at_any_moment_resumes_to_the_same_weights() {
    let program = Program::new();
    let iris = recipe("tabular/iris.toml");
    let mut whole = vec!["train", &iris, "--out", "whole", "-q"];
    whole.extend(SET);
    program.succeed(&whole);

    let mut killed = vec!["train", &iris, "--out", "killed", "-q"];
    killed.extend(SET);
    program.kill_training(&killed, "killed");
    program.succeed(&["train", "--resume", "killed", "-q"]);

    for run in ["whole", "killed"] {
        program.succeed(&[
            "export",
            run,
            "--format",
            "safetensors",
            "-o",
            &format!("{run}.safetensors"),
        ]);
    }
    let read = |name: &str| std::fs::read(program.path(name)).unwrap();
    assert_eq!(read("whole.safetensors"), read("killed.safetensors"));
    assert!(
        !program.path("killed/checkpoint.bin").exists(),
        "the checkpoint of a finished run is left over"
    );
    let lines = |run: &str| {
        std::fs::read_to_string(program.path(run).join("metrics.jsonl"))
            .unwrap()
            .lines()
            .count()
    };
    assert_eq!((lines("whole"), lines("killed")), (400, 400));

    let again = program.run(&["train", "--resume", "killed"]);
    assert_eq!(
        (again.code, again.stderr.contains("the run is finished")),
        (2, true),
        "{}",
        again.stderr
    );
}
