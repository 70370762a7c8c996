//! Multiple negatives ranking: the other answers of a batch are the wrong ones (Henderson et al., "Efficient Natural
//! Language Response Suggestion for Smart Reply", 2017).

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

/// Taken off the score of an answer that is no negative; its probability is then 0.
const MASKED: f64 = 1e9;

/// For each pair of rows: 1 for a row and itself, 0 for a negative, -1 for rows of one class.
pub(super) fn targets(codes: &[i32], rows: &[usize]) -> Vec<f32> {
    let mut values = Vec::with_capacity(rows.len() * rows.len());
    for (place, &question) in rows.iter().enumerate() {
        values.extend(rows.iter().enumerate().map(|(other, &answer)| {
            match (place == other, codes[question] == codes[answer]) {
                (true, _) => 1.0,
                (false, true) => -1.0,
                (false, false) => 0.0,
            }
        }));
    }
    values
}

/// Cross-entropy of each question's own answer after a softmax over the answers of the batch.
pub(super) fn sum(raw: Tensor<2>, targets: Tensor<2>, scale: f64) -> Tensor<1> {
    let [rows, width] = raw.dims();
    let questions = normalized(raw.clone().slice([0..rows, 0..width / 2]));
    let answers = normalized(raw.slice([0..rows, width / 2..width]));
    let masked = targets.clone().clamp_max(0.0).mul_scalar(MASKED);
    let scores = questions.matmul(answers.transpose()).mul_scalar(scale) + masked;
    (log_softmax(scores, 1) * targets.clamp_min(0.0))
        .sum()
        .neg()
}

fn normalized(vectors: Tensor<2>) -> Tensor<2> {
    let lengths = vectors.clone().square().sum_dim(1).add_scalar(1e-12).sqrt();
    vectors / lengths
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

    /// The definition in plain numbers.
    fn by_definition(pairs: &[[f64; 4]], classes: &[i32], scale: f64) -> f64 {
        let cosine = |a: &[f64], b: &[f64]| {
            let dot = |a: &[f64], b: &[f64]| a[0] * b[0] + a[1] * b[1];
            dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
        };
        let loss = |row: usize| {
            let score = |other: usize| scale * cosine(&pairs[row][..2], &pairs[other][2..]);
            let others =
                (0..pairs.len()).filter(|&other| other == row || classes[other] != classes[row]);
            others.map(|other| score(other).exp()).sum::<f64>().ln() - score(row)
        };
        (0..pairs.len()).map(loss).sum()
    }

    #[test]
    fn the_loss_is_the_cross_entropy_of_the_own_answer() {
        let pairs = [
            [1.0, 0.2, 0.9, -0.1],
            [0.3, 2.0, -0.4, 1.0],
            [-1.0, 0.5, 0.2, 0.3],
            [0.7, 0.7, 5.0, 4.0],
        ];
        let device = hob_inference::device::device(None).unwrap().1;
        for classes in [[0, 1, 2, 3], [0, 1, 0, 3], [0, 0, 0, 0]] {
            let values: Vec<f32> = pairs
                .as_flattened()
                .iter()
                .map(|&value| value as f32)
                .collect();
            let raw = Tensor::from_data(TensorData::new(values, [4, 4]), &device);
            let relations = TensorData::new(targets(&classes, &[0, 1, 2, 3]), [4, 4]);
            let found = sum(raw, Tensor::from_data(relations, &device), 20.0);
            let found = f64::from(found.into_data().iter::<f32>().next().unwrap());
            let expected = by_definition(&pairs, &classes, 20.0);
            assert!(
                (found - expected).abs() < 1e-3,
                "{classes:?}: {found}, not {expected}"
            );
        }
    }

    #[test]
    fn rows_of_one_class_are_no_negatives() {
        let found = targets(&[5, 6, 5], &[0, 1, 2]);
        assert_eq!(found, [1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0, 0.0, 1.0]);
    }
}
