//! Damaged, foreign and future model files are refused, never a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hob_data::source::read_stream;
use hob_inference::{Bundle, Forecaster, Manifest, Predictor, Recommender, Retriever};
use serde_json::{Value, json};

use crate::program::{Program, customers, recipe};

#[test]
fn a_model_file_that_is_not_whole_is_refused() {
    let program = Program::new();
    program.succeed(&[
        "train",
        &recipe("tabular/iris.toml"),
        "--set",
        "training.epochs=1",
        "-q",
    ]);
    let bytes = std::fs::read(program.path("runs/iris/model.hob")).unwrap();
    let check = |name: &str, bytes: &[u8], expected: &str| {
        let path = program.path(name);
        std::fs::write(&path, bytes).unwrap();
        for command in [vec!["show", name], vec!["predict", name]] {
            let ran = program.run_with_input(&command, "{}");
            assert_eq!(ran.code, 2, "{name}: {}", ran.stderr);
            assert!(
                ran.stderr.contains(expected) && !ran.stderr.contains("panicked"),
                "{name}: {}",
                ran.stderr
            );
        }
    };
    check("empty.hob", b"", "does not start as a hob model does");
    check(
        "text.hob",
        b"hello, world",
        "does not start as a hob model does",
    );
    check("half.hob", &bytes[..bytes.len() / 2], "it is incomplete");
    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    check("changed.hob", &changed, "it is damaged");
    let mut future = bytes;
    future[8] = 200;
    check("future.hob", &future, "use a newer hob");
}

/// Every value of the manifest is replaced by values that no honest hob writes, with a checksum that fits. The bundle may
/// be refused or may answer nonsense; it must not panic.
#[test]
fn a_hostile_manifest_never_panics() {
    let program = Program::new();
    program.write("customers.csv", &customers());
    let text = "[data]\nsource = \"customers.csv\"\n\n[[inputs]]\ncolumn = \"age\"\n[inputs.number.embedding.piecewise_linear]\n\
                dim = 2\nbins = 4\n\n[[inputs]]\ncolumn = \"plan\"\n[inputs.category]\n\n[[inputs]]\ncolumn = \"since\"\n\
                [inputs.date]\n\n[[outputs]]\ncolumn = \"churn\"\n[outputs.category]\n\n[model.mlp]\nhidden = [4]\n\n\
                [training]\nepochs = 1\n";
    program.write("churn.toml", text);
    program.succeed(&["train", "churn.toml", "-q"]);
    let bundle = Bundle::read(&program.path("runs/churn")).unwrap();
    let rows = "age,plan,since\n31,basic,2024-01-01\n,other,\n";
    let opened = hostile_manifests(&bundle, |bundle| {
        let predictor = Predictor::new(bundle, Some("flex")).ok()?;
        let table = predictor.read_rows(rows.as_bytes()).ok();
        if let Some(predictions) = table.and_then(|table| predictor.predict(&table).ok()) {
            let _ = predictor.row_to_json(&predictions, 0);
        }
        Some(())
    });
    assert!(opened > 100, "only {opened} bundles opened");
}

/// The same for a bundle that answers questions.
#[test]
fn a_hostile_manifest_of_a_search_never_panics() {
    let program = Program::new();
    program.write(
        "faq.csv",
        "question,answer\nhow,so\nwhen,now\nwho,we\nwhere,here\nwhy,because\n",
    );
    let text = "[data]\nsource = \"faq.csv\"\n\n[retrieve]\nquestion = \"question\"\nanswer = \"answer\"\n\n\
                [retrieve.text.encoder.bag]\ndim = 2\nbuckets = 16\n\n[training]\nepochs = 1\n";
    program.write("faq.toml", text);
    program.succeed(&["train", "faq.toml", "-q"]);
    let bundle = Bundle::read(&program.path("runs/faq")).unwrap();
    let opened = hostile_manifests(&bundle, |bundle| {
        let retriever = Retriever::new(bundle, Some("flex")).ok()?;
        let _ = retriever.ask("when and where");
        Some(())
    });
    assert!(opened > 100, "only {opened} bundles opened");
}

