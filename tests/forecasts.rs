//! Series continued, and what is decided from them.

use serde_json::Value;

use crate::program::{Program, recipe, root};

/// Three items over 120 days: a weekly wave of its own size each.
fn sales() -> String {
    let mut text = String::from("day,item,units,promotion\n");
    let lengths = [(1, 31), (2, 29), (3, 31), (4, 29)];
    let dates = lengths
        .into_iter()
        .flat_map(|(month, days)| (1..=days).map(move |day| format!("2024-{month:02}-{day:02}")));
    for (day, date) in dates.enumerate() {
        for (place, item) in ["cup", "plate", "bowl"].iter().enumerate() {
            let size = 5 + 10 * place;
            let units = size + (day * 3 + place) % 7 * (place + 1);
            text.push_str(&format!(
                "{date},{item},{units},{}\n",
                u8::from(day % 10 == 3)
            ));
        }
    }
    text
}

const RECIPE: &str = r#"
[data]
source = "sales.csv"

[forecast]
time = "day"
series = ["item"]
target = "units"
horizon = 7
context = 21
fill = "zero"

[model.nlinear]

[training]
epochs = 3
"#;

fn sold(extra: &str) -> Program {
    let program = Program::new();
    program.write("sales.csv", &sales());
    program.write("sold.toml", &format!("{RECIPE}{extra}"));
    program
}

/// Sales to serve, in `run`.
pub(crate) fn served_sales() -> Program {
    let program = sold("");
    program.succeed(&["train", "sold.toml", "-q", "--out", "run"]);
    program
}

/// Cells of a CSV without quoted ones.
fn rows(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.split(',').map(String::from).collect();
    text.lines().map(cells).collect()
}

