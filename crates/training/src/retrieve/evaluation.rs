//! How well questions find their answers, beside search by words (BM25) and a random order.
//!
//! The protocol: every answer of the data can be found. The questions that are asked are not stored, so that each has to
//! find its answer by meaning; of the stored questions, search by words sees the same as search by vectors.

use hob_data::features::Matrix;
use hob_inference::AnswerIndex;
use hob_inference::answer_index::{Found, Side};

use crate::bm25::{Bm25, Bm25Options};
use crate::metrics::retrieval::{QueryRanks, evaluate_retrieval};
use crate::metrics::{Metrics, MetricsError, OutputReport};
use crate::mistakes::{Mistake, Mistakes, ScoreHistogram, short};

/// Questions with known answers.
pub(crate) struct Asked<'a> {
    pub(crate) questions: Vec<&'a str>,
    /// Of length 1.
    pub(crate) vectors: Matrix<f32>,
    /// The right answer among those of the index; `None` where it is not there.
    pub(crate) right: Vec<Option<usize>>,
}

/// What became of the questions.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) report: OutputReport,
    pub(crate) baseline: OutputReport,
    pub(crate) bm25: OutputReport,
    /// One per question.
    pub(crate) asked: Vec<Outcome>,
}

/// What became of a question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    /// Rank of the right answer, from 1; behind all others when it cannot be found.
    pub(crate) rank: usize,
    /// The best answer.
    pub(crate) best: Option<Found>,
}

