//! From users and items to the tensors of a network that recommends.

use burn::tensor::{Device, Int, Tensor, TensorData};
use hob_data::features::{Features, Matrix};
use hob_data::recommend::{Candidates, InteractionBatch, Shared};
use hob_model::recommend::Recommender;
use hob_model::{CandidatesInput, InteractionInput, ItemsInput, QuestionInput};

use crate::tensors;

/// Items or questions that go through a network at once.
const BATCH: usize = 1024;

/// Who asks, and what of the history the network sees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// Code of the user, 0 for one that is not known.
    pub user: i32,
    /// Codes of items, oldest first; at most as many as the network sees.
    pub history: Vec<i32>,
    /// The row of the features of users.
    pub row: usize,
}

/// A batch of the training loop.
pub fn batch_input(shared: &Shared, batch: &InteractionBatch, device: &Device) -> InteractionInput {
    let rows: Vec<usize> = batch.users.iter().map(|&user| user as usize).collect();
    let users = batch
        .users
        .iter()
        .map(|&user| shared.user_code(user))
        .collect();
    let history = (batch.length > 0).then(|| {
        let shape = [batch.users.len(), batch.length];
        Tensor::from_data(TensorData::new(batch.history.clone(), shape), device)
    });
    let places = shared.learning.is_sequential.then(|| {
        let rows = batch.rows.iter().zip(&batch.seen);
        let place = |(row, seen): (&i32, &i32)| row * batch.length as i32 + seen - 1;
        ints(rows.map(place).collect(), device)
    });
    let features = |features: &Option<Features>, rows: &[usize]| {
        let features = features.as_ref();
        features.map(|features| Box::new(tensors::input(features, rows, device)))
    };
    let item_rows: Vec<usize> = batch.items.iter().map(|&item| item as usize).collect();
    let codes = batch
        .items
        .iter()
        .map(|&item| shared.item_code(item))
        .collect();
    InteractionInput {
        questions: QuestionInput {
            users: ints(users, device),
            history,
            places,
            features: features(&shared.user_features, &rows),
        },
        items: ItemsInput {
            items: ints(codes, device),
            features: features(&shared.item_features, &item_rows),
        },
        candidates: candidates(batch, device),
    }
}

fn candidates(batch: &InteractionBatch, device: &Device) -> CandidatesInput {
    let answers = || ints(batch.positives.clone(), device);
    match &batch.candidates {
        Candidates::None => CandidatesInput::Answers(answers()),
        Candidates::Each { places, width } => {
            let shape = [places.len() / width, *width];
            let places = TensorData::new(places.clone(), shape);
            CandidatesInput::Each(Tensor::from_data(places, device))
        }
        Candidates::Sets { answers, taken } => {
            let shape = [batch.users.len(), batch.items.len()];
            let mut shares = vec![0.0_f32; shape[0] * shape[1]];
            let mut mask = shares.clone();
            answers
                .iter()
                .for_each(|&(place, share)| shares[place] = share);
            taken.iter().for_each(|&place| mask[place] = 1.0);
            CandidatesInput::Sets {
                answers: Tensor::from_data(TensorData::new(shares, shape), device),
                taken: Tensor::from_data(TensorData::new(mask, shape), device),
            }
        }
        Candidates::All { taken, correction } => {
            let shape = [batch.positives.len(), batch.items.len()];
            let mut mask = vec![0.0_f32; shape[0] * shape[1]];
            taken.iter().for_each(|&place| mask[place] = 1.0);
            let correction = (!correction.is_empty()).then(|| {
                let count = [correction.len()];
                Tensor::from_data(TensorData::new(correction.clone(), count), device)
            });
            CandidatesInput::All {
                answers: answers(),
                taken: Tensor::from_data(TensorData::new(mask, shape), device),
                correction,
            }
        }
    }
}

/// What each question looks for. `features` are those of the users, if the network reads any.
pub fn questions(
    network: &Recommender,
    questions: &[Question],
    features: Option<&Features>,
    device: &Device,
) -> Matrix<f32> {
    let mut vectors = Matrix {
        width: network.width(),
        values: Vec::with_capacity(questions.len() * network.width()),
    };
    let is_sequential = network.questions.is_sequential();
    let reads_history = is_sequential || network.questions.history.is_some();
    for batch in questions.chunks(BATCH) {
        let longest = batch.iter().map(|question| question.history.len()).max();
        let length = longest.unwrap_or(0).max(1);
        let mut history = Vec::with_capacity(batch.len() * length);
        let mut places = Vec::with_capacity(batch.len());
        for (row, question) in batch.iter().enumerate() {
            let seen = question.history.len();
            history.extend_from_slice(&question.history);
            history.resize((row + 1) * length, 0);
            places.push((row * length + seen.max(1) - 1) as i32);
        }
        let rows: Vec<usize> = batch.iter().map(|question| question.row).collect();
        let input = QuestionInput {
            users: ints(batch.iter().map(|question| question.user).collect(), device),
            history: reads_history.then(|| {
                let history = TensorData::new(history, [batch.len(), length]);
                Tensor::from_data(history, device)
            }),
            places: is_sequential.then(|| ints(places, device)),
            features: features.map(|features| Box::new(tensors::input(features, &rows, device))),
        };
        push(&mut vectors, network.questions(input));
    }
    vectors
}

/// The vectors of items by code. `features` has a row per item, if the network reads any.
pub fn item_vectors(
    network: &Recommender,
    codes: &[i32],
    features: Option<&Features>,
    device: &Device,
) -> Matrix<f32> {
    let mut vectors = Matrix {
        width: network.width(),
        values: Vec::with_capacity(codes.len() * network.width()),
    };
    for (place, batch) in codes.chunks(BATCH).enumerate() {
        let first = place * BATCH;
        let rows: Vec<usize> = (first..first + batch.len()).collect();
        let input = ItemsInput {
            items: ints(batch.to_vec(), device),
            features: features.map(|features| Box::new(tensors::input(features, &rows, device))),
        };
        push(&mut vectors, network.items(input));
    }
    vectors
}

fn push(vectors: &mut Matrix<f32>, found: Tensor<2>) {
    let data = found.into_data().convert::<f32>();
    let values: Vec<f32> = data.try_to_vec().expect("the data was converted to f32");
    vectors.values.extend(values);
}

fn ints(values: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let count = [values.len()];
    Tensor::from_data(TensorData::new(values, count), device)
}
