//! Where a value stands in a recipe: `inputs[0].number.clip[1]`.

use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One step into a table or an array.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// A key of a table.
    Key(String),
    /// A place in an array, from 0.
    Index(usize),
}

/// The way from the top of a recipe to a value. Written `inputs[0].number.clip[1]`; a key that is not a plain word is
/// quoted: `given."no, thanks"`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPath(Vec<Segment>);

impl KeyPath {
    /// The top of the recipe.
    pub fn root() -> Self {
        Self::default()
    }

    /// Its steps.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the top of the recipe.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path of a key in the table at this path.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.child(Segment::Key(key.into()))
    }

    /// The path of an entry in the array at this path.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.child(Segment::Index(index))
    }

    /// The path one step further.
    #[must_use]
    pub fn child(&self, segment: Segment) -> Self {
        let mut path = self.clone();
        path.0.push(segment);
        path
    }

    /// The path of the table or array around this value; `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// Whether this value is the other one or contains it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Reads `inputs[0].columns` and `inputs.0.columns`; the latter gives `0` as a key, which [`Self::matches`] and the
    /// assignment of values take for an index where there is an array.
    ///
    /// Keys are TOML keys: plain words or quoted.
    pub fn parse(text: &str) -> Result<Self, KeyPathError> {
        let mut path = Self::root();
        let mut rest = text.trim();
        loop {
            let end = key_end(rest);
            path.0.push(Segment::Key(parse_key(&rest[..end], text)?));
            rest = rest[end..].trim_start();
            while let Some(after) = rest.strip_prefix('[') {
                let close = after
                    .find(']')
                    .ok_or_else(|| KeyPathError::new(text, "a `[` has no `]`"))?;
                let index = after[..close].trim().parse();
                path.0.push(Segment::Index(
                    index.map_err(|_| KeyPathError::new(text, "`[ ]` needs a number"))?,
                ));
                rest = after[close + 1..].trim_start();
            }
            match rest.strip_prefix('.') {
                Some(after) => rest = after.trim_start(),
                None if rest.is_empty() => return Ok(path),
                None => return Err(KeyPathError::new(text, "after `]` comes `.` or nothing")),
            }
        }
    }

    /// Whether both mean the same value; the keys `0`, `1`, ... of an [assignment](super::apply_set) match indices.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| a.matches(b))
    }
}

impl Segment {
    fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Key(key), Self::Index(index)) | (Self::Index(index), Self::Key(key)) => {
                key.parse() == Ok(*index)
            }
            (a, b) => a == b,
        }
    }
}

/// Byte offset of the end of the key at the start of `text`: the first `.` or `[` outside quotes.
fn key_end(text: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some('"') if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '.' || c == '[' => return at,
            None => {}
        }
    }
    text.len()
}

fn parse_key(key: &str, path: &str) -> Result<String, KeyPathError> {
    let key = key.trim();
    if key.is_empty() {
        return Err(KeyPathError::new(path, "a part of it is empty"));
    }
    if is_bare(key) {
        return Ok(key.to_string());
    }
    if !(key.starts_with('"') || key.starts_with('\'')) {
        return Err(KeyPathError::new(
            path,
            "a part that is not a plain word must be quoted",
        ));
    }
    // A quoted key follows the rules of a one-line TOML string.
    match DeValue::parse(key).map(Spanned::into_inner) {
        Ok(DeValue::String(text)) if !key.contains('\n') => Ok(text.into_owned()),
        _ => Err(KeyPathError::new(path, "its quotes do not match")),
    }
}

fn is_bare(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    let dot = if at == 0 { "" } else { "." };
                    if is_bare(key) {
                        write!(f, "{dot}{key}")?;
                    } else {
                        write!(f, "{dot}{}", quoted(key))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// `text` as a TOML string on one line.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl From<&KeyPath> for KeyPath {
    fn from(path: &KeyPath) -> Self {
        path.clone()
    }
}

impl From<&str> for KeyPath {
    /// Text that is no path means the top of the recipe: a problem must never be lost over its place.
    fn from(text: &str) -> Self {
        Self::parse(text).unwrap_or_default()
    }
}

/// Text that is no key path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a key: {reason}")]
pub struct KeyPathError {
    /// The text.
    pub path: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl KeyPathError {
    fn new(path: &str, reason: &'static str) -> Self {
        Self {
            path: path.to_string(),
            reason,
        }
    }
}

/// Calls `visit` with path, key span and value span of everything in a table, in the order of keys.
pub(crate) fn visit_table(
    path: &KeyPath,
    table: &DeTable<'_>,
    visit: &mut impl FnMut(KeyPath, Option<std::ops::Range<usize>>, std::ops::Range<usize>),
) {
    for (key, value) in table {
        let path = path.key(key.get_ref().as_ref());
        visit(path.clone(), Some(key.span()), value.span());
        visit_value(&path, value.get_ref(), visit);
    }
}

fn visit_value(
    path: &KeyPath,
    value: &DeValue<'_>,
    visit: &mut impl FnMut(KeyPath, Option<std::ops::Range<usize>>, std::ops::Range<usize>),
) {
    match value {
        DeValue::Table(table) => visit_table(path, table, visit),
        DeValue::Array(array) => {
            for (index, entry) in array.iter().enumerate() {
                let path = path.index(index);
                visit(path.clone(), None, entry.span());
                visit_value(&path, entry.get_ref(), visit);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn round_trip(text: &str, expected: &str) {
        assert_eq!(KeyPath::parse(text).unwrap().to_string(), expected);
    }

    #[test]
    fn paths_are_read_and_written_alike() {
        round_trip("training.epochs", "training.epochs");
        round_trip(" inputs[0] . number.clip[1] ", "inputs[0].number.clip[1]");
        round_trip("a.\"b.c[0]\".d", "a.\"b.c[0]\".d");
        round_trip("a.'b c'", "a.\"b c\"");
        round_trip("a.\"say \\\"no\\\"\"", "a.\"say \\\"no\\\"\"");
    }

    #[test]
    fn text_that_is_no_path_says_why() {
        for text in [
            "", ".", "a.", "a..b", "a[", "a[x]", "a[-1]", "a]", "a[0]b", "a b", "a.\"b", "\"a\"b",
        ] {
            assert!(KeyPath::parse(text).is_err(), "{text}");
        }
        let error = KeyPath::parse("inputs[x].column").unwrap_err().to_string();
        assert_eq!(
            error,
            "`inputs[x].column` is not a key: `[ ]` needs a number"
        );
    }

    #[test]
    fn a_number_as_key_matches_an_index() {
        let path = KeyPath::parse("inputs.0.column").unwrap();
        assert!(path.matches(&KeyPath::parse("inputs[0].column").unwrap()));
        assert!(!path.matches(&KeyPath::parse("inputs[1].column").unwrap()));
    }
}
