//! Each optimizer of a recipe does what it says.

use super::*;
use crate::optimizer::weights::WeightPaths;

#[test]
fn every_optimizer_lowers_the_loss() {
    let _generator = generator();
    for (name, rate) in [
        ("sgd", 0.05),
        ("adam", 0.01),
        ("adamw", 0.01),
        ("adagrad", 0.05),
        ("rmsprop", 0.01),
        ("lion", 0.005),
        ("lamb", 0.02),
        ("adan", 0.01),
        ("muon", 0.01),
        ("adafactor", 0.05),
    ] {
        let fitted = run_with(|request| {
            *request = plain_request(&request.directory);
            request.training.epochs = 15;
            request.optimizer =
                toml::from_str(&format!("[{name}]\nlearning_rate = {rate}")).unwrap();
        });
        let (first, last) = (fitted.epochs[0].train_loss, fitted.epochs[14].train_loss);
        assert!(last < first * 0.9, "{name}: {first} to {last}");
    }
}

#[test]
fn defaults_are_the_ones_in_the_documentation() {
    let rate = |name: &str| {
        let config: OptimizerConfig = toml::from_str(&format!("[{name}]")).unwrap();
        config.learning_rate()
    };
    assert_eq!(rate("sgd"), 0.01);
    assert_eq!(rate("adam"), 1e-3);
    assert_eq!(rate("lion"), 1e-4);
    assert_eq!(AdamOptimizer::default().epsilon, 1e-8);
    assert!(toml::from_str::<OptimizerConfig>("[adam]\nbeta = 0.9").is_err());
}

#[test]
fn weight_decay_reaches_matrices_only() {
    let _generator = generator();
    for name in ["sgd", "adamw", "lion"] {
        let run_as = |decay: f64| {
            let fitted = run_with(|request| {
                *request = plain_request(&request.directory);
                request.network = network(mlp(0.0, Norm::Batch));
                request.training.epochs = 1;
                request.training.batch_size = BatchSize::Full;
                let text = format!("[{name}]\nlearning_rate = 0.1\nweight_decay = {decay}");
                request.optimizer = toml::from_str(&text).unwrap();
            });
            weights(&fitted.network)
        };
        let (plain, decayed) = (run_as(0.0), run_as(0.5));
        for (path, values) in &plain {
            let is_matrix = path.ends_with("weight");
            assert_eq!(values != &decayed[path], is_matrix, "{name}: {path}");
        }
    }
}

#[test]
fn weight_matrices_are_found_by_path() {
    let device = Device::flex();
    let paths = WeightPaths::of(&Network::planned(&network(mlp(0.0, Norm::Batch)), &device));
    assert_eq!(paths.matrices.len(), paths.matrix_ids.len());
    assert!(
        paths.matrices.iter().all(|path| path.ends_with("weight")),
        "{:?}",
        paths.matrices
    );
    // Two hidden layers, two heads, one embedding table.
    assert_eq!(paths.matrices.len(), 5, "{:?}", paths.matrices);
    assert_eq!(paths.hidden.len(), 2, "{:?}", paths.hidden);
}
