//! What a user wants: a row of a table, what features and history say, or a transformer over the history.

use burn::{
    module::{Module, Param},
    nn::{Dropout, DropoutConfig, Initializer, LayerNorm, LayerNormConfig},
    tensor::{Device, Int, Tensor, TensorData},
};

use super::{
    QuestionInput,
    items::{Items, known, vectors},
    tower::Tower,
};
use crate::{
    config::{Activation, BertConfig, InteractionsConfig, Pooling, SasrecConfig, TwoTowerConfig},
    summary::Summary,
    text::bert::Layer,
};

/// See the [module](self).
#[derive(Module, Debug)]
pub struct Questions {
    /// `[users, dim]`: what each user wants.
    pub vectors: Option<Param<Tensor<2>>>,
    /// `[users, 1]`: by how much a user's ratings are above the mean, which stands in row 0.
    pub levels: Option<Param<Tensor<2>>>,
    /// `[items, dim]`: what having an item says.
    pub history: Option<Param<Tensor<2>>>,
    /// What features say.
    pub tower: Option<Tower>,
    /// What the order says.
    pub sequence: Option<Sequence>,
    id_dropout: Dropout,
    mean: f32,
}

/// SASRec of Kang and McAuley, "Self-Attentive Sequential Recommendation" (2018): a transformer in which an item sees
/// those before it. As in RecBole, norms come after each part.
#[derive(Module, Debug)]
pub struct Sequence {
    /// `[history, dim]`: where an item stands.
    pub positions: Param<Tensor<2>>,
    /// Of the sum of item and place.
    pub norm: LayerNorm,
    /// From the first to the last.
    pub layers: Vec<Layer>,
    dropout: Dropout,
}

impl Questions {
    fn empty(sizes: &InteractionsConfig, id_dropout: f64, device: &Device) -> Self {
        let levels = || Initializer::Zeros.init([sizes.users, 1], device);
        Self {
            vectors: None,
            levels: sizes.ratings.then(levels),
            history: None,
            tower: None,
            sequence: None,
            id_dropout: DropoutConfig::new(id_dropout).init(),
            mean: sizes.mean,
        }
    }

    pub(super) fn by_number(dim: usize, sizes: &InteractionsConfig, device: &Device) -> Self {
        Self {
            vectors: Some(vectors(sizes.users, dim, device)),
            ..Self::empty(sizes, 0.0, device)
        }
    }

    pub(super) fn of_tower(
        config: &TwoTowerConfig,
        sizes: &InteractionsConfig,
        device: &Device,
    ) -> Self {
        let inputs = sizes.user_inputs.as_deref();
        let table = |rows| vectors(rows, config.dim, device);
        Self {
            vectors: config.user_ids.then(|| table(sizes.users)),
            history: (config.history > 0).then(|| table(sizes.items)),
            tower: inputs.map(|inputs| Tower::new(inputs, &config.hidden, config.dim, device)),
            ..Self::empty(sizes, config.id_dropout, device)
        }
    }

    pub(super) fn of_sequence(
        config: &SasrecConfig,
        sizes: &InteractionsConfig,
        device: &Device,
    ) -> Self {
        Self {
            sequence: Some(Sequence::new(config, device)),
            ..Self::empty(sizes, 0.0, device)
        }
    }

    /// `[n, dim]`
    pub(super) fn forward(&self, input: QuestionInput, items: &Items) -> Tensor<2> {
        if let Some(sequence) = &self.sequence {
            let history = input.history.expect("this network reads the history");
            let states = sequence.forward(items.of_history(history));
            let places = input
                .places
                .expect("this network is told how far a question sees");
            return states.select(0, places);
        }
        let mut parts = Vec::new();
        if let Some(vectors) = &self.vectors {
            let known = known(input.users.clone(), &self.id_dropout);
            parts.push(vectors.val().select(0, input.users) * known);
        }
        if let (Some(table), Some(history)) = (&self.history, input.history) {
            parts.push(root_mean(table.val(), history));
        }
        if let (Some(tower), Some(features)) = (&self.tower, input.features) {
            parts.push(tower.forward(*features));
        }
        let sum = parts.into_iter().reduce(|sum, part| sum + part);
        sum.expect("the check refuses a network that reads nothing of a user")
    }

