//! Damaged, foreign and future model files are refused, never a panic.

use hob_inference::{Bundle, Manifest, Predictor};
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
    let honest = serde_json::to_value(&bundle.manifest).unwrap();
    let mut places = Vec::new();
    leaves(&honest, String::new(), &mut places);
    assert!(places.len() > 100, "{} places", places.len());
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
    let rows = "age,plan,since\n31,basic,2024-01-01\n,other,\n";
    let mut opened = 0;
    for place in &places {
        for value in &hostile {
            let mut changed = honest.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            let Ok(manifest) = serde_json::from_value::<Manifest>(changed) else {
                continue;
            };
            let bundle = Bundle {
                manifest,
                weights: bundle.weights.clone(),
            };
            let Ok(predictor) = Predictor::new(bundle, Some("flex")) else {
                continue;
            };
            opened += 1;
            if let Ok(table) = predictor.read_rows(rows.as_bytes())
                && let Ok(predictions) = predictor.predict(&table)
            {
                let _ = predictor.row_to_json(&predictions, 0);
            }
        }
    }
    assert!(opened > 100, "only {opened} bundles opened");
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
