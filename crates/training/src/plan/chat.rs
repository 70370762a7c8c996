//! `[chat]`: the answers that go with the classes of an output.

use hob_data::source::{ColumnKind, ColumnRequest, ReadOptions};
use hob_data::table::{Table, Values};
use hob_inference::chat::ChatAnswers;

use super::sources::Sources;
use super::{PlanContext, PlannedOutput, finding_of};
use crate::recipe::{ChatConfig, Finding};

/// Reads the answers and compares them with the classes.
pub(crate) fn read(
    config: &ChatConfig,
    outputs: &[PlannedOutput],
    options: &ReadOptions,
    context: PlanContext<'_>,
) -> Result<ChatAnswers, Finding> {
    let mut with_classes = outputs
        .iter()
        .filter(|output| output.config.category.is_some());
    let output = match &config.output {
        None => with_classes.next(),
        Some(name) => with_classes.find(|output| output.config.column == *name),
    };
    let Some(output) = output else {
        let message = match &config.output {
            Some(name) => format!("`{name}` is not an output of the type `category`"),
            None => {
                "no output has the type `category`, so there are no intents to answer".to_string()
            }
        };
        let key = if config.output.is_some() {
            "chat.output"
        } else {
            "chat"
        };
        return Err(Finding::error(key, message));
    };
    let column = &output.config.column;
    let request = |name: &String| ColumnRequest {
        name: name.clone(),
        kind: ColumnKind::Category,
        required: true,
        hash_salt: None,
    };
    let columns = [request(column), request(&config.answer)];
    let (table, _) = Sources::of(&config.answers, context.folder, context.embedded)
        .and_then(|sources| sources.read(&columns, options))
        .map_err(|error| finding_of("chat.answers", &error.to_string()))?;
    let mut chat = ChatAnswers {
        output: column.clone(),
        ..ChatAnswers::default()
    };
    for row in 0..table.num_rows {
        if let (Some(class), Some(answer)) =
            (cell(&table, column, row), cell(&table, &config.answer, row))
        {
            chat.answers
                .entry(class.to_string())
                .or_default()
                .push(answer.to_string());
        }
    }
    let classes = output.encoder.classes();
    let unknown: Vec<String> = chat
        .answers
        .keys()
        .filter(|class| !classes.contains(&class.as_str()))
        .map(|class| format!("`{class}`"))
        .collect();
    if unknown.is_empty() {
        return Ok(chat);
    }
    let message = format!(
        "`{}` answers what `{column}` does not have: {}",
        config.answers,
        unknown.join(", ")
    );
    Err(Finding::error("chat.answers", message))
}

fn cell<'a>(table: &'a Table, name: &str, row: usize) -> Option<&'a str> {
    match &table.column(name)?.values {
        Values::Category(cells) => cells.get(row),
        _ => None,
    }
}
