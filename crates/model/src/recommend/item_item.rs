//! SLIM of Ning and Karypis, "SLIM: Sparse Linear Methods for Top-N Recommender Systems" (2011): an item scores the sum of
//! its weights for the items that a user has. The weights are solved for, not trained step by step.

use burn::{
    module::{Module, Param},
    tensor::{Device, Int, Tensor, TensorData},
};

use super::QuestionInput;
use crate::{config::SlimConfig, summary::Summary};

/// See the [module](self).
#[derive(Module, Debug)]
pub struct ItemItem {
    /// `[items, neighbours]`: codes of the items that each is scored by, 0 behind the last. Numbers, so that they are stored
    /// with the weights.
    pub near: Param<Tensor<2>>,
    /// `[items, neighbours]`
    pub weights: Param<Tensor<2>>,
}

impl ItemItem {
    pub(crate) fn new(config: &SlimConfig, items: usize, device: &Device) -> Self {
        let zeros = || Param::from_tensor(Tensor::zeros([items, config.neighbours], device));
        Self {
            near: zeros(),
            weights: zeros(),
        }
    }

    /// With the codes and weights of each item's neighbours; the first item is the one that is not known.
    pub(crate) fn with_lists(&self, lists: &[Vec<(i32, f32)>], device: &Device) -> Self {
        let [items, neighbours] = self.near.lazy_shape().dims();
        let mut near = vec![0.0_f32; items * neighbours];
        let mut weights = near.clone();
        for (item, list) in lists.iter().enumerate().take(items) {
            for (place, &(code, weight)) in list.iter().enumerate().take(neighbours) {
                near[item * neighbours + place] = code as f32;
                weights[item * neighbours + place] = weight;
            }
        }
        let tensor = |values| {
            let data = TensorData::new(values, [items, neighbours]);
            Param::from_tensor(Tensor::from_data(data, device))
        };
        Self {
            near: tensor(near),
            weights: tensor(weights),
        }
    }

    /// The codes and weights of each item's neighbours.
    pub fn lists(&self) -> Vec<Vec<(i32, f32)>> {
        let [_, neighbours] = self.near.lazy_shape().dims();
        let floats = |param: &Param<Tensor<2>>| {
            let data = param.val().into_data().convert::<f32>();
            data.try_to_vec::<f32>()
                .expect("the data was converted to f32")
        };
        let (near, weights) = (floats(&self.near), floats(&self.weights));
        let rows = near.chunks(neighbours).zip(weights.chunks(neighbours));
        let list = |(near, weights): (&[f32], &[f32])| {
            let pairs = near
                .iter()
                .map(|&code| code as i32)
                .zip(weights.iter().copied());
            pairs.filter(|(code, _)| *code > 0).collect()
        };
        rows.map(list).collect()
    }

    /// Numbers that it gives for a user: a score of each item.
    pub fn width(&self) -> usize {
        self.near.lazy_shape()[0]
    }

    /// `[b, items]`: the score of each item by the history of each user.
    pub fn forward(&self, input: QuestionInput) -> Tensor<2> {
        let history = input.history.expect("this network reads the history");
        let [batch, _] = history.dims();
        let [items, neighbours] = self.near.lazy_shape().dims();
        let device = history.device();
        let known: Tensor<2> = history.clone().greater_elem(0).float();
        let owned = Tensor::zeros([batch, items], &device);
        let owned = owned.scatter(1, history, known, burn::tensor::IndexingUpdateOp::Add);
        let near: Tensor<2, Int> = self.near.val().int();
        let owned = owned.select(1, near.reshape([items * neighbours]));
        let weights = self.weights.val().reshape([1, items * neighbours]);
        let scores = (owned * weights).reshape([batch, items, neighbours]);
        scores.sum_dim(2).squeeze_dim(2)
    }

    pub(crate) fn describe(&self, path: &str, summary: &mut Summary) {
        let [items, neighbours] = self.weights.lazy_shape().dims();
        let kind = format!("weights of {neighbours} neighbours of each item");
        summary.add_parameters(
            &format!("{path}.weights"),
            &kind,
            vec![items],
            items * neighbours,
        );
    }
}
