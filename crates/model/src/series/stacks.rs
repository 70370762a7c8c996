//! Blocks that each explain a part of the window and forecast what follows from it: N-BEATS (Oreshkin et al. 2020) with the
//! covariates of NBEATSx (Olivares et al. 2023), and N-HiTS (Challu et al. 2023).
//!
//! A block sees what the blocks before it left of the window, and all covariates. Fully connected layers lead to the
//! coefficients of two curves: the backcast is subtracted from the window, the forecast added to that of the others. The
//! curves of a generic block of N-BEATS are free; others are combinations of given ones. A block of N-HiTS sees the largest
//! value of every few steps and gives the forecast at every few steps, with straight lines between.

use burn::{
    module::Module,
    nn::{Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use super::{
    SeriesInput, bases,
    parts::{add_level, encode, last_observed, part_of_linear, statics, zero_linear},
};
use crate::{
    config::{Activation, NbeatsConfig, NbeatsStack, NhitsConfig, SeriesConfig},
    encoder::FlatEncoder,
    summary::Summary,
};

/// See the [module](self).
#[derive(Module, Debug)]
pub struct Stacks {
    statics: Option<FlatEncoder>,
    /// In the order in which they see the window.
    pub blocks: Vec<Block>,
    past: usize,
    future: usize,
    params: usize,
    from_last: bool,
}

/// Fully connected layers and two curves.
#[derive(Module, Debug)]
pub struct Block {
    /// `[steps seen, width]`
    pub input: Linear,
    /// `[context, width]`, without bias: which steps are missing.
    pub missing: Linear,
    /// `[covariates, width]`, without bias.
    pub covariates: Option<Linear>,
    /// `[width, width]` each.
    pub layers: Vec<Linear>,
    /// What is subtracted from the window. Nobody looks at that of the last block.
    pub backcast: Option<Curve>,
    /// What is added to the forecast.
    pub forecast: Curve,
    pool: usize,
    #[module(skip)]
    activation: Activation,
    dropout: Dropout,
}

/// A linear layer to the steps of one or several curves, or to the shares of given curves in them.
#[derive(Module, Debug)]
pub struct Curve {
    /// `[width, coefficients]`
    pub linear: Linear,
    /// `[curves, steps]`: the given curves. A constant, not a weight.
    basis: Option<Tensor<2>>,
}

/// What distinguishes a block from others.
struct Shape {
    pool: usize,
    curves: Curves,
}

enum Curves {
    Free,
    Polynomials { degree: usize },
    Waves { harmonics: usize },
    Lines { knots: usize },
}

/// What all blocks share.
struct Common {
    blocks: usize,
    layers: usize,
    width: usize,
    activation: Activation,
    dropout: f64,
    from_last: bool,
}

impl Stacks {
    pub(crate) fn nbeats(config: &NbeatsConfig, series: &SeriesConfig, device: &Device) -> Self {
        let shape = |stack: &NbeatsStack| {
            let curves = match stack {
                NbeatsStack::Generic => Curves::Free,
                NbeatsStack::Trend => Curves::Polynomials {
                    degree: config.degree,
                },
                NbeatsStack::Seasonality => Curves::Waves {
                    harmonics: config.harmonics,
                },
            };
            Shape { pool: 1, curves }
        };
        let common = Common {
            blocks: config.blocks,
            layers: config.layers,
            width: config.width,
            activation: config.activation,
            dropout: config.dropout,
            from_last: config.from_last,
        };
        let shapes = config.stacks.iter().map(shape).collect();
        Self::new(shapes, &common, series, device)
    }

    pub(crate) fn nhits(config: &NhitsConfig, series: &SeriesConfig, device: &Device) -> Self {
        let shape = |(&pool, &downsample): (&usize, &usize)| {
            let knots = (series.horizon / downsample).max(1);
            Shape {
                pool,
                curves: Curves::Lines { knots },
            }
        };
        let common = Common {
            blocks: config.blocks,
            layers: config.layers,
            width: config.width,
            activation: config.activation,
            dropout: config.dropout,
            from_last: config.from_last,
        };
        let stacks = config.pool.iter().zip(&config.downsample);
        Self::new(stacks.map(shape).collect(), &common, series, device)
    }

    fn new(shapes: Vec<Shape>, common: &Common, series: &SeriesConfig, device: &Device) -> Self {
        let statics = statics(series, device);
        let covariates = series.context * series.past
            + series.horizon * series.future
            + statics.as_ref().map_or(0, FlatEncoder::width);
        let count = shapes.len() * common.blocks;
        let blocks = (0..count).map(|index| {
            let shape = &shapes[index / common.blocks];
            let is_last = index + 1 == count;
            Block::new(shape, common, series, (covariates, is_last), device)
        });
        Self {
            blocks: blocks.collect(),
            statics,
            past: series.past,
            future: series.future,
            params: series.params,
            from_last: common.from_last,
        }
    }

    pub(crate) fn width(&self) -> usize {
        let last = self.blocks.last();
        last.map_or(0, |block| block.forecast.width(self.params))
    }

    /// `[batch, horizon * params]`
    pub fn forward(&self, input: &SeriesInput) -> Tensor<2> {
        let values = input.values();
        let observed = input.observed.clone();
        let missing = input.missing();
        let covariates = self.covariates(input);
        let mut forecast = None;
        let mut left = values.clone();
        for block in &self.blocks {
            let hidden = block.hidden(left.clone(), missing.clone(), covariates.clone());
            if let Some(backcast) = &block.backcast {
                left = (left - backcast.forward(hidden.clone(), 1)) * observed.clone();
            }
            let part = block.forecast.forward(hidden, self.params);
            forecast = Some(match forecast {
                Some(sum) => sum + part,
                None => part,
            });
        }
        let forecast = forecast.expect("a network without blocks is refused by the check");
        if self.from_last {
            add_level(forecast, last_observed(values, observed), self.params)
        } else {
            forecast
        }
    }

    /// Everything but the values, side by side.
    fn covariates(&self, input: &SeriesInput) -> Option<Tensor<2>> {
        let mut parts = Vec::new();
        if self.past > 0 {
            parts.push(input.expect_past().flatten(1, 2));
        }
        if self.future > 0 {
            parts.push(input.expect_future().flatten(1, 2));
        }
        if let Some(statics) = &self.statics {
            parts.push(encode(statics, input));
        }
        match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(Tensor::cat(parts, 1)),
        }
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        if let Some(statics) = &self.statics {
            statics.describe(&format!("{path}.statics"), summary);
        }
        for (index, block) in self.blocks.iter().enumerate() {
            block.describe(&format!("{path}.blocks.{index}"), self.params, summary);
        }
    }
}

impl Block {
    fn new(
        shape: &Shape,
        common: &Common,
        series: &SeriesConfig,
        (covariates, is_last): (usize, bool),
        device: &Device,
    ) -> Self {
        let (context, width) = (series.context, common.width);
        let seen = context.div_ceil(shape.pool);
        let all = seen + covariates;
        let curve = |is_forecast| Curve::new(&shape.curves, is_forecast, width, series, device);
        Self {
            input: part_of_linear((seen, width), all, true, device),
            missing: zero_linear(context, width, device),
            covariates: (covariates > 0)
                .then(|| part_of_linear((covariates, width), all, false, device)),
            layers: (1..common.layers)
                .map(|_| LinearConfig::new(width, width).init(device))
                .collect(),
            backcast: (!is_last).then(|| curve(false)),
            forecast: curve(true),
            pool: shape.pool,
            activation: common.activation,
            dropout: DropoutConfig::new(common.dropout).init(),
        }
    }

    /// `[batch, width]`
    fn hidden(
        &self,
        left: Tensor<2>,
        missing: Tensor<2>,
        covariates: Option<Tensor<2>>,
    ) -> Tensor<2> {
        let mut x = self.input.forward(largest(left, self.pool)) + self.missing.forward(missing);
        if let (Some(linear), Some(covariates)) = (&self.covariates, covariates) {
            x = x + linear.forward(covariates);
        }
        let activate = |x| self.dropout.forward(self.activation.apply(x));
        let layers = self.layers.iter();
        layers.fold(activate(x), |x, layer| activate(layer.forward(x)))
    }

    fn describe(&self, path: &str, params: usize, summary: &mut Summary) {
        let width = vec![self.input.weight.lazy_shape()[1]];
        let activation = self.activation.name();
        let pooled = match self.pool {
            1 => String::new(),
            pool => format!(", of the largest of {pool} steps"),
        };
        let input = format!("{path}.input");
        let kind = format!("linear{pooled}");
        summary.add(&input, &kind, width.clone(), &self.input);
        let missing = format!("{path}.missing");
        let kind = "linear, of missing steps";
        summary.add(&missing, kind, width.clone(), &self.missing);
        if let Some(linear) = &self.covariates {
            let covariates = format!("{path}.covariates");
            summary.add(&covariates, "linear, of covariates", width.clone(), linear);
        }
        for (index, layer) in self.layers.iter().enumerate() {
            let kind = format!("linear, {activation}");
            summary.add(
                &format!("{path}.layers.{index}"),
                &kind,
                width.clone(),
                layer,
            );
        }
        if let Some(backcast) = &self.backcast {
            let shape = vec![backcast.width(1)];
            summary.add(
                &format!("{path}.backcast"),
                &backcast.kind(),
                shape,
                backcast,
            );
        }
        let shape = vec![self.forecast.width(params)];
        let kind = self.forecast.kind();
        summary.add(&format!("{path}.forecast"), &kind, shape, &self.forecast);
    }
}

impl Curve {
    fn new(
        curves: &Curves,
        is_forecast: bool,
        width: usize,
        series: &SeriesConfig,
        device: &Device,
    ) -> Self {
        let (steps, count) = match is_forecast {
            true => (series.horizon, series.params),
            false => (series.context, 1),
        };
        let (start, end) = match is_forecast {
            true => (0, series.horizon as isize),
            false => (-(series.context as isize), 0),
        };
        let basis = match curves {
            Curves::Free => None,
            Curves::Polynomials { degree } => Some(bases::polynomials(*degree, steps, device)),
            Curves::Waves { harmonics } => Some(bases::waves(
                *harmonics,
                series.horizon,
                (start, end),
                device,
            )),
            Curves::Lines { knots } => is_forecast.then(|| bases::lines(*knots, steps, device)),
        };
        let coefficients = basis.as_ref().map_or(steps, |basis| basis.dims()[0]);
        Self {
            linear: LinearConfig::new(width, count * coefficients).init(device),
            basis,
        }
    }

    /// Numbers of `count` curves.
    fn width(&self, count: usize) -> usize {
        match &self.basis {
            Some(basis) => count * basis.dims()[1],
            None => self.linear.weight.lazy_shape()[1],
        }
    }

    fn kind(&self) -> String {
        match &self.basis {
            Some(basis) => format!("linear, {} given curves", basis.dims()[0]),
            None => "linear".to_owned(),
        }
    }

    /// `[batch, width]` to `count` curves, `[batch, steps * count]`, step by step.
    fn forward(&self, hidden: Tensor<2>, count: usize) -> Tensor<2> {
        let coefficients = self.linear.forward(hidden);
        let Some(basis) = &self.basis else {
            return coefficients;
        };
        let [batch, width] = coefficients.dims();
        let [given, steps] = basis.dims();
        debug_assert_eq!(width, count * given, "one share per curve");
        let curves = coefficients
            .reshape([batch * count, given])
            .matmul(basis.clone());
        if count == 1 {
            return curves;
        }
        let curves = curves.reshape([batch, count, steps]).swap_dims(1, 2);
        curves.reshape([batch, steps * count])
    }
}

/// The largest of every `pool` steps, of what is left at the end.
fn largest(steps: Tensor<2>, pool: usize) -> Tensor<2> {
    if pool == 1 {
        return steps;
    }
    let [batch, count] = steps.dims();
    let groups = count.div_ceil(pool);
    let open = groups * pool - count;
    let steps = match open {
        0 => steps,
        _ => {
            let last = steps.clone().narrow(1, count - 1, 1).repeat_dim(1, open);
            Tensor::cat(vec![steps, last], 1)
        }
    };
    let groups = steps.reshape([batch, groups, pool]);
    groups.max_dim(2).squeeze_dim(2)
}
