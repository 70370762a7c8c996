//! CSV and TSV: quoted cells, quoted line ends, CRLF; a row with too few or too many cells is rejected.
//!
//! Empty lines are skipped, so a file with a single column cannot have an empty cell without quotes.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read};

use csv::ByteRecord;

use super::ReadOptions;
use super::delimiter;
use super::open::Input;
use super::rejected::{Reason, WHOLE_ROW};
use super::rows::{self, NotText, Row, RowSink};
use crate::error::DataError;

const BUFFER_BYTES: usize = 256 * 1024;

impl Row for ByteRecord {
    #[inline]
    fn cell(&self, index: usize) -> Result<rows::Cell<'_>, NotText> {
        let text = std::str::from_utf8(&self[index]).map_err(|_| NotText)?;
        Ok(rows::Cell::Text(Cow::Borrowed(text)))
    }

    #[inline]
    fn bytes(&self, index: usize) -> Option<&[u8]> {
        Some(&self[index])
    }
}

/// Reads all rows; answers the delimiter and whether it was guessed.
pub(crate) fn read_csv<S: RowSink>(
    input: &mut Input<'_>,
    options: &ReadOptions,
    sink: &mut S,
) -> Result<(char, bool), DataError> {
    let (delimiter, detected) = choose_delimiter(input, options)?;
    let tail = Cell::new(0);
    let inner = std::mem::replace(&mut input.reader, Box::new(io::empty()));
    let lines = Lines::new(&input.start);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(BUFFER_BYTES)
        .from_reader(TailReader { inner, tail: &tail });
    let mut record = ByteRecord::new();
    let mut more = next(&mut reader, &mut record, input)?;
    if !more {
        return Err(DataError::Empty {
            path: input.path.clone(),
        });
    }
    let header = match &options.header {
        Some(header) => {
            check_width(header, &record, input)?;
            header.clone()
        }
        None => {
            let header = read_header(&record, input)?;
            more = next(&mut reader, &mut record, input)?;
            header
        }
    };
    check_unique(&header, input)?;
    header.iter().for_each(|name| sink.column(name));
    sink.columns_complete(true)?;
    let (mut line, mut ends_in_long_cell) = (0, false);
    while more {
        line = lines.start(&record, reader.position());
        ends_in_long_cell = record
            .iter()
            .next_back()
            .is_some_and(|cell| cell.contains(&b'\n'));
        if record.len() == header.len() {
            sink.row(line, &record)?;
        } else {
            let (cells, reason) = wrong_width(&record, header.len());
            sink.broken_row(line, cells, reason);
        }
        more = next(&mut reader, &mut record, input)?;
    }
    // A cell with a line end is quoted, so after the last one of the file stands a quote, unless it is never closed.
    if ends_in_long_cell && tail.get() != b'"' {
        return Err(DataError::OpenQuote {
            path: input.path.clone(),
            line,
        });
    }
    Ok((char::from(delimiter), detected))
}

fn next(
    reader: &mut csv::Reader<impl Read>,
    record: &mut ByteRecord,
    input: &Input<'_>,
) -> Result<bool, DataError> {
    reader.read_byte_record(record).map_err(|error| {
        let message = error.to_string();
        input.read_error(match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            _ => io::Error::other(message),
        })
    })
}

fn choose_delimiter(input: &Input<'_>, options: &ReadOptions) -> Result<(u8, bool), DataError> {
    if let Some(delimiter) = options.delimiter {
        let byte = u8::try_from(delimiter).ok().filter(|byte| byte.is_ascii());
        return match byte {
            Some(byte) if !b"\"\r\n\0".contains(&byte) => Ok((byte, false)),
            _ => Err(DataError::BadDelimiter { delimiter }),
        };
    }
    if super::format::is_tsv(&input.path) {
        return Ok((b'\t', false));
    }
    Ok((delimiter::detect(&input.start, input.start_is_all()), true))
}

fn read_header(record: &ByteRecord, input: &Input<'_>) -> Result<Vec<String>, DataError> {
    let mut header = Vec::with_capacity(record.len());
    for (place, cell) in record.iter().enumerate() {
        let name = std::str::from_utf8(cell).map_err(|_| DataError::NotUtf8 {
            path: input.path.clone(),
            line: 1,
            column: format!("header, place {}", place + 1),
            encoding: "WINDOWS-1252",
        })?;
        header.push(name.trim().to_string());
    }
    Ok(header)
}

/// Columns without a name cannot be asked for, so several of them do no harm.
fn check_unique(header: &[String], input: &Input<'_>) -> Result<(), DataError> {
    let mut places = std::collections::HashMap::with_capacity(header.len());
    for (place, name) in header.iter().enumerate() {
        if let Some(first) = places
            .insert(name.as_str(), place)
            .filter(|_| !name.is_empty())
        {
            let (name, path) = (name.clone(), input.path.clone());
            return Err(DataError::DuplicateColumn {
                path,
                name,
                first: first + 1,
                second: place + 1,
            });
        }
    }
    Ok(())
}

fn check_width(header: &[String], record: &ByteRecord, input: &Input<'_>) -> Result<(), DataError> {
    if header.len() == record.len() {
        return Ok(());
    }
    let path = input.path.clone();
    Err(DataError::HeaderCount {
        path,
        given: header.len(),
        found: record.len(),
    })
}

/// Where rows start. The csv crate's own position is that before empty lines, and before the `\n` of a `\r\n`.
struct Lines {
    ends_before_line_feed: bool,
}

impl Lines {
    fn new(start: &[u8]) -> Self {
        let first = start.iter().position(|&byte| byte == b'\n');
        Self {
            ends_before_line_feed: first.is_some_and(|at| at > 0 && start[at - 1] == b'\r'),
        }
    }

    fn start(&self, record: &ByteRecord, end: &csv::Position) -> u64 {
        let inside = record
            .as_slice()
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count() as u64;
        let after = inside + u64::from(!self.ends_before_line_feed);
        let known = record.position().map_or(0, csv::Position::line);
        // The last row may have no line end; then the csv crate's position is the right one.
        end.line().saturating_sub(after).max(known)
    }
}

/// Remembers the last byte that is no line end.
struct TailReader<'c, R> {
    inner: R,
    tail: &'c Cell<u8>,
}

impl<R: Read> Read for TailReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let is_text = |byte: &&u8| !matches!(byte, b'\r' | b'\n');
        if let Some(&byte) = buffer[..count].iter().rev().find(is_text) {
            self.tail.set(byte);
        }
        Ok(count)
    }
}

fn wrong_width(record: &ByteRecord, expected: usize) -> (Vec<String>, Reason) {
    let cells = record
        .iter()
        .map(|cell| String::from_utf8_lossy(cell).into_owned())
        .collect();
    let has_line_end = record.iter().any(|cell| cell.contains(&b'\n'));
    let reason = Reason {
        column: WHOLE_ROW.into(),
        value: None,
        expected: format!("the row has {} cells, expected {expected}", record.len()),
        hint: has_line_end.then(|| "a quote may not be closed".into()),
    };
    (cells, reason)
}
