//! Dates as seconds since 1970-01-01T00:00:00: UTC where the text has an offset, else the local time it states.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::Offset;

use crate::error::DataError;

/// Reads dates in the given formats, or ISO 8601.
#[derive(Debug, Clone)]
pub(crate) struct DateParser {
    formats: Vec<String>,
}

impl DateParser {
    /// Refuses formats that cannot be understood.
    pub(crate) fn new(column: &str, formats: &[String]) -> Result<Self, DataError> {
        for format in formats {
            let bad = |message: String| DataError::BadDateFormat {
                column: column.into(),
                format: format.clone(),
                message,
            };
            let text = strtime::format(format, Timestamp::UNIX_EPOCH)
                .map_err(|error| bad(error.to_string()))?;
            if parse_format(format, &text).is_none() {
                return Err(bad("it does not say which day it is".into()));
            }
        }
        Ok(Self {
            formats: formats.to_vec(),
        })
    }

    /// Whether ISO 8601 is read.
    pub(crate) fn is_iso(&self) -> bool {
        self.formats.is_empty()
    }

    /// Seconds since 1970 of a trimmed cell.
    pub(crate) fn parse(&self, text: &str) -> Option<i64> {
        if self.formats.is_empty() {
            parse_iso(text)
        } else {
            self.formats
                .iter()
                .find_map(|format| parse_format(format, text))
        }
    }

    /// What a cell should be, for messages.
    pub(crate) fn expected(&self) -> String {
        match self.formats.as_slice() {
            [] => "an ISO 8601 date such as 2024-05-31 or 2024-05-31T18:30:00".into(),
            formats => {
                let quoted: Vec<String> =
                    formats.iter().map(|format| format!("`{format}`")).collect();
                format!("a date in the format {}", quoted.join(" or "))
            }
        }
    }
}

/// `2024-05-31`, or with `T` or a blank and a time, and possibly an offset.
pub(crate) fn parse_iso(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    // Without this check, jiff's wider grammar would read plain numbers such as `20240531` as dates.
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' || !text.is_char_boundary(10) {
        return None;
    }
    if bytes.len() == 10 {
        return parse_iso_day(bytes);
    }
    if text[10..].contains(['Z', 'z', '+', '-']) {
        return text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    }
    civil_seconds(text.parse::<DateTime>().ok()?)
}

/// The fast path for `2024-05-31`.
#[inline]
pub(crate) fn parse_iso_day(bytes: &[u8]) -> Option<i64> {
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = bytes else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0i16, |sum, byte| {
            byte.is_ascii_digit()
                .then(|| sum * 10 + i16::from(byte - b'0'))
        })
    };
    let (year, month, day) = (
        number(&[y0, y1, y2, y3])?,
        number(&[m0, m1])?,
        number(&[d0, d1])?,
    );
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(days_since_1970(year.into(), month.into(), day.into()) * 86_400)
}

/// Howard Hinnant's `days_from_civil`, for years from 0: years begin in March, so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn parse_format(format: &str, text: &str) -> Option<i64> {
    let mut parts = BrokenDownTime::parse(format, text).ok()?;
    if (parts.offset().is_some() || parts.timestamp().is_some())
        && let Ok(moment) = parts.to_timestamp()
    {
        return Some(moment.as_second());
    }
    if let Ok(moment) = parts.to_datetime() {
        return civil_seconds(moment);
    }
    // `%Y-%m` and `%Y` mean the first day.
    if parts.month().is_none() {
        parts.set_month(Some(1)).ok()?;
    }
    if parts.day().is_none() {
        parts.set_day(Some(1)).ok()?;
    }
    civil_seconds(parts.to_datetime().ok()?)
}

fn civil_seconds(moment: DateTime) -> Option<i64> {
    Offset::UTC
        .to_timestamp(moment)
        .ok()
        .map(Timestamp::as_second)
}

/// The ISO 8601 text of a moment: a date alone at midnight.
pub fn iso_text(seconds: i64) -> String {
    let Ok(moment) = Timestamp::from_second(seconds) else {
        return seconds.to_string();
    };
    let local = Offset::UTC.to_datetime(moment);
    if seconds.rem_euclid(86_400) == 0 {
        local.date().to_string()
    } else {
        local.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_dates_and_times_are_read() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("1970-01-02", 86_400),
            ("1969-12-31", -86_400),
            ("2024-05-31", 1_717_113_600),
            ("2024-05-31T18:30:00", 1_717_180_200),
            ("2024-05-31 18:30:00", 1_717_180_200),
            ("2024-05-31 18:30", 1_717_180_200),
            ("2024-05-31T18:30:00.25", 1_717_180_200),
            ("2024-05-31T18:30:00Z", 1_717_180_200),
            ("2024-05-31T20:30:00+02:00", 1_717_180_200),
            ("2024-05-31 20:30:00+02:00", 1_717_180_200),
        ] {
            assert_eq!(parse_iso(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn days_agree_with_the_calendar() {
        let mut date = jiff::civil::date(1, 1, 1);
        while date.year() < 9900 {
            let text = date.to_string();
            let expected = civil_seconds(date.to_datetime(jiff::civil::Time::midnight()));
            assert_eq!(parse_iso_day(text.as_bytes()), expected, "{text}");
            date = date.checked_add(jiff::Span::new().days(37)).unwrap();
        }
        assert_eq!(parse_iso_day(b"2023-02-29"), None);
        assert_eq!(parse_iso_day(b"2000-02-29"), Some(951_782_400));
    }

    #[test]
    fn what_is_no_iso_date_is_refused() {
        for text in [
            "",
            "2024",
            "20240531",
            "2024-02-30",
            "31.05.2024",
            "2024-5-1",
            "2024-05-31T",
            "2024-05-31 25:00",
            "ääääääääää",
        ] {
            assert_eq!(parse_iso(text), None, "{text}");
        }
    }

    #[test]
    fn given_formats_are_tried_in_order() {
        let parser = DateParser::new("d", &["%d.%m.%Y".into(), "%d.%m.%Y %H:%M".into()]).unwrap();
        assert_eq!(parser.parse("31.05.2024"), Some(1_717_113_600));
        assert_eq!(parser.parse("31.05.2024 18:30"), Some(1_717_180_200));
        assert_eq!(parser.parse("2024-05-31"), None);
        assert_eq!(
            DateParser::new("d", &["%Y-%m".into()])
                .unwrap()
                .parse("1970-02"),
            Some(31 * 86_400)
        );
        assert_eq!(
            DateParser::new("d", &["%Y".into()]).unwrap().parse("1970"),
            Some(0)
        );
        let zoned = DateParser::new("d", &["%Y-%m-%d %H:%M %z".into()]).unwrap();
        assert_eq!(zoned.parse("2024-05-31 20:30 +0200"), Some(1_717_180_200));
    }

    #[test]
    fn a_format_that_means_nothing_is_an_error() {
        for format in ["%", "%!", "%H:%M", "day"] {
            let error = DateParser::new("d", &[format.into()])
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("not a valid date format"),
                "{format}: {error}"
            );
        }
    }
}
