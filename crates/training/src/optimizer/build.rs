//! From `[optimizer.*]` to Burn's optimizers.

use burn::module::ParamGroup;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdaGradConfig, AdafactorConfig, AdamConfig, AdamWConfig, AdanConfig, AdjustLrFn, DynOptimizer,
    DynState, LambConfig, LearningRate, LionConfig, ModuleOptimizer, MuonConfig, Optimizer,
    RmsPropConfig, SgdConfig, StateSink, StateSource,
};
use burn::tensor::Device;
use burn::tensor::kind::BridgeTensor;

use super::weights::WeightPaths;
use super::{AdamWOptimizer, MuonOptimizer, OptimizerConfig};

impl OptimizerConfig {
    /// The learning rate that the schedule starts from.
    pub fn learning_rate(&self) -> f64 {
        match self {
            Self::Sgd(config) => config.learning_rate,
            Self::Adam(config) => config.learning_rate,
            Self::Adamw(config) => config.learning_rate,
            Self::Adagrad(config) => config.learning_rate,
            Self::Rmsprop(config) => config.learning_rate,
            Self::Lion(config) => config.learning_rate,
            Self::Lamb(config) => config.learning_rate,
            Self::Adan(config) => config.learning_rate,
            Self::Muon(config) => config.learning_rate,
            Self::Adafactor(config) => config.learning_rate,
        }
    }

    /// Burn's optimizer for a module with these weight matrices, whose parameters are on `device`.
    pub fn init(&self, weights: &WeightPaths, device: &Device) -> ModuleOptimizer {
        let groups = Groups { weights, device };
        match self.clone() {
            Self::Sgd(config) => groups.init(config.weight_decay, |decay| {
                let momentum = MomentumConfig::new()
                    .with_momentum(config.momentum)
                    .with_dampening(config.dampening)
                    .with_nesterov(config.nesterov);
                SgdConfig::new()
                    .with_weight_decay(penalty(decay))
                    .with_momentum((config.momentum > 0.0).then_some(momentum))
                    .build()
            }),
            Self::Adam(config) => groups.init(config.weight_decay, |decay| {
                AdamConfig::new()
                    .with_beta_1(config.beta_1 as f32)
                    .with_beta_2(config.beta_2 as f32)
                    .with_epsilon(config.epsilon as f32)
                    .with_amsgrad(config.amsgrad)
                    .with_weight_decay(penalty(decay))
                    .build()
            }),
            Self::Adamw(config) => {
                groups.init(config.weight_decay, |decay| adamw(&config, decay).build())
            }
            Self::Adagrad(config) => groups.init(config.weight_decay, |decay| {
                AdaGradConfig::new()
                    .with_lr_decay(config.learning_rate_decay)
                    .with_epsilon(config.epsilon as f32)
                    .with_weight_decay(penalty(decay))
                    .build()
            }),
            Self::Rmsprop(config) => groups.init(config.weight_decay, |decay| {
                RmsPropConfig::new()
                    .with_alpha(config.alpha as f32)
                    .with_momentum(config.momentum as f32)
                    .with_epsilon(config.epsilon as f32)
                    .with_centered(config.centered)
                    .with_weight_decay(penalty(decay))
                    .build()
            }),
            Self::Lion(config) => groups.init(config.weight_decay, |decay| {
                LionConfig::new()
                    .with_beta_1(config.beta_1 as f32)
                    .with_beta_2(config.beta_2 as f32)
                    .with_weight_decay(decay as f32)
                    .build()
            }),
            Self::Lamb(config) => groups.init(config.weight_decay, |decay| {
                LambConfig::new()
                    .with_beta_1(config.beta_1 as f32)
                    .with_beta_2(config.beta_2 as f32)
                    .with_epsilon(config.epsilon as f32)
                    .with_weight_decay(decay as f32)
                    .build()
            }),
            Self::Adan(config) => groups.init(config.weight_decay, |decay| {
                AdanConfig::new()
                    .with_beta_1(config.beta_1 as f32)
                    .with_beta_2(config.beta_2 as f32)
                    .with_beta_3(config.beta_3 as f32)
                    .with_epsilon(config.epsilon as f32)
                    .with_weight_decay(decay as f32)
                    .build()
            }),
            Self::Muon(config) => groups.init_muon(&config),
            Self::Adafactor(config) => groups.init(config.weight_decay, |decay| {
                AdafactorConfig::new()
                    .with_decay_rate(config.decay_rate)
                    .with_clip_threshold(config.clip_threshold as f32)
                    .with_relative_step(config.relative_step)
                    .with_scale_parameter(config.scale_parameter)
                    .with_weight_decay(decay as f32)
                    .build()
            }),
        }
    }
}

