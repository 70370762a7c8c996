//! What is allowed, but usually a mistake in questions and answers.

use std::collections::{BTreeMap, BTreeSet};

use hob_data::count::counted;

use super::RetrieveConfig;
use super::corpus::text;
use crate::plan::Plan;

pub(crate) fn warnings(config: &RetrieveConfig, plan: &Plan) -> Vec<String> {
    let all = plan.all_rows();
    let row_texts = |row: usize| {
        let text = |column| text(&plan.table, column, row);
        (text(&config.question), text(&config.answer))
    };
    let mut answers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut first_row: BTreeMap<&str, usize> = BTreeMap::new();
    for &row in &all {
        let (question, answer) = row_texts(row);
        answers.entry(question).or_default().insert(answer);
        first_row.entry(question).or_insert(row);
    }
    let mut found = Vec::new();
    let ambiguous = answers.iter().filter(|(_, answers)| answers.len() > 1);
    let ambiguous: Vec<&str> = ambiguous.map(|(question, _)| *question).collect();
    if let Some(first) = ambiguous.iter().min_by_key(|question| first_row[*question]) {
        let have = if ambiguous.len() == 1 { "has" } else { "have" };
        found.push(format!(
            "{} {have} several different answers, the first in row {}: `{first}`; only one of them can come first",
            counted(ambiguous.len(), "question"),
            first_row[first] + 1
        ));
    }
    if !config.match_with.answers() {
        let (part, asked) = plan.judged_part();
        let stored: BTreeSet<&str> = plan
            .parts
            .train
            .iter()
            .map(|&row| row_texts(row).1)
            .collect();
        let alone = asked
            .iter()
            .filter(|&&row| !stored.contains(row_texts(row).1))
            .count();
        if alone > 0 {
            found.push(format!(
                "{alone} of {} of the {part} part belong to answers that no question of the training part has, so that \
                 `match = \"question\"` cannot find them; they count as not found",
                counted(asked.len(), "question")
            ));
        }
    }
    found
}
