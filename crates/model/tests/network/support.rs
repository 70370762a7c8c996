//! Configs, inputs and comparisons for the tests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::{Device, Tensor, TensorData};
use hob_model::{
    Input, Network, NetworkConfig, SeriesInput, Text,
    config::{
        Activation, BertConfig, BodyConfig, CodeEncoder, DeeparConfig, DlinearConfig,
        FtTransformerConfig, HeadConfig, InputsConfig, LinearConfig, MlpConfig, NbeatsConfig,
        NbeatsStack, NhitsConfig, NlinearConfig, Norm, NumberEncoder, PatchtstConfig, Pooling,
        ResnetConfig, RnnCell, SeriesConfig, TcnConfig, TextEncoderConfig, TextNetwork,
    },
};

static GENERATOR: Mutex<()> = Mutex::new(());

/// Held while weights or dropout masks are drawn: the generator of a device belongs to the whole process.
pub(crate) fn generator() -> MutexGuard<'static, ()> {
    GENERATOR.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn seeded(config: &NetworkConfig, device: &Device, seed: u64) -> Network {
    let _guard = generator();
    device.seed(seed);
    Network::new(config, device)
}

/// Every kind of column.
pub(crate) fn mixed_inputs() -> InputsConfig {
    let periodic = |lite| NumberEncoder::Periodic {
        dim: 3,
        frequencies: 4,
        sigma: 0.5,
        lite,
    };
    let piecewise = |edges: &[f32]| NumberEncoder::PiecewiseLinear {
        dim: 2,
        edges: edges.to_vec(),
    };
    let code = |cardinality, dim| CodeEncoder { cardinality, dim };
    InputsConfig {
        numbers: vec![
            periodic(false),
            NumberEncoder::Plain,
            piecewise(&[-1.0, 0.0, 2.0]),
            periodic(true),
            periodic(false),
            piecewise(&[0.0, 1.0]),
        ],
        dense: vec![2, 3],
        codes: vec![code(4, 2), code(3, 5), code(6, 2)],
        ..Default::default()
    }
}

pub(crate) const VOCABULARY: usize = 9;

pub(crate) fn bert(pooling: Pooling) -> BertConfig {
    BertConfig {
        width: 6,
        layers: 2,
        heads: 2,
        feed_forward: 10,
        activation: Activation::Gelu,
        max_tokens: 12,
        first_position: 0,
        segments: 2,
        epsilon: 1e-12,
        dropout: 0.1,
        pooling,
        normalize: false,
    }
}

/// One encoder of every kind.
pub(crate) fn text_encoders() -> Vec<TextEncoderConfig> {
    let rnn = |cell, bidirectional, pooling| TextNetwork::Rnn {
        cell,
        dim: 3,
        hidden: 4,
        bidirectional,
        pooling,
        dropout: 0.3,
    };
    let networks = [
        TextNetwork::Bag {
            dim: 5,
            dropout: 0.1,
        },
        TextNetwork::Cnn {
            dim: 3,
            filters: 2,
            widths: vec![1, 4],
            dropout: 0.5,
        },
        rnn(RnnCell::Lstm, true, Pooling::Max),
        rnn(RnnCell::Gru, true, Pooling::Mean),
        rnn(RnnCell::Gru, false, Pooling::Cls),
        TextNetwork::Bert(bert(Pooling::Mean)),
        TextNetwork::Bert(BertConfig {
            first_position: 2,
            segments: 0,
            normalize: true,
            ..bert(Pooling::Cls)
        }),
    ];
    networks
        .map(|network| TextEncoderConfig {
            vocabulary: VOCABULARY,
            network,
        })
        .into()
}

/// Every kind of text encoder; the first two columns share one.
pub(crate) fn text_inputs() -> InputsConfig {
    InputsConfig {
        dense: vec![2],
        text_encoders: text_encoders(),
        texts: vec![1, 1, 0, 2, 3, 4, 5, 6],
        ..Default::default()
    }
}

pub(crate) fn plain_inputs(columns: usize) -> InputsConfig {
    InputsConfig {
        numbers: vec![NumberEncoder::Plain; columns],
        ..Default::default()
    }
}

pub(crate) fn config(inputs: InputsConfig, body: BodyConfig) -> NetworkConfig {
    let head = |name: &str, width| HeadConfig {
        words_of: None,
        name: name.into(),
        width,
    };
    NetworkConfig {
        inputs,
        body,
        heads: vec![head("kind", 3), head("price", 1)],
    }
}

pub(crate) fn mlp(hidden: &[usize], norm: Norm) -> BodyConfig {
    BodyConfig::Mlp(MlpConfig {
        hidden: hidden.to_vec(),
        activation: Activation::Relu,
        dropout: 0.2,
        norm,
        residual: true,
    })
}

