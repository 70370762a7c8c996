//! Guesses the character between CSV cells from the first lines.

/// In the order of preference when two fit alike.
const CANDIDATES: [u8; 4] = *b",;\t|";
const MAX_ROWS: usize = 50;

/// The delimiter that gives the most rows the same number of cells; a comma for a single column.
///
/// `complete` says whether `start` is the whole file; otherwise its last row may be cut off and does not count.
pub(crate) fn detect(start: &[u8], complete: bool) -> u8 {
    let mut best = (0, b',');
    for delimiter in CANDIDATES {
        let counts = cell_counts(start, complete, delimiter);
        let Some(&first) = counts.first() else {
            continue;
        };
        if first < 2 {
            continue;
        }
        let alike = counts.iter().filter(|&&count| count == first).count();
        // Rows that agree with the header weigh more than many cells: a decimal comma splits some rows, not all.
        let score = alike * 1000 / counts.len() * 1000 + first.min(999);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

fn cell_counts(start: &[u8], complete: bool, delimiter: u8) -> Vec<usize> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(start);
    let mut counts = Vec::new();
    let mut record = csv::ByteRecord::new();
    while counts.len() < MAX_ROWS && reader.read_byte_record(&mut record).unwrap_or(false) {
        counts.push(record.len());
    }
    if !complete && counts.len() > 1 && counts.len() < MAX_ROWS {
        counts.pop();
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::detect;

    #[test]
    fn the_delimiter_of_the_first_lines_is_found() {
        let check = |text: &str, delimiter: u8| {
            assert_eq!(
                detect(text.as_bytes(), true) as char,
                delimiter as char,
                "{text:?}"
            );
        };
        check("a,b\n1,2\n", b',');
        check("a;b\n1,5;2,5\n", b';');
        check("a;b;c\n1,5;2;3\n1;2;3\n", b';');
        check("a\tb\n1,5\t2\n", b'\t');
        check("a|b\n1|2\n", b'|');
        check("a\n1\n2\n", b',');
        check("\"x;y\",b\n\"1;2\",3\n", b',');
        check("name,tags\nx,red;blue\ny,red\n", b',');
        check("name,tags;more\nx,red;blue\n", b',');
        check("", b',');
    }
}
