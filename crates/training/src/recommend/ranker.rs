//! A network with the vectors or weights of all items, ready to score them.

use burn::tensor::Device;
use hob_data::features::Matrix;
use hob_data::recommend::{History, Shared};
use hob_inference::recommend::{ItemWeights, Question, Scoring, item_vectors, questions};
use hob_model::Network;
use hob_model::recommend::Recommender;

/// See the [module](self).
pub(crate) enum Ranker<'a> {
    /// It gives vectors.
    Vectors {
        network: &'a Recommender,
        /// What each item is.
        items: Matrix<f32>,
        /// Numbers of a vector that are no levels.
        dim: usize,
    },
    /// It has weights of items for each other.
    Weights(ItemWeights),
}

impl<'a> Ranker<'a> {
    /// # Panics
    /// When the network does not recommend.
    pub(crate) fn new(network: &'a Network, shared: &Shared, device: &Device) -> Self {
        if let Some(body) = network.item_item() {
            let weights = ItemWeights::of_network(body);
            return Self::Weights(weights.expect("the weights were fitted on these items"));
        }
        let network = network.recommender();
        let network = network.expect("the plan is of a network that recommends");
        let levels = 1 + usize::from(shared.learning.loss.is_none());
        Self::Vectors {
            items: item_matrix(network, shared, device),
            dim: network.width() - levels,
            network,
        }
    }

    pub(crate) fn scoring(&self) -> Scoring<'_> {
        match self {
            Self::Vectors { items, dim, .. } => Scoring::Products {
                items: &items.values,
                width: items.width,
                dim: *dim,
            },
            Self::Weights(weights) => Scoring::Weights(weights),
        }
    }

    /// What some users who have `owned` look for; nothing where weights score what they have.
    pub(crate) fn wanted(
        &self,
        shared: &Shared,
        owned: &History,
        users: &[u32],
        device: &Device,
    ) -> Matrix<f32> {
        match self {
            Self::Vectors { network, .. } => wanted(network, shared, owned, users, device),
            Self::Weights(_) => Matrix::default(),
        }
    }

    /// The vectors of the items, if it has such.
    pub(crate) fn items(&self) -> Option<(&Matrix<f32>, usize)> {
        match self {
            Self::Vectors { items, dim, .. } => Some((items, *dim)),
            Self::Weights(_) => None,
        }
    }
}

/// The vector of every item.
pub(super) fn item_matrix(network: &Recommender, shared: &Shared, device: &Device) -> Matrix<f32> {
    let items = 0..shared.interactions.items.len() as u32;
    let codes: Vec<i32> = items.map(|item| shared.item_code(item)).collect();
    item_vectors(network, &codes, shared.item_features.as_ref(), device)
}

/// What some users who have `owned` look for.
pub(super) fn wanted(
    network: &Recommender,
    shared: &Shared,
    owned: &History,
    users: &[u32],
    device: &Device,
) -> Matrix<f32> {
    let question = |&user: &u32| {
        let items = owned.items(user as usize);
        let seen = items.len().saturating_sub(shared.learning.history);
        let seen = items[seen..].iter();
        Question {
            user: shared.user_code(user),
            history: seen.map(|&item| shared.item_code(item)).collect(),
            row: user as usize,
        }
    };
    let asked: Vec<Question> = users.iter().map(question).collect();
    questions(network, &asked, shared.user_features.as_ref(), device)
}
