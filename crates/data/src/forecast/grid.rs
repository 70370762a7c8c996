//! The steps of all series on one time axis.

use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde::{Deserialize, Serialize};

use super::frequency::{DAY, Frequency, Unit};

/// Numbered steps: step 0 is at `anchor`, and steps may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Distance of the steps.
    pub frequency: Frequency,
    /// Time of step 0.
    anchor: i64,
    /// Steps are at the last day of their month.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    month_ends: bool,
    /// Times between steps belong to the step before them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) puts_together: bool,
}

impl Grid {
    /// The grid that one of the times lies on.
    pub(super) fn through(frequency: Frequency, time: i64, month_ends: bool) -> Self {
        Self {
            frequency,
            anchor: time,
            month_ends,
            puts_together: false,
        }
    }

    /// Steps that begin at midnight, on Monday, or on the first of January, as the frequency says.
    pub(super) fn natural(frequency: Frequency) -> Self {
        Self {
            frequency,
            anchor: frequency.natural_anchor(),
            month_ends: false,
            puts_together: true,
        }
    }

    /// The step at a time, `None` where the time lies between two.
    pub fn step(&self, time: i64) -> Option<i64> {
        let (step, exact) = self.step_before(time);
        (exact || self.puts_together).then_some(step)
    }

    /// The last step that is not after the time, and whether it is at the time.
    fn step_before(&self, time: i64) -> (i64, bool) {
        match self.frequency.unit {
            Unit::Seconds => {
                let distance = time - self.anchor;
                let count = self.frequency.count;
                (distance.div_euclid(count), distance.rem_euclid(count) == 0)
            }
            Unit::Months => {
                let months = month_number(time) - month_number(self.anchor);
                let mut step = months.div_euclid(self.frequency.count);
                if self.time(step) > time {
                    step -= 1;
                }
                (step, self.time(step) == time)
            }
        }
    }

    /// The time of a step, in seconds since 1970.
    pub fn time(&self, step: i64) -> i64 {
        match self.frequency.unit {
            Unit::Seconds => self.anchor + step * self.frequency.count,
            Unit::Months => {
                let month = month_number(self.anchor) + step * self.frequency.count;
                let first = first_of_month(month);
                let days = (first_of_month(month + 1) - first) / DAY;
                let moment = civil(self.anchor);
                let day = match self.month_ends {
                    true => days,
                    false => i64::from(moment.day()).min(days),
                };
                first + (day - 1) * DAY + self.anchor.rem_euclid(DAY)
            }
        }
    }
}

/// Months since the year 0.
pub(super) fn month_number(time: i64) -> i64 {
    let moment = civil(time);
    i64::from(moment.year()) * 12 + i64::from(moment.month()) - 1
}

pub(super) fn is_month_end(time: i64) -> bool {
    let date = civil(time).date();
    date.day() == date.days_in_month()
}

fn first_of_month(number: i64) -> i64 {
    let number = number.clamp(0, 9999 * 12);
    let year = (number / 12).min(9999) as i16;
    let month = (number % 12) as i8 + 1;
    let first = jiff::civil::date(year, month, 1).at(0, 0, 0, 0);
    Offset::UTC
        .to_timestamp(first)
        .map_or(0, Timestamp::as_second)
}

/// Dates beyond the years -9999 to 9999 are moved to the nearest end.
pub(super) fn civil(seconds: i64) -> DateTime {
    let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let timestamp = Timestamp::from_second(seconds).expect("within the range of timestamps");
    Offset::UTC.to_datetime(timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{date::parse_iso, iso_text};

    fn grid(code: &str, anchor: &str) -> Grid {
        let time = parse_iso(anchor).unwrap();
        let ends = is_month_end(time) && !anchor.ends_with("28T12:00");
        Grid::through(code.parse().unwrap(), time, ends)
    }

    #[track_caller]
    fn check(grid: &Grid, steps: &[(i64, &str)]) {
        for (step, time) in steps {
            assert_eq!(iso_text(grid.time(*step)), *time);
            assert_eq!(grid.step(grid.time(*step)), Some(*step), "{time}");
        }
    }

    #[test]
    fn months_have_their_own_lengths() {
        let monthly = grid("M", "1949-01-01");
        check(
            &monthly,
            &[
                (0, "1949-01-01"),
                (1, "1949-02-01"),
                (-1, "1948-12-01"),
                (143, "1960-12-01"),
            ],
        );
        assert_eq!(monthly.step(parse_iso("1949-02-02").unwrap()), None);
        let ends = grid("M", "2023-12-31");
        check(
            &ends,
            &[
                (1, "2024-01-31"),
                (2, "2024-02-29"),
                (4, "2024-04-30"),
                (14, "2025-02-28"),
            ],
        );
        assert_eq!(ends.step(parse_iso("2024-04-29").unwrap()), None);
        check(
            &grid("Q", "2024-01-15T12:00"),
            &[(1, "2024-04-15T12:00:00"), (-1, "2023-10-15T12:00:00")],
        );
        check(
            &grid("Y", "2000-01-01"),
            &[(1, "2001-01-01"), (24, "2024-01-01")],
        );
    }

    #[test]
    fn seconds_are_all_alike() {
        check(
            &grid("D", "2024-02-28"),
            &[(1, "2024-02-29"), (2, "2024-03-01"), (367, "2025-03-01")],
        );
        check(
            &grid("5min", "2003-03-03T07:00"),
            &[(1, "2003-03-03T07:05:00"), (288, "2003-03-04T07:00:00")],
        );
        assert_eq!(
            grid("W", "2024-01-03").step(parse_iso("2024-01-08").unwrap()),
            None
        );
    }

    #[test]
    fn times_between_steps_belong_to_the_step_before() {
        for (code, time, start) in [
            ("W", "2024-01-07", "2024-01-01"),
            ("W-SUN", "2024-01-06", "2023-12-31"),
            ("M", "2024-02-29", "2024-02-01"),
            ("Q", "2024-06-30", "2024-04-01"),
            ("Y", "1969-12-31T23:59:59", "1969-01-01"),
            ("h", "2024-01-01T00:59", "2024-01-01"),
            ("15min", "1969-12-31T23:59:59", "1969-12-31T23:45:00"),
        ] {
            let grid = Grid::natural(code.parse().unwrap());
            let step = grid.step(parse_iso(time).unwrap()).unwrap();
            assert_eq!(iso_text(grid.time(step)), start, "{code} {time}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_time_lies_between_its_step_and_the_next(time in -60_000_000_000i64..200_000_000_000, code in 0usize..8) {
            let code = ["M", "Q", "Y", "5M", "W-WED", "7min", "D", "3D"][code];
            let grid = Grid::natural(code.parse().unwrap());
            let step = grid.step(time).unwrap();
            proptest::prop_assert!(grid.time(step) <= time && time < grid.time(step + 1));
        }
    }
}
