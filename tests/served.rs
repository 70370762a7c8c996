//! Runs `hob serve` and asks it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{Program, customers};

/// A server, ended with the test.
pub(crate) struct Server {
    pub(crate) child: Child,
    /// Such as `http://127.0.0.1:40123`.
    pub(crate) url: String,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    /// Starts a server on a free port and waits until it listens.
    pub(crate) fn start(program: &Program, arguments: &[&str]) -> Self {
        Self::start_with(program, arguments, &[])
    }

    pub(crate) fn start_with(program: &Program, arguments: &[&str], env: &[(&str, &str)]) -> Self {
        let arguments = [&["serve", "--addr", "127.0.0.1:0"], arguments].concat();
        let mut command = program.command(&arguments);
        command.envs(env.iter().copied()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let url = loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("the server did not start: {}", said.join("\n"));
            };
            if let Some((_, rest)) = line.split_once("serving at ") {
                break rest.split(';').next().unwrap().to_string();
            }
            said.push(line);
        };
        // A full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[])
    }

    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = agent().get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        reply(request.call().unwrap())
    }

    /// Posts JSON.
    pub(crate) fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Reply {
        self.post_as(path, "application/json", body)
    }

    pub(crate) fn post_as(&self, path: &str, kind: &str, body: impl AsRef<[u8]>) -> Reply {
        let request = agent().post(format!("{}{path}", self.url));
        let request = request.header("content-type", kind);
        reply(request.send(body.as_ref()).unwrap())
    }

    /// Waits until something holds, at most some seconds.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let started = Instant::now();
        while !holds(self) {
            assert!(started.elapsed() < Duration::from_secs(20), "never: {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        // A part of every shell; the program of that name is not installed everywhere.
        let kill = format!("kill {name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

fn reply(mut response: ureq::http::Response<ureq::Body>) -> Reply {
    Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.body_mut().read_to_vec().unwrap(),
    }
}

/// A run on customers: numbers, categories, dates, and who leaves.
pub(crate) fn churn() -> Program {
    let program = Program::new();
    program.write("customers.csv", &customers());
    program.write("churn.toml", CHURN);
    program.succeed(&["train", "churn.toml", "-q", "--out", "churn"]);
    program
}

pub(crate) const CHURN: &str = r#"[data]
source = "customers.csv"

[data.private]
drop = ["id"]

[[inputs]]
column = "age"
[inputs.number]

[[inputs]]
column = "plan"
[inputs.category]

[[inputs]]
column = "since"
[inputs.date]

[[outputs]]
column = "churn"
[outputs.binary]
positive = "yes"

[model.mlp]
hidden = [16]

[optimizer.adam]
learning_rate = 0.01

[training]
epochs = 20
batch_size = 32
"#;

/// Some rows of them, as JSON.
pub(crate) const ROWS: &str = r#"{"rows": [
    {"age": 61, "plan": "basic", "since": "2024-03-01"},
    {"age": 22, "plan": "pro", "since": "2024-05-20"},
    {"age": null, "plan": "gold", "since": "2024-05-20"}
]}"#;

/// Puts another model in the place of a run's, whole.
pub(crate) fn replace_bundle(program: &Program, with: &[u8]) {
    let next = program.path("next.hob");
    fs::write(&next, with).unwrap();
    fs::rename(next, program.path("churn/model.hob")).unwrap();
}
