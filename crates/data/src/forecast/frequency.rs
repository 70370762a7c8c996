//! The distance from one step of a series to the next: seconds, or months of the calendar.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 86_400;
pub(super) const WEEK: i64 = 7 * DAY;
/// 1970-01-05, the first Monday.
const MONDAY: i64 = 4 * DAY;
const WEEKDAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// The distance from one step to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Frequency {
    pub(super) unit: Unit,
    /// Units per step, at least 1.
    pub(super) count: i64,
    /// The day that weeks begin with, from Monday = 0, where it is given.
    pub(super) weekday: Option<u8>,
}

/// What steps are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Unit {
    /// Always of the same length.
    Seconds,
    /// Of 28 to 31 days.
    Months,
}

impl Frequency {
    pub(super) fn seconds(count: i64) -> Self {
        Self {
            unit: Unit::Seconds,
            count,
            weekday: None,
        }
    }

    pub(super) fn months(count: i64) -> Self {
        Self {
            unit: Unit::Months,
            count,
            weekday: None,
        }
    }

    /// Steps of the season that such series most often have, the `m` of MASE and of the seasonal naive forecast: a day
    /// for times of day, a week for days, a year for weeks, months and quarters. 1 where there is none.
    pub fn season(self) -> usize {
        let steps = |period: i64| {
            let divides = period % self.count == 0 && period / self.count >= 2;
            divides.then_some(period / self.count)
        };
        let season = match self.unit {
            Unit::Months => steps(12),
            Unit::Seconds if self.count < DAY => steps(DAY),
            Unit::Seconds if self.count < WEEK => steps(WEEK),
            Unit::Seconds => steps(52 * WEEK),
        };
        season.map_or(1, |season| season as usize)
    }

    /// Seconds of a step; of months their mean.
    pub fn mean_seconds(self) -> f64 {
        match self.unit {
            Unit::Seconds => self.count as f64,
            Unit::Months => self.count as f64 * 365.2425 / 12.0 * DAY as f64,
        }
    }

    /// A time from which whole steps lead to each begin of a step, for rows that are put into their step.
    pub(super) fn natural_anchor(self) -> i64 {
        match self.weekday {
            Some(day) => MONDAY + i64::from(day) * DAY,
            None if self.unit == Unit::Seconds && self.count % WEEK == 0 => MONDAY,
            None => 0,
        }
    }
}

/// A text that names no frequency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no frequency\nhint: use s, min, h, D, W, M, Q or Y, several such as 15min or 2D, or W-MON to W-SUN for \
     weeks by the day they begin with"
)]
pub struct BadFrequency {
    /// As written.
    pub text: String,
}

impl FromStr for Frequency {
    type Err = BadFrequency;

    fn from_str(text: &str) -> Result<Self, BadFrequency> {
        let bad = || BadFrequency { text: text.into() };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let count = match &text[..digits] {
            "" => 1,
            count => count.parse().map_err(|_| bad())?,
        };
        // More than a century of any unit is a slip of the pen, and could overflow.
        if !(1..=1_000_000).contains(&count) {
            return Err(bad());
        }
        let unit = &text[digits..];
        let mut frequency = match unit {
            "s" => Self::seconds(count),
            "min" => Self::seconds(count * MINUTE),
            "h" | "H" => Self::seconds(count * HOUR),
            "d" | "D" => Self::seconds(count * DAY),
            "M" => Self::months(count),
            "Q" => Self::months(count * 3),
            "y" | "Y" => Self::months(count * 12),
            week if week.starts_with(['W', 'w']) => Self::seconds(count * WEEK),
            _ => return Err(bad()),
        };
        if let Some(anchor) = unit.strip_prefix(['W', 'w'])
            && !anchor.is_empty()
        {
            let day = anchor.strip_prefix('-').ok_or_else(bad)?.to_uppercase();
            let place = WEEKDAYS.iter().position(|known| *known == day);
            frequency.weekday = Some(place.ok_or_else(bad)? as u8);
        }
        Ok(frequency)
    }
}

impl TryFrom<String> for Frequency {
    type Error = BadFrequency;

    fn try_from(text: String) -> Result<Self, BadFrequency> {
        text.parse()
    }
}

impl From<Frequency> for String {
    fn from(frequency: Frequency) -> Self {
        frequency.code()
    }
}

/// Units from the largest: length, code, one, several.
const SECOND_UNITS: [(i64, &str, &str, &str); 5] = [
    (WEEK, "W", "weekly", "weeks"),
    (DAY, "D", "daily", "days"),
    (HOUR, "h", "hourly", "hours"),
    (MINUTE, "min", "every minute", "minutes"),
    (1, "s", "every second", "seconds"),
];
const MONTH_UNITS: [(i64, &str, &str, &str); 3] = [
    (12, "Y", "yearly", "years"),
    (3, "Q", "quarterly", "quarters"),
    (1, "M", "monthly", "months"),
];

impl Frequency {
    fn largest_unit(self) -> (i64, &'static str, &'static str, &'static str) {
        let units: &[_] = match self.unit {
            Unit::Seconds => &SECOND_UNITS,
            Unit::Months => &MONTH_UNITS,
        };
        let whole = |unit: &&(i64, _, _, _)| self.count % unit.0 == 0;
        *units
            .iter()
            .find(whole)
            .expect("one second and one month divide everything")
    }

    /// As in a recipe: `30min`, `W-MON`.
    pub fn code(self) -> String {
        let (length, code, _, _) = self.largest_unit();
        let count = match self.count / length {
            1 => String::new(),
            count => count.to_string(),
        };
        let anchor = match self.weekday {
            Some(day) => format!("-{}", WEEKDAYS[usize::from(day)]),
            None => String::new(),
        };
        format!("{count}{code}{anchor}")
    }
}

/// For people: `daily`, `every 30 minutes`.
impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (length, _, one, several) = self.largest_unit();
        match self.count / length {
            1 => f.write_str(one),
            count => write!(f, "every {count} {several}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_and_written() {
        for (code, words, season) in [
            ("s", "every second", 86_400),
            ("min", "every minute", 1440),
            ("5min", "every 5 minutes", 288),
            ("30min", "every 30 minutes", 48),
            ("h", "hourly", 24),
            ("6h", "every 6 hours", 4),
            ("D", "daily", 7),
            ("2D", "every 2 days", 1),
            ("W", "weekly", 52),
            ("2W-SUN", "every 2 weeks", 26),
            ("W-MON", "weekly", 52),
            ("M", "monthly", 12),
            ("Q", "quarterly", 4),
            ("Y", "yearly", 1),
            ("2Y", "every 2 years", 1),
        ] {
            let frequency: Frequency = code.parse().unwrap();
            assert_eq!(frequency.code(), code);
            assert_eq!(frequency.to_string(), words);
            assert_eq!(frequency.season(), season, "{code}");
            let json = serde_json::to_string(&frequency).unwrap();
            assert_eq!(serde_json::from_str::<Frequency>(&json).unwrap(), frequency);
        }
        assert_eq!("24h".parse::<Frequency>().unwrap().code(), "D");
        assert_eq!("12M".parse::<Frequency>().unwrap().to_string(), "yearly");
    }

    #[test]
    fn other_texts_are_refused_with_the_known_ones() {
        for text in [
            "", "0D", "m", "B", "W-", "W-FOO", "WMON", "1.5h", "-1D", "5 min", "9999999D",
        ] {
            assert!(text.parse::<Frequency>().is_err(), "{text}");
        }
        insta::assert_snapshot!("B".parse::<Frequency>().unwrap_err());
    }
}
