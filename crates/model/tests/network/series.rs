//! Networks for forecasts.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor, TensorData},
};
use hob_model::{
    Input, Network, NetworkConfig, SeriesInput,
    config::{BodyConfig, DeeparConfig, DlinearConfig, NlinearConfig, SeriesConfig},
    summary,
};

use crate::support::{
    assert_close, every_forecast, forecast, generator, seeded, values, window_rows, windows,
};

fn series(config: &NetworkConfig) -> &SeriesConfig {
    config.inputs.series.as_ref().unwrap()
}

fn run(network: &Network, input: SeriesInput) -> Tensor<2> {
    let mut outputs = network.forward(Input {
        series: Some(input),
        ..Default::default()
    });
    assert_eq!(outputs.len(), 1);
    outputs.remove(0)
}

#[test]
fn a_forecast_has_numbers_for_every_step() {
    let device = Device::flex();
    for mut config in every_forecast() {
        for covariates in [true, false] {
            if !covariates {
                config.inputs.series = Some(SeriesConfig {
                    context: 7,
                    horizon: 5,
                    params: 1,
                    ..Default::default()
                });
            }
            config.check().unwrap();
            let windows = series(&config);
            let network = seeded(&config, &device, 31);
            let output = run(&network, window_rows(windows, 3, &device));
            assert_eq!(output.dims(), [3, windows.width()]);
            assert_eq!(network.hidden_width(), windows.width());
        }
    }
}

#[test]
fn every_weight_learns() {
    let device = Device::flex().autodiff();
    for config in every_forecast() {
        let network = seeded(&config, &device, 32);
        let loss = {
            let _guard = generator();
            let output = run(&network, window_rows(series(&config), 8, &device));
            output.powf_scalar(2.0).sum()
        };
        let gradients = loss.backward();
        let name = config.body.name();
        network.visit(&mut Learns {
            gradients: &gradients,
            path: vec![name.to_owned()],
        });
    }
}

/// Asserts that every weight has a gradient.
pub(crate) struct Learns<'a> {
    pub(crate) gradients: &'a Gradients,
    pub(crate) path: Vec<String>,
}

impl ModuleVisitor for Learns<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        // What batch normalisation counts is no weight.
        if path.contains("running_") {
            return;
        }
        let gradient = param.val().grad(self.gradients);
        let gradient = values(gradient.unwrap_or_else(|| panic!("{path} has no gradient")));
        assert!(gradient.iter().any(|value| *value != 0.0), "{path}");
    }
}

#[test]
fn what_stands_in_a_missing_step_does_not_matter() {
    let device = Device::flex();
    for config in every_forecast() {
        let network = seeded(&config, &device, 33);
        let input = window_rows(series(&config), 3, &device);
        let mut noisy = input.clone();
        noisy.past_target = noisy.past_target + (input.observed.clone() * -7.0 + 7.0);
        let expected = values(run(&network, input.clone()));
        assert_eq!(values(run(&network, noisy)), expected);

        let mut seen = input.clone();
        seen.observed = Tensor::ones(seen.observed.dims(), &device);
        // Weights on missing steps start at 0 where a network has them for each step.
        let differs = values(run(&network, seen)) != expected;
        let may_differ = !matches!(
            config.body,
            BodyConfig::Nbeats(_) | BodyConfig::Nhits(_) | BodyConfig::Patchtst(_)
        );
        assert!(differs || !may_differ, "{}", config.body.name());
    }
}

#[test]
fn nlinear_moves_its_location_with_the_window() {
    let device = Device::flex();
    let config = forecast(windows(0), BodyConfig::Nlinear(NlinearConfig {}));
    let network = seeded(&config, &device, 34);
    let input = window_rows(series(&config), 3, &device);
    let mut moved = input.clone();
    moved.past_target = (moved.past_target + 10.0) * moved.observed.clone();
    let difference = run(&network, moved) - run(&network, input);
    let expected: Vec<f32> = [10.0, 0.0, 0.0].repeat(3 * series(&config).horizon);
    assert_close(&values(difference), &expected, 1e-4, "moved by 10");
}

fn deepar() -> NetworkConfig {
    let body = DeeparConfig {
        layers: 2,
        hidden: 5,
        dropout: 0.0,
    };
    forecast(windows(0), BodyConfig::Deepar(body))
}

