//! Each command, what it prints and how it ends.

use serde_json::Value;

use crate::program::{Program, customers, recipe};

#[test]
fn iris_trains_to_a_bundle_that_predicts() {
    let program = Program::new();
    let result = program.json(&["train", &recipe("tabular/iris.toml"), "--json"]);
    assert!(
        result["test"]["species"]["accuracy"].as_f64().unwrap() >= 0.9,
        "{result}"
    );
    assert!(
        result["baseline"]["species"]["accuracy"].as_f64().unwrap() < 0.5,
        "{result}"
    );
    assert_eq!(result["run"], "runs/iris");
    assert_eq!(result["parameters"], 4_675);
    let row =
        r#"{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}"#;
    let ran = program.run_with_input(&["predict", "runs/iris"], row);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["species"]["value"], "setosa", "{}", ran.stderr);
    assert!(
        answer["species"]["probabilities"]["setosa"]
            .as_f64()
            .unwrap()
            > 0.9,
        "{answer}"
    );
}

#[test]
fn the_same_seed_gives_the_same_weights() {
    let program = Program::new();
    for out in ["a", "b"] {
        program.succeed(&[
            "train",
            &recipe("tabular/iris.toml"),
            "--out",
            out,
            "--set",
            "training.epochs=5",
            "-q",
        ]);
        program.succeed(&[
            "export",
            out,
            "--format",
            "safetensors",
            "-o",
            &format!("{out}.safetensors"),
        ]);
    }
    let read = |name: &str| std::fs::read(program.path(name)).unwrap();
    assert_eq!(read("a.safetensors"), read("b.safetensors"));
    program.succeed(&[
        "train",
        &recipe("tabular/iris.toml"),
        "--out",
        "c",
        "--set",
        "training.epochs=5",
        "--set",
        "seed=7",
        "-q",
    ]);
    program.succeed(&[
        "export",
        "c",
        "--format",
        "safetensors",
        "-o",
        "c.safetensors",
    ]);
    assert_ne!(read("a.safetensors"), read("c.safetensors"));
}

