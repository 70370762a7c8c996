//! What a model that searches says: in `hob predict`, in `hob evaluate`, and to a person who asks.

use std::path::PathBuf;

use anyhow::Result;
use hob_inference::{RankedAnswer, Reply, Retriever};
use hob_training::retrieve;
use serde_json::json;

use super::results;
use crate::args::EvaluateArgs;
use crate::format::counted;
use crate::output::{self, say};

/// A reply of [`Retriever::ask`] as a person reads it: the best answer with its score and source row, or that none is
/// near enough, with the nearest stored questions.
pub(crate) fn spoken(reply: &Reply) -> String {
    match reply.answers.as_slice() {
        [best, ..] if reply.accepted => {
            format!(
                "{}\n  (score {:.2}, row {})",
                best.answer, best.score, best.row
            )
        }
        [] => "I don't know.".to_string(),
        near => {
            let near = near.iter().take(NEAREST).map(|answer| {
                let RankedAnswer {
                    question,
                    score,
                    row,
                    ..
                } = answer;
                format!("\n  {question} (score {score:.2}, row {row})")
            });
            format!(
                "I don't know. The nearest I can answer:{}",
                near.collect::<String>()
            )
        }
    }
}

/// Questions named when none is near enough.
const NEAREST: usize = 3;

/// Asks the questions of a file whose answers are known.
pub(crate) fn evaluate(
    retriever: &Retriever,
    paths: &[PathBuf],
    args: &EvaluateArgs,
    seconds: impl Fn() -> f64,
) -> Result<()> {
    let judgement = retrieve::judge(retriever, paths, args.max_rejected)?;
    let output = &judgement.output;
    if args.json {
        let named = |metrics| json!({ output.column.clone(): metrics });
        return output::json(&json!({
            "bundle": args.model,
            "seconds": seconds(),
            "device": retriever.encoder().device(),
            "parameters": retriever.manifest().parameters,
            "test": named(json!(output.test.metrics)),
            "baseline": named(json!(output.baseline.metrics)),
            "bm25": named(json!(output.text_baseline.as_ref().map(|report| &report.metrics))),
            "unknown": judgement.unknown,
        }));
    }
    for (rows, what) in [
        (
            judgement.left_out,
            "left out, without a question or an answer",
        ),
        (judgement.rejected, "left out, which cannot be read"),
        (
            judgement.unknown,
            "with an answer that the model does not have; which only `unknown_rejected` counts",
        ),
    ] {
        if rows > 0 {
            say(&format!("{} {what}", counted(rows, "row")));
        }
    }
    for note in judgement.report.notes() {
        say(&format!("note: {note}"));
    }
    output::line(&results::results(std::slice::from_ref(output)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(accepted: bool) -> Reply {
        let answer = |row: usize, score| RankedAnswer {
            answer: format!("answer {row}"),
            question: format!("question {row}?"),
            score,
            row,
        };
        Reply {
            answers: vec![answer(7, 0.83449), answer(2, 0.5)],
            accepted,
        }
    }

    #[test]
    fn a_person_hears_the_best_answer_or_the_nearest_questions() {
        assert_eq!(spoken(&reply(true)), "answer 7\n  (score 0.83, row 7)");
        assert_eq!(
            spoken(&reply(false)),
            "I don't know. The nearest I can answer:\n  question 7? (score 0.83, row 7)\n  question 2? (score 0.50, row 2)"
        );
    }

    #[test]
    fn scores_have_four_decimals() {
        let line = serde_json::Value::from(reply(true).to_json());
        assert_eq!(line["answers"][0]["score"], json!(0.8345));
        assert_eq!(line["accepted"], json!(true));
    }
}
