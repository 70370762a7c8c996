//! Damaged, foreign and future model files are refused, never a panic.

use crate::program::{Program, recipe};

#[test]
fn a_model_file_that_is_not_whole_is_refused() {
    let program = Program::new();
    program.succeed(&["train", &recipe("tabular/iris.toml"), "--set", "training.epochs=1", "-q"]);
    let bytes = std::fs::read(program.path("runs/iris/model.hob")).unwrap();
    let check = |name: &str, bytes: &[u8], expected: &str| {
        let path = program.path(name);
        std::fs::write(&path, bytes).unwrap();
        for command in [vec!["show", name], vec!["predict", name]] {
            let ran = program.run_with_input(&command, "{}");
            assert_eq!(ran.code, 2, "{name}: {}", ran.stderr);
            assert!(ran.stderr.contains(expected) && !ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
        }
    };
    check("empty.hob", b"", "does not start as a hob model does");
    check("text.hob", b"hello, world", "does not start as a hob model does");
    check("half.hob", &bytes[..bytes.len() / 2], "it is incomplete");
    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    check("changed.hob", &changed, "it is damaged");
    let mut future = bytes;
    future[8] = 200;
    check("future.hob", &future, "use a newer hob");
}
