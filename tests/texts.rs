//! What is proposed for texts, what a run on them warns of, and what its report shows.

use crate::program::{Program, minilm, recipe, tiny_bert};

const INTENTS: [(&str, [&str; 4]); 4] = [
    (
        "pay",
        [
            "pay the invoice",
            "my card was refused",
            "what does it cost",
            "send a bill",
        ],
    ),
    (
        "deliver",
        [
            "where is my parcel",
            "when does it arrive",
            "the parcel is late",
            "track the order",
        ],
    ),
    (
        "return",
        [
            "send it back",
            "it does not fit",
            "return the shoes",
            "exchange the size",
        ],
    ),
    (
        "hours",
        [
            "when are you open",
            "open on sunday",
            "at what time do you close",
            "are you closed today",
        ],
    ),
];

const RECIPE: &str = r#"[data]
source = "intents.csv"

[data.split.column]
column = "split"
validation_share = 0.25
stratify = "intent"

[[inputs]]
column = "text"

[inputs.text.encoder.bag]
dim = 16
buckets = 2000

[[outputs]]
column = "intent"

[outputs.category.out_of_scope]
examples = "chatter.csv"

[model.linear]

[optimizer.adam]
learning_rate = 0.05

[training]
epochs = 20
batch_size = 16
"#;

/// Questions in several wordings, one of them under two intents, one intent with a single question, and a text that
/// is markup.
fn shop(program: &Program) {
    let mut text = String::from("text,intent,split\n");
    let frames = [
        "{}",
        "please: {}",
        "hello, {}?",
        "i ask myself, {}",
        "{} now",
    ];
    for (intent, questions) in INTENTS {
        for (place, frame) in frames.iter().enumerate() {
            let part = if place == 3 { "test" } else { "train" };
            for question in questions {
                let question = frame.replace("{}", question);
                text.push_str(&format!("\"{question}\",{intent},{part}\n"));
            }
        }
    }
    text.push_str("Pay the invoice!,return,test\n");
    text.push_str("do you have work for me,job,train\n");
    text.push_str("<script>alert(1)</script> pay & go,hours,test\n");
    program.write("intents.csv", &text);
    let chatter = [
        "tell me a joke",
        "who are you",
        "is it raining",
        "i love you",
        "sing",
        "bye",
    ];
    program.write("chatter.csv", &format!("text\n{}\n", chatter.join("\n")));
    program.write("shop.toml", RECIPE);
}

#[test]
fn a_text_under_two_labels_and_a_class_with_one_row_are_warned_of() {
    let program = Program::new();
    shop(&program);
    let ran = program.succeed(&["check", "shop.toml"]);
    for warning in [
        "warning: 1 text has several values of `intent`, of which one at most can be answered rightly: \"pay the invoice\" \
         is `pay` (row 1) and `return` (row 81)",
        "warning: 1 class of `intent` with one training row can hardly be learned: `job` (row 82); give more examples",
    ] {
        assert!(ran.stdout.contains(warning), "{}", ran.stdout);
    }
    let checked = program.json(&["check", "shop.toml", "--json"]);
    let warnings = checked["warnings"].to_string();
    assert!(
        warnings.contains("several values") && warnings.contains("one training row"),
        "{warnings}"
    );
}

/// Rows that differ in another column are no contradiction, and tables without texts are none either.
#[test]
fn other_inputs_may_make_the_difference() {
    let program = Program::new();
    shop(&program);
    let text = std::fs::read_to_string(program.path("intents.csv")).unwrap();
    let lines = text.lines().enumerate().map(|(row, line)| match row {
        0 => format!("{line},customer"),
        row => format!("{line},{row}"),
    });
    program.write("intents.csv", &lines.collect::<Vec<_>>().join("\n"));
    let with_number = RECIPE.replace(
        "[[outputs]]",
        "[[inputs]]\ncolumn = \"customer\"\n\n[inputs.number]\n\n[[outputs]]",
    );
    let without_scope = with_number.replace(".out_of_scope]\nexamples = \"chatter.csv\"", "]");
    program.write("shop.toml", &without_scope);
    let ran = program.succeed(&["check", "shop.toml"]);
    assert!(!ran.stdout.contains("several values"), "{}", ran.stdout);
}

#[test]
fn the_report_of_a_text_model_shows_its_mistakes() {
    let program = Program::new();
    shop(&program);
    program.succeed(&["train", "shop.toml", "-q"]);
    // The page is made of the run folder alone.
    std::fs::remove_file(program.path("intents.csv")).unwrap();
    std::fs::remove_file(program.path("chatter.csv")).unwrap();
    program.succeed(&["report", "runs/shop"]);
    let page = std::fs::read_to_string(program.path("runs/shop/report.html")).unwrap();
    for shown in [
        "Confused classes",
        "Texts with several labels (1)",
        "pay the invoice",
        "pay <small>row 1</small><br>return <small>row 81</small>",
        "Mistakes (",
        "&lt;script&gt;alert(1)&lt;/script&gt; pay &amp; go",
        "Right and wrong answers",
        "In scope and out of scope (threshold",
        "out of scope (3)",
        "<th scope=\"col\" class=\"n\">TF-IDF</th>",
        "a linear model on words (TF-IDF) has",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("<script"));
}