/// Asks every question. With a threshold, also how many are answered, and how many of those rightly.
///
/// # Errors
/// There are no questions whose answer is known, or a score is not a number.
pub(crate) fn evaluate(
    index: &AnswerIndex,
    asked: &Asked<'_>,
    threshold: Option<f32>,
) -> Result<Judged, MetricsError> {
    let words = Words::new(index);
    let (mut ranks, mut by_words, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for (place, question) in asked.questions.iter().enumerate() {
        let found = index.all(asked.vectors.row(place));
        let best = found
            .iter()
            .copied()
            .reduce(|best, other| match other.score > best.score {
                true => other,
                false => best,
            });
        let mut rank = index.texts().answers.len();
        if let Some(right) = asked.right[place] {
            let scored = found.iter().map(|found| (found.answer, found.score));
            let own = QueryRanks::from_scores(place, scored, &[right])?;
            rank = own.first().unwrap_or(rank);
            ranks.push(own);
            by_words.push(QueryRanks::from_scores(
                place,
                words.scores(question),
                &[right],
            )?);
        }
        outcomes.push(Outcome { rank, best });
    }
    let mut metrics = evaluate_retrieval(&ranks)?;
    if let Some(threshold) = threshold {
        acceptance(&mut metrics, &outcomes, &asked.right, threshold);
    }
    let report = |metrics| OutputReport {
        rows: asked.questions.len(),
        metrics,
        ..OutputReport::default()
    };
    Ok(Judged {
        report: report(metrics),
        baseline: report(random_order(index.texts().answers.len())),
        bm25: report(evaluate_retrieval(&by_words)?),
        asked: outcomes,
    })
}

/// `answered`: the share of questions that are answered at all; `answered_correctly`: of those, the share with the right
/// answer first; `unknown_rejected`: of the questions whose answer is not stored, the share that is not answered.
fn acceptance(
    metrics: &mut Metrics,
    outcomes: &[Outcome],
    right: &[Option<usize>],
    threshold: f32,
) {
    let share = |part: usize, all: usize| (all > 0).then(|| part as f64 / all as f64);
    let is_answered = |outcome: &Outcome| outcome.best.is_some_and(|best| best.score >= threshold);
    let (mut known, mut answered, mut correct, mut rejected) = (0, 0, 0, 0);
    for (outcome, right) in outcomes.iter().zip(right) {
        known += usize::from(right.is_some());
        match (right.is_some(), is_answered(outcome)) {
            (true, true) => {
                answered += 1;
                correct += usize::from(outcome.rank == 1);
            }
            (false, false) => rejected += 1,
            _ => {}
        }
    }
    metrics.push("answered", share(answered, known));
    metrics.push("answered_correctly", share(correct, answered));
    metrics.push("unknown_rejected", share(rejected, outcomes.len() - known));
}

/// The questions that found another answer first, and how the scores of right and wrong ones spread. `rows` are those of
/// the table, one per question.
pub(crate) fn mistakes(
    index: &AnswerIndex,
    asked: &Asked<'_>,
    judged: &Judged,
    rows: &[usize],
    threshold: Option<f32>,
) -> Mistakes {
    let texts = index.texts();
    let answer = |place: usize| short(&texts.answers[place]);
    let (mut right, mut wrong, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for (place, outcome) in judged.asked.iter().enumerate() {
        let Some(best) = outcome.best else { continue };
        let score = f64::from(best.score);
        if outcome.rank == 1 {
            right.push(score);
            continue;
        }
        wrong.push(score);
        let key = texts.keys[best.key];
        let mistake = Mistake {
            row: rows[place] + 1,
            text: short(asked.questions[place]),
            expected: asked.right[place].map(answer).unwrap_or_default(),
            predicted: answer(best.answer),
            confidence: Some(score),
            rank: Some(outcome.rank),
            // The text of an answer stands beside it already.
            like: (key.side == Side::Question).then(|| short(index.key_text(key))),
        };
        found.push((mistake, None));
    }
    let groups = [("right", right), ("wrong", wrong)];
    let threshold = threshold.map(f64::from);
    Mistakes {
        confidence: ScoreHistogram::of_scores("score of the best answer", &groups, threshold),
        ..Mistakes::new(found)
    }
}

/// The score from which an answer is given: the share `accept` of the questions whose best answer is right stay above
/// it. `None` when no question is answered rightly.
pub(crate) fn threshold(judged: &Judged, accept: f64) -> Option<f32> {
    let right = judged.asked.iter().filter(|outcome| outcome.rank == 1);
    let mut scores: Vec<f32> = right
        .filter_map(|outcome| Some(outcome.best?.score))
        .collect();
    scores.sort_unstable_by(f32::total_cmp);
    let below = ((1.0 - accept) * scores.len() as f64).floor() as usize;
    scores
        .get(below.min(scores.len().saturating_sub(1)))
        .copied()
}

/// What answers in random order would reach on average.
fn random_order(answers: usize) -> Metrics {
    let mean = |gain: &dyn Fn(usize) -> f64, most: usize| {
        (1..=answers.min(most)).map(gain).sum::<f64>() / answers.max(1) as f64
    };
    let mut metrics = Metrics::default();
    metrics.push("mrr", mean(&|rank| 1.0 / rank as f64, usize::MAX));
    metrics.push("mrr_at_10", mean(&|rank| 1.0 / rank as f64, 10));
    for most in [1, 5, 10] {
        metrics.push(format!("recall_at_{most}"), mean(&|_| 1.0, most));
    }
    metrics.push(
        "ndcg_at_10",
        mean(&|rank| 1.0 / ((rank + 1) as f64).log2(), 10),
    );
    metrics
}

/// BM25 over the texts of an index; the score of an answer is that of its best text.
struct Words<'a> {
    index: &'a AnswerIndex,
    bm25: Bm25,
}

impl<'a> Words<'a> {
    fn new(index: &'a AnswerIndex) -> Self {
        let keys = index.texts().keys.iter();
        let texts: Vec<&str> = keys.map(|key| index.key_text(*key)).collect();
        Self {
            index,
            bm25: Bm25::new(&texts, Bm25Options::default()),
        }
    }

    /// Every answer with its score.
    fn scores(&self, question: &str) -> Vec<(usize, f32)> {
        let texts = self.index.texts();
        let mut scores = vec![0.0_f32; texts.answers.len()];
        for found in self.bm25.rank(question, usize::MAX) {
            let answer = texts.rows[texts.keys[found.document].row].answer;
            scores[answer] = scores[answer].max(found.score);
        }
        scores.into_iter().enumerate().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hob_inference::answer_index::{IndexRow, Key, Side, Texts};

    /// Answers whose vectors are the axes.
    fn index() -> AnswerIndex {
        let answers = ["the red one", "the green one", "the blue one"].map(String::from);
        let rows = (0..3).map(|answer| IndexRow {
            question: String::new(),
            answer,
            row: answer + 1,
        });
        let texts = Texts {
            rows: rows.collect(),
            keys: (0..3)
                .map(|row| Key {
                    row,
                    side: Side::Answer,
                })
                .collect(),
            answers: answers.into(),
        };
        let values = vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        AnswerIndex::new(texts, Matrix { width: 3, values }).unwrap()
    }

    fn asked() -> Asked<'static> {
        Asked {
            questions: vec![
                "which is red",
                "not blue",
                "green or blue",
                "what time is it",
            ],
            // The right answer comes first, second and third; the last question has none.
            vectors: Matrix {
                width: 3,
                values: vec![0.9, 0.1, 0.0, 0.3, 0.5, 0.1, 0.2, 0.6, 0.1, 0.1, 0.2, 0.3],
            },
            right: vec![Some(0), Some(0), Some(2), None],
        }
    }

    fn judged(threshold: Option<f32>) -> Judged {
        evaluate(&index(), &asked(), threshold).unwrap()
    }

    #[test]
    fn ranks_become_metrics_beside_words_and_chance() {
        let judged = judged(None);
        let mrr = |report: &OutputReport| report.metrics.get("mrr").unwrap();
        assert!((mrr(&judged.report) - (1.0 + 1.0 / 2.0 + 1.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((mrr(&judged.baseline) - (1.0 + 1.0 / 2.0 + 1.0 / 3.0) / 3.0).abs() < 1e-12);
        // By words: first; behind both others, for ties count against the search; tied with green.
        assert!((mrr(&judged.bm25) - (1.0 + 1.0 / 3.0 + 1.0 / 2.0) / 3.0).abs() < 1e-12);
        assert_eq!(judged.report.metrics.get("recall_at_1"), Some(1.0 / 3.0));
        assert_eq!(judged.baseline.metrics.get("recall_at_1"), Some(1.0 / 3.0));
        assert_eq!(judged.baseline.metrics.get("recall_at_5"), Some(1.0));
        let ranks: Vec<usize> = judged.asked.iter().map(|outcome| outcome.rank).collect();
        assert_eq!(ranks, [1, 2, 3, 3]);
    }

    #[test]
    fn a_wrong_answer_stands_beside_the_right_one_and_its_rank() {
        let index = index();
        let asked = asked();
        let judged = judged(None);
        let mistakes = mistakes(&index, &asked, &judged, &[10, 20, 30, 40], Some(0.5));
        let listed: Vec<(usize, &str, &str, Option<usize>)> = mistakes
            .listed
            .iter()
            .map(|one| {
                (
                    one.row,
                    one.expected.as_str(),
                    one.predicted.as_str(),
                    one.rank,
                )
            })
            .collect();
        assert_eq!(
            listed,
            [
                (31, "the blue one", "the green one", Some(3)),
                (21, "the red one", "the green one", Some(2)),
                (41, "", "the blue one", Some(3)),
            ]
        );
        let histogram = mistakes.confidence.unwrap();
        let rows = |group: usize| histogram.groups[group].counts.iter().sum::<usize>();
        assert_eq!((rows(0), rows(1)), (1, 3));
        assert_eq!(histogram.threshold, Some(0.5));
    }

    #[test]
    fn a_threshold_says_what_is_answered() {
        let metrics = judged(Some(0.55)).report.metrics;
        assert_eq!(metrics.get("answered"), Some(2.0 / 3.0));
        assert_eq!(metrics.get("answered_correctly"), Some(0.5));
        assert_eq!(metrics.get("unknown_rejected"), Some(1.0));
    }

    #[test]
    fn the_threshold_keeps_the_asked_share_of_right_answers() {
        let mut judged = judged(None);
        let outcome = |score: f32, rank| Outcome {
            rank,
            best: Some(Found {
                answer: 0,
                key: 0,
                score,
            }),
        };
        judged.asked = (1..=20_u8)
            .map(|n| outcome(f32::from(n) / 20.0, 1))
            .collect();
        judged.asked.push(outcome(0.01, 2));
        assert_eq!(threshold(&judged, 1.0), Some(0.05));
        assert_eq!(threshold(&judged, 0.95), Some(0.1));
        assert_eq!(threshold(&judged, 0.0), Some(1.0));
        judged.asked = vec![outcome(0.9, 2)];
        assert_eq!(threshold(&judged, 0.95), None);
    }
}
