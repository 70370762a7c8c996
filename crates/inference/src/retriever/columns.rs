//! Replies as JSON, and as columns of a table to write.

use hob_data::write::{OutputCells, OutputColumn};
use serde_json::{Map, Value, json};

use super::{RankedAnswer, Reply, Retriever};

impl Reply {
    /// The reply as `hob predict --json` prints it.
    pub fn to_json(&self) -> Map<String, Value> {
        let answers = self.answers.iter().map(|answer| {
            json!({
                "answer": answer.answer,
                "question": answer.question,
                "score": rounded(answer.score),
                "row": answer.row,
            })
        });
        Map::from_iter([
            ("answers".to_string(), answers.collect()),
            ("accepted".to_string(), self.accepted.into()),
        ])
    }
}

impl Retriever {
    /// The best answer to each question: its text, score and row, and whether it is near enough. Empty cells and no score
    /// where there was no question.
    pub fn columns(&self, replies: &[Reply]) -> Vec<OutputColumn> {
        let name = &self.retrieval().answer;
        let best = |cell: &dyn Fn(&RankedAnswer) -> String| {
            let cells = replies.iter().map(|reply| reply.answers.first().map(cell));
            OutputCells::Text(cells.map(Option::unwrap_or_default).collect())
        };
        let accepted = replies.iter().map(|reply| reply.accepted.to_string());
        let columns = [
            (name.clone(), best(&|answer| answer.answer.clone())),
            (
                format!("{name}.score"),
                best(&|answer| rounded(answer.score).to_string()),
            ),
            (
                format!("{name}.row"),
                best(&|answer| answer.row.to_string()),
            ),
            (
                format!("{name}.accepted"),
                OutputCells::Text(accepted.collect()),
            ),
        ];
        columns
            .map(|(name, cells)| OutputColumn { name, cells })
            .into()
    }
}

/// Devices agree on four decimals of a cosine.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1e4).round() / 1e4
}
