//! LSTM (Hochreiter and Schmidhuber 1997) and GRU (Cho et al. 2014), with PyTorch's formulas and order of gates.
//!
//! With `x` the gates from the token and `y` those from the last state `h`, each with a bias of its own:
//!
//! - LSTM, gates `i f g o`: `c' = s(f) c + s(i) tanh(g)` and `h' = s(o) tanh(c')` of `x + y`.
//! - GRU, gates `r z n`: `n' = tanh(x_n + s(r) y_n)` and `h' = (1 - s(z)) n' + s(z) h`, with `r` and `z` of `x + y`.

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig},
    tensor::{
        Device, Int, Tensor,
        activation::{sigmoid, tanh},
    },
};

use crate::{
    config::{Pooling, RnnCell},
    summary::Summary,
};

/// Token vectors, a recurrent layer in one or both directions, pooling.
#[derive(Module, Debug)]
pub struct Rnn {
    /// `[vocabulary, dim]`
    pub embedding: Embedding,
    /// From the first token to the last.
    pub forward: Direction,
    /// From the last token to the first.
    pub backward: Option<Direction>,
    dropout: Dropout,
    #[module(skip)]
    pooling: Pooling,
}

/// The weights of one direction, all gates side by side.
#[derive(Module, Debug)]
pub struct Direction {
    /// `[dim, gates * hidden]`
    pub input: Linear,
    /// `[hidden, gates * hidden]`
    pub hidden: Linear,
    #[module(skip)]
    cell: RnnCell,
}

impl Rnn {
    /// `(vocabulary, dim)` of the embedding, `(hidden, directions)` of the recurrent layer. Starts as PyTorch's
    /// `Embedding`, `LSTM` and `GRU`.
    pub(crate) fn new(
        (vocabulary, dim): (usize, usize),
        cell: RnnCell,
        (hidden, directions): (usize, usize),
        pooling: Pooling,
        device: &Device,
    ) -> Self {
        let direction = || Direction::new(cell, dim, hidden, device);
        Self {
            embedding: EmbeddingConfig::new(vocabulary, dim).init(device),
            forward: direction(),
            backward: (directions == 2).then(direction),
            dropout: DropoutConfig::new(0.0).init(),
            pooling,
        }
    }

    pub(crate) fn with_dropout(mut self, share: f64) -> Self {
        self.dropout = DropoutConfig::new(share).init();
        self
    }

    /// Numbers per text.
    pub fn width(&self) -> usize {
        let directions = if self.backward.is_some() { 2 } else { 1 };
        directions * self.forward.width()
    }

    /// The fields of [`Text::Sequence`](crate::Text::Sequence) to `[batch, width]`.
    pub fn forward(&self, ids: Tensor<2, Int>, mask: Tensor<2>) -> Tensor<2> {
        let states = self.tokens(ids, mask.clone());
        self.pool(states, mask)
    }

    /// States and mask to `[batch, width]`.
    pub(super) fn pool(&self, states: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
        self.drop_out(self.pooling.pool(states, mask))
    }

    pub(super) fn drop_out(&self, vectors: Tensor<2>) -> Tensor<2> {
        self.dropout.forward(vectors)
    }

    /// The fields of [`Text::Sequence`](crate::Text::Sequence) to `[batch, longest, width]`; zeros after a text's end.
    pub fn tokens(&self, ids: Tensor<2, Int>, mask: Tensor<2>) -> Tensor<3> {
        // Time comes first, so that each step is a block of memory.
        let tokens = self.embedding.forward(ids.swap_dims(0, 1));
        let mut states = self.forward.run(tokens.clone(), None);
        if let Some(backward) = &self.backward {
            let inside = mask.clone().swap_dims(0, 1).unsqueeze_dim::<3>(2);
            let read = backward.run(tokens, Some(inside));
            states = Tensor::cat(vec![states, read], 2);
        }
        states * mask.unsqueeze_dim(2)
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let shape = vec![self.embedding.weight.lazy_shape()[1]];
        let table = format!("{path}.embedding");
        summary.add(&table, "embedding per token", shape, &self.embedding);
        let cell = match self.forward.cell {
            RnnCell::Lstm => "lstm",
            RnnCell::Gru => "gru",
        };
        let pooling = self.pooling.name();
        let mut add = |name: &str, direction: &Direction| {
            let kind = format!("{cell} {name}, {pooling}");
            let shape = vec![direction.width()];
            summary.add(&format!("{path}.{name}"), &kind, shape, direction);
        };
        add("forward", &self.forward);
        if let Some(backward) = &self.backward {
            add("backward", backward);
        }
    }
}

