//! The questions and answers of a plan.

use hob_data::features::{Matrix, Targets};
use hob_data::table::{Table, Values};
use hob_inference::AnswerIndex;
use hob_inference::answer_index::{IndexRow, Key, Side, Texts, distinct, normalize};

use super::RetrieveConfig;
use super::evaluation::Asked;
use crate::error::RunError;

/// Rows with a question and an answer each, and their vectors.
pub(crate) struct Corpus<'a> {
    config: &'a RetrieveConfig,
    /// Rows of the table.
    rows: &'a [usize],
    questions: Vec<&'a str>,
    /// The different answers.
    answers: Vec<String>,
    /// The answer of each row.
    right: Vec<usize>,
    /// `[rows, 2 * width]`: the vectors of question and answer side by side.
    vectors: Matrix<f32>,
}

impl<'a> Corpus<'a> {
    pub(crate) fn new(
        config: &'a RetrieveConfig,
        table: &'a Table,
        rows: &'a [usize],
        vectors: Matrix<f32>,
    ) -> Self {
        let texts = |column| rows.iter().map(move |&row| text(table, column, row));
        let (answers, right) = distinct(texts(&config.answer));
        Self {
            config,
            rows,
            questions: texts(&config.question).collect(),
            answers,
            right,
            vectors,
        }
    }

    /// The name of the column of the answers.
    pub(crate) fn answer_column(&self) -> &str {
        &self.config.answer
    }

    /// Every answer, with the questions that `is_stored` names by their row of the table.
    pub(crate) fn index(&self, is_stored: impl Fn(usize) -> bool) -> Result<AnswerIndex, RunError> {
        let mut keys = Vec::new();
        let mut seen = vec![!self.config.match_with.answers(); self.answers.len()];
        for (place, (&row, &answer)) in self.rows.iter().zip(&self.right).enumerate() {
            if self.config.match_with.questions() && is_stored(row) {
                keys.push(Key {
                    row: place,
                    side: Side::Question,
                });
            }
            if !std::mem::replace(&mut seen[answer], true) {
                keys.push(Key {
                    row: place,
                    side: Side::Answer,
                });
            }
        }
        let values = keys
            .iter()
            .flat_map(|key| self.vector(key.row, key.side))
            .copied();
        let vectors = Matrix {
            width: self.vectors.width / 2,
            values: values.collect(),
        };
        let rows = self.rows.iter().zip(&self.questions).zip(&self.right);
        let texts = Texts {
            answers: self.answers.clone(),
            rows: rows
                .map(|((row, question), &answer)| IndexRow {
                    question: question.to_string(),
                    answer,
                    row: row + 1,
                })
                .collect(),
            keys,
        };
        AnswerIndex::new(texts, vectors).map_err(|fault| RunError::AnswerIndex(fault.to_string()))
    }

    /// The questions of some rows of the table.
    pub(crate) fn asked(&self, rows: &[usize]) -> Asked<'_> {
        let places: Vec<usize> = rows.iter().filter_map(|row| self.place(*row)).collect();
        let width = self.vectors.width / 2;
        let mut values = Vec::with_capacity(places.len() * width);
        for &place in &places {
            values.extend_from_slice(self.vector(place, Side::Question));
        }
        values.chunks_exact_mut(width).for_each(normalize);
        Asked {
            questions: places.iter().map(|&place| self.questions[place]).collect(),
            vectors: Matrix { width, values },
            right: places
                .iter()
                .map(|&place| Some(self.right[place]))
                .collect(),
        }
    }

    /// The vector of a row's question as the network gives it.
    pub(crate) fn question_vector(&self, row: usize) -> Option<&[f32]> {
        self.place(row)
            .map(|place| self.vector(place, Side::Question))
    }

    fn place(&self, row: usize) -> Option<usize> {
        self.rows.binary_search(&row).ok()
    }

    fn vector(&self, place: usize, side: Side) -> &[f32] {
        let (question, answer) = self.vectors.row(place).split_at(self.vectors.width / 2);
        match side {
            Side::Question => question,
            Side::Answer => answer,
        }
    }
}

