use std::fmt::Write;

use super::*;

fn profile_text(name: &str, text: &str) -> Profile {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    profile(&[path], &ReadOptions::default()).unwrap()
}

/// The profile of one column with the given cells.
fn column(name: &str, cells: impl IntoIterator<Item = String>) -> ColumnProfile {
    let mut text = format!("{name}\tother\n");
    for cell in cells {
        writeln!(text, "{cell}\tx").unwrap();
    }
    profile_text("x.tsv", &text).columns.remove(0)
}

fn repeated(cells: &[&str], times: usize) -> Vec<String> {
    let all = cells.iter().cycle().take(cells.len() * times);
    all.map(ToString::to_string).collect()
}

#[track_caller]
fn check(name: &str, cells: impl IntoIterator<Item = String>, kind: InferredKind, reason: &str) {
    let column = column(name, cells);
    assert_eq!((column.kind, column.reason.as_str()), (kind, reason));
}

#[test]
fn numbers_are_numbers() {
    check(
        "a",
        repeated(&["1.5", "2", "-3"], 9),
        InferredKind::Number,
        "numbers",
    );
    check(
        "a",
        (0..50).map(|n| (n * n).to_string()),
        InferredKind::Number,
        "whole numbers",
    );
    let reason = "only 3 different whole numbers: use `category` if they are codes";
    check(
        "pclass",
        repeated(&["1", "2", "3"], 30),
        InferredKind::Number,
        reason,
    );
}

#[test]
fn two_values_are_binary() {
    check(
        "a",
        repeated(&["0", "1", "1", ""], 9),
        InferredKind::Binary,
        "two values: `1` and `0`",
    );
    check(
        "a",
        repeated(&["yes", "no"], 9),
        InferredKind::Binary,
        "two values: `no` and `yes`",
    );
}

#[test]
fn one_value_is_constant() {
    check(
        "a",
        repeated(&["7"], 9),
        InferredKind::Constant,
        "every row has `7`",
    );
    check(
        "a",
        repeated(&["7", ""], 9),
        InferredKind::Constant,
        "9 rows have `7`, the others have no value",
    );
    check(
        "a",
        repeated(&["", "NA"], 9),
        InferredKind::Constant,
        "no row has a value",
    );
}

#[test]
fn short_lists_are_categories() {
    check(
        "a",
        repeated(&["x", "y", "z"], 9),
        InferredKind::Category,
        "3 different values",
    );
    let many = (0..4000).map(|row| format!("product {}", row % 200));
    check("a", many, InferredKind::Category, "200 different values");
    check(
        "zip",
        repeated(&["01234", "01099", "50667"], 9),
        InferredKind::Category,
        "3 different values",
    );
}

#[test]
fn what_differs_in_every_row_is_an_identifier() {
    let ids = || (0..100).map(|row| (row * 7919 % 1000).to_string());
    let reason = "nearly every row has its own, and the name says id";
    check("customerID", ids(), InferredKind::Identifier, reason);
    check("amount", ids(), InferredKind::Number, "whole numbers");
    check(
        "n",
        (1..100).map(|row| row.to_string()),
        InferredKind::Identifier,
        "it counts the rows",
    );
    let codes = (0..100).map(|row| format!("c{row}-x"));
    check(
        "code",
        codes,
        InferredKind::Identifier,
        "100 different values in 100 rows",
    );
    let many = (0..300).map(|row| format!("t {}", row / 2));
    let reason = "150 different values are too many for a list: use `hash` or leave it out";
    check("ticket", many, InferredKind::Identifier, reason);
    let commas = (0..300).map(|row| format!("{},5", row / 2));
    let reason = "looks like numbers with a decimal comma: replace it by a point";
    check("price", commas, InferredKind::Identifier, reason);
}

#[test]
fn sentences_are_text() {
    let texts = (0..100).map(|row| format!("the customer number {row} wrote a long complaint"));
    check("a", texts, InferredKind::Text, "about 8 words per cell");
    let few = (0..30).map(|row| format!("When does train number {row} leave the station?"));
    check(
        "question",
        few,
        InferredKind::Text,
        "about 8 words per cell",
    );
}