impl Direction {
    fn new(cell: RnnCell, dim: usize, hidden: usize, device: &Device) -> Self {
        let bound = 1.0 / (hidden as f64).sqrt();
        let uniform = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        let gates = match cell {
            RnnCell::Lstm => 4,
            RnnCell::Gru => 3,
        };
        let linear = |inputs| {
            LinearConfig::new(inputs, gates * hidden)
                .with_initializer(uniform.clone())
                .init(device)
        };
        Self {
            input: linear(dim),
            hidden: linear(hidden),
            cell,
        }
    }

    fn width(&self) -> usize {
        self.hidden.weight.lazy_shape()[0]
    }

    /// `[longest, batch, dim]` to `[batch, longest, hidden]`.
    ///
    /// With `inside` (`[longest, batch, 1]`, 1 for a token) the texts are read backwards: the state stays 0 until the
    /// reader comes to the last token. Forwards, what stands after a text's end is read after the text and can change
    /// nothing in it.
    fn run(&self, tokens: Tensor<3>, inside: Option<Tensor<3>>) -> Tensor<3> {
        let [longest, batch, _] = tokens.dims();
        let device = tokens.device();
        // The part of the gates that does not depend on the state, for all steps at once.
        let gates = steps(self.input.forward(tokens));
        let inside = inside.map(steps);
        let zeros = Tensor::zeros([batch, self.width()], &device);
        let (mut state, mut memory) = (zeros.clone(), zeros);
        let mut states = Vec::with_capacity(longest);
        for step in 0..longest {
            let place = if inside.is_some() {
                longest - 1 - step
            } else {
                step
            };
            let keep = inside.as_ref().map(|inside| inside[place].clone());
            let gates = gates[place].clone();
            (state, memory) = match self.cell {
                RnnCell::Lstm => self.lstm(gates, state, memory, keep),
                RnnCell::Gru => (self.gru(gates, state, keep), memory),
            };
            states.push(state.clone());
        }
        if inside.is_some() {
            states.reverse();
        }
        Tensor::stack(states, 1)
    }

    fn lstm(
        &self,
        gates: Tensor<2>,
        state: Tensor<2>,
        memory: Tensor<2>,
        keep: Option<Tensor<2>>,
    ) -> (Tensor<2>, Tensor<2>) {
        let width = self.width();
        let gates = gates + self.hidden.forward(state);
        let gate = |index: usize| gates.clone().narrow(1, index * width, width);
        let mut memory = sigmoid(gate(1)) * memory + sigmoid(gate(0)) * tanh(gate(2));
        if let Some(keep) = keep {
            memory = memory * keep;
        }
        (sigmoid(gate(3)) * tanh(memory.clone()), memory)
    }

    fn gru(&self, gates: Tensor<2>, state: Tensor<2>, keep: Option<Tensor<2>>) -> Tensor<2> {
        let width = self.width();
        let own = self.hidden.forward(state.clone());
        let both =
            sigmoid(gates.clone().narrow(1, 0, 2 * width) + own.clone().narrow(1, 0, 2 * width));
        let (reset, update) = (
            both.clone().narrow(1, 0, width),
            both.narrow(1, width, width),
        );
        let new = tanh(gates.narrow(1, 2 * width, width) + reset * own.narrow(1, 2 * width, width));
        let state = new.clone() + update * (state - new);
        match keep {
            Some(keep) => state * keep,
            None => state,
        }
    }
}

/// `[steps, batch, width]` as one `[batch, width]` per step.
///
/// By halves: the gradient of a part is a tensor as large as what the part was taken from, so parts taken one by one
/// from the whole would make training time grow with the square of the length.
pub(crate) fn steps(x: Tensor<3>) -> Vec<Tensor<2>> {
    let [count, _, _] = x.dims();
    if count == 1 {
        return vec![x.squeeze_dim(0)];
    }
    let half = count / 2;
    let mut first = steps(x.clone().narrow(0, 0, half));
    first.extend(steps(x.narrow(0, half, count - half)));
    first
}
