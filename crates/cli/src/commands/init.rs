//! `hob init`: a first recipe for a data file, with a reason for each choice.

mod split;
mod texts;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use hob_data::error::similar_name;
use hob_data::profile::{ColumnProfile, InferredKind, Profile, profile};
use hob_data::source::{Format, ReadOptions, resolve};
use hob_inference::write_atomically;

use super::failure::WrongRequest;
use crate::args::InitArgs;
use crate::format::{count, counted};
use crate::output::{self, say};

/// Writes or prints a recipe.
pub(crate) fn init(args: &InitArgs) -> Result<()> {
    let options = ReadOptions::default();
    let paths = resolve(&args.data.to_string_lossy(), Path::new(""))?;
    let found = profile(&paths, &options)?;
    if found.num_rows == 0 {
        let text = format!("`{}` has no rows", args.data.display());
        return Err(WrongRequest(text).into());
    }
    if looks_headless(&found) {
        say(&format!(
            "warning: the first line of `{}` looks like a row, not like the names of columns\nhint: name the columns with \
             `header = [...]` in `[data]`, or add a first line with names",
            args.data.display()
        ));
    }
    let targets = targets(args, &found)?;
    let is_input = |column: &&ColumnProfile| {
        section(&column.kind).is_some() && !args.target.contains(&column.name)
    };
    if !found.columns.iter().any(|column| is_input(&column)) {
        let mut text = format!("`{}` has no column to predict from", args.data.display());
        for column in found
            .columns
            .iter()
            .filter(|c| !args.target.contains(&c.name))
        {
            let _ = write!(text, "\n  {}: {}", column.name, column.reason);
        }
        return Err(WrongRequest(text).into());
    }
    let folder = args
        .output
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new(""));
    let text = recipe(&found, &targets, &relative(&args.data, folder));
    match &args.output {
        Some(path) if path.exists() => {
            let text = format!(
                "`{}` exists\nhint: remove it, or name another file with `-o`",
                path.display()
            );
            Err(WrongRequest(text).into())
        }
        Some(path) => {
            write_atomically(path, text.as_bytes())?;
            say(&format!("wrote {}", path.display()));
            say(&format!(
                "next: hob check {0}, then hob train {0}",
                path.display()
            ));
            Ok(())
        }
        None => output::data(&text),
    }
}

fn targets<'a>(args: &InitArgs, found: &'a Profile) -> Result<Vec<&'a ColumnProfile>> {
    let names = || found.columns.iter().map(|column| column.name.as_str());
    let mut targets = Vec::new();
    for wanted in &args.target {
        let Some(column) = found.columns.iter().find(|column| column.name == *wanted) else {
            let hint = match similar_name(wanted, names()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("its columns are {}", names().collect::<Vec<_>>().join(", ")),
            };
            let text = format!(
                "`{}` has no column `{wanted}`\nhint: {hint}",
                args.data.display()
            );
            return Err(WrongRequest(text).into());
        };
        if matches!(column.kind, InferredKind::Constant) {
            let text =
                format!("`{wanted}` has the same value in every row: there is nothing to predict");
            return Err(WrongRequest(text).into());
        }
        if let Some(what) = column.unreadable_numbers {
            let text = format!("`{wanted}` looks like numbers with {what}");
            return Err(WrongRequest(text).into());
        }
        targets.push(column);
    }
    Ok(targets)
}

/// Whether each name of a column is a number or a value of that column.
fn looks_headless(found: &Profile) -> bool {
    let is_value = |column: &ColumnProfile| {
        let name = column.name.trim();
        let is_number = name.parse::<f64>().is_ok_and(f64::is_finite);
        is_number || column.top.iter().any(|(value, _)| value == name)
    };
    let is_csv = found
        .files
        .first()
        .is_some_and(|file| file.format == Format::Csv);
    is_csv && !found.columns.is_empty() && found.columns.iter().all(is_value)
}