/// A window with every kind of covariate; `past` of which are not known ahead.
pub(crate) fn windows(past: usize) -> SeriesConfig {
    let code = |cardinality, dim| CodeEncoder { cardinality, dim };
    SeriesConfig {
        context: 9,
        horizon: 4,
        past: 2 + past,
        future: 2,
        static_numbers: 1,
        static_codes: vec![code(4, 2), code(3, 3)],
        params: 3,
    }
}

pub(crate) fn forecast(series: SeriesConfig, body: BodyConfig) -> NetworkConfig {
    NetworkConfig {
        inputs: InputsConfig {
            series: Some(series),
            ..Default::default()
        },
        body,
        heads: Vec::new(),
    }
}

/// One config per body that forecasts.
pub(crate) fn every_forecast() -> Vec<NetworkConfig> {
    let nbeats = |stacks: &[NbeatsStack], from_last| {
        BodyConfig::Nbeats(NbeatsConfig {
            stacks: stacks.to_vec(),
            blocks: 2,
            width: 7,
            dropout: 0.1,
            from_last,
            ..Default::default()
        })
    };
    let nhits = NhitsConfig {
        pool: vec![4, 2, 1],
        downsample: vec![4, 2, 1],
        width: 7,
        ..Default::default()
    };
    let tcn = TcnConfig {
        channels: 5,
        kernel: 3,
        dilations: vec![1, 2],
        decoder: 6,
        dropout: 0.1,
    };
    let deepar = DeeparConfig {
        layers: 2,
        hidden: 5,
        dropout: 0.1,
    };
    let patchtst = PatchtstConfig {
        patch: 4,
        stride: 2,
        layers: 2,
        width: 6,
        heads: 2,
        feed_forward: 8,
        ..Default::default()
    };
    let given = [NbeatsStack::Trend, NbeatsStack::Seasonality];
    vec![
        forecast(windows(0), BodyConfig::Dlinear(DlinearConfig { kernel: 5 })),
        forecast(windows(0), BodyConfig::Nlinear(NlinearConfig {})),
        forecast(windows(2), nbeats(&[NbeatsStack::Generic], false)),
        forecast(windows(0), nbeats(&given, true)),
        forecast(windows(2), BodyConfig::Nhits(nhits)),
        forecast(windows(2), BodyConfig::Tcn(tcn)),
        forecast(windows(0), BodyConfig::Deepar(deepar)),
        forecast(windows(0), BodyConfig::Patchtst(patchtst)),
    ]
}

/// One config per body, each with every kind of column.
pub(crate) fn every_body() -> Vec<NetworkConfig> {
    let resnet = ResnetConfig {
        blocks: 2,
        width: 6,
        hidden: 8,
        ..Default::default()
    };
    let transformer = FtTransformerConfig {
        blocks: 2,
        width: 8,
        heads: 2,
        ..Default::default()
    };
    let mut configs: Vec<_> = [
        BodyConfig::Linear(LinearConfig {}),
        mlp(&[6, 6], Norm::Batch),
        mlp(&[5], Norm::Layer),
        BodyConfig::Resnet(resnet),
        BodyConfig::FtTransformer(transformer.clone()),
    ]
    .map(|body| config(mixed_inputs(), body))
    .into();
    configs.push(config(text_inputs(), mlp(&[6], Norm::None)));
    configs.push(config(
        text_inputs(),
        BodyConfig::FtTransformer(transformer),
    ));
    configs.extend(every_forecast());
    configs
}

/// Token ids of one text column. Lengths differ; with `may_be_empty` the first text has no token.
pub(crate) fn token_lists(column: usize, batch: usize, may_be_empty: bool) -> Vec<Vec<usize>> {
    let length = |row: usize| (row * 4 + column) % 7 + usize::from(!may_be_empty);
    let token = |row: usize, place: usize| (row * 5 + place * 7 + column) % VOCABULARY;
    (0..batch)
        .map(|row| (0..length(row)).map(|place| token(row, place)).collect())
        .collect()
}

/// Texts side by side, filled up to the longest with a token that occurs in texts too.
pub(crate) fn sequence(texts: &[Vec<usize>], device: &Device) -> Text {
    let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
    let shape = [texts.len(), longest];
    let places = || {
        texts
            .iter()
            .flat_map(|text| (0..longest).map(move |place| text.get(place)))
    };
    let ids: Vec<i32> = places()
        .map(|token| token.map_or(1, |&id| id as i32))
        .collect();
    let mask: Vec<f32> = places().map(|token| token.map_or(0.0, |_| 1.0)).collect();
    Text::Sequence {
        ids: Tensor::from_data(TensorData::new(ids, shape), device),
        mask: Tensor::from_data(TensorData::new(mask, shape), device),
        words: None,
    }
}