#[test]
fn a_csv_becomes_a_model_through_init_check_train_and_predict() {
    let program = Program::new();
    program.write("customers.csv", &customers());
    program.succeed(&[
        "init",
        "customers.csv",
        "--target",
        "churn",
        "-o",
        "churn.toml",
    ]);
    let recipe = std::fs::read_to_string(program.path("churn.toml")).unwrap();
    assert!(
        recipe.contains("[outputs.binary]") && recipe.contains("# Not used:"),
        "{recipe}"
    );
    let plan = program.succeed(&["check", "churn.toml"]);
    assert!(
        plan.stdout.contains("as the network sees them"),
        "{}",
        plan.stdout
    );
    let result = program.json(&["train", "churn.toml", "--json"]);
    assert!(
        result["test"]["churn"]["roc_auc"].as_f64().unwrap() > 0.8,
        "{result}"
    );
    program.write(
        "new.csv",
        "age,plan,since\n61,basic,2024-05-01\n30,pro,2024-06-01\n",
    );
    program.succeed(&[
        "predict",
        "runs/churn/model.hob",
        "new.csv",
        "-o",
        "out.csv",
    ]);
    let out = std::fs::read_to_string(program.path("out.csv")).unwrap();
    assert!(out.starts_with("churn,churn.yes\nyes,"), "{out}");
    assert_eq!(out.lines().count(), 3);
    let evaluated = program.json(&[
        "evaluate",
        "runs/churn",
        "customers.csv",
        "--json",
        "--importance",
    ]);
    assert!(
        evaluated["test"]["churn"]["roc_auc"].as_f64().unwrap() > 0.8,
        "{evaluated}"
    );
    assert_eq!(
        evaluated["importance"][0]["inputs"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let shown = program.succeed(&["show", "runs/churn"]);
    for word in ["plan", "basic", "plus", "pro", "roc_auc"] {
        assert!(
            shown.stdout.contains(word),
            "`{word}` is not in: {}",
            shown.stdout
        );
    }
    program.succeed(&["report", "runs/churn"]);
    let page = std::fs::read_to_string(program.path("runs/churn/report.html")).unwrap();
    assert!(
        page.contains("</html>") && !page.contains("http://"),
        "{} bytes",
        page.len()
    );
    let card = std::fs::read_to_string(program.path("runs/churn/model_card.md")).unwrap();
    for part in [
        "# churn",
        "customers.csv",
        "| roc_auc |",
        "[outputs.binary]",
    ] {
        assert!(card.contains(part), "{part}: {card}");
    }
    program.succeed(&["train", "churn.toml", "--set", "model.linear={}", "-q"]);
    let compared = program.succeed(&["compare", "runs/churn", "runs/churn-2"]);
    assert!(
        compared.stdout.contains("runs/churn-2"),
        "{}",
        compared.stdout
    );
}

#[test]
fn a_recipe_from_the_binary_needs_no_other_file() {
    let program = Program::new();
    let listed = program.succeed(&["recipes"]);
    assert!(listed.stdout.contains("tabular/iris"), "{}", listed.stdout);
    let printed = program.succeed(&["recipes", "iris"]);
    program.write("my.toml", &printed.stdout);
    let result = program.json(&["train", "my.toml", "--json", "--set", "training.epochs=2"]);
    assert_eq!(result["run"], "runs/my");
    let missing = program.run(&["recipes", "irish"]);
    assert_eq!(missing.code, 2);
    assert!(
        missing.stderr.contains("did you mean `iris`?"),
        "{}",
        missing.stderr
    );
}

#[test]
fn rows_in_parquet_and_json_lines_are_answered_in_kind() {
    let program = Program::new();
    program.succeed(&[
        "train",
        &recipe("tabular/iris.toml"),
        "--set",
        "training.epochs=2",
        "-q",
    ]);
    let rows =
        "sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n";
    let csv = program.run_with_input(&["predict", "runs/iris", "-"], rows);
    assert_eq!(csv.stdout.lines().count(), 3, "{}", csv.stderr);
    assert!(
        csv.stdout
            .starts_with("species,species.setosa,species.versicolor,species.virginica\n"),
        "{}",
        csv.stdout
    );
    program.write("rows.csv", rows);
    program.succeed(&["predict", "runs/iris", "rows.csv", "-o", "out.parquet"]);
    assert!(
        std::fs::read(program.path("out.parquet"))
            .unwrap()
            .starts_with(b"PAR1")
    );
    let lines = program.succeed(&["predict", "runs/iris", "rows.csv", "--json"]);
    assert_eq!(lines.stdout.lines().count(), 2);
}

#[test]
fn a_row_that_cannot_be_read_says_where_and_what() {
    let program = Program::new();
    program.succeed(&[
        "train",
        &recipe("tabular/iris.toml"),
        "--set",
        "training.epochs=1",
        "-q",
    ]);
    program.write(
        "new.csv",
        "sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\nsix,3.0,5.2,2.3\n",
    );
    let ran = program.run(&["predict", "runs/iris", "new.csv"]);
    assert_eq!(ran.code, 2);
    for word in ["new.csv:3", "sepal_length", "six"] {
        assert!(
            ran.stderr.contains(word),
            "`{word}` is not in: {}",
            ran.stderr
        );
    }
    program.write(
        "short.csv",
        "sepal_length,sepal_width,petal_length\n5.1,3.5,1.4\n",
    );
    let ran = program.run(&["predict", "runs/iris", "short.csv"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("no column `petal_width`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn problems_with_the_data_point_into_the_recipe() {
    let program = Program::new();
    program.write("customers.csv", &customers());
    let text = "[data]\nsource = \"customers.csv\"\n\n[[inputs]]\ncolumns = [\"agee\", \"plan\"]\n\n\
                [[outputs]]\ncolumn = \"churn\"\n\n[model.linear]\n";
    program.write("bad.toml", text);
    let ran = program.run(&["check", "bad.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("bad.toml:5:12"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean `age`?"), "{}", ran.stderr);
    let ran = program.run(&["check", "bad.toml", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["problems"][0]["line"], 5, "{document}");
}

#[test]
fn a_missing_file_an_unknown_device_and_a_used_folder_are_wrong_requests() {
    let program = Program::new();
    let ran = program.run(&["train", "nothing.toml"]);
    assert_eq!(
        (ran.code, ran.stderr.contains("nothing.toml")),
        (2, true),
        "{}",
        ran.stderr
    );
    let ran = program.run(&["train", &recipe("tabular/iris.toml"), "--device", "cuda"]);
    assert_eq!(
        (ran.code, ran.stderr.contains("--features cuda")),
        (2, true),
        "{}",
        ran.stderr
    );
    std::fs::create_dir(program.path("full")).unwrap();
    program.write("full/a.txt", "mine");
    let ran = program.run(&["train", &recipe("tabular/iris.toml"), "--out", "full"]);
    assert_eq!(
        (ran.code, ran.stderr.contains("not an empty folder")),
        (2, true),
        "{}",
        ran.stderr
    );
    assert_eq!(
        std::fs::read_to_string(program.path("full/a.txt")).unwrap(),
        "mine"
    );
}

#[test]
fn private_columns_appear_nowhere_in_a_run() {
    let program = Program::new();
    program.write(
        "customers.csv",
        &customers()
            .replace("c7,", "Erika Mustermann,")
            .replace(",plus,", ",Secret Plan,"),
    );
    let text = "[data]\nsource = \"customers.csv\"\n\n[data.private]\ndrop = [\"id\"]\nhash = [\"plan\"]\nsalt = \"s\"\n\n\
                [[inputs]]\ncolumn = \"age\"\n[inputs.number]\n\n[[inputs]]\ncolumn = \"plan\"\n[inputs.category]\n\n\
                [[outputs]]\ncolumn = \"churn\"\n[outputs.binary]\n\n[model.linear]\n\n[training]\nepochs = 2\n";
    program.write("private.toml", text);
    program.succeed(&["train", "private.toml"]);
    program.succeed(&["report", "runs/private"]);
    for entry in std::fs::read_dir(program.path("runs/private")).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for word in ["Erika", "Secret Plan", "c11,"] {
            assert!(!text.contains(word), "`{word}` is in {}", path.display());
        }
    }
    // Prediction hashes alike, so a known plan is known.
    program.write("new.csv", "age,plan\n30,Secret Plan\n31,unheard of\n");
    let ran = program.succeed(&["predict", "runs/private", "new.csv"]);
    assert!(
        ran.stderr
            .contains("`plan`: 1 of 2 rows with a value unknown in training"),
        "{}",
        ran.stderr
    );
}

/// Questions whose last word is a city after `to` or `from`.
fn questions() -> String {
    let cities = ["Bonn", "Köln", "Ulm", "Trier", "Jena"];
    let mut text = String::from("question,slots,asked\n");
    for row in 0..60 {
        let city = cities[row % 5];
        let (question, tags) = match row % 3 {
            0 => (format!("a train to {city}?"), "O O O B-end"),
            1 => (format!("from {city} please"), "O B-start O"),
            _ => (format!("go to {city} Mitte"), "O O B-end I-end"),
        };
        text.push_str(&format!(
            "{question},{tags},{}\n",
            ["trip", "start"][usize::from(row % 3 == 1)]
        ));
    }
    text.push_str("nobody has tagged this,,trip\n");
    text
}

const SLOTS: &str = "[data]\nsource = \"questions.csv\"\n\n[[inputs]]\ncolumn = \"question\"\n\
    [inputs.text]\nmax_tokens = 6\n[inputs.text.encoder.rnn]\ndim = 16\nhidden = 16\ndropout = 0.0\n\n\
    [[outputs]]\ncolumn = \"slots\"\n[outputs.tags]\ntext = \"question\"\n\n\
    [[outputs]]\ncolumn = \"asked\"\n[outputs.category]\n\n\
    [model.linear]\n\n[optimizer.adam]\nlearning_rate = 1e-2\n\n[training]\nepochs = 25\nbatch_size = 8\n";

#[test]
fn words_are_tagged_and_entities_found() {
    let program = Program::new();
    program.write("questions.csv", &questions());
    program.write("slots.toml", SLOTS);
    let plan = program.succeed(&["check", "slots.toml"]);
    for words in [
        "entities of slots",
        "  start",
        "linear (slots), per word",
        "1 row left out",
    ] {
        assert!(
            plan.stdout.contains(words),
            "`{words}` is not in: {}",
            plan.stdout
        );
    }
    let result = program.json(&["train", "slots.toml", "--json"]);
    assert!(
        result["test"]["slots"]["entity_f1"].as_f64().unwrap() > 0.9,
        "{result}"
    );
    assert!(
        result["baseline"]["slots"]["entity_f1"].as_f64().unwrap() < 0.9,
        "{result}"
    );

    let rows = "question\na train to Köln?\n\"go  to Trier Mitte\"\n";
    let answers = program.run_with_input(&["predict", "runs/slots", "-", "--json"], rows);
    let answers: Vec<Value> = answers
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let slots = &answers[0]["slots"];
    assert_eq!(slots["value"], serde_json::json!(["O", "O", "O", "B-end"]));
    let entity = &slots["entities"][0];
    assert_eq!(
        (
            &entity["type"],
            &entity["text"],
            &entity["start"],
            &entity["end"]
        ),
        (&"end".into(), &"Köln".into(), &11.into(), &15.into())
    );
    assert!(entity["probability"].as_f64().unwrap() > 0.5, "{entity}");
    assert_eq!(answers[1]["slots"]["entities"][0]["text"], "Trier Mitte");
    assert_eq!(answers[1]["asked"]["value"], "trip");

    // A text without a word, one beyond `max_tokens`, and words that were never seen.
    let rows = "question\n\"\"\na b c d e f g to Ulm\n\u{1f686}\n";
    let csv = program.run_with_input(&["predict", "runs/slots", "-"], rows);
    let lines: Vec<&str> = csv.stdout.lines().collect();
    assert_eq!(
        lines[0], "slots,asked,asked.start,asked.trip",
        "{}",
        csv.stderr
    );
    let tags = |line: &str| line.split(',').next().unwrap().split_whitespace().count();
    assert_eq!(
        lines[1..].iter().map(|line| tags(line)).collect::<Vec<_>>(),
        [0, 9, 1]
    );
    assert!(
        csv.stderr
            .contains("the tag `O` for 3 words behind `max_tokens`"),
        "{}",
        csv.stderr
    );

    let evaluated = program.json(&[
        "evaluate",
        "runs/slots",
        "questions.csv",
        "--json",
        "--importance",
    ]);
    assert!(
        evaluated["test"]["slots"]["entity_f1"].as_f64().unwrap() > 0.9,
        "{evaluated}"
    );
    let shown = program.succeed(&["show", "runs/slots"]);
    assert!(
        shown.stdout.contains("in `question`: end, start"),
        "{}",
        shown.stdout
    );
    program.succeed(&["report", "runs/slots"]);
    let page = std::fs::read_to_string(program.path("runs/slots/report.html")).unwrap();
    assert!(page.contains("entity_f1") && page.contains("</html>"));
}

#[test]
fn tags_that_do_not_go_with_their_words_are_named() {
    let program = Program::new();
    let data = questions().replacen("O O O B-end", "O O B-end", 2);
    program.write(
        "questions.csv",
        &data.replacen("O B-start O", "O B_start O", 1),
    );
    program.write("slots.toml", SLOTS);
    let ran = program.run(&["check", "slots.toml"]);
    assert_eq!(ran.code, 2);
    for words in [
        "slots.toml:",
        "3 rows have not: row 1 has 3 tags for 4 words; row 2 has `B_start` for word 2; row 4 has",
        "hint: words and tags stand between blanks",
    ] {
        assert!(
            ran.stderr.contains(words),
            "`{words}` is not in: {}",
            ran.stderr
        );
    }
}
