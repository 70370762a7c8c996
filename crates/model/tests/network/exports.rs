//! Files for other programs.

use std::{env, fs, path::Path, process::Command};

use burn::{
    module::Module,
    store::ModuleRecord,
    tensor::{Device, Tensor},
};
use hob_model::{
    ModelError, Network, NetworkConfig, SeriesInput,
    config::Norm,
    export::{self, Precision},
    weights,
};
use safetensors::SafeTensors;

use crate::support::{
    assert_close, config, every_body, mlp, outputs, plain_inputs, rows, seeded, text_columns,
    values,
};

#[test]
fn a_safetensors_file_holds_the_whole_network() {
    let device = Device::flex();
    for config in every_body() {
        let network = seeded(&config, &device, 21);
        let bytes = export::safetensors(&network, &config, Precision::F32).unwrap();
        assert!(bytes == export::safetensors(&network, &config, Precision::F32).unwrap());
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let stored = &header.metadata().as_ref().unwrap()[export::CONFIG_KEY];
        let stored: NetworkConfig = serde_json::from_str(stored).unwrap();
        assert_eq!(stored, config);

        let loaded = weights::from_safetensors(&stored, &bytes, &device).unwrap();
        assert!(weights::to_bytes(&loaded).unwrap() == weights::to_bytes(&network).unwrap());
    }
}

#[test]
fn names_and_shapes_are_those_of_pytorch() {
    let config = config(plain_inputs(3), mlp(&[4], Norm::Batch));
    let network = seeded(&config, &Device::flex(), 22);
    let bytes = export::safetensors(&network, &config, Precision::F16).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<String> = file
        .tensors()
        .iter()
        .map(|(name, view)| format!("{name} {:?} {:?}", view.shape(), view.dtype()))
        .collect();
    tensors.sort();
    assert_eq!(
        tensors,
        [
            "body.layers.0.linear.bias [4] F16",
            "body.layers.0.linear.weight [4, 3] F16",
            "body.layers.0.norm.bias [4] F16",
            "body.layers.0.norm.running_mean [4] F16",
            "body.layers.0.norm.running_var [4] F16",
            "body.layers.0.norm.weight [4] F16",
            "heads.0.bias [3] F16",
            "heads.0.weight [3, 4] F16",
            "heads.1.bias [1] F16",
            "heads.1.weight [1, 4] F16",
        ]
    );
}

#[test]
fn half_precision_files_come_back_nearly_equal() {
    let device = Device::flex();
    for config in every_body() {
        let network = seeded(&config, &device, 23);
        let input = || rows(&config, 4, &device);
        let expected = outputs(&network, input());
        let pack = export::burnpack(&network, Precision::F16).unwrap();
        let tensors = export::safetensors(&network, &config, Precision::F16).unwrap();
        let full = export::burnpack(&network, Precision::F32).unwrap();
        assert!(pack.len() < full.len());
        for loaded in [
            weights::from_bytes(&config, pack, &device).unwrap(),
            weights::from_safetensors(&config, &tensors, &device).unwrap(),
        ] {
            for (found, expected) in outputs(&loaded, input()).iter().zip(&expected) {
                assert_close(found, expected, 2e-2, "half precision");
            }
        }
    }
}

#[test]
fn burn_loads_an_exported_file() {
    let device = Device::flex();
    let folder = tempfile::tempdir().unwrap();
    let config = &every_body()[1];
    let network = seeded(config, &device, 24);
    let path = folder.path().join("model.bpk");
    fs::write(&path, export::burnpack(&network, Precision::F32).unwrap()).unwrap();
    let record = ModuleRecord::load(&path).unwrap();
    let loaded = Network::planned(config, &device)
        .try_load_record(record)
        .unwrap();
    assert_eq!(
        outputs(&loaded, rows(config, 3, &device)),
        outputs(&network, rows(config, 3, &device))
    );
}

