//! The same weights and rows give the same outputs as in PyTorch. `golden/make_golden.py` wrote the files.

use std::{collections::HashMap, fs, path::Path};

use burn::tensor::{Device, Int, Tensor, TensorData};
use hob_model::{Input, NetworkConfig, SeriesInput, Text, export::CONFIG_KEY, weights};
use safetensors::{SafeTensors, serialize, tensor::TensorView};

use crate::support::{assert_close, outputs};

#[test]
fn networks_compute_what_pytorch_computes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|ending| ending == "safetensors")
        })
        .collect();
    files.sort();
    assert_eq!(files.len(), 42, "a golden file is missing");
    for file in files {
        check(&file);
    }
}

fn check(path: &Path) {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let bytes = fs::read(path).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let config = &header.metadata().as_ref().unwrap()[CONFIG_KEY];
    let config: NetworkConfig = serde_json::from_str(config).unwrap();
    let tensors: HashMap<String, _> = SafeTensors::deserialize(&bytes)
        .unwrap()
        .tensors()
        .into_iter()
        .collect();

    let device = Device::flex();
    let is_weight = |name: &str| !name.starts_with("input.") && !name.starts_with("output.");
    let of_network = tensors.iter().filter(|(name, _)| is_weight(name));
    let weight_file = serialize(of_network, None).unwrap();
    let network = weights::from_safetensors(&config, &weight_file, &device).unwrap();

    let input = Input {
        numbers: tensors
            .get("input.numbers")
            .map(|view| floats(view, &device)),
        dense: tensors.get("input.dense").map(|view| floats(view, &device)),
        codes: tensors
            .get("input.codes")
            .map(|view| integers(view, &device)),
        texts: (0..config.inputs.texts.len())
            .map(|column| text(&tensors, column, &device))
            .collect(),
        interactions: None,
        series: config
            .inputs
            .series
            .is_some()
            .then(|| window(&tensors, &device)),
    };
    for (index, found) in outputs(&network, input).into_iter().enumerate() {
        let expected = read(&tensors[&format!("output.{index}")]);
        assert_close(&found, &expected, 1e-5, &format!("{name}, output {index}"));
    }
}

fn window(tensors: &HashMap<String, TensorView<'_>>, device: &Device) -> SeriesInput {
    let view = |name: &str| tensors.get(&format!("input.series.{name}"));
    let matrix = |name: &str| view(name).map(|view| floats(view, device));
    let steps = |name: &str| view(name).map(|view| floats(view, device));
    SeriesInput {
        past_target: matrix("past_target").unwrap(),
        observed: matrix("observed").unwrap(),
        past: steps("past"),
        future: steps("future"),
        static_numbers: matrix("static_numbers"),
        static_codes: view("static_codes").map(|view| integers(view, device)),
        target: matrix("target"),
    }
}

fn text(tensors: &HashMap<String, TensorView<'_>>, column: usize, device: &Device) -> Text {
    let view = |name: &str| tensors.get(&format!("input.texts.{column}.{name}"));
    match view("mask") {
        Some(mask) => Text::Sequence {
            ids: integers(view("ids").unwrap(), device),
            mask: floats(mask, device),
            words: None,
        },
        None => Text::Bag {
            ids: integers(view("ids").unwrap(), device),
            rows: integers(view("rows").unwrap(), device),
            shares: floats(view("shares").unwrap(), device),
        },
    }
}

fn integers<const D: usize>(view: &TensorView<'_>, device: &Device) -> Tensor<D, Int> {
    let values = view
        .data()
        .chunks_exact(8)
        .map(|b| i64::from_le_bytes(b.try_into().unwrap()) as i32);
    Tensor::from_data(
        TensorData::new(values.collect(), view.shape().to_vec()),
        device,
    )
}

fn floats<const D: usize>(view: &TensorView<'_>, device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(read(view), view.shape().to_vec()), device)
}

fn read(view: &TensorView<'_>) -> Vec<f32> {
    view.data()
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
        .collect()
}
