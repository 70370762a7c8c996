//! Columns that hardly any row has a readable value of: the type is wrong, not the rows.

use hob_data::error::DataError;
use hob_data::source::{ColumnKind, ColumnRequest, Reason, Rejected};

use super::named::keyed_columns;
use crate::recipe::{Finding, Recipe};

const SHOWN: usize = 3;
const MAX_CHARS: usize = 24;

/// One finding for each column that more than half of the rows were rejected for.
pub(crate) fn columns(
    error: &DataError,
    recipe: &Recipe,
    requests: &[ColumnRequest],
) -> Vec<Finding> {
    let DataError::TooManyRejected {
        rejected, num_rows, ..
    } = error
    else {
        return Vec::new();
    };
    let rows = rejected.num_rows + num_rows;
    let named = keyed_columns(recipe);
    let mut found = Vec::new();
    for (column, _) in rejected.counts.iter().filter(|(_, bad)| bad * 2 > rows) {
        let request = requests.iter().find(|request| request.name == *column);
        let key = named.iter().find(|(name, _)| name == column);
        if let (Some(request), Some((_, key))) = (request, key) {
            let is_output = recipe.outputs.iter().any(|output| output.column == *column);
            let message = format!(
                "`{column}` holds text ({}), but is read as {}",
                values(rejected, column),
                kind_name(&request.kind)
            );
            found.push(Finding::error(key, message).with_hint(hint(rejected, request, is_output)));
        }
    }
    found
}

fn reasons<'a>(rejected: &'a Rejected, column: &'a str) -> impl Iterator<Item = &'a Reason> {
    let reasons = rejected.rows.iter().flat_map(|row| &row.reasons);
    reasons.filter(move |reason| reason.column == column)
}

/// The first different ones.
fn values(rejected: &Rejected, column: &str) -> String {
    let mut values: Vec<&str> = Vec::new();
    for value in reasons(rejected, column).filter_map(|reason| reason.value.as_deref()) {
        if values.len() < SHOWN && !values.contains(&value) {
            values.push(value);
        }
    }
    let cut = |value: &&str| match value.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("`{}...`", &value[..end]),
        None => format!("`{value}`"),
    };
    values.iter().map(cut).collect::<Vec<_>>().join(", ")
}

fn kind_name(kind: &ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Number => "a number",
        ColumnKind::Category => "one value",
        ColumnKind::Date { .. } => "a date",
        ColumnKind::Set { .. } => "a set",
        ColumnKind::Vector { .. } => "a vector",
    }
}

fn hint(rejected: &Rejected, request: &ColumnRequest, is_output: bool) -> String {
    if request.hash_salt.is_some() {
        return "it is in `data.private.hash`, and only `category` and `hash` can take hashes"
            .into();
    }
    if matches!(request.kind, ColumnKind::Date { .. }) {
        return "say how they are written with `formats`, as in `formats = [\"%d.%m.%Y\"]`".into();
    }
    let first = reasons(rejected, &request.name).find_map(|reason| {
        let expected = format!("expected is {}", reason.expected);
        match request.kind {
            ColumnKind::Number => reason.hint.clone(),
            _ => Some(reason.hint.clone().unwrap_or(expected)),
        }
    });
    let types = if is_output {
        "use `[outputs.category]`"
    } else {
        "use `[inputs.category]` or `[inputs.hash]`"
    };
    first.unwrap_or_else(|| types.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::RecipeSource;
    use hob_data::source::{ReadOptions, read_stream};

    fn found(kind: ColumnKind, csv: &str) -> Vec<Finding> {
        let text = "[data]\nsource = \"a.csv\"\n[[inputs]]\ncolumn = \"x\"\n[[outputs]]\ncolumn = \"y\"\n\
                    [model.mlp]\nhidden = [4]\n";
        let recipe = Recipe::parse(&RecipeSource::new(None, text)).unwrap();
        let requests = [ColumnRequest {
            name: "x".into(),
            kind,
            required: true,
            hash_salt: None,
        }];
        let options = ReadOptions::default();
        let error = read_stream("a.csv", csv.as_bytes(), None, &requests, &options).unwrap_err();
        columns(&error, &recipe, &requests)
    }

    #[test]
    fn a_column_of_text_read_as_numbers_is_one_finding() {
        let found = found(ColumnKind::Number, "x,y\nfoo,1\nbar,0\nfoo,1\n3,1\n");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].key.to_string(), "inputs[0].column");
        assert_eq!(
            found[0].message,
            "`x` holds text (`foo`, `bar`), but is read as a number"
        );
        let hint = "use `[inputs.category]` or `[inputs.hash]`";
        assert_eq!(found[0].hint.as_deref(), Some(hint));
    }

    #[test]
    fn decimal_commas_and_dates_have_hints_of_their_own() {
        let commas = found(ColumnKind::Number, "x;y\n1,5;1\n2,25;0\n");
        assert_eq!(
            commas[0].hint.as_deref(),
            Some("looks like a decimal comma")
        );
        let formats = Vec::new();
        let dates = found(ColumnKind::Date { formats }, "x,y\n31.5.2024,1\n");
        assert!(dates[0].hint.as_deref().unwrap().contains("formats"));
    }

    #[test]
    fn a_few_bad_cells_are_left_to_the_reader() {
        assert!(found(ColumnKind::Number, "x,y\nfoo,1\n1,0\n2,1\n").is_empty());
    }
}
