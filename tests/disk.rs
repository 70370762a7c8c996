//! Full disks, places that cannot be written, and sources that vanish: a clear error that names the file, the files of
//! before as they were, and nothing left behind.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::{Program, Ran, customers, recipe};

const ROWS: &str =
    "sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n";

fn iris() -> Program {
    let program = Program::new();
    let iris = recipe("tabular/iris.toml");
    program.succeed(&["train", &iris, "--set", "training.epochs=1", "-q"]);
    program
}

/// Runs hob on a disk that has room for `blocks` of 512 bytes in a file: writing more fails, as on a full disk.
fn run_with_room(program: &Program, blocks: usize, arguments: &[&str]) -> Ran {
    let mut command = Command::new("sh");
    // POSIX counts in 512 bytes; a shell that counts in 1024 has twice the room.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_hob")])
        .args(arguments)
        .current_dir(program.path(""));
    Ran::new(command.output().unwrap())
}

#[track_caller]
fn fails(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{}\n{}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    for word in words {
        assert!(
            ran.stderr.contains(word),
            "`{word}` is not in: {}",
            ran.stderr
        );
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn answers_that_do_not_fit_on_the_disk_leave_the_previous_ones() {
    let program = iris();
    program.write(
        "rows.csv",
        &format!("{ROWS}{}", "5.1,3.5,1.4,0.2\n".repeat(500)),
    );
    program.write("out.csv", "before\n");
    let predict = ["predict", "runs/iris", "rows.csv", "-o", "out.csv"];
    let before = names(&program.path(""));
    let ran = run_with_room(&program, 8, &predict);
    fails(&ran, 1, &["cannot write `out.csv`", "too large"]);
    assert_eq!(
        fs::read_to_string(program.path("out.csv")).unwrap(),
        "before\n"
    );
    assert_eq!(names(&program.path("")), before);
    program.succeed(&predict);
    assert_eq!(
        fs::read_to_string(program.path("out.csv"))
            .unwrap()
            .lines()
            .count(),
        503
    );
}

#[test]
fn exports_and_reports_that_do_not_fit_leave_the_previous_ones() {
    let program = iris();
    program.write("iris.safetensors", "before");
    program.write("runs/iris/report.html", "before");
    let before = names(&program.path("runs/iris"));
    let export = ["export", "runs/iris", "--format", "safetensors"];
    fails(
        &run_with_room(&program, 8, &export),
        1,
        &["cannot write `iris.safetensors`"],
    );
    fails(
        &run_with_room(&program, 8, &["report", "runs/iris"]),
        1,
        &["cannot write `runs/iris/report.html`"],
    );
    for file in ["iris.safetensors", "runs/iris/report.html"] {
        assert_eq!(fs::read_to_string(program.path(file)).unwrap(), "before");
    }
    assert_eq!(names(&program.path("runs/iris")), before);
    assert_eq!(names(&program.path("")), ["iris.safetensors", "runs"]);
}

/// Wherever in a run the disk becomes full, the run says which file did not fit, and leaves whole files only.
#[test]
fn a_run_that_does_not_fit_on_the_disk_says_which_file() {
    let iris = recipe("tabular/iris.toml");
    let mut stopped_at = Vec::new();
    for blocks in [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144] {
        let program = Program::new();
        // Also with little room the copy of the data that comes with hob is read, not written.
        let train = [
            "train",
            &iris,
            "-q",
            "--out",
            "run",
            "--set",
            "training.epochs=30",
        ];
        let ran = run_with_room(&program, blocks, &train);
        if ran.code == 0 {
            continue;
        }
        fails(&ran, 1, &["cannot write", "too large"]);
        let line = ran
            .stderr
            .lines()
            .find(|line| line.contains("cannot write"));
        stopped_at.push(line.unwrap().to_string());
        for name in names(&program.path("run")) {
            assert!(!name.starts_with('.'), "{name} was left at {blocks} blocks");
            let bytes = fs::read(program.path("run").join(&name)).unwrap();
            if name.ends_with(".json") {
                serde_json::from_slice::<serde_json::Value>(&bytes)
                    .unwrap_or_else(|error| panic!("{name} at {blocks} blocks: {error}"));
            }
        }
        // A model that is there is a whole one; without one the run is said not to be finished.
        let shown = program.run(&["show", "run"]);
        let (code, words): (i32, &[&str]) = match program.path("run/model.hob").exists() {
            true => (0, &[]),
            false => (2, &["run"]),
        };
        fails(&shown, code, words);
        fails(&program.run(&["compare", "run"]), 2, &["run"]);
    }
    stopped_at.dedup();
    // How long plan.json is depends on where the repository is, so it may fit wherever recipe.toml does.
    for file in [
        "recipe.toml",
        "parts.csv",
        "metrics.jsonl",
        "model.hob",
        "result.json",
    ] {
        assert!(
            stopped_at.iter().any(|line| line.contains(file)),
            "no run stopped at {file}: {stopped_at:#?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_told_of_and_never_replaced() {
    let program = iris();
    program.write("rows.csv", ROWS);
    for format in ["csv", "jsonl", "parquet"] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command =
            program.command(&["predict", "runs/iris", "rows.csv", "--format", format]);
        let ran = Ran::new(command.stdout(full).output().unwrap());
        fails(
            &ran,
            1,
            &["cannot write to standard output", "No space left"],
        );
    }
    // A link in a folder of our own, so that a program that replaced it would do no harm.
    symlink("/dev/full", program.path("out.csv")).unwrap();
    let ran = program.run(&["predict", "runs/iris", "rows.csv", "-o", "out.csv"]);
    fails(&ran, 1, &["cannot write `out.csv`", "No space left"]);
    assert!(
        fs::symlink_metadata(program.path("out.csv"))
            .unwrap()
            .is_symlink()
    );
    let ran = program.succeed(&[
        "predict",
        "runs/iris",
        "rows.csv",
        "-o",
        "/dev/stdout",
        "--format",
        "csv",
    ]);
    assert_eq!(ran.stdout.lines().count(), 3, "{}", ran.stderr);
}

#[test]
fn places_that_cannot_be_written_are_named() {
    let program = iris();
    program.write("rows.csv", ROWS);
    program.write("file", "mine");
    // Below a file, because a user who may do everything can write into any folder.
    let cases: [(&[&str], &str); 5] = [
        (
            &["predict", "runs/iris", "rows.csv", "-o", "file/out.csv"],
            "cannot write `file/out.csv`",
        ),
        (
            &["predict", "runs/iris", "rows.csv", "-o", "no/out.csv"],
            "cannot write `no/out.csv`",
        ),
        (
            &["export", "runs/iris", "--format", "burnpack", "-o", "runs"],
            "cannot write `runs`",
        ),
        (
            &["report", "runs/iris", "-o", "file/report.html"],
            "cannot write `file/report.html`",
        ),
        (
            &[
                "init",
                "rows.csv",
                "--target",
                "petal_width",
                "-o",
                "file/my.toml",
            ],
            "cannot write `file/my.toml`",
        ),
    ];
    let before = names(&program.path(""));
    for (arguments, expected) in cases {
        fails(&program.run(arguments), 2, &[expected]);
    }
    let train = ["train", &recipe("tabular/iris.toml"), "--out", "file/run"];
    fails(&program.run(&train), 2, &["cannot create `file/run`"]);
    assert_eq!(names(&program.path("")), before);
    assert_eq!(fs::read_to_string(program.path("file")).unwrap(), "mine");
}

fn pipe(program: &Program, name: &str) -> std::path::PathBuf {
    let path = program.path(name);
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    path
}

/// Ends a child that hangs, so that a test fails instead of hanging too.
fn wait(mut child: std::process::Child) -> Ran {
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("the program hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ran::new(child.wait_with_output().unwrap())
}

#[test]
fn a_pipe_is_predicted_once_and_its_writer_may_vanish() {
    let program = iris();
    let path = pipe(&program, "rows.csv");
    let spawn = || {
        let mut command = program.command(&["predict", "runs/iris", "rows.csv"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let child = spawn();
    fs::write(&path, ROWS).unwrap();
    let ran = wait(child);
    assert_eq!(
        (ran.code, ran.stdout.lines().count()),
        (0, 3),
        "{}",
        ran.stderr
    );
    // The writer is gone in the middle of a row.
    let child = spawn();
    let mut writer = fs::OpenOptions::new().write(true).open(&path).unwrap();
    writer
        .write_all(&ROWS.as_bytes()[..ROWS.len() - 9])
        .unwrap();
    drop(writer);
    fails(
        &wait(child),
        2,
        &["rows.csv:3", "the row has 2 cells, expected 4"],
    );
    // Or before the first byte.
    let child = spawn();
    drop(fs::OpenOptions::new().write(true).open(&path).unwrap());
    fails(&wait(child), 2, &["`rows.csv` is empty"]);
}

#[test]
fn training_from_a_pipe_is_refused_before_it_waits() {
    let program = Program::new();
    pipe(&program, "rows.csv");
    let text = "[data]\nsource = \"rows.csv\"\n[[inputs]]\ncolumn = \"a\"\n[[outputs]]\ncolumn = \"b\"\n[model.linear]\n";
    program.write("pipe.toml", text);
    for command in ["train", "check"] {
        let mut command = program.command(&[command, "pipe.toml"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        fails(
            &wait(command.spawn().unwrap()),
            2,
            &["rows.csv", "save what comes from it in a file"],
        );
    }
    assert!(!program.path("runs").exists());
}

#[test]
fn sources_that_are_cut_off_or_gone_are_named_and_train_nothing() {
    let program = Program::new();
    program.write("customers.csv", &customers());
    let packed = Command::new("gzip")
        .args(["-k", "customers.csv"])
        .current_dir(program.path(""))
        .status();
    assert!(packed.unwrap().success());
    let bytes = fs::read(program.path("customers.csv.gz")).unwrap();
    fs::write(program.path("cut.csv.gz"), &bytes[..bytes.len() - 20]).unwrap();
    fs::write(program.path("text.csv.gz"), "a,b\n1,2\n").unwrap();
    let cases = [
        ("cut.csv.gz", "ends in the middle of its gzip data"),
        ("text.csv.gz", "is not valid gzip data"),
        ("gone.csv", "there is no file"),
    ];
    for (file, expected) in cases {
        let text = format!(
            "[data]\nsource = \"{file}\"\n[[inputs]]\ncolumn = \"age\"\n[[outputs]]\ncolumn = \"churn\"\n[model.linear]\n"
        );
        program.write("my.toml", &text);
        fails(&program.run(&["train", "my.toml"]), 2, &[file, expected]);
    }
    assert!(!program.path("runs").exists());
    // A folder in place of a file, and a file that vanished behind its link.
    symlink("gone.csv", program.path("link.csv")).unwrap();
    fails(
        &program.run(&["init", "link.csv", "--target", "churn"]),
        2,
        &["link.csv"],
    );
    fails(
        &program.run(&["init", ".", "--target", "churn"]),
        2,
        &["is a folder"],
    );
}
