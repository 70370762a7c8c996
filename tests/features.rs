//! What cargo features add, and what a build without them answers.

use crate::program::{Program, Ran, recipe};

/// Iris with some keys changed, trained for one epoch into `run`.
fn trained(settings: &[&str]) -> Program {
    let program = Program::new();
    let iris = recipe("tabular/iris.toml");
    let mut arguments = vec!["train", &iris, "-q", "--out", "run"];
    for setting in ["training.epochs=1"].iter().chain(settings) {
        arguments.extend(["--set", setting]);
    }
    program.succeed(&arguments);
    program
}

fn to_onnx(program: &Program, arguments: &[&str]) -> Ran {
    let fixed = ["export", "run", "--format", "onnx", "-o", "iris.onnx"];
    program.run(&[&fixed, arguments].concat())
}

#[cfg(feature = "onnx")]
#[test]
fn onnx_is_written_from_a_run() {
    let program = trained(&[]);
    let ran = to_onnx(&program, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let bytes = std::fs::read(program.path("iris.onnx")).unwrap();
    // 4,675 weights of 4 bytes, and the graph around them.
    assert!(bytes.len() > 4_675 * 4, "{}", bytes.len());
}

#[cfg(feature = "onnx")]
#[test]
fn a_network_without_onnx_is_refused_by_its_operation() {
    let program = trained(&["model.mlp.activation=\"gelu\""]);
    let ran = to_onnx(&program, &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("Gelu is not supported"),
        "{}",
        ran.stderr
    );
    assert!(!program.path("iris.onnx").exists());
}

#[cfg(not(feature = "onnx"))]
#[test]
fn a_build_without_onnx_names_the_feature() {
    let ran = to_onnx(&trained(&[]), &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("--features onnx"), "{}", ran.stderr);
}

#[test]
fn onnx_in_half_precision_is_refused() {
    let ran = to_onnx(&trained(&[]), &["--half"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("32-bit"), "{}", ran.stderr);
}

#[cfg(feature = "tui")]
#[test]
fn the_dashboard_needs_a_terminal() {
    let program = Program::new();
    let ran = program.run(&["train", &recipe("tabular/iris.toml"), "--tui"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("`--tui` needs a terminal"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    assert!(!program.path("runs").exists());
}
