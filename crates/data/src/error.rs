//! Everything that can be wrong with data files, splits and the columns asked for.
//!
//! Variants carry the facts (path, line, column, value, what was expected), so that a caller can print them as text or
//! as JSON. A hint stands on its own line of the message.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use crate::count::counted;
use crate::source::Rejected;

/// What went wrong while data was read, profiled or divided.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file that does not exist.
    #[error("there is no file `{}`", path.display())]
    NotFound {
        /// The file as asked for.
        path: PathBuf,
    },
    /// A folder where a file belongs.
    #[error(
        "`{}` is a folder, not a file\nhint: name the files with a pattern such as `{}/*.csv`",
        path.display(),
        path.display()
    )]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// Reading failed, also halfway.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file that another program changes.
    #[error(
        "`{}` {} while it was read: it had {before} bytes at the start, {read} were read\n\
         hint: wait until it is written, or read a copy",
        path.display(), if read < before { "became shorter" } else { "grew" }
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// Its bytes when it was opened.
        before: u64,
        /// Bytes read to its end.
        read: u64,
    },
    /// A pipe or device where a file is needed, because it is read more than once.
    #[error(
        "`{}` is no regular file, and training reads its data more than once\n\
         hint: save what comes from it in a file first",
        path.display()
    )]
    NotRegular {
        /// What was named.
        path: PathBuf,
    },
    /// Writing failed.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file pattern that cannot be understood.
    #[error("`{pattern}` is not a valid file pattern")]
    BadPattern {
        /// The pattern.
        pattern: String,
        /// Where it goes wrong.
        #[source]
        source: glob::PatternError,
    },
    /// A file pattern without a match.
    #[error("no file matches `{pattern}` in `{}`", folder.display())]
    NoMatch {
        /// The pattern.
        pattern: String,
        /// The folder it is relative to.
        folder: PathBuf,
    },
    /// A file name whose ending says nothing.
    #[error(
        "cannot tell the format of `{}` from its name\n\
         hint: known endings are .csv, .tsv, .txt, .jsonl, .ndjson and .parquet, each also with .gz",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// Parquet in a program built without it.
    #[error(
        "cannot read `{}`: this program was built without Parquet\n\
         hint: build with the cargo feature `parquet`, or convert the file to CSV",
        path.display()
    )]
    ParquetNotBuiltIn {
        /// The file.
        path: PathBuf,
    },
    /// Nothing was asked for.
    #[error("no data file is named")]
    NoFiles,
    /// A file without a single byte or line.
    #[error("`{}` is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A gzip file that ends too early.
    #[error(
        "`{}` ends in the middle of its gzip data\nhint: the file is cut off; copy or download it again",
        path.display()
    )]
    TruncatedGzip {
        /// The file.
        path: PathBuf,
    },
    /// A file that should be gzip and is not, or is damaged.
    #[error("`{}` is not valid gzip data: {message}", path.display())]
    BadGzip {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Text in another encoding.
    #[error(
        "`{}`, line {line}, column `{column}`: not valid UTF-8\n\
         hint: convert the file, for example with `iconv -f {encoding} -t UTF-8`",
        path.display()
    )]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Line of the row's start.
        line: u64,
        /// Column of the cell, or `header`.
        column: String,
        /// The likely encoding.
        encoding: &'static str,
    },
    /// A delimiter that CSV cannot have.
    #[error(
        "`delimiter` must be one ASCII character, neither a quote nor a line end, but is {delimiter:?}"
    )]
    BadDelimiter {
        /// As given.
        delimiter: char,
    },
    /// Two columns of the same name.
    #[error(
        "`{}` has two columns named `{name}` (places {first} and {second})\n\
         hint: rename one of them; if the file has no header line, name its columns with `[data] header`",
        path.display()
    )]
    DuplicateColumn {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
        /// Place of the first, counted from 1.
        first: usize,
        /// Place of the second.
        second: usize,
    },
    /// `header` does not fit the file.
    #[error(
        "`header` names {}, but the first row of `{}` has {}",
        counted(*given, "column"),
        path.display(),
        counted(*found, "cell")
    )]
    HeaderCount {
        /// The file.
        path: PathBuf,
        /// Names given.
        given: usize,
        /// Cells found.
        found: usize,
    },
    /// A quote that takes in the rest of the file.
    #[error(
        "`{}`: the row that starts at line {line} opens a quote that is never closed",
        path.display()
    )]
    OpenQuote {
        /// The file.
        path: PathBuf,
        /// Line of the row's start.
        line: u64,
    },
    /// A column that is needed is not there.
    #[error(
        "`{}` has no column `{name}`{}\nhint: its columns are {}",
        path.display(), did_you_mean(similar.as_deref()), name_list(known)
    )]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column asked for.
        name: String,
        /// The columns there are.
        known: Vec<String>,
        /// The column that was probably meant.
        similar: Option<String>,
    },
    /// A private column was asked for.
    #[error("column `{name}` is private (`[data.private] drop`) and cannot be read")]
    PrivateColumn {
        /// The column.
        name: String,
    },
    /// Files that are read as one have different columns.
    #[error(
        "`{}` and `{}` must have the same columns, but do not{}{}",
        first.display(), path.display(),
        only_in("only in the first", missing), only_in("only in the second", added)
    )]
    DifferentColumns {
        /// The first file.
        first: PathBuf,
        /// The file that differs.
        path: PathBuf,
        /// Columns only the first has.
        missing: Vec<String>,
        /// Columns only the second has.
        added: Vec<String>,
    },
    /// A date format that cannot be understood.
    #[error(
        "column `{column}`: `{format}` is not a valid date format: {message}\nhint: an example is `%d.%m.%Y %H:%M`"
    )]
    BadDateFormat {
        /// The column.
        column: String,
        /// The format.
        format: String,
        /// What is wrong.
        message: String,
    },
    /// Parquet that cannot be read.
    #[error("`{}` is not a readable Parquet file: {message}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        message: String,
    },
    /// A Parquet column that holds columns.
    #[error(
        "`{}`: column `{column}` is nested, only flat columns and lists of plain values can be read\n\
         hint: flatten it before, or leave it out",
        path.display()
    )]
    Nested {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// More rows were rejected than allowed.
    #[error("{}", too_many_rejected(rejected, *num_rows, *max_rejected))]
    TooManyRejected {
        /// The rejected rows.
        rejected: Box<Rejected>,
        /// Rows that were fine.
        num_rows: usize,
        /// What was allowed.
        max_rejected: usize,
    },
    /// A JSON array where lines of objects belong.
    #[error(
        "`{}` is a JSON array, not JSON lines\n\
         hint: put one object on each line, for example with `jq -c '.[]'`",
        path.display()
    )]
    JsonArray {
        /// The file.
        path: PathBuf,
    },
    /// JSON lines whose keys are no columns.
    #[error("`{}` has more than {limit} different keys", path.display())]
    TooManyColumns {
        /// The file.
        path: PathBuf,
        /// How many there may be.
        limit: usize,
    },
    /// A split that cannot be made.
    #[error(transparent)]
    Split(#[from] crate::split::SplitError),
}