#[test]
fn the_report_of_tags_shows_wrong_entities() {
    let program = Program::new();
    let mut text = String::from("text,tags\n");
    let towns = [
        "Ulm", "Bonn", "Kiel", "Jena", "Trier", "Celle", "Fulda", "Gotha",
    ];
    for from in towns {
        for to in towns.iter().filter(|to| **to != from) {
            text.push_str(&format!(
                "a train from {from} to {to},O O O B-start O B-end\n"
            ));
        }
    }
    program.write("trains.csv", &text);
    program.write(
        "trains.toml",
        "[data]\nsource = \"trains.csv\"\n\n[[inputs]]\ncolumn = \"text\"\n\n[inputs.text]\nmax_tokens = 16\n\n\
         [inputs.text.encoder.rnn]\ndim = 4\nhidden = 4\n\n[[outputs]]\ncolumn = \"tags\"\n\n\
         [outputs.tags]\ntext = \"text\"\n\n[model.linear]\n\n[optimizer.adam]\nlearning_rate = 0.001\n\n[training]\n\
         epochs = 1\n",
    );
    program.succeed(&["train", "trains.toml", "-q"]);
    program.succeed(&["report", "runs/trains"]);
    let page = std::fs::read_to_string(program.path("runs/trains/report.html")).unwrap();
    // One epoch is too little to find the towns.
    for shown in [
        "Wrong entities by type",
        "Wrong entities (",
        "a train from",
        "every word the tag that it has most often",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("the same answer") && !page.contains("Worst rows"));
}

#[test]
fn a_csv_of_texts_becomes_a_model_through_init() {
    let program = Program::new();
    shop(&program);
    let arguments = [
        "init",
        "intents.csv",
        "--target",
        "intent",
        "-o",
        "new.toml",
    ];
    program.succeed(&arguments);
    let written = std::fs::read_to_string(program.path("new.toml")).unwrap();
    for proposed in [
        "# text: about 5 words per cell\n[[inputs]]\ncolumns = [\"text\"]",
        "# The longest text has 9 words.\nmax_tokens = 16",
        "[inputs.text.encoder.bag]\nbuckets = 20_000",
        "`weights/fetch.sh minilm` gets it",
        "[data.split.column]\ncolumn = \"split\"",
        "validation_share = 0.1\nstratify = \"intent\"",
        "[model.linear]",
    ] {
        assert!(written.contains(proposed), "{proposed}\n{written}");
    }
    assert!(!written.contains("[inputs.binary]"), "{written}");
    let result = program.json(&["train", "new.toml", "--json", "-q"]);
    let accuracy = |of: &str| result[of]["intent"]["accuracy"].as_f64().unwrap();
    assert!(accuracy("test") > accuracy("baseline"), "{result}");
}

/// Texts that are trained on take memory for each token; a frozen encoder keeps a vector of each text.
#[test]
fn the_memory_of_a_training_counts_tokens_and_encoders() {
    let program = Program::new();
    shop(&program);
    tiny_bert(&program);
    let memory = |freeze: &str| {
        let bert = format!("[inputs.text.encoder.bert]\nweights = \"tiny\"\nfreeze = \"{freeze}\"");
        let bag = "[inputs.text.encoder.bag]\ndim = 16\nbuckets = 2000";
        program.write("shop.toml", &RECIPE.replace(bag, &bert));
        let tokens = "inputs.0.text.max_tokens=12";
        let checked = program.json(&["check", "shop.toml", "--json", "--set", tokens]);
        checked["memory_bytes"].as_u64().unwrap()
    };
    let (frozen, trained) = (memory("all"), memory("none"));
    assert!(
        trained > frozen,
        "{trained} bytes when trained, {frozen} frozen"
    );
    let short = std::fs::read_to_string(program.path("intents.csv")).unwrap();
    program.write(
        "intents.csv",
        &short.replace("please: ", "please be so kind and tell me: "),
    );
    let longer = memory("none");
    assert!(
        longer > trained,
        "{longer} bytes with longer texts, {trained} before"
    );
}

/// With a frozen pretrained encoder, its distance as the score of what is out of scope.
#[test]
fn the_report_of_a_pretrained_encoder_shows_the_distance_to_its_classes() {
    let Some(weights) = minilm() else {
        println!("skipped: weights/minilm is not there (weights/fetch.sh minilm gets it)");
        return;
    };
    let program = Program::new();
    let weights = format!("inputs.0.text.encoder.bert.weights={weights:?}");
    let name = recipe("text/support_intents.toml");
    program.succeed(&["train", &name, "--set", &weights, "--out", "run", "-q"]);
    program.succeed(&["report", "run"]);
    let page = std::fs::read_to_string(program.path("run/report.html")).unwrap();
    for shown in [
        "Confused classes",
        "In scope and out of scope (threshold",
        "minus the distance to the nearest class",
        "Mistakes (",
        "TF-IDF",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}