/// The data file as seen from the recipe's folder.
fn relative(data: &Path, folder: &Path) -> String {
    let absolute = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    // A pattern is no file; the folder it stands in is one.
    let parent = data
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let data = match (data.exists(), data.file_name()) {
        (false, Some(name)) => absolute(parent).join(name),
        _ => absolute(data),
    };
    let folder = absolute(folder);
    let shared = data
        .components()
        .zip(folder.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder.components().skip(shared).map(|_| Path::new(".."));
    let down: PathBuf = data.components().skip(shared).collect();
    let path: PathBuf = up.map(Path::to_path_buf).chain([down]).collect();
    path.to_string_lossy().into_owned()
}

fn recipe(found: &Profile, targets: &[&ColumnProfile], source: &str) -> String {
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    let mut text = format!(
        "# Predicts {} from {} of {source}.\n# Written by `hob init`; every choice can be changed. \
         `hob check` shows what it does.\nseed = 42\n\n[data]\nsource = {}\n",
        names.join(", "),
        counted(found.num_rows, "row"),
        quoted(source),
    );
    let missing = suggested_missing(found);
    if !missing.is_empty() {
        let all: Vec<String> = hob_data::config::default_missing()
            .into_iter()
            .chain(missing.clone())
            .collect();
        let _ = writeln!(
            text,
            "# {} in columns of numbers, so read as \"no value\".\nmissing = [{}]",
            listed(&missing, " and "),
            all.iter()
                .map(|cell| quoted(cell))
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    let parts = split::column_of_parts(found, &names);
    text.push_str(&split::section(found, parts, targets));
    let inputs: Vec<&ColumnProfile> = found
        .columns
        .iter()
        .filter(|c| !names.contains(&c.name.as_str()))
        .filter(|c| parts.is_none_or(|parts| parts.name != c.name))
        .collect();
    for group in groups(&inputs) {
        input(&mut text, &group, found.num_rows);
    }
    left_out(&mut text, &inputs);
    for target in targets {
        output_section(&mut text, target);
    }
    let used = inputs
        .iter()
        .filter(|column| section(&column.kind).is_some());
    let reads_texts_alone = used.clone().count() > 0
        && used
            .into_iter()
            .all(|column| column.kind == InferredKind::Text);
    model(&mut text, found.num_rows, reads_texts_alone);
    text
}

/// Columns of the same type, in order of their first.
fn groups<'a>(inputs: &[&'a ColumnProfile]) -> Vec<Vec<&'a ColumnProfile>> {
    let mut groups: Vec<Vec<&ColumnProfile>> = Vec::new();
    for column in inputs
        .iter()
        .filter(|column| section(&column.kind).is_some())
    {
        match groups.iter_mut().find(|group| group[0].kind == column.kind) {
            Some(group) => group.push(column),
            None => groups.push(vec![column]),
        }
    }
    groups
}

/// The type table of an input, with what has to be said in it.
fn section(kind: &InferredKind) -> Option<String> {
    Some(match kind {
        InferredKind::Number => "[inputs.number]\nnormalize = \"standard\"\n".to_string(),
        InferredKind::Binary => "[inputs.binary]\n".to_string(),
        InferredKind::Category => "[inputs.category]\n".to_string(),
        InferredKind::Date { format } => match format {
            Some(format) => format!("[inputs.date]\nformats = [{}]\n", quoted(format)),
            None => "[inputs.date]\n".to_string(),
        },
        InferredKind::Set { separator } => {
            format!("[inputs.set]\nseparator = {}\n", quoted(separator))
        }
        InferredKind::Vector { separator, .. } => {
            format!("[inputs.vector]\nseparator = {}\n", quoted(separator))
        }
        InferredKind::Text => "[inputs.text]\n".to_string(),
        InferredKind::Identifier | InferredKind::Constant => return None,
    })
}

fn input(text: &mut String, group: &[&ColumnProfile], num_rows: usize) {
    text.push('\n');
    for column in group {
        let missing = if column.missing > 0 {
            format!(", {} missing", count(column.missing))
        } else {
            String::new()
        };
        let _ = writeln!(text, "# {}: {}{missing}", column.name, column.reason);
    }
    let names: Vec<String> = group.iter().map(|column| quoted(&column.name)).collect();
    let _ = writeln!(text, "[[inputs]]\ncolumns = [{}]\n", names.join(", "));
    text.push_str(&match group[0].kind {
        InferredKind::Text => texts::section(group, num_rows),
        _ => section(&group[0].kind).unwrap_or_default(),
    });
    if matches!(group[0].kind, InferredKind::Number)
        && group.iter().any(|column| column.missing > 0)
    {
        text.push_str("# A missing value becomes the median, and a feature beside it says so.\nindicator = true\n");
    }
}

