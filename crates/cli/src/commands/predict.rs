//! `hob predict`: rows in, answers out; a file or a filter in a pipe.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hob_data::source::{self, Format};
use hob_data::features::Matrix;
use hob_data::table::Table;
use hob_data::target::TargetKind;
use hob_data::write::{self, OutputCells, OutputColumn};
use hob_inference::{Answers, Predictions, Predictor, write_atomically};
use hob_training::run::report_notes;

use crate::args::{DataFormat, PredictArgs};
use crate::output::say;

/// Predicts every row of a file or of standard input.
pub(crate) fn predict(args: &PredictArgs) -> Result<()> {
    let predictor = Predictor::open(&args.model, args.device.as_deref())?;
    let (table, format) = read(&predictor, args.data.as_deref())?;
    let predictions = predictor.predict(&table)?;
    // A pipe that asks row by row wants answers, not remarks.
    if predictions.num_rows > 1 {
        for note in report_notes(&predictions.report) {
            say(&format!("note: {note}"));
        }
    }
    let format = output_format(args, format);
    let bytes = encode(&predictor, &predictions, format)?;
    match &args.output {
        Some(path) => {
            write_atomically(path, &bytes)?;
            say(&format!("wrote {} predictions to {}", crate::format::count(predictions.num_rows), path.display()));
            Ok(())
        }
        None => {
            io::Write::write_all(&mut io::stdout().lock(), &bytes).context("cannot write to standard output")
        }
    }
}

fn read(predictor: &Predictor, data: Option<&Path>) -> Result<(Table, Format)> {
    let (columns, options) = (predictor.requests(), predictor.read_options());
    if let Some(path) = data.filter(|path| *path != Path::new("-")) {
        let paths: Vec<PathBuf> = source::resolve(&path.to_string_lossy(), Path::new("."))?;
        let (table, report) = source::read(&paths, &columns, &options)?;
        let format = report.files.first().map_or(Format::Csv, |file| file.format);
        return Ok((table, format));
    }
    let (table, report) = source::read_stream("standard input", io::stdin().lock(), None, &columns, &options)?;
    Ok((table, report.files.first().map_or(Format::Csv, |file| file.format)))
}

fn output_format(args: &PredictArgs, input: Format) -> DataFormat {
    if args.json {
        return DataFormat::Jsonl;
    }
    let by_name = args.output.as_deref().and_then(Path::extension).and_then(|ending| match ending.to_str()? {
        "csv" => Some(DataFormat::Csv),
        "jsonl" | "ndjson" | "json" => Some(DataFormat::Jsonl),
        "parquet" => Some(DataFormat::Parquet),
        _ => None,
    });
    args.format.or(by_name).unwrap_or(match input {
        Format::Csv => DataFormat::Csv,
        Format::Jsonl => DataFormat::Jsonl,
        Format::Parquet => DataFormat::Parquet,
    })
}

fn encode(predictor: &Predictor, predictions: &Predictions, format: DataFormat) -> Result<Vec<u8>> {
    match format {
        DataFormat::Csv => Ok(write::csv(&columns(predictor, predictions), predictions.num_rows)?),
        DataFormat::Parquet => Ok(write::parquet(&columns(predictor, predictions))?),
        DataFormat::Jsonl => {
            let mut bytes = Vec::new();
            for row in 0..predictions.num_rows {
                serde_json::to_writer(&mut bytes, &predictor.row_to_json(predictions, row))?;
                bytes.push(b'\n');
            }
            Ok(bytes)
        }
    }
}

/// The answer of every output, then its probabilities or quantiles as `column.name`.
fn columns(predictor: &Predictor, predictions: &Predictions) -> Vec<OutputColumn> {
    let mut columns = Vec::new();
    for (spec, answers) in predictor.manifest().outputs.iter().zip(&predictions.answers) {
        let rows = 0..predictions.num_rows;
        let texts = |rows: Range<usize>| OutputCells::Text(rows.map(|row| answers.text(spec, row)).collect());
        let mut push = |name: String, cells| columns.push(OutputColumn { name, cells });
        let named = |name: &str| format!("{}.{name}", spec.column);
        match answers {
            Answers::Numbers(values) => push(spec.column.clone(), OutputCells::Double(values.clone())),
            Answers::Quantiles(matrix) => {
                push(spec.column.clone(), texts(rows));
                let TargetKind::Number(number) = &spec.encoder.kind else { continue };
                for (place, quantile) in number.quantiles.iter().enumerate() {
                    push(named(&format!("q{quantile}")), OutputCells::Double(column_of(matrix, place)));
                }
            }
            Answers::Binary(values) => {
                push(spec.column.clone(), texts(rows));
                let TargetKind::Binary(binary) = &spec.encoder.kind else { continue };
                push(named(&binary.positive), OutputCells::Single(values.clone()));
            }
            Answers::Categories(matrix) | Answers::Sets(matrix) => {
                push(spec.column.clone(), texts(rows));
                for (place, class) in spec.encoder.classes().iter().enumerate() {
                    push(named(class), OutputCells::Single(column_of(matrix, place)));
                }
            }
        }
    }
    columns
}

fn column_of<T: Copy>(matrix: &Matrix<T>, place: usize) -> Vec<T> {
    matrix.values.iter().skip(place).step_by(matrix.width.max(1)).copied().collect()
}
