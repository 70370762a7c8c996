//! `hob predict`: rows in, answers out; a file or a filter in a pipe.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use hob_data::preprocess::TransformReport;
use hob_data::source::{self, ColumnKind, ColumnRequest, Format, ReadOptions, SourceReport};
use hob_data::table::Table;
use hob_data::write::{self, OutputCells, OutputColumn};
use hob_inference::{Model, Predictor, typed_rows, write_atomically};
use serde_json::{Map, Value};

use super::failure::WrongRequest;
use super::{forecasts, recommendations};
use crate::args::{DataFormat, PredictArgs};
use crate::format::counted;
use crate::output::{self, say};

/// Rows listed that were left out.
const MAX_REJECTED_SHOWN: usize = 10;

/// Predicts every row of a file or of standard input, or continues series.
pub(crate) fn predict(args: &PredictArgs) -> Result<()> {
    let model = Model::open(&args.model, args.device.as_deref())?;
    if !matches!(model, Model::Recommender(_)) {
        no_lists(args)?;
    }
    match model {
        Model::Predictor(predictor) => rows(&predictor, args, |table, kept, format| {
            let predictions = predictor.predict(table)?;
            let columns = || predictor.columns(&predictions);
            let line = |row| predictor.row_to_json(&predictions, row);
            let bytes = encode(columns, line, kept, table.num_rows, format)?;
            Ok((bytes, predictions.report))
        }),
        Model::Retriever(retriever) => rows(retriever.encoder(), args, |table, kept, format| {
            let found = retriever.search(table)?;
            let columns = || retriever.columns(&found.replies);
            let line = |row: usize| found.replies[row].to_json();
            let bytes = encode(columns, line, kept, table.num_rows, format)?;
            Ok((bytes, found.report))
        }),
        Model::Forecaster(forecaster) => forecasts::predict(&forecaster, args),
        Model::Recommender(recommender) => recommendations::predict(&recommender, args),
    }
}

/// Refuses what only a model that recommends understands.
fn no_lists(args: &PredictArgs) -> Result<()> {
    let asked = [
        ("--users", args.users.is_some()),
        ("--top", args.top.is_some()),
        ("--similar-to", args.similar_to.is_some()),
        ("--only", !args.only.is_empty()),
        ("--without", !args.without.is_empty()),
        ("--again", args.again),
    ];
    match asked.iter().find(|(_, asked)| *asked) {
        Some((flag, _)) => {
            let text = format!("`{flag}` is for models that recommend, which this one does not");
            Err(WrongRequest(text).into())
        }
        None => Ok(()),
    }
}

/// Reads rows and writes what `answer` makes of them: the file's bytes, and what was filled or unknown.
fn rows(
    reader: &Predictor,
    args: &PredictArgs,
    answer: impl FnOnce(&Table, Vec<OutputColumn>, DataFormat) -> Result<(Vec<u8>, TransformReport)>,
) -> Result<()> {
    let (table, report) = read(&reader.requests(), &reader.read_options(), args)?;
    let input = report.files.first().map_or(Format::Csv, |file| file.format);
    say_rejected(&report);
    let format = output_format(args, input)?;
    let (bytes, report) = answer(&table, kept(reader, args, &table), format)?;
    for note in report.notes() {
        say(&format!("note: {note}"));
    }
    write_answers(args, &bytes, table.num_rows)
}

/// To the file that was asked for, or to standard output.
pub(super) fn write_answers(args: &PredictArgs, bytes: &[u8], count: usize) -> Result<()> {
    let Some(path) = &args.output else {
        return output::bytes(bytes);
    };
    write_atomically(path, bytes)?;
    say(&format!(
        "wrote {} to {}",
        counted(count, "prediction"),
        path.display()
    ));
    Ok(())
}

/// The rows that were left out, the first by their place.
pub(super) fn say_rejected(report: &SourceReport) {
    for row in report.rejected.rows.iter().take(MAX_REJECTED_SHOWN) {
        say(&format!(
            "left out {}:{}: a value does not parse",
            row.file.display(),
            row.line
        ));
    }
    if report.rejected.num_rows > MAX_REJECTED_SHOWN {
        say(&format!(
            "left out {} in all",
            counted(report.rejected.num_rows, "row")
        ));
    }
}