fn left_out(text: &mut String, inputs: &[&ColumnProfile]) {
    let unused: Vec<&&ColumnProfile> = inputs
        .iter()
        .filter(|column| section(&column.kind).is_none())
        .collect();
    if unused.is_empty() {
        return;
    }
    text.push_str("\n# Not used:\n");
    for column in unused {
        let _ = writeln!(text, "# {}: {}", column.name, column.reason);
    }
}

/// The type table of an output.
fn output_kind(kind: &InferredKind) -> &'static str {
    match kind {
        InferredKind::Binary => "binary",
        InferredKind::Number => "number",
        InferredKind::Set { .. } => "set",
        _ => "category",
    }
}

fn output_section(text: &mut String, target: &ColumnProfile) {
    let kind = output_kind(&target.kind);
    // As an input such a column would say nothing about other rows; as an output it has many classes.
    let reason = match target.kind {
        InferredKind::Identifier | InferredKind::Text => {
            format!("{} different values", count(target.distinct))
        }
        _ => target.reason.clone(),
    };
    let _ = writeln!(
        text,
        "\n# {}: {reason}\n[[outputs]]\ncolumn = {}\n\n[outputs.{kind}]",
        target.name,
        quoted(&target.name)
    );
    if let InferredKind::Set { separator } = &target.kind {
        let _ = writeln!(text, "separator = {}", quoted(separator));
    }
}

fn model(text: &mut String, num_rows: usize, reads_texts_alone: bool) {
    let (hidden, dropout, batch, why) = match num_rows {
        0..1_000 => ("[64, 64]", 0.1, 32, "few rows: a small network"),
        1_000..20_000 => (
            "[128, 128]",
            0.2,
            64,
            "some thousand rows: a middling network with dropout",
        ),
        _ => (
            "[256, 256]",
            0.2,
            256,
            "many rows: a larger network, larger batches",
        ),
    };
    let (model, learning_rate) = match reads_texts_alone {
        true => (texts::MODEL.to_string(), "1e-2"),
        false => (
            format!("# {why}.\n[model.mlp]\nhidden = {hidden}\ndropout = {dropout}"),
            "1e-3",
        ),
    };
    let _ = write!(
        text,
        "\n{model}\n\n[optimizer.adamw]\nlearning_rate = {learning_rate}\n\n\
         # Training ends when the validation loss has not fallen for 15 epochs, and keeps the best weights.\n\
         [training]\nepochs = 200\nbatch_size = {batch}\nearly_stopping = {{ patience = 15 }}\n"
    );
}

fn suggested_missing(found: &Profile) -> Vec<String> {
    let known = hob_data::config::default_missing();
    let mut cells: Vec<String> = found
        .columns
        .iter()
        .flat_map(|column| column.suggested_missing.clone())
        .collect();
    cells.sort();
    cells.dedup();
    cells.retain(|cell| !known.contains(cell));
    cells
}

fn listed(cells: &[String], last: &str) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| format!("`{cell}`")).collect();
    let verb = if cells.len() == 1 { "stands" } else { "stand" };
    match quoted.split_last() {
        Some((end, rest)) if !rest.is_empty() => format!("{}{last}{end} {verb}", rest.join(", ")),
        _ => format!("{} {verb}", quoted.join("")),
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiled(text: &str) -> Profile {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        profile(&[path], &ReadOptions::default()).unwrap()
    }

    #[test]
    fn a_first_line_of_values_is_no_header() {
        assert!(looks_headless(&profiled(
            "5.1,3.5,setosa\n4.9,3.0,setosa\n"
        )));
        assert!(!looks_headless(&profiled(
            "length,width,kind\n4.9,3.0,setosa\n"
        )));
    }
}
