//! A build without Flex has no fused operations.

use burn::tensor::Tensor;

use super::LstmState;

/// Gives the gates back.
#[allow(
    clippy::result_large_err,
    reason = "the gates are given back, not an error"
)]
pub(super) fn with_gradients(gates: Tensor<3>, _weight: Tensor<2>) -> Result<Tensor<3>, Tensor<3>> {
    Err(gates)
}

/// Never.
pub(super) fn is_possible(_gates: &Tensor<3>) -> bool {
    false
}

/// Not called, because it is not possible.
pub(super) fn without_gradients(
    gates: Tensor<3>,
    _weight: Tensor<2>,
    start: LstmState,
) -> (Tensor<3>, LstmState) {
    (gates, start)
}
