//! How long a search takes: answers with random vectors, one question after the other.
//!
//! ```text
//! cargo run --release -p hob-inference --example search_speed [ANSWERS] [WIDTH]
//! ```

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for the terminal"
)]

use std::time::Instant;

use hob_data::features::Matrix;
use hob_inference::answer_index::{AnswerIndex, IndexRow, Key, Side, Texts, normalize};

const QUESTIONS: usize = 200;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().unwrap());
    let answers: usize = arguments.next().unwrap_or(100_000);
    let width: usize = arguments.next().unwrap_or(384);
    let rows = (0..answers).map(|answer| IndexRow {
        question: format!("question {answer}"),
        answer,
        row: answer + 1,
    });
    let keys = (0..answers).map(|row| Key {
        row,
        side: Side::Answer,
    });
    let texts = Texts {
        answers: (0..answers)
            .map(|answer| format!("answer {answer}"))
            .collect(),
        rows: rows.collect(),
        keys: keys.collect(),
    };
    let mut random = random();
    let values = (0..answers * width).map(|_| random()).collect();
    let index = AnswerIndex::new(texts, Matrix { width, values }).unwrap();

    let mut times: Vec<f64> = (0..QUESTIONS)
        .map(|_| {
            let mut question: Vec<f32> = (0..width).map(|_| random()).collect();
            normalize(&mut question);
            let started = Instant::now();
            assert_eq!(index.search(&question, 5).len(), 5.min(answers));
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((QUESTIONS - 1) as f64 * share) as usize];
    println!(
        "{answers} answers x {width}: median {:.1} ms, 95 % below {:.1} ms, at most {:.1} ms",
        at(0.5),
        at(0.95),
        at(1.0)
    );
}

/// Numbers from -0.5 to 0.5 (xorshift64, Marsaglia 2003).
fn random() -> impl FnMut() -> f32 {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    }
}
