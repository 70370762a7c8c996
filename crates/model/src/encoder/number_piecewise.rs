//! Piecewise linear encoding (PLE) of Gorishniy et al. (2022), then a linear layer per column.
//!
//! With bin edges `e[0] < ... < e[n]` and `z[t] = (x - e[t]) / (e[t + 1] - e[t])` for bin `t` in `0..n`, number `t` of
//! the encoding is `z[t]` held within 0 and 1, where the first bin has no lower and the last no upper limit. A column
//! with fewer bins than the widest of its group is filled up with zeros, so the linear layer is as wide for all.
//!
//! The edges are in the config and therefore not among the weights.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};

use super::column_linear::ColumnLinear;

/// See the [module](self).
#[derive(Module, Debug)]
pub struct PiecewiseLinear {
    /// `[columns, bins]`: left edges.
    left: Tensor<2>,
    /// `[columns, bins]`: `1 / width`, 0 in the filled-up places.
    steepness: Tensor<2>,
    /// `[columns, bins]`: 1 in the first bin of each column.
    first: Tensor<2>,
    /// `[columns, bins]`: 1 in the last bin of each column.
    last: Tensor<2>,
    /// On the encoding.
    pub linear: ColumnLinear,
}

impl PiecewiseLinear {
    /// `edges` of each column, ascending.
    pub(crate) fn new(edges: &[&[f32]], dim: usize, device: &Device) -> Self {
        let bins = edges.iter().map(|edges| edges.len() - 1).max().unwrap_or(0);
        let fill = |value: &dyn Fn(&[f32], usize) -> f32| {
            let values: Vec<f32> = edges
                .iter()
                .flat_map(|edges| {
                    (0..bins).map(|bin| {
                        if bin + 1 < edges.len() {
                            value(edges, bin)
                        } else {
                            0.0
                        }
                    })
                })
                .collect();
            Tensor::from_data(TensorData::new(values, [edges.len(), bins]), device)
        };
        Self {
            left: fill(&|edges, bin| edges[bin]),
            // In f64, or edges near the largest f32 would have an infinite width.
            steepness: fill(&|edges, bin| {
                (1.0 / (f64::from(edges[bin + 1]) - f64::from(edges[bin]))) as f32
            }),
            first: fill(&|_, bin| f32::from(bin == 0)),
            last: fill(&|edges, bin| f32::from(bin + 2 == edges.len())),
            linear: ColumnLinear::new(edges.len(), bins, dim, device),
        }
    }

    /// Numbers of the embedding.
    pub fn dim(&self) -> usize {
        self.linear.weight.lazy_shape()[2]
    }

    /// `[batch, columns]` to `[batch, columns, dim]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<3> {
        self.linear.forward(self.encode(x))
    }

    /// `[batch, columns]` to `[batch, columns, bins]`.
    pub fn encode(&self, x: Tensor<2>) -> Tensor<3> {
        let per_bin = |constant: &Tensor<2>| constant.clone().unsqueeze_dim::<3>(0);
        let z = (x.unsqueeze_dim::<3>(2) - per_bin(&self.left)) * per_bin(&self.steepness);
        let below = z.clone().clamp_max(0.0) * per_bin(&self.first);
        let above = z.clone().sub_scalar(1.0).clamp_min(0.0) * per_bin(&self.last);
        z.clamp(0.0, 1.0) + below + above
    }
}
