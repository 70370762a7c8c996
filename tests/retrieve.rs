//! Questions that find their answers: `[retrieve]` from recipe to reply.

use hob_inference::answer_index::Side;
use hob_inference::{Bundle, InferenceError, ModelKind, Predictor, Retriever};
use serde_json::Value;

use crate::program::{Program, tiny_bert};

/// A shop's topics: what people ask about, and the answer.
const TOPICS: [(&str, &str); 8] = [
    ("the price of shipping", "Shipping is free from 50 euros."),
    ("a lost parcel", "Write to us, and we send it again."),
    (
        "returning shoes",
        "You have 30 days; the label is in the box.",
    ),
    ("my invoice", "It is in your account under orders."),
    ("a forgotten password", "Use the link on the login page."),
    ("gift cards", "They are valid for three years."),
    ("opening hours", "We are open from nine to six."),
    ("paying by card", "All usual cards are taken."),
];

const PHRASINGS: [&str; 6] = [
    "I have a question about {}",
    "What about {}?",
    "can you help me with {}",
    "Tell me about {} please",
    "{}, how does it work?",
    "problem: {}",
];

const RECIPE: &str = r#"[data]
source = "faq.csv"

[data.split.random]
validation = 0.15
test = 0.25

[retrieve]
question = "question"
answer = "answer"
match = "both"
top = 3

[retrieve.text.encoder.bag]
dim = 16
buckets = 2000

[training]
epochs = 40
batch_size = 16
"#;

fn faq() -> String {
    let mut text = String::from("question,answer\n");
    for phrasing in PHRASINGS {
        for (topic, answer) in TOPICS {
            text.push_str(&format!(
                "\"{}\",\"{answer}\"\n",
                phrasing.replace("{}", topic)
            ));
        }
    }
    text
}

/// A trained search in `runs/faq`.
pub(crate) fn trained(program: &Program) -> Value {
    program.write(
        "faq.csv",
        &(faq() + "\"no answer\",\n\"  \",\"no question\"\n"),
    );
    program.write("faq.toml", RECIPE);
    program.json(&["train", "faq.toml", "--json", "-q"])
}

#[test]
fn a_trained_search_answers_held_out_phrasings() {
    let program = Program::new();
    let result = trained(&program);
    let mrr = |of: &str| result[of]["answer"]["mrr"].as_f64().unwrap();
    assert!(mrr("test") > 0.8, "{result}");
    // Eight answers in random order.
    assert!((mrr("baseline") - 0.3397).abs() < 1e-3, "{result}");
    let written = std::fs::read_to_string(program.path("runs/faq/result.json")).unwrap();
    let written: Value = serde_json::from_str(&written).unwrap();
    let output = &written["outputs"][0];
    assert_eq!(output["kind"], "answers");
    assert!(
        output["text_baseline"]["metrics"]["mrr"].is_number(),
        "{output}"
    );
    let left_out: Vec<&Value> = written["left_out"].as_array().unwrap().iter().collect();
    assert_eq!(left_out[0]["reason"], "no text in `question`");
    assert_eq!(left_out[1]["reason"], "no text in `answer`");
    assert!(left_out.iter().all(|left| left["rows"] == 1));
    let notes = written["notes"].as_array().unwrap();
    let protocol = notes.last().unwrap().as_str().unwrap();
    assert!(
        protocol.contains("among 8, compared with their texts and the questions"),
        "{protocol}"
    );
    assert!(protocol.contains("I don't know"), "{protocol}");
    // Trained vectors are compared, so the loss of the ranking falls.
    let epochs = std::fs::read_to_string(program.path("runs/faq/metrics.jsonl")).unwrap();
    let losses: Vec<f64> = epochs
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["train_loss"]
                .as_f64()
                .unwrap()
        })
        .collect();
    assert!(losses[39] < losses[0] * 0.5, "{losses:?}");
}