    /// `[b, 1]`: the level of each user's ratings.
    pub(super) fn level(&self, users: Tensor<1, Int>) -> Tensor<2> {
        let levels = self.levels.as_ref().expect("ratings have levels");
        levels.val().select(0, users).add_scalar(self.mean)
    }

    /// Whether the network looks at the order of the history.
    pub fn is_sequential(&self) -> bool {
        self.sequence.is_some()
    }

    pub(super) fn describe(&self, path: &str, summary: &mut Summary) {
        let tables = [
            ("vectors", "vector of each user", &self.vectors),
            ("levels", "level of each user", &self.levels),
            (
                "history",
                "vector of each item that a user has",
                &self.history,
            ),
        ];
        for (name, kind, table) in tables {
            if let Some(table) = table {
                let [rows, dim] = table.lazy_shape().dims();
                let path = format!("{path}.{name}");
                summary.add_parameters(&path, kind, vec![dim], rows * dim);
            }
        }
        if let Some(tower) = &self.tower {
            tower.describe(&format!("{path}.tower"), summary);
        }
        if let Some(sequence) = &self.sequence {
            sequence.describe(&format!("{path}.sequence"), summary);
        }
    }
}

/// The sum of the rows that codes name over the root of their number, as in SVD++ (Koren 2008): `[b, length]` to
/// `[b, dim]`. Code 0 counts for nothing.
fn root_mean(table: Tensor<2>, codes: Tensor<2, Int>) -> Tensor<2> {
    let [batch, length] = codes.dims();
    let known = codes.clone().greater_elem(0).float();
    let dim = table.dims()[1];
    let rows = table.select(0, codes.reshape([batch * length]));
    let rows = rows.reshape([batch, length, dim]);
    let roots = known.clone().sum_dim(1).clamp_min(1.0).sqrt();
    let sums = known.unsqueeze_dim::<3>(1).matmul(rows);
    sums.squeeze_dim::<2>(1) / roots
}

impl Sequence {
    fn new(config: &SasrecConfig, device: &Device) -> Self {
        let layer = BertConfig {
            width: config.dim,
            layers: config.layers,
            heads: config.heads,
            feed_forward: config.feed_forward,
            activation: Activation::Gelu,
            max_tokens: config.history,
            first_position: 0,
            segments: 0,
            epsilon: 1e-12,
            dropout: config.dropout,
            pooling: Pooling::Mean,
            normalize: false,
        };
        Self {
            positions: vectors(config.history, config.dim, device),
            norm: LayerNormConfig::new(config.dim).init(device),
            layers: (0..config.layers)
                .map(|_| Layer::new(&layer, device))
                .collect(),
            dropout: DropoutConfig::new(config.dropout).init(),
        }
    }

    /// `[b, length, dim]` to `[b * length, dim]`: what comes after each item.
    fn forward(&self, items: Tensor<3>) -> Tensor<2> {
        let [batch, length, dim] = items.dims();
        let places = self.positions.val().narrow(0, 0, length).unsqueeze::<3>();
        let x = self.dropout.forward(self.norm.forward(items + places));
        let later = later(length, &x.device()).repeat_dim(0, batch);
        let x = x.reshape([batch * length, dim]);
        let layers = self.layers.iter();
        layers.fold(x, |x, layer| layer.forward(x, later.clone()))
    }

    fn describe(&self, path: &str, summary: &mut Summary) {
        let [length, dim] = self.positions.lazy_shape().dims();
        let positions = format!("{path}.positions");
        summary.add_parameters(&positions, "added to each item", vec![dim], length * dim);
        summary.add(
            &format!("{path}.norm"),
            "layer_norm",
            vec![length, dim],
            &self.norm,
        );
        for (index, layer) in self.layers.iter().enumerate() {
            let kind = format!("transformer layer, {} heads", layer.attention.heads());
            let path = format!("{path}.layers.{index}");
            summary.add(&path, &kind, vec![length, dim], layer);
        }
    }
}

/// `[1, 1, length, length]`: takes what comes later out of a softmax.
fn later(length: usize, device: &Device) -> Tensor<4> {
    let place = |place: usize| match place % length > place / length {
        true => super::NEVER as f32,
        false => 0.0,
    };
    let values: Vec<f32> = (0..length * length).map(place).collect();
    Tensor::from_data(TensorData::new(values, [1, 1, length, length]), device)
}
