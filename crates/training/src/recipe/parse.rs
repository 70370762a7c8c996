//! From text to a [`Recipe`], or to everything wrong with it.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::recipe::key_path::{KeyPath, Segment, quoted};
use crate::recipe::problem::{Finding, Problem};
use crate::recipe::source::RecipeSource;
use crate::recipe::validate::validate;
use crate::recipe::{Recipe, shape};

pub(crate) fn parse(source: &RecipeSource) -> Result<Recipe, Vec<Problem>> {
    let table = match DeTable::parse(source.text()) {
        Ok(table) => table,
        // The parser can go on after an error, but most of what it finds then follows from the first.
        Err(error) => return Err(vec![syntax_problem(source, &error)]),
    };
    let mut findings = validate(table.get_ref(), shape::recipe());
    if findings.is_empty() {
        match Recipe::deserialize(Deserializer::from(table)) {
            Ok(recipe) => {
                findings = recipe.check();
                if !findings.iter().any(Finding::is_error) {
                    return Ok(recipe);
                }
            }
            Err(error) => return Err(vec![source.problem_at_bytes(error.span(), error.message())]),
        }
    } else {
        findings.extend(rules_of_the_rest(table, &findings));
    }
    let mut problems: Vec<Problem> = findings
        .iter()
        .map(|finding| source.locate(finding))
        .collect();
    Problem::sort(&mut problems);
    Err(problems)
}

/// Sections whose rules also look at another section.
const LOOKS_AT: &[(&str, &str)] = &[("schedule", "training"), ("outputs", "data")];

/// What the rules between values say when the wrong values are left out, so that a user sees these problems in the same
/// go. Whatever may only follow from the absence of a value is not reported.
fn rules_of_the_rest(mut table: Spanned<DeTable<'_>>, findings: &[Finding]) -> Vec<Finding> {
    let wrong: Vec<KeyPath> = findings
        .iter()
        .map(|finding| whole_value(&finding.key))
        .collect();
    // Values out of range have the right type and need not be left out.
    let mut read = Recipe::deserialize(Deserializer::from(table.clone()));
    if read.is_err() {
        wrong
            .iter()
            .for_each(|path| leave_out(table.get_mut(), path));
        read = Recipe::deserialize(Deserializer::from(table));
    }
    let Ok(recipe) = read else { return Vec::new() };
    let mut rest = recipe.check();
    rest.retain(|finding| !wrong.iter().any(|path| may_follow(finding, path)));
    rest
}

fn may_follow(finding: &Finding, wrong: &KeyPath) -> bool {
    let same_table = wrong
        .parent()
        .is_some_and(|table| !table.is_root() && table.contains(&finding.key));
    let looks = LOOKS_AT.iter().any(|(section, other)| {
        KeyPath::root().key(*section).contains(&finding.key)
            && KeyPath::root().key(*other).contains(wrong)
    });
    same_table || looks || finding.key.contains(wrong)
}

/// The path of the value with a key of its own: taking one entry out of an array would move the others.
fn whole_value(path: &KeyPath) -> KeyPath {
    match path.segments().last() {
        Some(Segment::Index(_)) => whole_value(&path.parent().unwrap_or_default()),
        _ => path.clone(),
    }
}

/// Takes the value at a path away, with the whole array where it is an entry of one.
pub(crate) fn leave_out(table: &mut DeTable<'_>, path: &KeyPath) {
    remove(table, whole_value(path).segments());
}

fn remove(table: &mut DeTable<'_>, path: &[Segment]) {
    let [Segment::Key(key), rest @ ..] = path else {
        return;
    };
    if rest.is_empty() {
        table.remove(key.as_str());
    } else if let Some(value) = table.get_mut(key.as_str()) {
        remove_in_value(value.get_mut(), rest);
    }
}

fn remove_in_value(value: &mut DeValue<'_>, path: &[Segment]) {
    match (value, path) {
        (DeValue::Table(table), _) => remove(table, path),
        (DeValue::Array(array), [Segment::Index(index), rest @ ..]) => {
            if let Some(entry) = array.get_mut(*index) {
                remove_in_value(entry.get_mut(), rest);
            }
        }
        _ => {}
    }
}

/// The parser's message, or clearer words where it is short of them.
fn syntax_problem(source: &RecipeSource, error: &toml::de::Error) -> Problem {
    let span = error.span();
    let found = span
        .clone()
        .and_then(|span| source.text().get(span))
        .unwrap_or_default();
    let after = span
        .clone()
        .and_then(|span| source.text().get(..span.start))
        .unwrap_or_default()
        .trim_end();
    let (message, hint) = match error.message() {
        message if message.starts_with("duplicate key") && !found.is_empty() => (
            format!("`{found}` is given twice"),
            Some("remove one of them".to_string()),
        ),
        message
            if message.starts_with("string values must be quoted")
                && found.is_empty()
                && after.ends_with('=') =>
        {
            ("there is no value after `=`".to_string(), None)
        }
        message if message.starts_with("string values must be quoted") => (
            format!("`{found}` is not a value"),
            Some(format!("text is written in quotes: `{}`", quoted(found))),
        ),
        message if message.starts_with("key with no value") => (
            message.to_string(),
            Some("a value is given as `key = value`".to_string()),
        ),
        message => (message.to_string(), None),
    };
    Problem {
        hint,
        ..source.problem_at_bytes(span, &format!("this is not TOML: {message}"))
    }
}