#[test]
fn deepar_steps_through_what_it_was_taught() {
    let device = Device::flex();
    let config = deepar();
    let network = seeded(&config, &device, 36);
    let deepar = network.deepar().unwrap();
    let input = window_rows(series(&config), 3, &device);
    let target = input.target.clone().unwrap();
    let taught = run(&network, input.clone());

    let samples = 2;
    let mut state = deepar.start(&input).repeat(samples);
    let mut last = state.last();
    let rows = |x: Tensor<2>| {
        let width = x.dims()[1];
        let repeated = x.unsqueeze_dim::<3>(1).repeat_dim(1, samples);
        repeated.reshape([3 * samples, width])
    };
    let mut steps = Vec::new();
    for step in 0..series(&config).horizon {
        let future = input.future.clone().unwrap();
        let future = rows(future.narrow(1, step, 1).squeeze_dim(1));
        let (params, after) = deepar.step(&state, last, Some(future));
        steps.push(params);
        state = after;
        last = rows(target.clone().narrow(1, step, 1)).squeeze_dim(1);
    }
    let stepped = values(Tensor::cat(steps, 1));
    assert_close(&stepped, &values(rows(taught)), 1e-5, "step by step");
}

#[test]
fn deepar_learns_the_same_with_one_operation_and_with_many() {
    // A device that keeps little in memory takes the small operations.
    let plain = Device::flex().autodiff();
    let small = Device::flex().autodiff().gradient_checkpointing();
    let config = deepar();
    let results = [plain, small].map(|device| {
        let network = seeded(&config, &device, 37);
        let output = run(&network, window_rows(series(&config), 70, &device));
        let gradients = output.clone().powf_scalar(2.0).sum().backward();
        let mut all = values(output);
        network.visit(&mut Collect(&gradients, &mut all));
        all
    });
    assert_close(&results[0], &results[1], 1e-4, "output and gradients");
}

struct Collect<'a>(&'a Gradients, &'a mut Vec<f32>);

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.1.extend(values(param.val().grad(self.0).unwrap()));
    }
}

#[test]
fn deepar_sees_no_value_before_its_time() {
    let device = Device::flex();
    let config = deepar();
    let network = seeded(&config, &device, 38);
    let input = window_rows(series(&config), 2, &device);
    let horizon = series(&config).horizon;
    let outputs = |step: usize| {
        let mut input = input.clone();
        let change: Vec<f32> = (0..2 * horizon)
            .map(|i| f32::from(i % horizon >= step))
            .collect();
        let change = Tensor::from_data(TensorData::new(change, [2, horizon]), &device);
        input.target = input.target.map(|target| target + change);
        values(
            run(&network, input)
                .reshape([2, horizon, 3])
                .swap_dims(0, 1),
        )
    };
    let (first, second) = (outputs(horizon), outputs(2));
    // The numbers of step 2 come from the values up to step 1.
    assert_eq!(first[..3 * 2 * 3], second[..3 * 2 * 3]);
    assert_ne!(first[3 * 2 * 3..], second[3 * 2 * 3..]);
}

#[test]
fn a_window_without_any_value_gives_a_number() {
    let device = Device::flex();
    for config in every_forecast() {
        let network = seeded(&config, &device, 35);
        let mut input = window_rows(series(&config), 2, &device);
        input.observed = Tensor::zeros(input.observed.dims(), &device);
        let output = values(run(&network, input));
        assert!(output.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn the_table_of_a_linear_forecast_reads_well() {
    let body = BodyConfig::Dlinear(DlinearConfig { kernel: 5 });
    let layers = summary::summary(&forecast(windows(0), body), &Device::flex()).unwrap();
    let rows: Vec<String> = layers
        .iter()
        .map(|layer| {
            format!(
                "{} | {} | {:?} | {}",
                layer.path, layer.kind, layer.output_shape, layer.parameters
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "body.covariates.future | linear, of what is known of each step | [3] | 6",
            "body.covariates.statics.codes.0.table | embedding | [1, 2] | 8",
            "body.covariates.statics.codes.1.table | embedding | [1, 3] | 9",
            "body.covariates.statics | row as a vector | [6] | 0",
            "body.covariates.level | linear, all steps | [3] | 18",
            "body.trend | linear, of the trend | [12] | 120",
            "body.remainder | linear, of the remainder | [12] | 120",
        ]
    );
}