fn penalty(decay: f64) -> Option<WeightDecayConfig> {
    (decay > 0.0).then(|| WeightDecayConfig::new(decay as f32))
}

fn adamw(config: &AdamWOptimizer, decay: f64) -> AdamWConfig {
    AdamWConfig::new()
        .with_beta_1(config.beta_1 as f32)
        .with_beta_2(config.beta_2 as f32)
        .with_epsilon(config.epsilon as f32)
        .with_amsgrad(config.amsgrad)
        .with_cautious_weight_decay(config.cautious)
        .with_weight_decay(decay as f32)
}

struct Groups<'a> {
    weights: &'a WeightPaths,
    device: &'a Device,
}

impl Groups<'_> {
    /// One optimizer for weight matrices and the same without decay for the rest.
    fn init<O: Optimizer>(&self, decay: f64, build: impl Fn(f64) -> O) -> ModuleOptimizer {
        // Burn looks for the last group that matches; the first one is never reached, it only has to be there.
        ModuleOptimizer::from(build(0.0))
            .with_group(ParamGroup::all(), self.on_device(build(0.0)), None)
            .with_group(
                self.group(&self.weights.matrices),
                self.on_device(build(decay)),
                None,
            )
    }

    /// Muon for hidden matrices, AdamW with its own defaults for the rest.
    fn init_muon(&self, config: &MuonOptimizer) -> ModuleOptimizer {
        let momentum = MomentumConfig::new()
            .with_momentum(config.momentum)
            .with_dampening(0.0)
            .with_nesterov(config.nesterov);
        let muon = MuonConfig::new()
            .with_momentum(momentum)
            .with_ns_steps(config.iterations)
            .with_weight_decay(penalty(config.weight_decay))
            .with_adjust_lr_fn(AdjustLrFn::MatchRmsAdamW)
            .build();
        self.init(config.weight_decay, |decay| {
            adamw(&AdamWOptimizer::default(), decay).build()
        })
        .with_group(self.group(&self.weights.hidden), self.on_device(muon), None)
    }

    fn group(&self, paths: &[String]) -> ParamGroup {
        ParamGroup::from_paths(paths.to_vec())
    }

    fn on_device<O: Optimizer>(&self, optimizer: O) -> OnDevice<O> {
        OnDevice {
            optimizer,
            device: self.device.clone(),
        }
    }
}

/// An optimizer whose state is loaded on a given device.
///
/// `ModuleOptimizer::load_record` puts the state on `Device::default()` first, which is the best device that is
/// compiled in: in a binary with wgpu and Flex that is wgpu, and on a computer without a graphics card a Flex run could
/// not be resumed.
struct OnDevice<O> {
    optimizer: O,
    device: Device,
}

impl<O: Optimizer> DynOptimizer for OnDevice<O> {
    fn step_dyn(
        &self,
        rank: usize,
        learning_rate: LearningRate,
        tensor: BridgeTensor,
        gradient: BridgeTensor,
        state: Option<DynState>,
    ) -> (BridgeTensor, Option<DynState>) {
        self.optimizer
            .step_dyn(rank, learning_rate, tensor, gradient, state)
    }

    fn to_device_dyn(&self, state: DynState, device: &Device) -> DynState {
        self.optimizer.to_device_dyn(state, device)
    }

    fn state_flatten(&self, prefix: &str, state: &DynState, out: &mut StateSink) {
        self.optimizer.state_flatten(prefix, state, out);
    }

    fn state_unflatten(
        &self,
        rank: usize,
        prefix: &str,
        source: &mut StateSource,
        _default_device: &Device,
    ) -> Option<DynState> {
        self.optimizer
            .state_unflatten(rank, prefix, source, &self.device)
    }
}