/// The known name closest to `name`, when one is close.
pub fn similar_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in known {
        let score = strsim::jaro_winkler(&wanted, &candidate.to_lowercase());
        if score > 0.8 && best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn did_you_mean(similar: Option<&str>) -> String {
    similar
        .map(|name| format!(", did you mean `{name}`?"))
        .unwrap_or_default()
}

/// Names in backticks, cut after 40.
pub fn name_list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".into();
    }
    let shown: Vec<String> = names
        .iter()
        .take(40)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = names.len() - shown.len();
    let tail = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    shown.join(", ") + &tail
}

fn only_in(place: &str, names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!("\n  {place}: {}", name_list(names))
    }
}

fn too_many_rejected(rejected: &Rejected, num_rows: usize, max_rejected: usize) -> String {
    let total = rejected.num_rows;
    let mut text = format!(
        "{total} of {} cannot be read, {max_rejected} are allowed",
        counted(total + num_rows, "row")
    );
    for (column, count) in &rejected.counts {
        let _ = write!(text, "\n  {column}: {count}");
    }
    text.push_str("\nthe first ones:");
    let reasons = rejected
        .rows
        .iter()
        .flat_map(|row| row.reasons.iter().map(move |reason| (row, reason)));
    for (row, reason) in reasons.take(10) {
        let _ = write!(text, "\n  {}:{}: {reason}", row.file.display(), row.line);
    }
    let _ = write!(
        text,
        "\nhint: correct the file, list cells that mean \"no value\" in `[data] missing`, \
         or leave these rows out with `[data] max_rejected = {total}`, or `--max-rejected {total}` of predict and evaluate"
    );
    text
}
