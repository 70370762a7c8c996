//! One token per column.

use burn::{
    module::{Module, Param},
    nn::{Initializer, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use crate::{
    Input,
    config::InputsConfig,
    encoder::{
        NoParameters,
        category::CodeTable,
        column_linear::ColumnLinear,
        columns::Columns,
        numbers::{self, NumberGroup},
    },
    summary::Summary,
};

/// The output token, then one token per plain number, embedded number, dense block and code, in this order.
#[derive(Module, Debug)]
pub struct Tokenizer {
    /// `[width]`: the token that the heads will see.
    pub output: Param<Tensor<1>>,
    plain: Option<NumberTokens>,
    numbers: Vec<EmbeddedTokens>,
    #[module(skip)]
    dense_widths: Vec<usize>,
    dense: Vec<Linear>,
    codes: Option<CodeTokens>,
}

/// `x * weight + bias`, with a weight and a bias per column.
#[derive(Module, Debug)]
pub struct NumberTokens {
    columns: Columns,
    /// `[columns, width]`
    pub weight: Param<Tensor<2>>,
    /// `[columns, width]`
    pub bias: Param<Tensor<2>>,
}

/// A number embedding, then a linear layer per column.
#[derive(Module, Debug)]
pub struct EmbeddedTokens {
    group: NumberGroup,
    linear: ColumnLinear,
}

/// A row of a table per code, plus a bias per column.
#[derive(Module, Debug)]
pub struct CodeTokens {
    codes: CodeTable,
    /// `[columns, width]`
    pub bias: Param<Tensor<2>>,
}

impl Tokenizer {
    pub(crate) fn new(inputs: &InputsConfig, width: usize, device: &Device) -> Self {
        let bound = 1.0 / (width as f64).sqrt();
        let uniform = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        let plain = numbers::plain_columns(&inputs.numbers, device).map(|columns| NumberTokens {
            weight: uniform.init([columns.count(), width], device),
            bias: uniform.init([columns.count(), width], device),
            columns,
        });
        let groups = numbers::groups(&inputs.numbers, device).into_iter();
        let dense = inputs.dense.iter();
        Self {
            output: uniform.init([width], device),
            plain,
            numbers: groups
                .map(|group| EmbeddedTokens::new(group, width, device))
                .collect(),
            dense_widths: inputs.dense.clone(),
            dense: dense
                .map(|&block| LinearConfig::new(block, width).init(device))
                .collect(),
            codes: CodeTokens::new(inputs, width, &uniform, device),
        }
    }

    /// Tokens per row.
    pub fn count(&self) -> usize {
        let plain = self
            .plain
            .as_ref()
            .map_or(0, |tokens| tokens.columns.count());
        let numbers: usize = self.numbers.iter().map(|tokens| tokens.group.count()).sum();
        let codes = self.codes.as_ref().map_or(0, |tokens| tokens.codes.count());
        1 + plain + numbers + self.dense.len() + codes
    }

    /// `[batch, count, width]`
    pub fn forward(&self, input: Input) -> Tensor<3> {
        let mut tokens = Vec::new();
        if let Some(plain) = &self.plain {
            tokens.push(plain.forward(input.expect_numbers()));
        }
        for group in &self.numbers {
            tokens.push(group.forward(input.expect_numbers()));
        }
        let mut start = 0;
        for (linear, &width) in self.dense.iter().zip(&self.dense_widths) {
            let block = input.expect_dense().narrow(1, start, width);
            tokens.push(linear.forward(block).unsqueeze_dim(1));
            start += width;
        }
        if let Some(codes) = &self.codes {
            tokens.push(codes.forward(&input));
        }
        let batch = tokens.first().map_or(0, |tokens| tokens.dims()[0]);
        let output = self.output.val().unsqueeze::<3>();
        let width = output.dims()[2];
        tokens.insert(0, output.expand([batch, 1, width]));
        Tensor::cat(tokens, 1)
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let width = self.output.lazy_shape()[0];
        if let Some(plain) = &self.plain {
            let shape = vec![plain.columns.count(), width];
            summary.add(&format!("{path}.plain"), "number tokens", shape, plain);
        }
        for (index, tokens) in self.numbers.iter().enumerate() {
            tokens
                .group
                .describe(&format!("{path}.numbers.{index}.group"), summary);
            let shape = vec![tokens.group.count(), width];
            summary.add(
                &format!("{path}.numbers.{index}.linear"),
                "linear",
                shape,
                &tokens.linear,
            );
        }
        for (index, linear) in self.dense.iter().enumerate() {
            summary.add(
                &format!("{path}.dense.{index}"),
                "linear",
                vec![1, width],
                linear,
            );
        }
        if let Some(codes) = &self.codes {
            let shape = vec![codes.codes.count(), width];
            summary.add(&format!("{path}.codes"), "code tokens", shape, codes);
        }
        summary.add_parameters(
            &format!("{path}.output"),
            "output token",
            vec![1, width],
            width,
        );
        summary.add(
            path,
            "row as tokens",
            vec![self.count(), width],
            &NoParameters {},
        );
    }
}

impl NumberTokens {
    fn forward(&self, numbers: Tensor<2>) -> Tensor<3> {
        let x = self.columns.pick(numbers).unsqueeze_dim::<3>(2);
        x * self.weight.val().unsqueeze_dim(0) + self.bias.val().unsqueeze_dim(0)
    }
}

impl EmbeddedTokens {
    fn new(group: NumberGroup, width: usize, device: &Device) -> Self {
        Self {
            linear: ColumnLinear::new(group.count(), group.dim(), width, device),
            group,
        }
    }

    fn forward(&self, numbers: Tensor<2>) -> Tensor<3> {
        self.linear.forward(self.group.forward(numbers))
    }
}

impl CodeTokens {
    fn new(
        inputs: &InputsConfig,
        width: usize,
        uniform: &Initializer,
        device: &Device,
    ) -> Option<Self> {
        if inputs.codes.is_empty() {
            return None;
        }
        let all: Vec<usize> = (0..inputs.codes.len()).collect();
        let cardinalities: Vec<usize> = inputs.codes.iter().map(|code| code.cardinality).collect();
        let lane = (all.as_slice(), all.len());
        Some(Self {
            codes: CodeTable::new(lane, &cardinalities, width, uniform.clone(), device),
            bias: uniform.init([all.len(), width], device),
        })
    }

    fn forward(&self, input: &Input) -> Tensor<3> {
        self.codes.forward(input.expect_codes()) + self.bias.val().unsqueeze_dim(0)
    }
}
