//! Sentences per second of a pretrained BERT.
//!
//!     cargo run --release -p hob-model --example encode_speed -- FOLDER [batches]
//!
//! FOLDER is a Hugging Face folder with `config.json` and one `*.safetensors` file. A batch is 32 sentences of 64 tokens.
//! `encode_speed.py` beside this file measures PyTorch in the same way.

#![allow(clippy::print_stdout, reason = "an example talks")]

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use burn::tensor::{Device, Tensor, TensorData};
use hob_model::{
    Text, TextEncoder,
    config::{Pooling, TextEncoderConfig, TextNetwork},
    pretrained::{bert_config, bert_weights},
};

const BATCH: usize = 32;
const TOKENS: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let batches = arguments.next().map_or(Ok(20_usize), |text| text.parse())?;
    let device = Device::flex();
    let encoder = load(Path::new(&folder), &device)?;
    let ids: Vec<i32> = (0..BATCH * TOKENS)
        .map(|i| 1000 + (i as i32 * 7919) % 20_000)
        .collect();
    let shape = [BATCH, TOKENS];
    let text = Text::Sequence {
        ids: Tensor::from_data(TensorData::new(ids, shape), &device),
        mask: Tensor::ones(shape, &device),
        words: None,
    };
    encoder.forward(text.clone()).try_into_data()?;

    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..batches.max(1) {
        let before = Instant::now();
        encoder.forward(text.clone()).try_into_data()?;
        times.push(before.elapsed());
    }
    times.sort();
    let rate = |time: Duration| BATCH as f64 / time.as_secs_f64();
    println!(
        "{:.1} sentences/s (median of {} batches; best {:.1})",
        rate(times[times.len() / 2]),
        times.len(),
        rate(times[0])
    );
    Ok(())
}

fn load(folder: &Path, device: &Device) -> Result<TextEncoder, Box<dyn Error>> {
    let json = fs::read(folder.join("config.json"))?;
    let (bert, vocabulary) = bert_config(&json, Pooling::Mean, false, 0.0)?;
    let config = TextEncoderConfig {
        vocabulary,
        network: TextNetwork::Bert(bert),
    };
    let files = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths = files.iter().map(|file| file.path());
    let is_weights = |path: &PathBuf| path.extension().is_some_and(|end| end == "safetensors");
    let weights = paths.find(is_weights).ok_or("no *.safetensors file")?;
    Ok(bert_weights(&config, &fs::read(weights)?, device)?)
}