#[test]
fn short_questions_are_text_where_they_are_no_list_of_values() {
    let asked = (0..60).map(|row| format!("are you {row}"));
    // Too few values for a text: a list of them is as good.
    check(
        "q",
        asked.clone().chain(asked.clone()).take(40),
        InferredKind::Category,
        "40 different values",
    );
    let many = asked.clone().chain(asked);
    let found = column("q", many);
    assert_eq!(found.kind, InferredKind::Text);
    assert_eq!((found.rarest, found.most_words), (Some(2), 3));
}

#[test]
fn names_and_addresses_are_no_text() {
    let names = (0..300).map(|row| format!("Braund{row}, Mr. Owen Harris of Long Name"));
    let reason = "300 different values are too many for a list: use `hash` or leave it out";
    check("Name", names, InferredKind::Identifier, reason);
    let addresses = (0..300).map(|row| format!("{row} Main Street, Apartment 7, Springfield"));
    check("address", addresses, InferredKind::Identifier, reason);
}

#[test]
fn dates_are_found_in_common_formats() {
    let days =
        |format: fn(i32, i32) -> String| (0..60).map(move |row| format(row % 28 + 1, row % 12 + 1));
    let date = |format: Option<&str>| InferredKind::Date {
        format: format.map(String::from),
    };
    check(
        "d",
        days(|d, m| format!("2024-{m:02}-{d:02}")),
        date(None),
        "ISO 8601 dates",
    );
    check(
        "d",
        days(|d, m| format!("2024-{m:02}-{d:02} 10:00:00")),
        date(None),
        "ISO 8601 dates",
    );
    let fits = |format: &str| format!("every cell fits `{format}`");
    check(
        "d",
        days(|d, m| format!("{d:02}.{m:02}.2024")),
        date(Some("%d.%m.%Y")),
        &fits("%d.%m.%Y"),
    );
    check(
        "d",
        days(|d, m| format!("{d}.{m}.24")),
        date(Some("%d.%m.%y")),
        &fits("%d.%m.%y"),
    );
    check(
        "d",
        days(|d, m| format!("{d:02}/{m:02}/2024")),
        date(Some("%d/%m/%Y")),
        &fits("%d/%m/%Y"),
    );
    check(
        "d",
        days(|d, m| format!("{m:02}/{d:02}/2024")),
        date(Some("%m/%d/%Y")),
        &fits("%m/%d/%Y"),
    );
    check(
        "d",
        days(|d, m| format!("2024/{m:02}/{d:02}")),
        date(Some("%Y/%m/%d")),
        &fits("%Y/%m/%d"),
    );
    check(
        "d",
        days(|d, m| format!("{d} Mar 20{m:02}")),
        date(Some("%d %b %Y")),
        &fits("%d %b %Y"),
    );
    let unclear = days(|d, m| format!("{:02}/{m:02}/2024", d % 12 + 1));
    let reason = "every cell fits `%d/%m/%Y`, but also `%m/%d/%Y`: check which is meant";
    check("d", unclear, date(Some("%d/%m/%Y")), reason);
}

#[test]
fn sets_and_vectors_are_found() {
    let set = InferredKind::Set {
        separator: ";".into(),
    };
    let cells = repeated(&["red;blue", "red", "blue;green", "green;red", ""], 9);
    check("tags", cells, set, "cells join 3 different values with `;`");
    let vector = |separator: &str, width| InferredKind::Vector {
        separator: separator.into(),
        width,
    };
    let cells = (0..30).map(|row| format!("{row} 0.5 -{row}"));
    check("v", cells, vector(" ", 3), "every cell has 3 numbers");
    let cells = (0..30).map(|row| format!("[{row}.5, {row}.25]"));
    check("v", cells, vector(",", 2), "every cell has 2 numbers");
}

#[test]
fn stand_ins_for_missing_numbers_are_suggested() {
    let cells = (0..100).map(|row| {
        if row % 20 == 0 {
            "?".into()
        } else {
            row.to_string()
        }
    });
    let column = column("a", cells);
    assert_eq!(column.kind, InferredKind::Number);
    assert_eq!(column.suggested_missing, ["?"]);
    assert_eq!(
        column.reason,
        "numbers, but for 5 cells: list `?` in `[data] missing` if they mean no value"
    );
}

