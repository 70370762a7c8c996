//! The answers of a model that searches, and the search itself.
//!
//! Each answer is found through the vectors of its own text, of the questions it was given to, or of both; its score is
//! the largest cosine of them with the vector of the new question. The search is exact: every vector is looked at, with
//! all cores. A hundred thousand vectors of 384 numbers take some ten milliseconds, and nothing has to be tuned.

use hob_data::features::Matrix;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::BundleFault;
use crate::text_vectors::{self, dot};

/// How far the length of a stored vector may be from 1.
const LENGTH_TOLERANCE: f32 = 1e-3;

/// Vectors that a thread looks at in one go.
const VECTORS_PER_TASK: usize = 1024;

/// Answers that can be searched.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerIndex {
    texts: Texts,
    /// One row per entry of `texts.keys`, of length 1, or 0 for a text without a token.
    vectors: Matrix<f32>,
}

/// Everything of an index but the vectors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Texts {
    /// The different answers.
    pub answers: Vec<String>,
    /// The rows of the data.
    pub rows: Vec<IndexRow>,
    /// What the vectors are of.
    pub keys: Vec<Key>,
}

/// A row of the data: a question and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexRow {
    /// The question.
    pub question: String,
    /// Its place among the answers.
    pub answer: usize,
    /// Its row of the data, from 1 as in `parts.csv`.
    pub row: usize,
}

/// What a vector is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Place among the rows.
    pub row: usize,
    /// Which text of it.
    pub side: Side,
}

/// A text of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The question.
    Question,
    /// The answer.
    Answer,
}

/// An answer that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Place among the answers.
    pub answer: usize,
    /// The vector it was found through, as a place among the keys.
    pub key: usize,
    /// Cosine, from -1 to 1.
    pub score: f32,
}

impl AnswerIndex {
    /// From texts and the vector of each key, which is scaled to length 1.
    ///
    /// # Errors
    /// Texts and vectors do not fit together, or a number is not finite.
    pub fn new(texts: Texts, mut vectors: Matrix<f32>) -> Result<Self, BundleFault> {
        if vectors.width > 0 {
            vectors
                .values
                .chunks_exact_mut(vectors.width)
                .for_each(normalize);
        }
        let index = Self { texts, vectors };
        index
            .check()
            .map_err(|reason| BundleFault::Index(reason.to_string()))?;
        Ok(index)
    }

    /// From the bytes of a bundle.
    ///
    /// # Errors
    /// The bytes are no index.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleFault> {
        let (texts, vectors) = text_vectors::decode(bytes)?;
        let index = Self { texts, vectors };
        index
            .check()
            .map_err(|reason| BundleFault::Index(reason.to_string()))?;
        Ok(index)
    }

    /// The bytes for a bundle.
    ///
    /// # Errors
    /// The texts cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BundleFault> {
        text_vectors::encode(&self.texts, &self.vectors)
    }

    fn check(&self) -> Result<(), &'static str> {
        let Self { texts, vectors } = self;
        let is_known = |row: &IndexRow| row.answer < texts.answers.len();
        if texts.keys.is_empty() {
            return Err("it has no answers");
        }
        if !texts.rows.iter().all(is_known) {
            return Err("a row names an answer that is not there");
        }
        if texts.keys.iter().any(|key| key.row >= texts.rows.len()) {
            return Err("a vector names a row that is not there");
        }
        let expected = vectors.width.checked_mul(texts.keys.len());
        if vectors.width == 0 || expected != Some(vectors.values.len()) {
            return Err("it has not as many vectors as texts");
        }
        let is_unit = |vector: &[f32]| {
            let length = dot(vector, vector);
            length == 0.0 || (length - 1.0).abs() <= LENGTH_TOLERANCE
        };
        match vectors.values.chunks_exact(vectors.width).all(is_unit) {
            true => Ok(()),
            false => Err("a vector does not have the length 1"),
        }
    }

    /// Numbers per vector.
    pub fn width(&self) -> usize {
        self.vectors.width
    }

    /// The texts.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// For every answer, its best vector; answers without any are left out. `question` has length 1.
    ///
    /// # Panics
    /// When `question` has not [`Self::width`] numbers.
    pub fn all(&self, question: &[f32]) -> Vec<Found> {
        let width = self.vectors.width;
        assert_eq!(question.len(), width, "a question is as wide as the index");
        let mut scores = vec![0.0_f32; self.texts.keys.len()];
        let tasks = self.vectors.values.par_chunks(width * VECTORS_PER_TASK);
        scores
            .par_chunks_mut(VECTORS_PER_TASK)
            .zip(tasks)
            .for_each(|(scores, vectors)| {
                for (score, vector) in scores.iter_mut().zip(vectors.chunks_exact(width)) {
                    *score = dot(question, vector);
                }
            });
        let mut best: Vec<Option<Found>> = vec![None; self.texts.answers.len()];
        for (place, (key, score)) in self.texts.keys.iter().zip(scores).enumerate() {
            let answer = self.texts.rows[key.row].answer;
            let slot = &mut best[answer];
            if slot.is_none_or(|known| score > known.score) {
                *slot = Some(Found {
                    answer,
                    key: place,
                    score,
                });
            }
        }
        best.into_iter().flatten().collect()
    }

    /// The best answers, at most `top`, best first; of equal scores the earlier answer.
    ///
    /// # Panics
    /// When `question` has not [`Self::width`] numbers.
    pub fn search(&self, question: &[f32], top: usize) -> Vec<Found> {
        let mut found = self.all(question);
        let better =
            |a: &Found, b: &Found| b.score.total_cmp(&a.score).then(a.answer.cmp(&b.answer));
        if top < found.len() {
            found.select_nth_unstable_by(top, better);
            found.truncate(top);
        }
        found.sort_unstable_by(better);
        found
    }

    /// The text that a vector is of.
    pub fn key_text(&self, key: Key) -> &str {
        let row = &self.texts.rows[key.row];
        match key.side {
            Side::Question => &row.question,
            Side::Answer => &self.texts.answers[row.answer],
        }
    }
}

