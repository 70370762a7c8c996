//! Losses of lists: how far the answer of a question is above other items. The raw numbers of a question are the scores of
//! its candidates less that of the answer; see `hob_model::recommend`.

use burn::tensor::{Tensor, activation::softplus};
use hob_data::config::RecommendLoss;
use serde::Serialize;

/// How a list is learned.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListLoss {
    /// Cross-entropy of the answer among all candidates.
    Softmax,
    /// Mean of `-ln sigmoid` of the distance to each negative (Rendle et al. 2009).
    Bpr,
    /// Hinge of the hardest negative. As in WARP (Weston et al. 2011) it weighs by the likely place of the answer, which is
    /// the share of negatives that come too near times the number of items: `ln(1 + place) / ln(1 + items)`.
    Warp {
        /// Distance from which nothing is lost.
        margin: f64,
        /// Items that compete.
        items: usize,
    },
    /// Squared distance of a score from a rating.
    Rating,
}

impl ListLoss {
    pub(crate) fn new(loss: Option<&RecommendLoss>, items: usize) -> Self {
        match loss {
            None => Self::Rating,
            Some(RecommendLoss::Softmax(_)) => Self::Softmax,
            Some(RecommendLoss::Bpr(_)) => Self::Bpr,
            Some(RecommendLoss::Warp(loss)) => Self::Warp {
                margin: loss.margin,
                items,
            },
        }
    }

    /// The sum over questions. `values` are the ratings, or what each question weighs, `[n, 1]`.
    pub(super) fn sum(&self, raw: Tensor<2>, values: Tensor<2>) -> Tensor<1> {
        let losses = match self {
            Self::Softmax => {
                let most = raw.clone().detach().max_dim(1);
                (raw - most.clone()).exp().sum_dim(1).log() + most
            }
            Self::Bpr => softplus(negatives(raw), 1.0).mean_dim(1),
            Self::Warp { margin, items } => {
                let near = negatives(raw).add_scalar(*margin);
                let violations = near.clone().detach().greater_elem(0.0).float().mean_dim(1);
                let items = *items as f64;
                let place = violations.mul_scalar(items);
                let weight = place.log1p().div_scalar(items.ln_1p());
                near.max_dim(1).clamp_min(0.0) * weight
            }
            Self::Rating => return (raw - values).square().sum(),
        };
        (losses * values).sum()
    }
}

/// All candidates but the answer, which is the first.
fn negatives(raw: Tensor<2>) -> Tensor<2> {
    let [_, width] = raw.dims();
    raw.narrow(1, 1, width - 1)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    fn sum(loss: &ListLoss, raw: &[[f32; 3]], values: &[f32]) -> f64 {
        let device: Device = hob_inference::device::device(None).unwrap().1;
        let flat: Vec<f32> = raw.iter().flatten().copied().collect();
        let raw = Tensor::<2>::from_data(TensorData::new(flat, [raw.len(), 3]), &device);
        let values = TensorData::new(values.to_vec(), [values.len(), 1]);
        let sum = loss.sum(raw, Tensor::from_data(values, &device));
        f64::from(sum.into_scalar::<f32>())
    }

    #[test]
    fn losses_are_those_of_their_formulas() {
        let raw = [[0.0, -1.0, 2.0], [0.0, -3.0, -2.0]];
        let near = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
        };
        let softmax = |row: &[f32; 3]| row.iter().map(|x| f64::from(*x).exp()).sum::<f64>().ln();
        let expected = softmax(&raw[0]) + 2.0 * softmax(&raw[1]);
        near(sum(&ListLoss::Softmax, &raw, &[1.0, 2.0]), expected);
        let bpr = |row: &[f32; 3]| {
            row[1..]
                .iter()
                .map(|x| f64::from(*x).exp().ln_1p())
                .sum::<f64>()
                / 2.0
        };
        near(
            sum(&ListLoss::Bpr, &raw, &[1.0, 1.0]),
            bpr(&raw[0]) + bpr(&raw[1]),
        );
        // One of two negatives is too near in the first row, none in the second.
        let warp = ListLoss::Warp {
            margin: 1.0,
            items: 9,
        };
        near(
            sum(&warp, &raw, &[1.0, 1.0]),
            3.0 * 5.5_f64.ln() / 10.0_f64.ln(),
        );
    }

    #[test]
    fn a_softmax_of_huge_scores_is_finite() {
        let raw = [[0.0, 200.0, -1e9]];
        assert!((sum(&ListLoss::Softmax, &raw, &[1.0]) - 200.0).abs() < 1e-3);
    }
}
