//! A whole network: inputs, a body, one head per output.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor},
};

use crate::{
    Input, LinearBody, NetworkConfig, config::BodyConfig, ft_transformer::FtTransformer, mlp::Mlp,
    resnet::Resnet, summary::Summary,
};

/// A network for rows of a table.
#[derive(Module, Debug)]
pub struct Network {
    body: Body,
    heads: Vec<Linear>,
}

/// Everything before the heads; `[model.*]` of a recipe.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a network has one body, so nothing is saved by a box"
)]
pub enum Body {
    /// No hidden layer.
    Linear(LinearBody),
    /// Fully connected layers.
    Mlp(Mlp),
    /// Residual blocks.
    Resnet(Resnet),
    /// A transformer over columns.
    FtTransformer(FtTransformer),
}

impl Network {
    /// A network with fresh weights, drawn now and in a fixed order from the generator of `device`, which the caller
    /// seeds. PyTorch's initial distributions are used throughout.
    ///
    /// # Panics
    /// When [`NetworkConfig::check`] would refuse the config.
    pub fn new(config: &NetworkConfig, device: &Device) -> Self {
        let network = Self::planned(config, device);
        network.visit(&mut Draw);
        network
    }

    /// The same network before its weights are drawn: shapes are known, memory is not used. Weights are drawn when
    /// first looked at, so this is for plans and for loading.
    ///
    /// # Panics
    /// When [`NetworkConfig::check`] would refuse the config.
    pub fn planned(config: &NetworkConfig, device: &Device) -> Self {
        let body = Body::new(config, device);
        let width = body.width();
        let heads = config.heads.iter();
        let heads = heads
            .map(|head| LinearConfig::new(width, head.width).init(device))
            .collect();
        Self { body, heads }.map(&mut StableIds::default())
    }

    /// Raw numbers (logits, scaled predictions), `[batch, width]` for each head.
    pub fn forward(&self, input: Input) -> Vec<Tensor<2>> {
        let hidden = self.body.forward(input);
        self.heads
            .iter()
            .map(|head| head.forward(hidden.clone()))
            .collect()
    }

    pub(crate) fn describe(&self, config: &NetworkConfig, summary: &mut Summary) {
        self.body.describe("body", summary);
        for (index, (head, config)) in self.heads.iter().zip(&config.heads).enumerate() {
            let kind = format!("linear ({})", config.name);
            summary.add(&format!("heads.{index}"), &kind, vec![config.width], head);
        }
    }
}

impl Body {
    fn new(config: &NetworkConfig, device: &Device) -> Self {
        let inputs = &config.inputs;
        match &config.body {
            BodyConfig::Linear(_) => Self::Linear(LinearBody::new(inputs, device)),
            BodyConfig::Mlp(body) => Self::Mlp(Mlp::new(body, inputs, device)),
            BodyConfig::Resnet(body) => Self::Resnet(Resnet::new(body, inputs, device)),
            BodyConfig::FtTransformer(body) => {
                Self::FtTransformer(FtTransformer::new(body, inputs, device))
            }
        }
    }

    /// Numbers in the last hidden layer.
    pub fn width(&self) -> usize {
        match self {
            Self::Linear(body) => body.width(),
            Self::Mlp(body) => body.width(),
            Self::Resnet(body) => body.width(),
            Self::FtTransformer(body) => body.width(),
        }
    }

    /// The last hidden layer, `[batch, width]`.
    pub fn forward(&self, input: Input) -> Tensor<2> {
        match self {
            Self::Linear(body) => body.forward(input),
            Self::Mlp(body) => body.forward(input),
            Self::Resnet(body) => body.forward(input),
            Self::FtTransformer(body) => body.forward(input),
        }
    }

    fn describe(&self, path: &str, summary: &mut Summary) {
        match self {
            Self::Linear(body) => body.describe(path, summary),
            Self::Mlp(body) => body.describe(path, summary),
            Self::Resnet(body) => body.describe(path, summary),
            Self::FtTransformer(body) => body.describe(path, summary),
        }
    }
}

/// Draws the weights of every parameter it sees. Left alone, Burn would draw each at its first use.
struct Draw;

impl ModuleVisitor for Draw {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        param.val();
    }
}

/// Derives the id of a parameter from its path. Burn draws ids at random, and they are stored with the weights, so
/// two equal runs would write different files.
#[derive(Default)]
struct StableIds {
    path: Vec<String>,
}

impl ModuleMapper for StableIds {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, mut param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.id = stable_id(&self.path.join("."));
        param
    }
}

/// 64-bit FNV-1a of the path.
pub(crate) fn stable_id(path: &str) -> ParamId {
    let hash = path.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ParamId::from(hash)
}