/// Scales a vector to length 1; zeros stay zeros.
pub fn normalize(vector: &mut [f32]) {
    let length = vector
        .iter()
        .map(|value| f64::from(*value).powi(2))
        .sum::<f64>()
        .sqrt();
    if length > 0.0 {
        vector
            .iter_mut()
            .for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
}

/// The different texts in order of their first appearance, and the place of each given one among them.
pub fn distinct<'a>(texts: impl IntoIterator<Item = &'a str>) -> (Vec<String>, Vec<usize>) {
    let mut known = std::collections::HashMap::new();
    let mut all = Vec::new();
    let places = texts.into_iter().map(|text| {
        *known.entry(text).or_insert_with(|| {
            all.push(text.to_string());
            all.len() - 1
        })
    });
    let places = places.collect();
    (all, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three rows with two answers; a question's vector and the answers' vectors lie in the plane.
    fn index() -> AnswerIndex {
        let (answers, places) = distinct(["Yes.", "No.", "Yes."]);
        let rows = ["Is it?", "Is it not?", "Really?"]
            .iter()
            .zip(places)
            .enumerate();
        let texts = Texts {
            answers,
            rows: rows
                .map(|(row, (question, answer))| IndexRow {
                    question: question.to_string(),
                    answer,
                    row: row + 1,
                })
                .collect(),
            keys: [
                (0, Side::Question),
                (1, Side::Question),
                (2, Side::Question),
                (1, Side::Answer),
            ]
            .map(|(row, side)| Key { row, side })
            .to_vec(),
        };
        let values = vec![2.0, 0.0, 0.0, 3.0, -1.0, 0.0, 0.0, 0.0];
        AnswerIndex::new(texts, Matrix { width: 2, values }).unwrap()
    }

    #[test]
    fn an_answer_is_found_through_its_nearest_text() {
        let index = index();
        let found = index.search(&[-0.6, 0.8], 5);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].answer, found[0].key), (1, 1));
        assert!((found[0].score - 0.8).abs() < 1e-6);
        assert_eq!((found[1].answer, found[1].key), (0, 2));
        assert_eq!(index.key_text(index.texts().keys[2]), "Really?");
        assert_eq!(index.key_text(index.texts().keys[3]), "No.");
        assert_eq!(index.search(&[-0.6, 0.8], 1), found[..1]);
        assert!(index.search(&[1.0, 0.0], 0).is_empty());
    }

    #[test]
    fn answers_of_equal_score_keep_their_order() {
        let rows = 5000;
        let texts = Texts {
            answers: (0..rows).map(|row| row.to_string()).collect(),
            rows: (0..rows)
                .map(|row| IndexRow {
                    question: String::new(),
                    answer: row,
                    row,
                })
                .collect(),
            keys: (0..rows)
                .map(|row| Key {
                    row,
                    side: Side::Answer,
                })
                .collect(),
        };
        let values = [1.0, 0.0].repeat(rows);
        let index = AnswerIndex::new(texts, Matrix { width: 2, values }).unwrap();
        let found: Vec<usize> = index
            .search(&[1.0, 0.0], 3)
            .iter()
            .map(|found| found.answer)
            .collect();
        assert_eq!(found, [0, 1, 2]);
    }

    #[test]
    fn what_is_stored_comes_back_and_what_is_cut_off_does_not() {
        let index = index();
        let bytes = index.to_bytes().unwrap();
        assert_eq!(AnswerIndex::from_bytes(&bytes).unwrap(), index);
        for length in 0..bytes.len() {
            assert!(
                AnswerIndex::from_bytes(&bytes[..length]).is_err(),
                "{length} bytes were accepted"
            );
        }
    }

    #[test]
    fn an_index_that_contradicts_itself_is_refused() {
        let refused = |change: &dyn Fn(&mut AnswerIndex)| {
            let mut wrong = index();
            change(&mut wrong);
            AnswerIndex::from_bytes(&wrong.to_bytes().unwrap()).is_err()
        };
        assert!(!refused(&|_| {}));
        assert!(refused(&|index| index.texts.rows[0].answer = 2));
        assert!(refused(&|index| index.texts.keys[0].row = 3));
        assert!(refused(&|index| index.texts.keys.clear()));
        assert!(refused(&|index| index.vectors.values[0] = f32::NAN));
        assert!(refused(&|index| index.vectors.values[0] = 0.9));
        assert!(refused(&|index| index.vectors.values.truncate(7)));
        assert!(refused(&|index| index.vectors.values.truncate(4)));
        assert!(refused(&|index| index.vectors.width = usize::MAX));
    }

    #[test]
    fn dot_products_of_every_length_are_right() {
        for length in 0..50_u16 {
            let a: Vec<f32> = (0..length).map(f32::from).collect();
            let expected: f32 = a.iter().map(|value| value * 2.0).sum();
            assert_eq!(dot(&a, &vec![2.0; a.len()]), expected);
        }
    }
}
