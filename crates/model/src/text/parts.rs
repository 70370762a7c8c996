//! A batch in parts, one per thread, where operations run on the threads of this process.
//!
//! Many of Flex's operations use one thread. Parts use all of them for everything, and what a part computes is small
//! enough for the caches.

use burn::tensor::{Device, Int, Tensor};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Tokens of a part. Not a function of the number of threads, so that results do not depend on it.
const TOKENS: usize = 512;

/// `forward` of ids and mask, both `[batch, longest]`, for texts that have nothing to do with each other.
pub(super) fn in_parts<const D: usize>(
    ids: Tensor<2, Int>,
    mask: Tensor<2>,
    forward: impl Fn(Tensor<2, Int>, Tensor<2>) -> Tensor<D> + Sync,
) -> Tensor<D> {
    let [batch, longest] = ids.dims();
    let texts = (TOKENS / longest.max(1)).max(1);
    if batch <= texts || !is_flex(&ids.device()) {
        return forward(ids, mask);
    }
    let part = |start: usize| {
        let count = texts.min(batch - start);
        (
            ids.clone().narrow(0, start, count),
            mask.clone().narrow(0, start, count),
        )
    };
    let parts: Vec<_> = (0..batch).step_by(texts).map(part).collect();
    let done = parts.into_par_iter().map(|(ids, mask)| forward(ids, mask));
    Tensor::cat(done.collect(), 0)
}

/// Whether tensors are plain memory of this process and operations are done when they are called, without gradients.
/// Burn names the backend of a device in its debug text and nowhere else.
pub(crate) fn is_flex(device: &Device) -> bool {
    format!("{device:?}").starts_with("Device<Flex")
}
