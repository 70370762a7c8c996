//! DeepAR of Salinas et al., "DeepAR: Probabilistic Forecasting with Autoregressive Recurrent Networks" (2020).
//!
//! An LSTM goes through context and horizon. At each step it sees the value of the step before, whether that was missing,
//! what is known of this step, and what belongs to the series. In training the values of the horizon are the true ones;
//! later each must be drawn from the forecast of its step before the next step is computed:
//!
//! ```text
//! let mut state = deepar.start(&input).repeat(samples);
//! let mut last = state.last();
//! for each step: (params, state) = deepar.step(&state, last, future of the step); last = a draw from params
//! ```

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use super::{
    SeriesInput,
    lstm::{Lstm, LstmState, gates},
    parts::{encode, statics},
};
use crate::{
    config::{DeeparConfig, SeriesConfig},
    encoder::FlatEncoder,
    summary::Summary,
};

/// See the [module](self).
#[derive(Module, Debug)]
pub struct Deepar {
    statics: Option<FlatEncoder>,
    /// `[statics, 4 * hidden]`, without bias: added to the gates of the first layer at every step.
    pub static_gates: Option<Linear>,
    /// From the one that sees the values to the one that the output sees.
    pub layers: Vec<Lstm>,
    /// `[hidden, params]`
    pub output: Linear,
    dropout: Dropout,
    horizon: usize,
    future: usize,
}

/// What the network knows of some windows after some steps.
#[derive(Debug, Clone)]
pub struct DeeparState {
    layers: Vec<LstmState>,
    /// `[windows, 4 * hidden]`
    static_gates: Option<Tensor<2>>,
    last: Tensor<1>,
    missing: Tensor<1>,
}

impl Deepar {
    pub(crate) fn new(config: &DeeparConfig, series: &SeriesConfig, device: &Device) -> Self {
        let statics = statics(series, device);
        let hidden = config.hidden;
        // Value and whether it is missing.
        let inputs = |layer: usize| {
            if layer == 0 {
                2 + series.future
            } else {
                hidden
            }
        };
        Self {
            static_gates: statics
                .as_ref()
                .map(|statics| gates(statics.width(), hidden, false, device)),
            statics,
            layers: (0..config.layers)
                .map(|layer| Lstm::new(inputs(layer), hidden, device))
                .collect(),
            output: LinearConfig::new(hidden, series.params).init(device),
            dropout: DropoutConfig::new(config.dropout).init(),
            horizon: series.horizon,
            future: series.future,
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.horizon * self.output.weight.lazy_shape()[1]
    }

    /// `[batch, horizon * params]`. Without [`SeriesInput::target`] the first number of a step is taken for its value: a
    /// rough forecast, and no draw.
    pub fn forward(&self, input: &SeriesInput) -> Tensor<2> {
        let Some(target) = input.target.clone() else {
            return self.follow(input);
        };
        let context = input.observed.dims()[1];
        let (mut values, mut missing) = (input.values(), input.missing());
        // The last step's value would be seen by the one after it. No tensor may be empty.
        if self.horizon > 1 {
            let target = target.narrow(1, 0, self.horizon - 1);
            let known = target.zeros_like();
            values = Tensor::cat(vec![values, target], 1);
            missing = Tensor::cat(vec![missing, known], 1);
        }
        let covariates = self
            .context_covariates(input)
            .map(|context| Tensor::cat(vec![context, input.expect_future()], 1));
        let lags = Self::lags(values, missing);
        let states = self.states(lags, covariates, self.static_gates(input));
        let ahead = states.narrow(0, context, self.horizon);
        let steps = self.output.forward(self.dropout.forward(ahead));
        steps.swap_dims(0, 1).flatten(1, 2)
    }

    /// What is known after the context.
    pub fn start(&self, input: &SeriesInput) -> DeeparState {
        let [batch, context] = input.observed.dims();
        let (values, missing) = (input.values(), input.missing());
        let at_end = |steps: &Tensor<2>| steps.clone().narrow(1, context - 1, 1).reshape([batch]);
        let (last, last_missing) = (at_end(&values), at_end(&missing));
        let covariates = self.context_covariates(input);
        let before = |steps: Tensor<2>| steps.narrow(1, 0, context - 1);
        let lags = Self::lags(before(values), before(missing));
        let static_gates = self.static_gates(input);
        let mut x = sequence(lags, covariates);
        let mut layers = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            let gates = add_statics(layer.input.forward(x), static_gates.as_ref(), index);
            let (states, end) = layer.run(gates, None);
            layers.push(end);
            x = self.between(states, index);
        }
        DeeparState {
            layers,
            static_gates,
            last,
            missing: last_missing,
        }
    }

    /// One step: `last` holds the value before it (`[windows]`), `future` what is known of it (`[windows, future]`). Gives
    /// the numbers of the step (`[windows, params]`) and what is known after it.
    ///
    /// # Panics
    /// When the config has covariates of the future and `future` is `None`.
    pub fn step(
        &self,
        state: &DeeparState,
        last: Tensor<1>,
        future: Option<Tensor<2>>,
    ) -> (Tensor<2>, DeeparState) {
        let missing = state.missing.clone();
        let mut seen = vec![last.clone().unsqueeze_dim(1), missing.unsqueeze_dim(1)];
        if self.future > 0 {
            seen.push(future.expect("the config has covariates of the future"));
        }
        let mut x = Tensor::cat(seen, 1).unsqueeze_dim::<3>(0);
        let mut layers = Vec::with_capacity(self.layers.len());
        for (index, (layer, before)) in self.layers.iter().zip(&state.layers).enumerate() {
            let gates = layer.input.forward(x);
            let gates = add_statics(gates, state.static_gates.as_ref(), index);
            let (states, end) = layer.run(gates, Some(before.clone()));
            layers.push(end);
            x = self.between(states, index);
        }
        let params = self
            .output
            .forward(self.dropout.forward(x.squeeze_dim::<2>(0)));
        let after = DeeparState {
            layers,
            static_gates: state.static_gates.clone(),
            missing: Tensor::zeros(last.dims(), &last.device()),
            last,
        };
        (params, after)
    }

