//! Rows of several tables as rows of one, so that a network reads them together.

use super::{Features, Matrix, TokenLists, Words};

impl Features {
    /// Puts the rows of other features of the same layout behind its own. Windows and interactions are no such rows.
    pub fn append(&mut self, other: &Self) {
        self.num_rows += other.num_rows;
        append(&mut self.numbers, &other.numbers);
        append(&mut self.dense, &other.dense);
        append(&mut self.codes, &other.codes);
        for (ours, theirs) in self.texts.iter_mut().zip(&other.texts) {
            ours.append(theirs);
        }
    }
}

impl TokenLists {
    fn append(&mut self, other: &Self) {
        append_offsets(&mut self.offsets, &other.offsets);
        self.ids.extend_from_slice(&other.ids);
        if let (Some(ours), Some(theirs)) = (&mut self.words, &other.words) {
            ours.append(theirs);
        }
    }
}

impl Words {
    fn append(&mut self, other: &Self) {
        append_offsets(&mut self.offsets, &other.offsets);
        self.starts.extend_from_slice(&other.starts);
        self.texts.extend(other.texts.iter().cloned());
    }
}

fn append<T: Copy>(ours: &mut Matrix<T>, theirs: &Matrix<T>) {
    ours.values.extend_from_slice(&theirs.values);
}

/// Both begin with 0; the second begins where the first ends.
fn append_offsets(ours: &mut Vec<usize>, theirs: &[usize]) {
    let end = ours.last().copied().unwrap_or(0);
    ours.extend(theirs.iter().skip(1).map(|offset| offset + end));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(numbers: &[f32], texts: &[&[i32]]) -> Features {
        let mut lists = TokenLists {
            offsets: vec![0],
            words: Some(Words {
                offsets: vec![0],
                ..Words::default()
            }),
            ..TokenLists::default()
        };
        for text in texts {
            lists.ids.extend_from_slice(text);
            lists.offsets.push(lists.ids.len());
            let words = lists.words.get_or_insert_default();
            words.starts.push(0);
            words.offsets.push(words.starts.len());
            words.texts.push(format!("{text:?}"));
        }
        Features {
            num_rows: texts.len(),
            numbers: Matrix {
                width: 2,
                values: numbers.to_vec(),
            },
            texts: vec![lists],
            ..Features::default()
        }
    }

    #[test]
    fn appended_rows_are_those_of_one_table() {
        let mut together = rows(&[1.0, 2.0], &[&[5, 6]]);
        together.append(&rows(&[3.0, 4.0, 5.0, 6.0], &[&[7], &[8, 9, 10]]));
        let whole = rows(
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            &[&[5, 6], &[7], &[8, 9, 10]],
        );
        assert_eq!(together, whole);
    }
}