#[test]
fn a_weight_beyond_half_precision_is_an_error() {
    let device = Device::flex();
    let config = config(plain_inputs(1), mlp(&[1], Norm::None));
    let network = seeded(&config, &device, 25);
    struct Grow;
    impl burn::module::ModuleMapper for Grow {
        fn map_float<const D: usize>(
            &mut self,
            param: burn::module::Param<burn::tensor::Tensor<D>>,
        ) -> burn::module::Param<burn::tensor::Tensor<D>> {
            param.map(|tensor| tensor * 0.0 + 1e6)
        }
    }
    let network = network.map(&mut Grow);
    let error = export::burnpack(&network, Precision::F16).unwrap_err();
    assert!(
        matches!(&error, ModelError::TooLargeForHalf { value, .. } if value == "1000000"),
        "{error}"
    );
    assert!(export::burnpack(&network, Precision::F32).is_ok());
}

/// Runs where HOB_PYTHON names a Python with torch, numpy and safetensors.
#[test]
fn pytorch_computes_the_same_from_an_exported_file() {
    let Ok(python) = env::var("HOB_PYTHON") else {
        return;
    };
    let device = Device::flex();
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/exported_safetensors.py");
    for (index, config) in every_body().into_iter().enumerate() {
        let network = seeded(&config, &device, 26);
        for precision in [Precision::F32, Precision::F16] {
            let file = folder
                .path()
                .join(format!("{index}_{precision:?}.safetensors"));
            fs::write(
                &file,
                export::safetensors(&network, &config, precision).unwrap(),
            )
            .unwrap();
            let expected = folder.path().join("expected.json");
            fs::write(&expected, expectation(&network, &config, 4).to_string()).unwrap();
            let output = Command::new(&python)
                .arg("-B")
                .arg(&script)
                .arg(&file)
                .arg(&expected)
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

fn window(input: &SeriesInput) -> serde_json::Value {
    let matrix = |tensor: &Tensor<2>| rows_of(values(tensor.clone()), tensor.dims()[1]);
    let steps = |tensor: &Tensor<3>| {
        let [_, steps, width] = tensor.dims();
        let rows = rows_of(values(tensor.clone()), width);
        rows_of(rows, steps)
    };
    let codes = input.static_codes.clone().map(|codes| {
        let width = codes.dims()[1];
        rows_of(codes.try_into_vec_as::<i64>().unwrap(), width)
    });
    serde_json::json!({
        "past_target": matrix(&input.past_target),
        "observed": matrix(&input.observed),
        "past": input.past.as_ref().map(steps),
        "future": input.future.as_ref().map(steps),
        "static_numbers": input.static_numbers.as_ref().map(matrix),
        "static_codes": codes,
        "target": input.target.as_ref().map(matrix),
    })
}

fn rows_of<T: Clone>(values: Vec<T>, width: usize) -> Vec<Vec<T>> {
    values.chunks(width).map(<[T]>::to_vec).collect()
}

/// What the scripts in `golden/` compare with.
pub(crate) fn expectation(
    network: &Network,
    config: &NetworkConfig,
    batch: usize,
) -> serde_json::Value {
    let input = rows(config, batch, &Device::flex());
    let matrix = |values: Vec<f32>, width: usize| -> Vec<Vec<f32>> {
        values.chunks(width).map(<[f32]>::to_vec).collect()
    };
    let lane = |tensor: &Option<burn::tensor::Tensor<2>>| {
        tensor.clone().map(|tensor| {
            let width = tensor.dims()[1];
            matrix(values(tensor), width)
        })
    };
    let codes = input.codes.clone().map(|codes| {
        let width = codes.dims()[1];
        let codes = codes.try_into_vec_as::<i64>().unwrap();
        codes.chunks(width).map(<[i64]>::to_vec).collect::<Vec<_>>()
    });
    let outputs: Vec<_> = network
        .forward(input.clone())
        .into_iter()
        .map(|output| {
            let width = output.dims()[1];
            matrix(values(output), width)
        })
        .collect();
    serde_json::json!({
        "numbers": lane(&input.numbers),
        "dense": lane(&input.dense),
        "codes": codes,
        "texts": text_columns(config, batch),
        "series": input.series.as_ref().map(window),
        "outputs": outputs,
    })
}