pub(crate) fn bag(texts: &[Vec<usize>], device: &Device) -> Text {
    let rows = texts.iter().enumerate();
    let rows: Vec<i32> = rows
        .flat_map(|(row, text)| vec![row as i32; text.len()])
        .collect();
    let ids: Vec<i32> = texts.iter().flatten().map(|&id| id as i32).collect();
    let share = |text: &Vec<usize>| match text.len() {
        0 => 0.0,
        length => 1.0 / length as f32,
    };
    let shares: Vec<f32> = texts.iter().map(share).collect();
    let tokens = [ids.len()];
    Text::Bag {
        ids: Tensor::from_data(TensorData::new(ids, tokens), device),
        rows: Tensor::from_data(TensorData::new(rows, tokens), device),
        shares: Tensor::from_data(TensorData::new(shares, [texts.len(), 1]), device),
    }
}

fn is_bag(inputs: &InputsConfig, column: usize) -> bool {
    let encoder = &inputs.text_encoders[inputs.texts[column]];
    matches!(encoder.network, TextNetwork::Bag { .. })
}

/// Token ids of every text column of [`rows`].
pub(crate) fn text_columns(config: &NetworkConfig, batch: usize) -> Vec<Vec<Vec<usize>>> {
    let inputs = &config.inputs;
    (0..inputs.texts.len())
        .map(|column| token_lists(column, batch, is_bag(inputs, column)))
        .collect()
}

/// Some rows that fit the config; the same for the same config.
pub(crate) fn rows(config: &NetworkConfig, batch: usize, device: &Device) -> Input {
    let inputs = &config.inputs;
    let matrix = |width: usize| {
        let values: Vec<f32> = (0..batch * width)
            .map(|i| (i as f32 * 0.7).sin() * 1.5)
            .collect();
        (width > 0).then(|| Tensor::from_data(TensorData::new(values, [batch, width]), device))
    };
    let columns = inputs.codes.len();
    let codes: Vec<i32> = (0..batch * columns)
        .map(|i| (i % inputs.codes[i % columns].cardinality) as i32)
        .collect();
    Input {
        numbers: matrix(inputs.numbers.len()),
        dense: matrix(inputs.dense.iter().sum()),
        codes: (columns > 0)
            .then(|| Tensor::from_data(TensorData::new(codes, [batch, columns]), device)),
        texts: text_columns(config, batch)
            .iter()
            .enumerate()
            .map(|(column, texts)| match is_bag(inputs, column) {
                true => bag(texts, device),
                false => sequence(texts, device),
            })
            .collect(),
        interactions: None,
        series: inputs
            .series
            .as_ref()
            .map(|series| window_rows(series, batch, device)),
    }
}

/// Windows that fit the config, some with missing steps; the same for the same config.
pub(crate) fn window_rows(series: &SeriesConfig, batch: usize, device: &Device) -> SeriesInput {
    let fill = |count: usize, step: f32| -> Vec<f32> {
        (0..count).map(|i| (i as f32 * step).sin() * 1.5).collect()
    };
    let steps = |steps: usize, width: usize, step: f32| {
        let shape = [batch, steps, width];
        (width > 0).then(|| {
            let values = fill(batch * steps * width, step);
            Tensor::from_data(TensorData::new(values, shape), device)
        })
    };
    let matrix = |values: Vec<f32>, width: usize| -> Tensor<2> {
        Tensor::from_data(TensorData::new(values, [batch, width]), device)
    };
    let observed: Vec<f32> = (0..batch * series.context)
        .map(|i| f32::from(i % 5 != 2))
        .collect();
    let values = fill(observed.len(), 0.7).into_iter().zip(&observed);
    let columns = series.static_codes.len();
    let codes: Vec<i32> = (0..batch * columns)
        .map(|i| (i % series.static_codes[i % columns].cardinality) as i32)
        .collect();
    SeriesInput {
        past_target: matrix(values.map(|(x, seen)| x * seen).collect(), series.context),
        observed: matrix(observed, series.context),
        past: steps(series.context, series.past, 0.3),
        future: steps(series.horizon, series.future, 0.4),
        static_numbers: steps(1, series.static_numbers, 0.9).map(|lane| lane.squeeze_dim(1)),
        static_codes: (columns > 0)
            .then(|| Tensor::from_data(TensorData::new(codes, [batch, columns]), device)),
        target: Some(matrix(fill(batch * series.horizon, 1.1), series.horizon)),
    }
}

pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor
        .try_into_vec_as::<f32>()
        .expect("the tensor is on the CPU")
}

pub(crate) fn outputs(network: &Network, input: Input) -> Vec<Vec<f32>> {
    network.forward(input).into_iter().map(values).collect()
}

/// Equal within `tolerance`, absolute for small numbers and relative for large ones.
#[track_caller]
pub(crate) fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: number of values");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let allowed = tolerance * expected.abs().max(1.0);
        assert!(
            (found - expected).abs() <= allowed,
            "{what}: value {index} is {found}, expected {expected}"
        );
    }
}
