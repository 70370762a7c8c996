//! What the cells of a column look like, beyond single numbers: dates, vectors, sets.

use std::collections::HashSet;

use crate::source::cell::{number_hint, parse_number};
use crate::source::date::DateParser;

/// Tried where ISO 8601 does not fit, in this order. Years have four digits: `31.05.24` fits only `%y`.
const DATE_FORMATS: [&str; 22] = [
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y-%m",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
];
/// 1000-01-01; `%Y` would read `31.05.24` as the year 24.
const FIRST_SECOND: i64 = -30_610_224_000;

/// The date formats that fit every cell so far.
pub(super) struct DateShape {
    iso: bool,
    formats: Vec<(&'static str, DateParser)>,
}

impl DateShape {
    pub(super) fn new() -> Self {
        let parser = |format: &'static str| {
            let parser = DateParser::new("", &[format.to_string()]).ok()?;
            Some((format, parser))
        };
        Self {
            iso: true,
            formats: DATE_FORMATS.into_iter().filter_map(parser).collect(),
        }
    }

    pub(super) fn add(&mut self, text: &str) {
        self.iso = self.iso && crate::source::date::parse_iso(text).is_some();
        if !self.formats.is_empty() {
            let is_possible =
                (6..=30).contains(&text.len()) && text.bytes().any(|byte| byte.is_ascii_digit());
            let fits = |parser: &DateParser| {
                parser
                    .parse(text)
                    .is_some_and(|second| second >= FIRST_SECOND)
            };
            self.formats
                .retain(|(_, parser)| is_possible && fits(parser));
        }
    }

    /// The format and, if another fits as well, that one. The outer `None`: these are no dates.
    pub(super) fn format(&self) -> Option<(Option<&'static str>, Option<&'static str>)> {
        if self.iso {
            return Some((None, None));
        }
        let format = self.formats.first()?.0;
        Some((Some(format), self.formats.get(1).map(|(other, _)| *other)))
    }
}

/// The separator and width that fit every cell so far.
pub(super) struct VectorShape {
    started: bool,
    fit: Option<(&'static str, usize)>,
}

impl VectorShape {
    pub(super) fn new() -> Self {
        Self {
            started: false,
            fit: None,
        }
    }

    pub(super) fn add(&mut self, text: &str) {
        if !self.started {
            self.started = true;
            self.fit = [",", ";", "|", " "]
                .into_iter()
                .find_map(|separator| width(text, separator).map(|width| (separator, width)));
        } else if let Some((separator, expected)) = self.fit {
            self.fit = self
                .fit
                .filter(|_| width(text, separator) == Some(expected));
        }
    }

    pub(super) fn fit(&self) -> Option<(&'static str, usize)> {
        self.fit
    }
}

/// How many numbers there are, if there are at least two and nothing else.
fn width(text: &str, separator: &str) -> Option<usize> {
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    if separator == "," && number_hint(inner).is_some() {
        return None;
    }
    let mut count = 0;
    let parts: Box<dyn Iterator<Item = &str>> = match separator {
        " " => Box::new(inner.split_whitespace()),
        separator => Box::new(inner.split(separator)),
    };
    for part in parts {
        parse_number(part.trim())?;
        count += 1;
    }
    (count >= 2).then_some(count)
}

const MAX_ELEMENTS: usize = 500;

/// Whether cells are lists of a few recurring values.
pub(super) struct SetShape {
    pub(super) separator: &'static str,
    /// Cells with more than one value.
    pub(super) num_lists: usize,
    elements: HashSet<Box<str>>,
    too_many: bool,
}

impl SetShape {
    pub(super) fn new(separator: &'static str) -> Self {
        Self {
            separator,
            num_lists: 0,
            elements: HashSet::new(),
            too_many: false,
        }
    }

    pub(super) fn add(&mut self, text: &str) {
        if self.too_many {
            return;
        }
        let mut count = 0;
        for part in text
            .split(self.separator)
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            count += 1;
            if !self.elements.contains(part) {
                self.elements.insert(part.into());
            }
        }
        self.num_lists += usize::from(count > 1);
        // Long texts with many different words would fill memory.
        self.too_many = self.elements.len() > MAX_ELEMENTS || text.len() > 10_000;
        if self.too_many {
            self.elements = HashSet::new();
        }
    }

    /// Number of different values, unless there are too many.
    pub(super) fn num_elements(&self) -> Option<usize> {
        (!self.too_many).then_some(self.elements.len())
    }
}