    /// The states of the last layer, `[steps, batch, hidden]`.
    fn states(
        &self,
        lags: Tensor<3>,
        covariates: Option<Tensor<3>>,
        static_gates: Option<Tensor<2>>,
    ) -> Tensor<3> {
        let mut x = sequence(lags, covariates);
        for (index, layer) in self.layers.iter().enumerate() {
            let gates = add_statics(layer.input.forward(x), static_gates.as_ref(), index);
            x = self.between(layer.states(gates), index);
        }
        x
    }

    /// Dropout, but not after the last layer.
    fn between(&self, states: Tensor<3>, layer: usize) -> Tensor<3> {
        if layer + 1 < self.layers.len() {
            self.dropout.forward(states)
        } else {
            states
        }
    }

    fn follow(&self, input: &SeriesInput) -> Tensor<2> {
        let mut state = self.start(input);
        let mut last = state.last();
        let windows = last.dims()[0];
        let mut steps = Vec::with_capacity(self.horizon);
        for step in 0..self.horizon {
            let future = input.future.clone();
            let future = future.map(|future| future.narrow(1, step, 1).squeeze_dim::<2>(1));
            let (params, after) = self.step(&state, last, future);
            last = params.clone().narrow(1, 0, 1).reshape([windows]);
            steps.push(params);
            state = after;
        }
        Tensor::cat(steps, 1)
    }

    /// `[batch, steps]` each to the value before each step and whether it was missing, `[batch, steps + 1, 2]`.
    fn lags(values: Tensor<2>, missing: Tensor<2>) -> Tensor<3> {
        let batch = values.dims()[0];
        let device = values.device();
        let nothing = Tensor::zeros([batch, 1], &device);
        let unknown = Tensor::ones([batch, 1], &device);
        let lane =
            |first: Tensor<2>, steps| Tensor::cat(vec![first, steps], 1).unsqueeze_dim::<3>(2);
        Tensor::cat(vec![lane(nothing, values), lane(unknown, missing)], 2)
    }

    /// Those that are known ahead, `[batch, context, future]`.
    fn context_covariates(&self, input: &SeriesInput) -> Option<Tensor<3>> {
        (self.future > 0).then(|| input.expect_past().narrow(2, 0, self.future))
    }

    fn static_gates(&self, input: &SeriesInput) -> Option<Tensor<2>> {
        let statics = self.statics.as_ref();
        let gates = self.static_gates.as_ref();
        gates
            .zip(statics)
            .map(|(gates, statics)| gates.forward(encode(statics, input)))
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        if let (Some(statics), Some(gates)) = (&self.statics, &self.static_gates) {
            statics.describe(&format!("{path}.statics"), summary);
            let shape = vec![gates.weight.lazy_shape()[1]];
            let gates_path = format!("{path}.static_gates");
            summary.add(&gates_path, "linear, of the series", shape, gates);
        }
        for (index, layer) in self.layers.iter().enumerate() {
            let shape = vec![layer.width()];
            summary.add(&format!("{path}.layers.{index}"), "lstm", shape, layer);
        }
        let output = format!("{path}.output");
        let kind = "linear, per step";
        summary.add(&output, kind, vec![self.width()], &self.output);
    }
}

impl DeeparState {
    /// Each window so many times: `a b` becomes `a a a b b b`.
    pub fn repeat(&self, times: usize) -> Self {
        let layer = |layer: &LstmState| LstmState {
            state: repeat(layer.state.clone(), times),
            memory: repeat(layer.memory.clone(), times),
        };
        let column = |values: &Tensor<1>| {
            let repeated = repeat(values.clone().unsqueeze_dim(1), times);
            repeated.squeeze_dim::<1>(1)
        };
        Self {
            layers: self.layers.iter().map(layer).collect(),
            static_gates: self.static_gates.clone().map(|gates| repeat(gates, times)),
            last: column(&self.last),
            missing: column(&self.missing),
        }
    }

    /// `[windows]`: the last value of the context, which the first step takes; later what the last step took.
    pub fn last(&self) -> Tensor<1> {
        self.last.clone()
    }
}

/// `[n, width]` to `[n * times, width]`, each row `times` times.
fn repeat(rows: Tensor<2>, times: usize) -> Tensor<2> {
    let [count, width] = rows.dims();
    let rows = rows.unsqueeze_dim::<3>(1).repeat_dim(1, times);
    rows.reshape([count * times, width])
}

/// Time first, so that each step is a block of memory: `[steps, batch, width]`.
fn sequence(lags: Tensor<3>, covariates: Option<Tensor<3>>) -> Tensor<3> {
    let steps = match covariates {
        Some(covariates) => Tensor::cat(vec![lags, covariates], 2),
        None => lags,
    };
    steps.swap_dims(0, 1)
}

/// To the gates of the first layer.
fn add_statics(gates: Tensor<3>, statics: Option<&Tensor<2>>, layer: usize) -> Tensor<3> {
    match statics {
        Some(statics) if layer == 0 => gates + statics.clone().unsqueeze_dim::<3>(0),
        _ => gates,
    }
}