#[test]
fn a_series_is_judged_beside_classical_forecasts_and_continued() {
    let program = Program::new();
    let recipe = recipe("forecast/air_passengers.toml");
    let arguments = [
        "train",
        &recipe,
        "--json",
        "-q",
        "--set",
        "training.epochs=20",
    ];
    let document = program.json(&arguments);
    for metrics in [
        &document["test"]["passengers"],
        &document["baseline"]["passengers"],
    ] {
        for name in ["mae", "mape", "mase", "wql", "coverage_80"] {
            assert!(metrics[name].is_f64(), "{name} is not in {metrics}");
        }
    }
    let result = std::fs::read_to_string(program.path("runs/air_passengers/result.json")).unwrap();
    let result: Value = serde_json::from_str(&result).unwrap();
    let others = result["outputs"][0]["forecast"]["others"]
        .as_array()
        .unwrap();
    let names: Vec<&str> = others
        .iter()
        .map(|other| other["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["naive", "drift", "ets", "theta"]);

    let answers = rows(&program.succeed(&["predict", "runs/air_passengers"]).stdout);
    assert_eq!(answers.len(), 25);
    assert_eq!(
        answers[0][..4],
        ["month", "passengers", "passengers.mean", "passengers.q0.1"]
    );
    assert_eq!(answers[1][0], "1961-01-01");
    assert_eq!(answers[24][0], "1962-12-01");
    for row in &answers[1..] {
        let quantiles: Vec<f64> = row[3..].iter().map(|cell| cell.parse().unwrap()).collect();
        assert!(
            quantiles.windows(2).all(|pair| pair[0] <= pair[1]),
            "{row:?}"
        );
        assert!(quantiles[0] > 0.0);
    }
    let shown = program.succeed(&["show", "runs/air_passengers"]).stdout;
    assert!(
        shown.contains("continues 1 series stored up to 1960-12-01"),
        "{shown}"
    );
    program.succeed(&["report", "runs/air_passengers"]);
    let page = std::fs::read_to_string(program.path("runs/air_passengers/report.html")).unwrap();
    assert!(
        page.contains("Error by distance") && page.contains("theta"),
        "no such section"
    );
}

#[test]
fn new_rows_go_on_where_the_history_ends() {
    let program = sold("");
    program.succeed(&["train", "sold.toml", "-q", "--out", "run"]);
    let stored = rows(&program.succeed(&["predict", "run"]).stdout);
    assert_eq!(stored.len(), 1 + 3 * 7);
    assert_eq!(stored[1][..2], ["bowl", "2024-04-30"]);
    program.write(
        "new.csv",
        "day,item,units\n2024-04-30,cup,9\n2024-05-01,cup,12\n",
    );
    let later = rows(&program.succeed(&["predict", "run", "new.csv"]).stdout);
    assert_eq!(later.len(), 1 + 7, "series without new rows are left out");
    assert_eq!(later[1][..2], ["cup", "2024-05-02"]);
    let lines = program.succeed(&["predict", "run", "--json"]).stdout;
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["units"]["value"].to_string(), stored[1][2]);
    let judged = program.json(&["evaluate", "run", "sales.csv", "--json"]);
    assert!(judged["test"]["units"]["wql"].is_f64(), "{judged}");
}

#[test]
fn every_network_and_head_forecasts() {
    for (model, head) in [
        ("dlinear", ""),
        ("nbeats", "[forecast.head.normal]"),
        ("nhits", "[forecast.head.student_t]"),
        ("tcn", "[forecast.head.negative_binomial]"),
        ("deepar", "[forecast.head.zero_inflated]"),
        (
            "patchtst",
            "[forecast.head.quantiles]\nlevels = [0.1, 0.5, 0.9]",
        ),
    ] {
        let program = sold("");
        let counts = matches!(model, "tcn" | "deepar");
        let scale = if counts {
            "scale = \"mean\"\nstatic = [\"item\"]"
        } else {
            "known = [\"promotion\"]"
        };
        let text = RECIPE
            .replace("[model.nlinear]", &format!("{head}\n[model.{model}]"))
            .replace("fill = \"zero\"", &format!("fill = \"zero\"\n{scale}"))
            .replace("epochs = 3", "epochs = 1");
        program.write("sold.toml", &text);
        let document = program.json(&["train", "sold.toml", "-q", "--json", "--out", "run"]);
        assert!(
            document["test"]["units"]["wql"].is_f64(),
            "{model}: {document}"
        );
        let arguments = match counts {
            true => vec!["predict", "run"],
            false => {
                let future = (1..=7).map(|day| format!("2024-05-{day:02},cup,,0\n"));
                let head = "day,item,units,promotion\n2024-04-30,cup,9,0\n".to_string();
                program.write("next.csv", &(head + &future.collect::<String>()));
                vec!["predict", "run", "next.csv"]
            }
        };
        let first = program.succeed(&arguments).stdout;
        assert_eq!(first, program.succeed(&arguments).stdout, "{model}");
    }
}

/// What dropout leaves out is drawn as if nothing had happened.
#[test]
fn a_killed_run_resumes_to_the_same_forecasts() {
    let program = sold("");
    let deepar = RECIPE.replace(
        "[model.nlinear]",
        "[model.deepar]\nhidden = 4\ndropout = 0.2",
    );
    program.write("sold.toml", &deepar);
    let train = |run: &'static str, seed: &'static str| {
        let set = ["--set", "training.epochs=200", "--set"];
        let seed = ["training.checkpoint_seconds=0.01", "--set", seed];
        [&["train", "sold.toml", "-q", "--out", run][..], &set, &seed].concat()
    };
    program.succeed(&train("whole", "seed=1"));
    program.succeed(&train("other", "seed=2"));
    program.kill_training(&train("killed", "seed=1"), "killed");
    program.succeed(&["train", "--resume", "killed", "-q"]);
    let read = |run: &str| std::fs::read(program.path(run).join("model.hob")).unwrap();
    assert!(read("whole") == read("killed"), "the models differ");
    assert!(read("whole") != read("other"), "the seed does not count");
}

#[test]
fn columns_that_must_be_known_are_asked_for() {
    let program = sold("");
    let text = RECIPE.replace("fill = \"zero\"", "known = [\"promotion\"]");
    program.write("sold.toml", &text);
    program.succeed(&[
        "train",
        "sold.toml",
        "-q",
        "--out",
        "run",
        "--set",
        "training.epochs=1",
    ]);
    let ran = program.run(&["predict", "run"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("promotion") && ran.stderr.contains("2024-04-30"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_cannot_be_forecast_is_told() {
    let program = sold("[model.mlp]\nhidden = [4]\n[[inputs]]\ncolumn = \"day\"\n");
    let text = RECIPE
        .replace(
            "[model.nlinear]",
            "[model.mlp]\nhidden = [4]\n\n[data.split.random]\ntest = 0.3",
        )
        .replace(
            "series = [\"item\"]",
            "series = [\"item\"]\nknown = [\"units\", \"price\"]\nfrequency = \"dayly\"",
        );
    program.write("sold.toml", &text);
    let ran = program.run(&["check", "sold.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    insta::assert_snapshot!("what_cannot_be_forecast", ran.stderr);
    program.write("sold.toml", &RECIPE.replace("horizon = 7", "horizon = 90"));
    let ran = program.run(&["check", "sold.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    insta::assert_snapshot!("a_horizon_that_is_too_long", ran.stderr);
    program.write(
        "sold.toml",
        &RECIPE.replace("[forecast]", "[[inputs]]\ncolumn = \"item\"\n\n[forecast]"),
    );
    let ran = program.run(&["check", "sold.toml"]);
    assert!(
        ran.stderr
            .contains("`[forecast]` stands in place of `inputs`"),
        "{}",
        ran.stderr
    );
    let alone = "[data]\nsource = \"sales.csv\"\n\n[[inputs]]\ncolumn = \"item\"\n\n[[outputs]]\ncolumn = \"units\"\n\n\
                 [model.linear]\n\n[decision.simulation]\n";
    program.write("sold.toml", alone);
    let ran = program.run(&["check", "sold.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    insta::assert_snapshot!("a_decision_without_a_forecast", ran.stderr);
    program.write(
        "sales.csv",
        &sales().replace("2024-04-29,cup", "2024-04-28,cup"),
    );
    program.write("sold.toml", RECIPE);
    let ran = program.run(&["check", "sold.toml"]);
    insta::assert_snapshot!("two_rows_of_a_step", ran.stderr);
}

const ORDERS: &str = "
[decision.order]
stock = \"stock.csv\"
unit_cost = \"cost\"
price = 10
holding_rate = 0.25
periods_per_year = 365
service_level = 0.95
lead_time = 2
review_period = 3
pack_size = 6

[decision.simulation]
initial_cover = 5
";

#[test]
fn orders_follow_from_a_forecast() {
    let program = sold(ORDERS);
    program.write(
        "stock.csv",
        "item,on_hand,cost\ncup,3,4\nplate,500,5\nbowl,20,6\nspoon,1,1\n",
    );
    program.succeed(&["train", "sold.toml", "-q", "--out", "run"]);
    let result = std::fs::read_to_string(program.path("run/result.json")).unwrap();
    let result: Value = serde_json::from_str(&result).unwrap();
    let simulation = &result["outputs"][0]["forecast"]["simulation"];
    assert_eq!(simulation["items"], 3, "{simulation}");
    assert!(
        simulation["foresight"]["cost"]["value"].is_f64(),
        "{simulation}"
    );

    let arguments = ["order", "run", "--stock", "stock.csv", "-o", "orders.csv"];
    let ran = program.succeed(&arguments);
    assert!(ran.stderr.contains("`spoon`"), "{}", ran.stderr);
    let plan = program.json(&["order", "run", "--stock", "stock.csv", "--json"]);
    let line = |item: &str| {
        let mut lines = plan["lines"].as_array().unwrap().iter();
        lines.find(|line| line["item"] == item).unwrap()
    };
    assert_eq!(line("plate")["quantity"], 0.0, "there is enough for months");
    let cups = line("cup")["quantity"].as_f64().unwrap();
    assert!(cups > 0.0 && cups % 6.0 == 0.0, "{cups}");
    let more = ["--set", "decision.order.service_level=0.999"];
    let plan = program.json(
        &[
            &["order", "run", "--stock", "stock.csv", "--json"],
            &more[..],
        ]
        .concat(),
    );
    let lines = plan["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["item"] == "cup").unwrap();
    assert!(line["order_up_to"].as_f64().unwrap() > 0.0);
    assert!(
        std::fs::read_to_string(program.path("orders.csv"))
            .unwrap()
            .starts_with("item,quantity,")
    );
}

#[test]
fn a_factory_is_planned_without_a_model_and_says_what_is_missing() {
    let program = Program::new();
    let factory = root().join("datasets/workshop/factory.toml");
    let factory = std::fs::read_to_string(factory).unwrap();
    // A wide gap: the solver need not prove much.
    let factory = factory.replace("gap = 0.02", "gap = 0.2");
    program.write("factory.toml", &factory);
    let ran = program.succeed(&["produce", "--plan", "factory.toml"]);
    for word in ["paper_garland", "hours", "material to order", "in all"] {
        assert!(
            ran.stdout.contains(word),
            "`{word}` is not in {}",
            ran.stdout
        );
    }
    program.write(
        "factory.toml",
        &factory.replace("holding_cost", "holding_costs"),
    );
    let ran = program.run(&["produce", "--plan", "factory.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("holding_costs"), "{}", ran.stderr);
}
