//! Runs the binary in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the repository is there")
}

/// A folder to run in, removed at the end of the test.
pub(crate) struct Program {
    folder: tempfile::TempDir,
}

/// What a run of the binary gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("the temporary folder can be written");
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hob"));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with_input(arguments, "")
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("standard input is piped");
        // A command that does not read its input closes the pipe early.
        let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
        drop(stdin);
        Ran::new(child.wait_with_output().expect("the binary ends"))
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub(crate) fn succeed(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(
            ran.code,
            0,
            "hob {}\n{}\n{}",
            arguments.join(" "),
            ran.stdout,
            ran.stderr
        );
        ran
    }

    /// Runs a command that must succeed and print one JSON document.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.succeed(arguments);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
    }
}

impl Ran {
    pub(crate) fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The weights that `weights/fetch.sh minilm` gets, or a folder beside the repository.
pub(crate) fn minilm() -> Option<PathBuf> {
    ["weights/minilm", "../shared/weights/minilm_l6_fp16"]
        .map(|folder| root().join(folder))
        .into_iter()
        .find(|folder| folder.join("tokenizer.json").is_file())
}

/// A recipe of the repository.
pub(crate) fn recipe(name: &str) -> String {
    root()
        .join("configs")
        .join(name)
        .to_string_lossy()
        .into_owned()
}

/// A small data set that any machine learns in a moment, with the usual kinds of columns.
pub(crate) fn customers() -> String {
    let mut text = String::from("id,age,plan,since,churn\n");
    for row in 0..120 {
        let plan = ["basic", "plus", "pro"][row % 3];
        let age = 20 + (row * 7) % 50;
        let churn = if age > 45 && plan != "pro" {
            "yes"
        } else {
            "no"
        };
        let age = if row % 17 == 3 {
            String::new()
        } else {
            age.to_string()
        };
        text.push_str(&format!(
            "c{row},{age},{plan},2024-{:02}-{:02},{churn}\n",
            1 + row % 12,
            1 + row % 28
        ));
    }
    text
}