/// The same for a bundle that continues series.
#[test]
fn a_hostile_manifest_of_a_forecast_never_panics() {
    let program = Program::new();
    let mut text = String::from("day,item,units,price,rain,size\n");
    for day in 1..=20 {
        for (place, item) in ["cup", "bowl"].iter().enumerate() {
            let (units, rain) = (day % 7 + place, day % 3);
            text.push_str(&format!(
                "2024-01-{day:02},{item},{units},{day},{rain},{place}\n"
            ));
        }
    }
    program.write("sales.csv", &text);
    let text = "[data]\nsource = \"sales.csv\"\n\n[forecast]\ntime = \"day\"\nseries = [\"item\"]\ntarget = \"units\"\n\
                horizon = 2\ncontext = 3\nknown = [\"price\"]\npast = [\"rain\"]\nstatic = [\"item\", \"size\"]\n\
                calibrate = true\n\n[forecast.backtest]\nvalidation = 3\n\n[model.nhits]\npool = [1]\ndownsample = [1]\n\
                width = 4\n\n[training]\nepochs = 1\n";
    program.write("sales.toml", text);
    program.succeed(&["train", "sales.toml", "-q"]);
    let bundle = Bundle::read(&program.path("runs/sales")).unwrap();
    let forecast = bundle.manifest.forecast.as_ref().unwrap();
    assert!(forecast.conformal.is_some(), "there is nothing to damage");
    let rows = "day,item,units,price\n2024-01-21,cup,3,9\n2024-01-22,cup,,9\n2024-01-23,cup,,8\n";
    let opened = hostile_manifests(&bundle, |bundle| {
        let forecaster = Forecaster::new(bundle, Some("flex")).ok()?;
        let (requests, options) = (forecaster.requests(), forecaster.read_options());
        let table = read_stream("rows", rows.as_bytes(), None, &requests, &options).ok();
        let windows = table.and_then(|(table, _)| forecaster.windows_of_rows(&table).ok());
        if let Some((windows, _)) = windows {
            let _ = forecaster.forecast(&windows);
        }
        Some(())
    });
    assert!(opened > 100, "only {opened} bundles opened");
}

/// The same for a bundle that recommends.
#[test]
fn a_hostile_manifest_of_a_recommender_never_panics() {
    let program = Program::new();
    let mut text = String::from("user,item,stars\n");
    for user in 0..9 {
        for place in 0..4 {
            text.push_str(&format!("u{user},i{},{}\n", (user + place) % 7, 1 + place));
        }
    }
    program.write("events.csv", &text);
    program.write("users.csv", "user,age\nu0,3\nu1,4\nu2,5\nu3,9\n");
    let text = "[data]\nsource = \"events.csv\"\n\n[recommend]\nuser = \"user\"\nitem = \"item\"\n\n\
                [recommend.feedback.rating]\nvalue = \"stars\"\n\n[recommend.users]\nsource = \"users.csv\"\n\n\
                [[recommend.users.inputs]]\ncolumn = \"age\"\n\n[model.two_tower]\ndim = 2\n\n\
                [training]\nepochs = 1\n";
    program.write("stars.toml", text);
    program.succeed(&["train", "stars.toml", "-q"]);
    let bundle = Bundle::read(&program.path("runs/stars")).unwrap();
    let rows = "user,items,age\nu0,,\n,i1|i3,4\n,,5\n";
    let opened = hostile_manifests(&bundle, |bundle| {
        let recommender = Recommender::new(bundle, Some("flex")).ok()?;
        let (requests, options) = (recommender.requests(), recommender.read_options());
        let (table, _) = read_stream("rows", rows.as_bytes(), None, &requests, &options).ok()?;
        let open = vec![true; recommender.catalog().texts.items.len()];
        let users = recommender.users(&table);
        let _ = recommender.recommend(&users, Some(&table), 3, &open, false);
        let _ = recommender.similar("i1", 3, &open);
        let _ = recommender.rate("u0", "i1");
        Some(())
    });
    assert!(opened > 100, "only {opened} bundles opened");
}

/// Tries every replacement of every value; gives how many bundles opened.
fn hostile_manifests(bundle: &Bundle, open: impl Fn(Bundle) -> Option<()>) -> usize {
    let honest = serde_json::to_value(&bundle.manifest).unwrap();
    let mut places = Vec::new();
    leaves(&honest, String::new(), &mut places);
    assert!(places.len() > 50, "{} places", places.len());
    let hostile = [
        json!(null),
        json!(-1),
        json!(0),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!([]),
        json!({}),
    ];
    let mut opened = 0;
    for place in &places {
        for value in &hostile {
            let mut changed = honest.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            if let Ok(manifest) = serde_json::from_value::<Manifest>(changed) {
                let bundle = Bundle {
                    manifest,
                    ..bundle.clone()
                };
                let outcome = catch_unwind(AssertUnwindSafe(|| open(bundle)));
                let outcome = outcome.unwrap_or_else(|_| panic!("`{place}` is {value}"));
                opened += usize::from(outcome.is_some());
            }
        }
    }
    opened
}

/// JSON pointers of every value.
fn leaves(value: &Value, path: String, places: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| leaves(value, format!("{path}/{}", escaped(key)), places)),
        Value::Array(values) => {
            values
                .iter()
                .enumerate()
                .for_each(|(place, value)| leaves(value, format!("{path}/{place}"), places));
        }
        _ => {}
    }
    if !path.is_empty() {
        places.push(path);
    }
}
