//! What happens to gradients between the backward pass and the optimizer.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Adds the slope of `factor * sum(|w|)` to the gradients of the named weights.
pub(crate) fn add_l1<M: Module>(
    module: &M,
    gradients: &mut GradientsParams,
    factor: f64,
    weights: &[ParamId],
) {
    module.visit(&mut AddL1 {
        gradients,
        factor,
        weights,
    });
}

struct AddL1<'a> {
    gradients: &'a mut GradientsParams,
    factor: f64,
    weights: &'a [ParamId],
}

impl ModuleVisitor for AddL1<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if !self.weights.contains(&param.id) {
            return;
        }
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            let slope = param
                .val()
                .without_autodiff()
                .sign()
                .mul_scalar(self.factor);
            self.gradients.register(param.id, gradient + slope);
        }
    }
}

/// Scales all gradients down so that the norm over all of them together is at most `limit`, as PyTorch's
/// `clip_grad_norm_`. Burn's own clipping looks at each parameter alone, which changes the direction of a step.
pub(crate) fn clip_norm<M: Module>(module: &M, gradients: &mut GradientsParams, limit: f64) {
    let mut sum = SumSquares {
        gradients,
        sum: None,
    };
    module.visit(&mut sum);
    let Some(sum) = sum.sum else { return };
    let factor = sum
        .sqrt()
        .add_scalar(1e-6)
        .recip()
        .mul_scalar(limit)
        .clamp_max(1.0);
    module.visit(&mut Scale { gradients, factor });
}

struct SumSquares<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for SumSquares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let squares = gradient.square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + squares,
                None => squares,
            });
        }
    }
}

struct Scale<'a> {
    gradients: &'a mut GradientsParams,
    factor: Tensor<1>,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            let factor = self.factor.clone().reshape([1; D]);
            self.gradients.register(param.id, gradient * factor);
        }
    }
}
