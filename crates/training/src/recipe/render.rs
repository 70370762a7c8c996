//! Problems as text: the line, a caret under the value, the rule and a hint. Plain, so that it reads without colour.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

use crate::recipe::problem::{Problem, Severity};
use crate::recipe::source::RecipeSource;

/// Columns of a terminal that an excerpt may fill; longer lines are cut around the value.
const EXCERPT_WIDTH: usize = 100;
/// What stays before the value in a line that is cut.
const BEFORE_VALUE: usize = 30;
/// A tab as spaces: the width of a real one depends on the terminal.
const TAB: &str = "    ";

/// All problems of a recipe as text, with an excerpt of the file for each. Empty for no problems.
pub fn render(problems: &[Problem], source: &RecipeSource) -> String {
    if problems.is_empty() {
        return String::new();
    }
    let name = source
        .path()
        .map_or("the recipe".to_string(), |path| path.display().to_string());
    let mut text = headline(problems, &name);
    for problem in problems {
        text.push('\n');
        render_problem(&mut text, problem, source, &name);
    }
    text
}

fn headline(problems: &[Problem], name: &str) -> String {
    let errors = problems.iter().filter(|p| p.is_error()).count();
    let warnings = problems.len() - errors;
    let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, n) => format!("warning: {name} has {}\n", count(n, "warning")),
        (n, 0) => format!("error: {name} cannot be run, {}\n", count(n, "problem")),
        (n, w) => format!(
            "error: {name} cannot be run, {}, {}\n",
            count(n, "problem"),
            count(w, "warning")
        ),
    }
}

fn render_problem(text: &mut String, problem: &Problem, source: &RecipeSource, name: &str) {
    let warning = if problem.severity == Severity::Warning {
        "warning: "
    } else {
        ""
    };
    let message = format!("{warning}{}", problem.message);
    // Writing into a string cannot fail.
    let _ = match (problem.line, problem.column) {
        (Some(line), Some(column)) => {
            let excerpt = excerpt(problem, source, line, column, &message);
            write!(text, "{name}:{line}:{column}\n{excerpt}")
        }
        _ => match &problem.assignment {
            Some(assignment) => writeln!(text, "--set {}\n  {message}", assignment.escape_debug()),
            None => writeln!(text, "{name}\n  {message}"),
        },
    };
    if let Some(hint) = &problem.hint {
        let _ = writeln!(text, "  hint: {hint}");
    }
}

fn excerpt(
    problem: &Problem,
    source: &RecipeSource,
    line: usize,
    column: usize,
    message: &str,
) -> String {
    let content = source
        .written()
        .split('\n')
        .nth(line - 1)
        .unwrap_or_default()
        .trim_end();
    let num_chars = content.chars().count();
    // A value that goes on in the next line is underlined to the end of this one.
    let end = match (problem.end_line, problem.end_column) {
        (Some(end_line), Some(end)) if end_line == line => end - 1,
        _ => num_chars,
    };
    let start = column - 1;
    let cells: Vec<String> = content.chars().map(shown).collect();
    let window = window(&cells, start, end);

    let dots_before = if window.start > 0 { "..." } else { "" };
    let dots_after = if window.end < cells.len() { "..." } else { "" };
    let shown = format!(
        "{dots_before}{}{dots_after}",
        cells[window.clone()].concat()
    );
    let indent =
        dots_before.len() + width(&cells[window.start..start.clamp(window.start, window.end)]);
    let marked = width(&cells[start.min(window.end)..end.clamp(start.min(window.end), window.end)]);

    let gutter = format!("{line:>3} | ");
    let blank = format!("{:>1$}", "| ", gutter.len());
    let carets = "^".repeat(marked.max(1));
    format!(
        "{gutter}{shown}\n{blank}{}{carets} {message}\n",
        " ".repeat(indent)
    )
}

/// The characters of a line to show so that the ones from `start` to `end` are among them.
fn window(cells: &[String], start: usize, end: usize) -> std::ops::Range<usize> {
    if width(cells) <= EXCERPT_WIDTH {
        return 0..cells.len();
    }
    let mut first = start.min(cells.len());
    while first > 0 && width(&cells[first - 1..start.min(cells.len())]) <= BEFORE_VALUE {
        first -= 1;
    }
    // What the value leaves of the width goes to the text before it, when the value is at the end of the line.
    while first > 0 && width(&cells[first - 1..]) <= EXCERPT_WIDTH && end <= cells.len() {
        first -= 1;
    }
    let mut last = first;
    while last < cells.len() && width(&cells[first..=last]) <= EXCERPT_WIDTH {
        last += 1;
    }
    first..last
}

/// What stands for a character: control characters would move the cursor.
fn shown(c: char) -> String {
    match c {
        '\t' => TAB.to_string(),
        c if c.is_control() => "\u{fffd}".to_string(),
        c => c.to_string(),
    }
}

/// Columns of a terminal.
fn width(cells: &[String]) -> usize {
    cells
        .iter()
        .flat_map(|cell| cell.chars())
        .map(|c| c.width().unwrap_or(0))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn excerpt_of(text: &str, key: &str) -> String {
        let source = RecipeSource::new(None, text);
        let problem = source.problem_at(key, "is wrong", None);
        render(&[problem], &source)
            .lines()
            .skip(3)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn the_caret_stands_under_the_value_behind_tabs_and_wide_characters() {
        assert_eq!(
            excerpt_of("\tname = \"x\"", "name"),
            "  1 |     name = \"x\"\n    |            ^^^ is wrong"
        );
        let wide = excerpt_of("a = { \"価格\" = 1, b = 2 }", "a.b");
        assert_eq!(
            wide,
            "  1 | a = { \"価格\" = 1, b = 2 }\n    |                       ^ is wrong"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_value() {
        let names = (0..60)
            .map(|n| format!("\"column_{n}\""))
            .collect::<Vec<_>>()
            .join(", ");
        let text = format!("columns = [{names}] # the end");
        let keys = ["columns[0]", "columns[30]", "columns[59]", "columns"];
        insta::assert_snapshot!(keys.map(|key| excerpt_of(&text, key)).join("\n"));
    }

    #[test]
    fn a_value_over_several_lines_is_marked_in_its_first_line() {
        assert_eq!(
            excerpt_of("a = [\n  1,\n  2,\n]", "a"),
            "  1 | a = [\n    |     ^ is wrong"
        );
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert!(!excerpt_of("a = 1 # \u{1b}[31m", "a").contains('\u{1b}'));
    }
}