#[test]
fn counts_and_bounds_are_reported() {
    let column = column("a", repeated(&["4", "1", "", "2.5", "4"], 10));
    assert_eq!(
        (column.missing, column.distinct, column.distinct_is_exact),
        (10, 3, true)
    );
    let numbers = NumberProfile {
        min: 1.0,
        median: 3.25,
        max: 4.0,
        integer_only: false,
    };
    assert_eq!(column.numbers, Some(numbers));
    assert_eq!(
        column.top,
        [("4".into(), 20), ("1".into(), 10), ("2.5".into(), 10)]
    );
    assert_eq!(column.examples, ["4", "1", "2.5"]);
}

#[test]
fn large_columns_are_estimated_in_bounded_memory() {
    let column = column("a", (0..60_000).map(|row| (row as f64 / 7.0).to_string()));
    assert!(!column.distinct_is_exact && column.distinct.abs_diff(60_000) < 3000);
    let median = column.numbers.unwrap().median;
    assert!((median - 30_000.0 / 7.0).abs() < 200.0, "{median}");
}

#[test]
fn json_lines_are_profiled_by_key() {
    let text = "{\"a\": 1, \"l\": [\"x\", \"y\"], \"v\": [1, 2]}\n{\"b\": true, \"v\": [3, 4], \"o\": {}}\n{\"a\": 2.5}\n[]\n";
    let profile = profile_text("x.jsonl", text);
    assert_eq!((profile.num_rows, profile.broken_rows), (3, 1));
    let kinds: Vec<(&str, &InferredKind, usize)> = profile
        .columns
        .iter()
        .map(|column| (column.name.as_str(), &column.kind, column.missing))
        .collect();
    let set = InferredKind::Set {
        separator: ";".into(),
    };
    let vector = InferredKind::Vector {
        separator: " ".into(),
        width: 2,
    };
    let expected = [
        ("a", &InferredKind::Number, 1),
        ("l", &InferredKind::Constant, 2),
        ("v", &vector, 1),
        ("b", &InferredKind::Constant, 2),
        ("o", &InferredKind::Constant, 2),
    ];
    assert_eq!(kinds, expected);
    let lists = profile_text("x.jsonl", "{\"l\": [\"x\", \"y\"]}\n{\"l\": [\"x\"]}\n");
    assert_eq!(lists.columns[0].kind, set);
}

#[test]
fn columns_never_to_be_read_are_left_out() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("x.csv");
    std::fs::write(&path, "a,secret\n1,2\n").unwrap();
    let options = ReadOptions {
        never_read: vec!["secret".into()],
        ..ReadOptions::default()
    };
    let profile = profile(&[path], &options).unwrap();
    assert_eq!(profile.columns.len(), 1);
}

#[test]
fn numbers_in_another_way_of_writing_are_no_categories() {
    let check = |cells: &[&str], reason: &str| {
        let column = column("amount", repeated(cells, 9));
        assert_eq!(
            (column.kind, column.reason.as_str()),
            (InferredKind::Identifier, reason)
        );
        assert!(column.unreadable_numbers.is_some());
    };
    let reason = "looks like numbers with a decimal comma: replace it by a point";
    check(&["1,5", "2,25", "3"], reason);
    check(&["1,250", "2,5"], reason);
    let reason = "looks like numbers with a unit in every cell: remove it";
    check(&["12 %", "30 %"], reason);
    check(&["$12", "$1,300.50", "$4"], reason);
    let reason = "looks like numbers with thousands separators: remove them";
    check(&["1,234,567", "12"], reason);
}

#[test]
fn a_stand_in_does_not_turn_an_identifier_into_a_number() {
    let cells = (0..100).map(|row| match row {
        50 => "?".into(),
        row => (row * 7919 % 1000).to_string(),
    });
    let column = column("customer_id", cells);
    assert_eq!(column.kind, InferredKind::Identifier);
}