/// The rows of the file that was asked for, or of standard input.
pub(super) fn read(
    columns: &[ColumnRequest],
    options: &ReadOptions,
    args: &PredictArgs,
) -> Result<(Table, SourceReport)> {
    let mut columns = columns.to_vec();
    for name in &args.keep {
        if columns.iter().all(|column| column.name != *name) {
            let kind = ColumnKind::Category;
            columns.push(ColumnRequest {
                name: name.clone(),
                kind,
                required: true,
                hash_salt: None,
            });
        }
    }
    let options = ReadOptions {
        max_rejected: args.max_rejected,
        ..options.clone()
    };
    let file = args.data.as_deref().or(args.users.as_deref());
    match file.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            let paths: Vec<PathBuf> = source::resolve(&path.to_string_lossy(), Path::new(""))?;
            Ok(source::read(&paths, &columns, &options)?)
        }
        None => {
            let input = io::stdin().lock();
            Ok(source::read_stream(
                "standard input",
                input,
                None,
                &columns,
                &options,
            )?)
        }
    }
}

pub(super) fn output_format(args: &PredictArgs, input: Format) -> Result<DataFormat> {
    if args.json {
        return Ok(DataFormat::Jsonl);
    }
    if let Some(format) = args.format {
        return Ok(format);
    }
    let Some(path) = &args.output else {
        return Ok(match input {
            Format::Csv => DataFormat::Csv,
            Format::Jsonl => DataFormat::Jsonl,
            Format::Parquet => DataFormat::Parquet,
        });
    };
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => Ok(DataFormat::Csv),
        Some("jsonl" | "ndjson" | "json") => Ok(DataFormat::Jsonl),
        Some("parquet") => Ok(DataFormat::Parquet),
        _ => {
            let text = format!(
                "cannot tell the format of `{}` from its ending\n\
                 hint: end it in .csv, .jsonl or .parquet, or say `--format`",
                path.display()
            );
            Err(WrongRequest(text).into())
        }
    }
}

/// The columns of the input that were asked for, as text.
fn kept(predictor: &Predictor, args: &PredictArgs, table: &Table) -> Vec<OutputColumn> {
    let mut columns: Vec<OutputColumn> = args
        .keep
        .iter()
        .map(|name| OutputColumn {
            name: name.clone(),
            cells: OutputCells::Text(Vec::new()),
        })
        .collect();
    let requests: Vec<ColumnRequest> = args
        .keep
        .iter()
        .map(|name| {
            let known = predictor
                .requests()
                .into_iter()
                .find(|request| request.name == *name);
            known.unwrap_or(ColumnRequest {
                name: name.clone(),
                kind: ColumnKind::Category,
                required: true,
                hash_salt: None,
            })
        })
        .collect();
    for row in 0..table.num_rows {
        let cells = typed_rows::row_to_text(table, row, &requests);
        for (column, (_, text)) in columns.iter_mut().zip(cells) {
            if let OutputCells::Text(texts) = &mut column.cells {
                texts.push(text);
            }
        }
    }
    columns
}

/// The kept columns and the answers, as columns or as an object per row.
pub(super) fn encode(
    columns: impl FnOnce() -> Vec<OutputColumn>,
    line: impl Fn(usize) -> Map<String, Value>,
    kept: Vec<OutputColumn>,
    num_rows: usize,
    format: DataFormat,
) -> Result<Vec<u8>> {
    if format == DataFormat::Jsonl {
        return jsonl(line, &kept, num_rows);
    }
    let columns: Vec<OutputColumn> = kept.into_iter().chain(columns()).collect();
    match format {
        DataFormat::Parquet => Ok(write::parquet(&columns)?),
        _ => Ok(write::csv(&columns, num_rows)?),
    }
}

fn jsonl(
    answers: impl Fn(usize) -> Map<String, Value>,
    kept: &[OutputColumn],
    num_rows: usize,
) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for row in 0..num_rows {
        let mut line = Map::new();
        for column in kept {
            if let OutputCells::Text(texts) = &column.cells {
                line.insert(column.name.clone(), texts[row].clone().into());
            }
        }
        line.extend(answers(row));
        serde_json::to_writer(&mut bytes, &line)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}
