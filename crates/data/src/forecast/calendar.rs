//! The calendar at each step: one table for all series, because it follows from the grid.

use std::f64::consts::TAU;

use super::frequency::{DAY, Frequency, Unit, WEEK};
use super::grid::{Grid, civil};
use crate::config::CalendarFeature;
use crate::features::Matrix;

/// Times that the training part goes through a cycle, at least, for the network to learn it.
const CYCLES_SEEN: f64 = 2.0;

impl CalendarFeature {
    /// Its name in a recipe.
    pub fn name(self) -> &'static str {
        match self {
            Self::MinuteOfDay => "minute_of_day",
            Self::DayOfWeek => "day_of_week",
            Self::DayOfMonth => "day_of_month",
            Self::DayOfYear => "day_of_year",
            Self::WeekOfYear => "week_of_year",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    /// Days until it comes round.
    fn period_days(self) -> f64 {
        match self {
            Self::MinuteOfDay => 1.0,
            Self::DayOfWeek => 7.0,
            Self::DayOfMonth => 30.44,
            Self::DayOfYear | Self::WeekOfYear | Self::Month | Self::Quarter => 365.25,
        }
    }

    /// The place on its circle, 0 for midnight, Monday, the 1st, January, as a share of the circle.
    fn place(self, time: i64) -> f64 {
        let moment = civil(time);
        match self {
            Self::MinuteOfDay => time.rem_euclid(DAY) as f64 / DAY as f64,
            Self::DayOfWeek => f64::from(moment.weekday().to_monday_zero_offset()) / 7.0,
            Self::DayOfMonth => f64::from(moment.day() - 1) / 31.0,
            Self::DayOfYear => f64::from(moment.day_of_year() - 1) / 366.0,
            Self::WeekOfYear => f64::from(moment.date().iso_week_date().week() - 1) / 53.0,
            Self::Month => f64::from(moment.month() - 1) / 12.0,
            Self::Quarter => f64::from((moment.month() - 1) / 3) / 4.0,
        }
    }
}

/// The cycles that steps of that frequency can tell apart and that the training steps go through often enough.
pub(super) fn default_features(
    frequency: Frequency,
    training_steps: usize,
) -> Vec<CalendarFeature> {
    use CalendarFeature::{
        DayOfMonth, DayOfWeek, DayOfYear, MinuteOfDay, Month, Quarter, WeekOfYear,
    };
    let features: &[CalendarFeature] = match frequency.unit {
        Unit::Months if frequency.count % 12 == 0 => &[],
        Unit::Months if frequency.count % 3 == 0 => &[Quarter],
        Unit::Months => &[Month],
        Unit::Seconds if frequency.count < DAY => &[MinuteOfDay, DayOfWeek, DayOfYear],
        Unit::Seconds if frequency.count < WEEK => &[DayOfWeek, DayOfMonth, DayOfYear],
        Unit::Seconds => &[WeekOfYear],
    };
    let days = training_steps as f64 * frequency.mean_seconds() / DAY as f64;
    let is_learned = |feature: &CalendarFeature| days >= CYCLES_SEEN * feature.period_days();
    features.iter().copied().filter(is_learned).collect()
}

/// Sine and cosine of each feature at the first `steps` steps of a panel.
pub(super) fn table(
    features: &[CalendarFeature],
    grid: &Grid,
    first: i64,
    steps: usize,
) -> Matrix<f32> {
    let width = 2 * features.len();
    let mut values = Vec::with_capacity(steps * width);
    for step in 0..steps {
        let time = grid.time(first + step as i64);
        for feature in features {
            let (sine, cosine) = (TAU * feature.place(time)).sin_cos();
            values.extend([sine as f32, cosine as f32]);
        }
    }
    Matrix { width, values }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::date::parse_iso;

    #[test]
    fn the_calendar_is_a_circle_that_begins_at_its_first_value() {
        let grid = Grid::through(
            "6h".parse().unwrap(),
            parse_iso("2024-01-01").unwrap(),
            false,
        );
        let table = table(
            &[CalendarFeature::MinuteOfDay, CalendarFeature::DayOfWeek],
            &grid,
            0,
            29,
        );
        let close = |row: usize, expected: [f64; 4]| {
            for (value, expected) in table.row(row).iter().zip(expected) {
                assert!(
                    (f64::from(*value) - expected).abs() < 1e-6,
                    "{row}: {:?}",
                    table.row(row)
                );
            }
        };
        close(0, [0.0, 1.0, 0.0, 1.0]);
        close(1, [1.0, 0.0, 0.0, 1.0]);
        close(28, [0.0, 1.0, 0.0, 1.0]);
    }

    #[test]
    fn leap_days_and_year_ends_have_their_places() {
        for (feature, time, place) in [
            (CalendarFeature::DayOfYear, "2024-12-31", 365.0 / 366.0),
            (CalendarFeature::DayOfYear, "2024-02-29", 59.0 / 366.0),
            (CalendarFeature::WeekOfYear, "2021-01-01", 52.0 / 53.0),
            (CalendarFeature::Month, "1949-12-01", 11.0 / 12.0),
            (CalendarFeature::Quarter, "2024-10-01", 0.75),
            (CalendarFeature::DayOfMonth, "2024-02-29", 28.0 / 31.0),
        ] {
            assert_eq!(feature.place(parse_iso(time).unwrap()), place, "{time}");
        }
    }

    #[test]
    fn cycles_seen_less_than_twice_are_left_out() {
        let names = |code: &str, steps| -> Vec<&str> {
            let features = default_features(code.parse().unwrap(), steps);
            features.into_iter().map(CalendarFeature::name).collect()
        };
        assert_eq!(names("D", 300), ["day_of_week", "day_of_month"]);
        assert_eq!(
            names("D", 800),
            ["day_of_week", "day_of_month", "day_of_year"]
        );
        assert_eq!(names("5min", 288 * 20), ["minute_of_day", "day_of_week"]);
        assert_eq!(names("M", 120), ["month"]);
        assert_eq!(names("M", 20), [""; 0]);
        assert_eq!(names("Y", 200), [""; 0]);
    }
}
