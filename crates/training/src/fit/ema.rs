//! A moving average of a network's weights (Polyak and Juditsky 1992).

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use hob_model::Network;

/// The average after one more step. `steps` counts the optimizer steps so far, this one included.
///
/// Statistics of batch normalisation are averaged like weights.
pub(crate) fn updated(average: Network, network: &Network, decay: f64, steps: usize) -> Network {
    let decay = decay.min((1 + steps) as f64 / (10 + steps) as f64);
    let mut collector = Collector(GradientsParams::new());
    // The plain copy also brings the statistics of batch normalisation up to date.
    network.valid().visit(&mut collector);
    average.map(&mut Average {
        current: collector.0,
        decay,
    })
}

/// Tensors of any rank by parameter, for which Burn's container of gradients is the one there is.
struct Collector(GradientsParams);

impl ModuleVisitor for Collector {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.register(param.id, param.val());
    }
}

struct Average {
    current: GradientsParams,
    decay: f64,
}

impl ModuleMapper for Average {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.current.remove::<D>(param.id) {
            Some(current) => {
                param.map(|old| old.mul_scalar(self.decay) + current.mul_scalar(1.0 - self.decay))
            }
            None => param,
        }
    }
}