/// The cell of a text column; empty without a value.
pub(super) fn text<'a>(table: &'a Table, column: &str, row: usize) -> &'a str {
    match table.column(column).map(|column| &column.values) {
        Some(Values::Category(cells)) => cells.get(row).unwrap_or_default(),
        _ => "",
    }
}

/// Rows without a text in a column.
pub(crate) fn blank_rows(table: &Table, column: &str) -> Vec<usize> {
    let is_blank = |row: &usize| text(table, column, *row).trim().is_empty();
    (0..table.num_rows).filter(is_blank).collect()
}

/// A class per row for the ranking loss: rows with the same question or the same answer, also by way of others, are of
/// one class and never each other's negatives.
pub(crate) fn classes(config: &RetrieveConfig, table: &Table, rows: &[usize]) -> Targets {
    let texts = |column| rows.iter().map(move |&row| text(table, column, row));
    let (known, questions) = distinct(texts(&config.question));
    let (_, answers) = distinct(texts(&config.answer));
    // The class of a question is that of the first question that shares an answer with it.
    let mut parents: Vec<usize> = (0..known.len()).collect();
    let root = |parents: &[usize], mut place: usize| {
        while parents[place] != place {
            place = parents[place];
        }
        place
    };
    let mut first_question: Vec<Option<usize>> = vec![None; rows.len()];
    for (&question, &answer) in questions.iter().zip(&answers) {
        let (own, other) = (
            root(&parents, question),
            *first_question[answer].get_or_insert(question),
        );
        let other = root(&parents, other);
        parents[own.max(other)] = own.min(other);
    }
    let classes = questions
        .iter()
        .map(|&question| root(&parents, question) as i32);
    Targets::Classes(classes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hob_data::table::{Categories, Column};

    fn table(columns: [(&str, &[&str]); 2]) -> Table {
        let columns = columns.map(|(name, cells)| {
            let (dictionary, codes) = distinct(cells.iter().copied());
            let codes = codes.into_iter().map(|code| code as u32).collect();
            Column {
                name: name.to_string(),
                values: Values::Category(Categories { codes, dictionary }),
            }
        });
        Table {
            num_rows: 5,
            columns: columns.into(),
        }
    }

    fn config(match_with: &str) -> RetrieveConfig {
        toml::from_str(&format!(
            "question = \"q\"\nanswer = \"a\"\nmatch = \"{match_with}\""
        ))
        .unwrap()
    }

    fn faq() -> Table {
        table([
            ("q", &["how", "why", "how", "when", "where"]),
            ("a", &["x", "x", "y", "z", " "]),
        ])
    }

    #[test]
    fn rows_that_share_a_question_or_an_answer_are_of_one_class() {
        let found = classes(&config("both"), &faq(), &[0, 1, 2, 3]);
        assert_eq!(found, Targets::Classes(vec![0, 0, 0, 2]));
        let chain = table([
            ("q", &["a", "b", "c", "b", "c"]),
            ("a", &["1", "2", "3", "3", "1"]),
        ]);
        let found = classes(&config("both"), &chain, &[0, 1, 2, 3, 4]);
        assert_eq!(found, Targets::Classes(vec![0; 5]));
    }

    #[test]
    fn a_row_without_an_answer_is_blank() {
        assert_eq!(blank_rows(&faq(), "a"), [4]);
        assert!(blank_rows(&faq(), "q").is_empty());
    }

    #[test]
    fn an_index_holds_each_answer_once_and_the_questions_that_are_stored() {
        let (table, rows) = (faq(), [0, 1, 2, 3]);
        let keys = |match_with: &str| {
            let values = (1..=16_u8).map(f32::from).collect();
            let config = config(match_with);
            let corpus = Corpus::new(&config, &table, &rows, Matrix { width: 4, values });
            let index = corpus.index(|row| row != 3).unwrap();
            let keys = index
                .texts()
                .keys
                .iter()
                .map(|key| index.key_text(*key).to_string());
            keys.collect::<Vec<_>>()
        };
        assert_eq!(keys("answer"), ["x", "y", "z"]);
        assert_eq!(keys("question"), ["how", "why", "how"]);
        assert_eq!(keys("both"), ["how", "x", "why", "how", "y", "z"]);
    }
}
