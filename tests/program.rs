//! Runs the binary in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

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

    /// Trains into `run`, and kills the program when its first checkpoint is there.
    pub(crate) fn kill_training(&self, arguments: &[&str], run: &str) {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let checkpoint = self.path(run).join("checkpoint.bin");
        let started = Instant::now();
        while !checkpoint.exists() && started.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            checkpoint.exists(),
            "the run was not killed between its first checkpoint and its end"
        );
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

/// The folder of a BERT with twenty tokens.
pub(crate) fn tiny_bert(program: &Program) {
    let golden = root().join("crates/model/tests/golden/bert");
    std::fs::create_dir(program.path("tiny")).unwrap();
    for (from, to) in [
        ("tiny_config.json", "config.json"),
        ("tiny_f32.safetensors", "model.safetensors"),
    ] {
        std::fs::copy(golden.join(from), program.path("tiny").join(to)).unwrap();
    }
    let words = "[PAD] [UNK] [CLS] [SEP] price parcel shoes invoice password gift opening paying help tell how what about";
    let words: Vec<&str> = words.split(' ').collect();
    let special = words[..4].iter().enumerate().map(|(id, word)| {
        json!({"id": id, "content": word, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true})
    });
    let vocabulary: Map<String, Value> = (0..)
        .zip(&words)
        .map(|(id, word)| (word.to_string(), json!(id)))
        .collect();
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": special.collect::<Value>(),
        "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}, "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": vocabulary},
    });
    program.write("tiny/tokenizer.json", &tokenizer.to_string());
}

/// `result.json` of a run.
pub(crate) fn result(program: &Program, run: &str) -> Value {
    let text = std::fs::read_to_string(program.path(run).join("result.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Training losses of the epochs of a run.
pub(crate) fn losses(program: &Program, run: &str) -> Vec<f64> {
    let lines = std::fs::read_to_string(program.path(run).join("metrics.jsonl")).unwrap();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|line| line["train_loss"].as_f64().unwrap())
        .collect()
}

/// Questions about a shop, and what they are about.
pub(crate) fn questions(words: &[&str], topics: [&str; 3], header: &str) -> String {
    let mut text = format!("{header}\n");
    for row in 0..60 {
        let topic = row % 3;
        let (first, second) = (words[row % words.len()], words[(row / 3) % words.len()]);
        let subject = ["price", "parcel", "shoes"][topic];
        text.push_str(&format!("{first} {subject} {second},{}\n", topics[topic]));
    }
    text
}

/// A recipe for texts in a CSV.
pub(crate) fn text_recipe(
    source: &str,
    [text, output]: [&str; 2],
    encoder: &str,
    more: &str,
) -> String {
    format!(
        "[data]\nsource = \"{source}\"\n\n[[inputs]]\ncolumn = \"{text}\"\n[inputs.text]\nmax_tokens = 12\n{encoder}\n\
         [[outputs]]\ncolumn = \"{output}\"\ncategory = {{}}\n\n[model.linear]\n\n[training]\nepochs = 4\n\
         batch_size = 16\n{more}"
    )
}
