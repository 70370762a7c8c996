//! `hob serve`: what a server answers.

use std::fs;

use serde_json::{Value, json};

use crate::program::{Program, questions};
use crate::served::{ROWS, Server, churn};
use crate::{forecasts, recommend, retrieve};

/// Largest difference between an answer alone and the same answer in company: sums of another order.
const TOLERANCE: f64 = 1e-6;

fn yes(answer: &Value) -> f64 {
    answer["churn"]["probabilities"]["yes"].as_f64().unwrap()
}

#[test]
fn rows_are_answered_as_hob_predict_answers_them() {
    let program = churn();
    let server = Server::start(&program, &["customers=churn"]);
    let rows: Value = serde_json::from_str(ROWS).unwrap();
    let lines: Vec<String> = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    program.write("rows.jsonl", &lines.join("\n"));
    let expected = program.succeed(&["predict", "churn", "rows.jsonl"]).stdout;

    let reply = server.post("/v1/models/customers/predict", ROWS);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    let found: Vec<&Value> = answer["predictions"].as_array().unwrap().iter().collect();
    for (line, found) in expected.lines().zip(&found) {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap(), **found);
    }
    let notes = answer["notes"].to_string();
    assert!(notes.contains("age") && notes.contains("plan"), "{notes}");

    // Files are answered in kind, byte by byte as the command does.
    let reply = server.post_as(
        "/v1/models/customers/predict",
        "application/jsonl",
        lines.join("\n"),
    );
    assert_eq!(reply.text(), expected);
    let many: String = (0..700)
        .map(|row| format!("{},basic,2024-01-{:02}\n", row % 80, 1 + row % 28))
        .collect();
    let csv = format!("age,plan,since\n{many}");
    program.write("many.csv", &csv);
    let expected = program.succeed(&["predict", "churn", "many.csv"]).stdout;
    let reply = server.post_as("/v1/models/customers/predict", "text/csv", &csv);
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
    let (found, mut differing) = (reply.text(), Vec::new());
    assert_eq!(found.lines().count(), expected.lines().count());
    for (found, expected) in found.lines().zip(expected.lines()) {
        // In pieces of another size, sums have another order.
        let (value, found) = found.split_once(',').unwrap();
        let (other, expected) = expected.split_once(',').unwrap();
        let close = |a: f64, b: f64| (a - b).abs() < TOLERANCE;
        match (found.parse(), expected.parse()) {
            (Ok(found), Ok(expected)) if value == other && close(found, expected) => {}
            _ if found == expected && value == other => {}
            _ => differing.push((found.to_string(), expected.to_string())),
        }
    }
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn requests_that_share_a_pass_get_what_they_would_get_alone() {
    let program = churn();
    let server = Server::start(
        &program,
        &["churn", "--batch-wait", "5", "--batch-rows", "32"],
    );
    let row = |place: usize| {
        let plan = ["basic", "plus", "pro"][place % 3];
        json!({"rows": [{"age": 18 + place, "plan": plan, "since": "2024-02-02"}]})
    };
    let path = "/v1/models/churn/predict";
    let alone: Vec<f64> = (0..48)
        .map(|place| yes(&server.post(path, row(place).to_string()).json()["predictions"][0]))
        .collect();
    let together: Vec<f64> = std::thread::scope(|scope| {
        let (server, row) = (&server, &row);
        let threads: Vec<_> = (0..48)
            .map(|place| {
                scope.spawn(move || {
                    yes(&server.post(path, row(place).to_string()).json()["predictions"][0])
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for (alone, together) in alone.iter().zip(&together) {
        assert!((alone - together).abs() < TOLERANCE, "{alone} {together}");
    }
    let shared = server.get("/metrics").text();
    let of = |name: &str| {
        let line = shared.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    assert_eq!(of("hob_batch_rows_sum"), 96.0);
    assert!(of("hob_batch_rows_count") < 96.0, "no pass was shared");
}

#[test]
fn a_model_says_what_it_is_without_showing_a_row() {
    let program = churn();
    program.succeed(&["report", "churn"]);
    let server = Server::start(&program, &["churn", "--reports"]);
    let info = server.get("/v1/models/churn").json();
    assert_eq!(info["kind"], "predictor");
    assert_eq!(info["inputs"][0]["name"], "age");
    assert_eq!(info["outputs"][0]["classes"], json!(["no", "yes"]));
    assert!(info["test"]["churn"]["accuracy"].as_f64().unwrap() > 0.8);
    assert!(!info.to_string().contains("examples"));
    assert_eq!(
        server.get("/v1/models").json()["models"][0]["does"],
        "predicts churn"
    );
    let report = server.get("/v1/models/churn/report");
    assert!(report.text().contains("<html"));
    assert!(
        report
            .header("content-security-policy")
            .contains("default-src 'none'")
    );

    let document = server.get("/openapi.json").json();
    let predict = &document["paths"]["/v1/models/churn/predict"]["post"];
    let row = &predict["requestBody"]["content"]["application/json"]["schema"]["properties"]["rows"]
        ["items"];
    assert_eq!(
        row["properties"]["plan"]["examples"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(row, &server.get("/v1/models/churn/schema").json());

    server.post("/v1/models/churn/predict", ROWS);
    let drift = server.get("/v1/models/churn/drift").json();
    assert_eq!(drift["rows"], 3);
    assert_eq!(
        drift["columns"][0],
        json!({"column": "age", "missing": 1, "unknown": 0, "out_of_range": 0})
    );
    assert_eq!(drift["columns"][1]["unknown"], 1);
    let counts = drift["outputs"][0]["counts"].as_array().unwrap();
    let counted: u64 = counts
        .iter()
        .map(|value| value["count"].as_u64().unwrap())
        .sum();
    assert_eq!(counted, 3);
}

#[test]
fn the_page_and_every_answer_are_safe_to_show() {
    let program = churn();
    let server = Server::start(&program, &["churn"]);
    for path in [
        "/",
        "/page/app.js",
        "/page/style.css",
        "/healthz",
        "/v1/models",
    ] {
        let reply = server.get(path);
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert!(
            reply
                .header("content-security-policy")
                .contains("script-src 'self'")
        );
        assert!(!reply.header("x-request-id").is_empty());
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    let tag = server.get("/").header("etag").to_string();
    assert_eq!(server.get_with("/", &[("if-none-match", &tag)]).status, 304);
    assert_eq!(server.get("/page/..%2fCargo.toml").status, 404);
    assert_eq!(
        server
            .get_with("/healthz", &[("x-request-id", "mine-1")])
            .header("x-request-id"),
        "mine-1"
    );
}

#[test]
fn texts_questions_series_and_users_have_paths_of_their_own() {
    let shop = recommend::trained(recommend::RECIPE);
    let sales = forecasts::served_sales();
    let faq = Program::new();
    retrieve::trained(&faq);
    faq.write(
        "questions.csv",
        &questions(
            &["what", "about"],
            ["cost", "way", "goods"],
            "question,topic",
        ),
    );
    faq.write("topics.toml", TOPICS);
    faq.succeed(&["train", "topics.toml", "-q", "--out", "topics"]);
    let of = |program: &Program, name: &str, run: &str| {
        format!("{name}={}", program.path(run).display())
    };
    let models = [
        of(&shop, "shop", "run"),
        of(&sales, "sales", "run"),
        of(&faq, "faq", "runs/faq"),
        of(&faq, "topics", "topics"),
    ];
    let models: Vec<&str> = models.iter().map(String::as_str).collect();
    let server = Server::start(&faq, &models);

    let reply = server
        .post("/v1/models/topics/chat", r#"{"text": "what parcel about"}"#)
        .json();
    assert_eq!(reply["intent"], "way");
    let reply = server
        .post(
            "/v1/models/faq/chat",
            r#"{"text": "What about gift cards?"}"#,
        )
        .json();
    assert_eq!(
        reply["answers"][0]["answer"],
        "They are valid for three years."
    );

    let reply = server
        .post(
            "/v1/models/sales/forecast",
            r#"{"series": ["cup"], "history": 5}"#,
        )
        .json();
    let forecast = &reply["forecasts"][0];
    assert_eq!(forecast["series"], json!({"item": "cup"}));
    assert_eq!(forecast["history"].as_array().unwrap().len(), 5);
    let quantiles = &forecast["steps"][0]["quantiles"];
    assert!(quantiles["0.1"].as_f64().unwrap() <= quantiles["0.9"].as_f64().unwrap());
    let reply = server.post("/v1/models/sales/forecast", r#"{"series": ["spoon"]}"#);
    assert_eq!(reply.status, 422);
    assert!(
        reply.json()["errors"][0]["known"]
            .to_string()
            .contains("plate")
    );

    let body = r#"{"users": [{"user": "u01"}], "top": 4, "only": {"category": "kitchen"}}"#;
    let reply = server.post("/v1/models/shop/recommend", body).json();
    assert_eq!(reply["lists"][0]["basis"], "known", "{reply}");
    let item = reply["lists"][0]["items"][0]["item"]
        .as_str()
        .unwrap()
        .to_string();
    let reply = server.post(
        "/v1/models/shop/similar",
        json!({"item": item, "top": 2}).to_string(),
    );
    assert_eq!(reply.json()["items"].as_array().unwrap().len(), 2);
    assert!(
        !server.get("/v1/models/shop/items?q=1").json()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let reply = server.post("/v1/models/shop/similar", r#"{"item": "nothing"}"#);
    assert_eq!(reply.status, 422);
    // Nobody is known: what is popular.
    let reply = server
        .post("/v1/models/shop/recommend", r#"{"users": [{"items": []}]}"#)
        .json();
    assert_eq!(reply["lists"][0]["basis"], "popularity");
    for name in ["shop", "sales", "faq", "topics"] {
        assert_eq!(server.get(&format!("/v1/models/{name}")).status, 200);
        let schema = server.get(&format!("/v1/models/{name}/schema")).json();
        assert!(!schema["properties"].as_object().unwrap().is_empty());
    }
    // What another kind of model does is told.
    insta::assert_snapshot!(problem(
        &server
            .post("/v1/models/sales/chat", r#"{"text": "hello"}"#)
            .json()
    ));
}

pub(crate) const TOPICS: &str = r#"[data]
source = "questions.csv"

[[inputs]]
column = "question"
[inputs.text.encoder.bag]
dim = 8
buckets = 500

[[outputs]]
column = "topic"
[outputs.category]

[model.linear]

[optimizer.adam]
learning_rate = 0.05

[training]
epochs = 20
"#;

/// A problem without what changes from run to run.
fn problem(problem: &Value) -> String {
    let mut problem = problem.clone();
    problem.as_object_mut().unwrap().remove("request_id");
    serde_json::to_string_pretty(&problem).unwrap()
}

#[test]
fn every_mistake_of_a_request_is_told() {
    let program = churn();
    let server = Server::start(&program, &["churn", "--max-rows", "3", "--max-body", "1"]);
    let path = "/v1/models/churn/predict";
    let deep = format!("{{\"rows\": {}{}}}", "[".repeat(5000), "]".repeat(5000));
    let cases: [(&str, &[u8]); 16] = [
        ("no body", b""),
        ("no JSON", b"{\"rows\": [}"),
        ("no UTF-8", b"{\"rows\": [{\"plan\": \"\xff\"}]}"),
        ("deep JSON", deep.as_bytes()),
        ("NaN", b"{\"rows\": [{\"age\": NaN}]}"),
        ("infinite", b"{\"rows\": [{\"age\": 1e999, \"plan\": \"pro\", \"since\": \"2024-01-01\"}]}"),
        ("another key", b"{\"row\": []}"),
        ("no rows", b"{\"rows\": []}"),
        ("no object", b"{\"rows\": [3]}"),
        ("a key twice", b"{\"rows\": [{\"age\": 1, \"age\": 2, \"plan\": \"pro\", \"since\": \"2024-01-01\"}]}"),
        ("columns missing", b"{\"rows\": [{\"agee\": 1}]}"),
        ("wrong values", b"{\"rows\": [{\"age\": \"old\", \"plan\": \"pro\", \"since\": \"2024-01-01\"}, {\"age\": 3, \"plan\": {}, \"since\": \"soon\"}]}"),
        ("too many rows", b"{\"rows\": [{}, {}, {}, {}]}"),
        ("too large", &[b' '; 1_000_001]),
        ("a huge number", b"{\"rows\": [{\"age\": 1e308, \"plan\": \"pro\", \"since\": \"2024-01-01\"}]}"),
        ("a list where a number belongs", b"{\"rows\": [{\"age\": [1], \"plan\": \"pro\", \"since\": \"2024-01-01\"}]}"),
    ];
    let mut told = String::new();
    for (name, body) in cases {
        let reply = server.post(path, body);
        assert!(reply.status < 500, "{name}: {}", reply.text());
        told.push_str(&format!(
            "--- {name}\n{}\n",
            problem_or_answer(&reply.json())
        ));
    }
    let others = [
        (
            "no such model",
            server.post("/v1/models/churns/predict", ROWS),
        ),
        ("no such path", server.get("/v2")),
        ("another method", server.get(path)),
        ("another type", server.post_as(path, "image/png", "x")),
        (
            "a table without a column",
            server.post_as(path, "text/csv", "age,plan\n1,pro\n"),
        ),
        (
            "a table with a wrong value",
            server.post_as(
                path,
                "text/csv",
                "age,plan,since\n1,pro,2024-01-01\nx,pro,2024-01-01\n",
            ),
        ),
        (
            "a gzip file",
            server.post_as(path, "text/csv", b"\x1f\x8b\x08\x00"),
        ),
        (
            "no conversation",
            server.post("/v1/models/churn/chat", r#"{"text": "hello"}"#),
        ),
        ("no report", server.get("/v1/models/churn/report")),
    ];
    for (name, reply) in others {
        assert_eq!(
            reply.header("content-type"),
            "application/problem+json",
            "{name}"
        );
        told.push_str(&format!("--- {name}\n{}\n", problem(&reply.json())));
    }
    insta::assert_snapshot!(told);
}

/// What is no mistake is answered.
fn problem_or_answer(value: &Value) -> String {
    match value.get("predictions") {
        Some(_) => format!("answered; notes: {}", value["notes"]),
        None => problem(value),
    }
}

#[test]
fn keys_and_rates_let_in_whom_they_should() {
    let program = churn();
    // printf %s abc | sha256sum
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    program.write("keys", &format!("shop {hash}\n"));
    let arguments = ["churn", "--api-keys", "keys", "--rate-limit", "3"];
    let server = Server::start_with(&program, &arguments, &[("HOB_API_KEY", "plain")]);
    for path in ["/", "/healthz", "/readyz"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    for path in [
        "/v1/models",
        "/metrics",
        "/openapi.json",
        "/v1/models/churn",
    ] {
        let reply = server.get(path);
        assert_eq!(reply.status, 401, "{path}");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
    let ask =
        |key: &str| server.get_with("/v1/models", &[("authorization", &format!("Bearer {key}"))]);
    assert_eq!(ask("abd").status, 401);
    assert_eq!(
        server
            .get_with("/v1/models", &[("x-api-key", "plain")])
            .status,
        200
    );
    let statuses: Vec<u16> = (0..4).map(|_| ask("abc").status).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    assert_eq!(ask("abc").header("retry-after"), "1");
    assert_eq!(ask("plain").status, 200);
}

#[test]
fn what_cannot_be_served_is_told_before_anything_listens() {
    let program = churn();
    fs::copy(
        program.path("churn/model.hob"),
        program.path("my model.hob"),
    )
    .unwrap();
    program.write("broken.hob", "no model");
    program.write("keys", "shop secret\n");
    let cases: [&[&str]; 7] = [
        &["serve"],
        &["serve", "nothing.hob"],
        &["serve", "broken.hob"],
        &["serve", "a=churn", "a=churn"],
        &["serve", "a/b=churn"],
        &["serve", "churn", "--api-keys", "keys"],
        &["serve", "churn", "--cors-origin", "shop"],
    ];
    let mut told = String::new();
    for arguments in cases {
        let ran = program.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        told.push_str(&format!("$ hob {}\n{}\n", arguments.join(" "), ran.stderr));
    }
    insta::assert_snapshot!(told);
    let server = Server::start(&program, &["churn"]);
    let addr = server.url.trim_start_matches("http://").to_string();
    let ran = program.run(&["serve", "churn", "--addr", &addr]);
    assert!(ran.stderr.contains("cannot listen on"), "{}", ran.stderr);
}
