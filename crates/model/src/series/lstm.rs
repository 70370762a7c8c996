//! An LSTM layer (Hochreiter and Schmidhuber 1997) over the steps of a batch of windows.
//!
//! With the gates `i f g o` of `x_t W + b + h_(t-1) U`: `c_t = s(f) c_(t-1) + s(i) tanh(g)` and `h_t = s(o) tanh(c_t)`.
//! What comes from the inputs is computed for all steps at once. The rest is one operation where the backend is Flex, with
//! or without gradients, and many small ones elsewhere; see `fused`.

#[cfg(feature = "flex")]
mod cell;
#[cfg(feature = "flex")]
mod fused;

use burn::{
    module::Module,
    nn::{Initializer, Linear, LinearConfig},
    tensor::{
        Device, Tensor,
        activation::{sigmoid, tanh},
    },
};

use crate::text::rnn::steps;

/// The weights, all gates side by side.
#[derive(Module, Debug)]
pub struct Lstm {
    /// `[inputs, 4 * hidden]`
    pub input: Linear,
    /// `[hidden, 4 * hidden]`, without bias.
    pub hidden: Linear,
}

/// What a layer knows after a step.
#[derive(Debug, Clone)]
pub struct LstmState {
    /// `[batch, hidden]`
    pub state: Tensor<2>,
    /// `[batch, hidden]`
    pub memory: Tensor<2>,
}

impl Lstm {
    /// Starts as PyTorch's `LSTM`, which has a second bias that adds nothing.
    pub(super) fn new(inputs: usize, hidden: usize, device: &Device) -> Self {
        Self {
            input: gates(inputs, hidden, true, device),
            hidden: gates(hidden, hidden, false, device),
        }
    }

    pub(super) fn width(&self) -> usize {
        self.hidden.weight.lazy_shape()[0]
    }

    /// From zeros: `gates` is `[steps, batch, 4 * hidden]`, what comes from the inputs. Gives the states of all steps,
    /// `[steps, batch, hidden]`.
    pub(super) fn states(&self, gates: Tensor<3>) -> Tensor<3> {
        #[cfg(feature = "flex")]
        if let Some(states) = fused::with_gradients(&gates, self.hidden.weight.val()) {
            return states;
        }
        self.run(gates, None).0
    }

    /// The same from a given state or from zeros, and what is known after the last step. Without gradients it is fast
    /// too.
    pub(super) fn run(&self, gates: Tensor<3>, start: Option<LstmState>) -> (Tensor<3>, LstmState) {
        let [count, batch, _] = gates.dims();
        let start = start.unwrap_or_else(|| {
            let zeros = Tensor::zeros([batch, self.width()], &gates.device());
            LstmState {
                state: zeros.clone(),
                memory: zeros,
            }
        });
        #[cfg(feature = "flex")]
        if fused::is_possible(&gates) {
            return fused::without_gradients(gates, self.hidden.weight.val(), start);
        }
        let mut last = start;
        let mut states = Vec::with_capacity(count);
        for gates in steps(gates) {
            last = self.step(gates, last);
            states.push(last.state.clone());
        }
        (Tensor::stack(states, 0), last)
    }

    fn step(&self, gates: Tensor<2>, last: LstmState) -> LstmState {
        let width = self.width();
        let gates = gates + self.hidden.forward(last.state);
        let gate = |index: usize| gates.clone().narrow(1, index * width, width);
        let memory = sigmoid(gate(1)) * last.memory + sigmoid(gate(0)) * tanh(gate(2));
        LstmState {
            state: sigmoid(gate(3)) * tanh(memory.clone()),
            memory,
        }
    }
}

/// A part of the way to all gates.
pub(super) fn gates(inputs: usize, hidden: usize, bias: bool, device: &Device) -> Linear {
    let bound = 1.0 / (hidden as f64).sqrt();
    LinearConfig::new(inputs, 4 * hidden)
        .with_bias(bias)
        .with_initializer(Initializer::Uniform {
            min: -bound,
            max: bound,
        })
        .init(device)
}
