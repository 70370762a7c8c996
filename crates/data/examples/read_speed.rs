//! Measures how fast a CSV file of 1,000,000 rows and 20 columns becomes typed columns, and in how much memory.
//!
//! `cargo run --release -p hob-data --example read_speed`, or with the number of rows as argument.

#![allow(clippy::print_stdout, reason = "an example talks on the terminal")]

#[path = "measure/process.rs"]
mod process;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use hob_data::source::{ColumnKind, ColumnRequest, ReadOptions, read};
use hob_data::table::{Table, Values};

use process::{cpu_seconds, peak_megabytes};

const NUM_NUMBERS: usize = 14;
const NUM_CATEGORIES: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let num_rows = std::env::args()
        .nth(1)
        .map_or(Ok(1_000_000), |text| text.parse::<u64>())?;
    let folder = tempfile::TempDir::new()?;
    let path = folder.path().join("table.csv");
    write_table(&path, num_rows)?;

    let before = peak_megabytes()?;
    let cpu_before = cpu_seconds()?;
    let start = Instant::now();
    let (table, report) = read(&[path], &columns(), &ReadOptions::default())?;
    let seconds = start.elapsed().as_secs_f64();

    let megabytes = report.files[0].bytes as f64 / 1e6;
    let own = table_bytes(&table) as f64 / 1e6;
    let peak = peak_megabytes()?;
    println!("rows            {}", report.num_rows);
    println!("file            {megabytes:.1} MB");
    println!("time            {seconds:.2} s");
    println!("speed           {:.0} MB/s", megabytes / seconds);
    println!(
        "per core        {:.0} MB/s",
        megabytes / (cpu_seconds()? - cpu_before)
    );
    println!("typed columns   {own:.1} MB");
    println!(
        "peak memory     {peak:.1} MB ({before:.1} MB before), may be {:.1} MB",
        2.0 * own + 150.0
    );
    Ok(())
}

fn columns() -> Vec<ColumnRequest> {
    let request = |name: String, kind| ColumnRequest {
        name,
        kind,
        required: true,
        hash_salt: None,
    };
    let numbers =
        (0..NUM_NUMBERS).map(|index| request(format!("number{index}"), ColumnKind::Number));
    let categories =
        (0..NUM_CATEGORIES).map(|index| request(format!("category{index}"), ColumnKind::Category));
    let date = request("date".into(), ColumnKind::Date { formats: vec![] });
    numbers.chain(categories).chain([date]).collect()
}

/// The last category is an id, different in every row.
fn write_table(path: &Path, num_rows: u64) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    let names: Vec<String> = columns().into_iter().map(|column| column.name).collect();
    writeln!(file, "{}", names.join(","))?;
    let mut state = 1u64;
    for row in 0..num_rows {
        for _ in 0..NUM_NUMBERS {
            // Knuth's MMIX generator: the cells only have to look like data.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            write!(file, "{:.4},", (state >> 40) as f64 / 1000.0)?;
        }
        for index in 0..NUM_CATEGORIES - 1 {
            write!(file, "value {},", (state >> (20 + index)) % 1000)?;
        }
        writeln!(
            file,
            "id-{row},20{:02}-{:02}-{:02}",
            row % 30,
            row % 12 + 1,
            row % 28 + 1
        )?;
    }
    file.flush()?;
    Ok(())
}

fn table_bytes(table: &Table) -> usize {
    let texts = |dictionary: &[String]| {
        dictionary
            .iter()
            .map(|text| size_of::<String>() + text.capacity())
            .sum::<usize>()
    };
    let bytes = |values: &Values| match values {
        Values::Number(values) => values.len() * 8,
        Values::Date(values) => values.len() * 8,
        Values::Category(values) => values.codes.len() * 4 + texts(&values.dictionary),
        Values::Set(sets) => (sets.codes.len() + sets.offsets.len()) * 4 + texts(&sets.dictionary),
        Values::Vector { values, .. } => values.len() * 4,
    };
    table
        .columns
        .iter()
        .map(|column| bytes(&column.values))
        .sum()
}