#[test]
fn questions_are_answered_from_files_and_pipes() {
    let program = Program::new();
    trained(&program);
    let ran = program.run_with_input(
        &["predict", "runs/faq"],
        r#"{"question": "please, my invoice"}"#,
    );
    let reply: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
    let best = &reply["answers"][0];
    assert_eq!(best["answer"], TOPICS[3].1, "{reply}");
    assert!(best["score"].as_f64().unwrap() > 0.5, "{reply}");
    assert_eq!(reply["answers"].as_array().unwrap().len(), 3);
    assert_eq!(reply["accepted"], true, "{reply}");
    // The row is that of the data, from 1, and holds question and answer.
    let row = best["row"].as_u64().unwrap() as usize;
    let text = faq();
    let line = text.lines().nth(row).unwrap();
    assert!(line.contains(best["question"].as_str().unwrap()), "{line}");
    assert!(line.contains(TOPICS[3].1), "{line}");

    program.write("asked.csv", "id,question\na,what about gift cards\nb,\n");
    let ran = program.succeed(&["predict", "runs/faq", "asked.csv", "--keep", "id"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(
        lines[0],
        "id,answer,answer.score,answer.row,answer.accepted"
    );
    assert!(
        lines[1].starts_with("a,They are valid for three years.,0."),
        "{}",
        lines[1]
    );
    assert!(lines[1].ends_with(",true"), "{}", lines[1]);
    assert_eq!(lines[2], "b,,,,false");
    let ran = program.run(&["predict", "runs/faq", "faq.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

#[test]
fn the_other_commands_know_a_search() {
    let program = Program::new();
    trained(&program);
    let ran = program.succeed(&["check", "faq.toml"]);
    assert!(ran.stdout.contains("tokens of answer"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("1 row left out: no text in `answer`"),
        "{}",
        ran.stdout
    );
    let ran = program.succeed(&["show", "runs/faq"]);
    assert!(
        ran.stdout
            .contains("8 different ones of 48 rows, 56 vectors of 16 numbers"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("\"I don't know\" below the score"),
        "{}",
        ran.stdout
    );
    let shown = program.json(&["show", "runs/faq", "--json"]);
    assert_eq!(
        (&shown["retrieval"]["top"], &shown["answers"]),
        (&3.into(), &8.into())
    );
    program.succeed(&["report", "runs/faq"]);
    let page = std::fs::read_to_string(program.path("runs/faq/report.html")).unwrap();
    assert!(page.contains("<code>answer</code>") && page.contains("answer (answers)"));
    assert!(
        page.contains("search by words (BM25) has") && page.contains("answers in a random order")
    );
    assert!(page.contains("score of the best answer") && !page.contains("the same answer"));
    let ran = program.succeed(&["compare", "runs/faq", "--metric", "recall_at_1"]);
    assert!(
        ran.stdout.contains("answer, by recall_at_1"),
        "{}",
        ran.stdout
    );

    let new = format!(
        "question,answer\nhelp with my invoice,{}\nwhat is the time,Look up.\n",
        TOPICS[3].1
    );
    program.write("new.csv", &new);
    let ran = program.succeed(&["evaluate", "runs/faq", "new.csv"]);
    assert!(
        ran.stderr
            .contains("1 row with an answer that the model does not have"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("bm25"), "{}", ran.stdout);
    let judged = program.json(&["evaluate", "runs/faq", "new.csv", "--json"]);
    assert_eq!(judged["test"]["answer"]["recall_at_1"], 1.0, "{judged}");
    assert_eq!(judged["unknown"], 1);
    let ran = program.run(&["evaluate", "runs/faq", "new.csv", "--importance"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("a search has only the question"),
        "{}",
        ran.stderr
    );
    program.succeed(&[
        "export",
        "runs/faq",
        "--format",
        "safetensors",
        "-o",
        "faq.safetensors",
    ]);
}

#[test]
fn the_same_seed_gives_the_same_search_and_a_dry_run_writes_nothing() {
    let program = Program::new();
    trained(&program);
    program.succeed(&["train", "faq.toml", "--out", "again", "-q"]);
    let index = |run: &str| Bundle::read(&program.path(run)).unwrap().index.unwrap();
    assert_eq!(index("runs/faq"), index("again"));
    let ran = program.succeed(&["train", "faq.toml", "--dry-run"]);
    assert!(
        ran.stderr.contains("faq: finds `answer` by `question`"),
        "{}",
        ran.stderr
    );
    assert!(!program.path("runs/faq-2").exists());
}

/// What is compared decides what is stored.
#[test]
fn a_search_by_questions_or_by_answers_alone() {
    let program = Program::new();
    program.write("faq.csv", &faq());
    program.write("faq.toml", RECIPE);
    for (match_with, side, vectors) in [
        ("question", Side::Question, 48),
        ("answer", Side::Answer, 8),
    ] {
        let set = format!("retrieve.match={match_with:?}");
        let arguments = [
            "train",
            "faq.toml",
            "--set",
            &set,
            "--set",
            "training.epochs=2",
            "--out",
            match_with,
            "-q",
        ];
        program.succeed(&arguments);
        let index = Bundle::read(&program.path(match_with))
            .unwrap()
            .index
            .unwrap();
        assert_eq!(index.texts().keys.len(), vectors);
        assert!(index.texts().keys.iter().all(|key| key.side == side));
    }
}

#[test]
fn an_answer_that_no_stored_question_leads_to_is_warned_of() {
    let program = Program::new();
    let text = "question,answer\n".to_string()
        + &(0..40)
            .map(|row| format!("how is {row},it is {row}\n"))
            .collect::<String>()
        + "how is 1,it is not 1\n";
    program.write("faq.csv", &text);
    program.write("faq.toml", RECIPE);
    let ran = program.succeed(&["check", "faq.toml", "--set", "retrieve.match=\"question\""]);
    let alone =
        "questions of the test part belong to answers that no question of the training part has";
    assert!(ran.stdout.contains(alone), "{}", ran.stdout);
    let ambiguous = "1 question has several different answers, the first in row 2: `how is 1`";
    assert!(ran.stdout.contains(ambiguous), "{}", ran.stdout);
    let ran = program.succeed(&["check", "faq.toml"]);
    assert!(!ran.stdout.contains(alone), "{}", ran.stdout);
}

#[test]
fn problems_of_the_plan_stand_where_they_were_written() {
    let program = Program::new();
    program.write("faq.csv", "question,reply\nhow,so\n");
    program.write("faq.toml", RECIPE);
    let ran = program.run(&["check", "faq.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("faq.toml:10:10"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the data has no column `answer`"),
        "{}",
        ran.stderr
    );
}

/// A frozen encoder is not trained: the vectors are those of the weights.
#[test]
fn a_frozen_encoder_needs_no_epochs() {
    let program = Program::new();
    tiny_bert(&program);
    program.write("faq.csv", &faq());
    let head = RECIPE.split("[retrieve.text").next().unwrap();
    let text = format!(
        "{head}[retrieve.text]\nmax_tokens = 12\n\n[retrieve.text.encoder.bert]\nweights = \"tiny\"\nfreeze = \"all\"\n"
    );
    program.write("faq.toml", &text.replace("top = 3", "top = 1"));
    let result = program.json(&["train", "faq.toml", "--json", "-q"]);
    assert_eq!(result["epochs"], 0);
    assert!(result["test"]["answer"]["mrr"].is_number(), "{result}");
    program.succeed(&["report", "runs/faq"]);
    // A stored question finds itself.
    let retriever = Retriever::open(&program.path("runs/faq"), None).unwrap();
    for row in retriever.index().texts().rows.iter().take(3) {
        let reply = retriever.ask(&row.question).unwrap();
        assert_eq!(reply.answers.len(), 1);
        assert!((reply.answers[0].score - 1.0).abs() < 1e-4, "{reply:?}");
    }
}

#[test]
fn a_model_of_one_kind_is_not_taken_for_the_other() {
    let program = Program::new();
    trained(&program);
    let path = program.path("runs/faq");
    let error = Predictor::open(&path, None).unwrap_err();
    assert!(
        matches!(
            error,
            InferenceError::OtherKind {
                asked: ModelKind::Predictor,
                ..
            }
        ),
        "{error}"
    );
    assert!(
        error.to_string().contains("finds answers to questions"),
        "{error}"
    );
    let mut bundle = Bundle::read(&path).unwrap();
    bundle.index = None;
    let error = Retriever::new(bundle, None).unwrap_err();
    assert!(
        matches!(
            error,
            InferenceError::OtherKind {
                asked: ModelKind::Retriever,
                ..
            }
        ),
        "{error}"
    );
}
