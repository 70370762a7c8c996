//! `[inputs.date]`: numbers made from a day or a moment.

use std::f64::consts::TAU;

use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde::{Deserialize, Serialize};

use super::{error::PreprocessError, lanes::Lanes, report::ColumnReport, scaling::Scaling};
use crate::{
    config::{DateConfig, DateFeature, Normalize, NumberEmbedding},
    features::{FeatureLayout, NumberFeature},
    table::MISSING_DATE,
};

const SECONDS_PER_DAY: i64 = 86_400;

/// A fitted date column.
///
/// Without features in the recipe: year, month and weekday, and the hour when the training part has any time of day but
/// midnight. A missing date is 0 in every number: the mean of what is scaled, and the middle of each circle, where no
/// date lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedDate {
    parts: Vec<DatePart>,
    /// Earliest and latest date of the training part, in seconds since 1970.
    pub(super) seen: [i64; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct DatePart {
    feature: DateFeature,
    /// For what does not go round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scaling: Option<Scaling>,
}

impl FittedDate {
    pub(super) fn fit(
        column: &str,
        config: &DateConfig,
        cells: &[i64],
        rows: &[usize],
    ) -> Result<Self, PreprocessError> {
        let seconds: Vec<i64> = rows
            .iter()
            .map(|&row| cells[row])
            .filter(|&cell| cell != MISSING_DATE)
            .collect();
        let (Some(&first), Some(&last)) = (seconds.iter().min(), seconds.iter().max()) else {
            return Err(PreprocessError::AllMissing {
                column: column.to_owned(),
            });
        };
        let mut parts: Vec<DatePart> = Vec::new();
        for feature in features(config, &seconds) {
            if parts.iter().all(|part| part.feature != feature) {
                let scaling = Cycle::of(feature).is_none().then(|| {
                    let values: Vec<f64> = seconds
                        .iter()
                        .map(|&seconds| number(feature, seconds))
                        .collect();
                    Scaling::fit(Normalize::Standard, &values)
                });
                parts.push(DatePart { feature, scaling });
            }
        }
        if parts.is_empty() {
            return Err(PreprocessError::NoDateFeatures {
                column: column.to_owned(),
            });
        }
        Ok(Self {
            parts,
            seen: [first, last],
        })
    }

    pub(super) fn layout(&self, column: &str, layout: &mut FeatureLayout) {
        for part in &self.parts {
            let endings: &[&str] = if part.scaling.is_some() {
                &[""]
            } else {
                &[".sin", ".cos"]
            };
            for ending in endings {
                layout.numbers.push(NumberFeature {
                    name: format!("{column}.{}{ending}", name(part.feature)),
                    column: column.to_owned(),
                    embedding: NumberEmbedding::Plain,
                    edges: Vec::new(),
                });
            }
        }
    }

    pub(super) fn transform(
        &self,
        cells: &[i64],
        rows: &[usize],
        lanes: &mut Lanes,
        report: &mut ColumnReport,
    ) {
        for &row in rows {
            let cell = cells[row];
            report.missing += usize::from(cell == MISSING_DATE);
            let is_outside = cell < self.seen[0] || cell > self.seen[1];
            report.out_of_range += usize::from(cell != MISSING_DATE && is_outside);
        }
        for DatePart { feature, scaling } in &self.parts {
            let mut part = |value: &dyn Fn(f64) -> f32| {
                lanes.number(|index| {
                    let cell = cells[rows[index]];
                    if cell == MISSING_DATE {
                        0.0
                    } else {
                        value(number(*feature, cell))
                    }
                });
            };
            match (scaling, Cycle::of(*feature)) {
                (Some(scaling), _) => part(&|value| scaling.scale(value)),
                (None, cycle) => {
                    let cycle = cycle.unwrap_or_default();
                    part(&|value| cycle.angle(value).sin() as f32);
                    part(&|value| cycle.angle(value).cos() as f32);
                }
            }
        }
    }
}

fn features(config: &DateConfig, seconds: &[i64]) -> Vec<DateFeature> {
    config.features.clone().unwrap_or_else(|| {
        let mut features = vec![DateFeature::Year, DateFeature::Month, DateFeature::Weekday];
        if seconds
            .iter()
            .any(|seconds| seconds.rem_euclid(SECONDS_PER_DAY) != 0)
        {
            features.push(DateFeature::Hour);
        }
        features
    })
}

/// A quantity that starts again after its last value.
#[derive(Clone, Copy)]
struct Cycle {
    first: f64,
    length: f64,
}

impl Default for Cycle {
    fn default() -> Self {
        Self {
            first: 0.0,
            length: 1.0,
        }
    }
}

impl Cycle {
    fn of(feature: DateFeature) -> Option<Self> {
        let (first, length) = match feature {
            DateFeature::Month => (1.0, 12.0),
            DateFeature::Day => (1.0, 31.0),
            DateFeature::Weekday => (0.0, 7.0),
            DateFeature::DayOfYear => (1.0, 366.0),
            DateFeature::Hour => (0.0, 24.0),
            DateFeature::Year | DateFeature::Time => return None,
        };
        Some(Self { first, length })
    }

    /// 0 for the first value (January, the 1st, Monday, midnight).
    fn angle(self, value: f64) -> f64 {
        TAU * (value - self.first) / self.length
    }
}

fn name(feature: DateFeature) -> &'static str {
    match feature {
        DateFeature::Year => "year",
        DateFeature::Month => "month",
        DateFeature::Day => "day",
        DateFeature::Weekday => "weekday",
        DateFeature::DayOfYear => "day_of_year",
        DateFeature::Hour => "hour",
        DateFeature::Time => "time",
    }
}

fn number(feature: DateFeature, seconds: i64) -> f64 {
    if feature == DateFeature::Time {
        return seconds as f64;
    }
    let moment = civil(seconds);
    match feature {
        DateFeature::Year => f64::from(moment.year()),
        DateFeature::Month => f64::from(moment.month()),
        DateFeature::Day => f64::from(moment.day()),
        DateFeature::Weekday => f64::from(moment.weekday().to_monday_zero_offset()),
        DateFeature::DayOfYear => f64::from(moment.day_of_year()),
        DateFeature::Hour => f64::from(moment.hour()),
        DateFeature::Time => seconds as f64,
    }
}

/// Dates beyond the years -9999 to 9999 are moved to the nearest end.
fn civil(seconds: i64) -> DateTime {
    let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let timestamp = Timestamp::from_second(seconds).expect("within the range of timestamps");
    Offset::UTC.to_datetime(timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-02-29 (a Thursday), midnight.
    const LEAP_DAY: i64 = 1_709_164_800;
    /// 2023-01-02 (a Monday), 18:30.
    const MONDAY_EVENING: i64 = 1_672_684_200;

    fn fit(
        features: Option<Vec<DateFeature>>,
        cells: &[i64],
    ) -> Result<FittedDate, PreprocessError> {
        let config = DateConfig {
            formats: Vec::new(),
            features,
        };
        FittedDate::fit("d", &config, cells, &(0..cells.len()).collect::<Vec<_>>())
    }

    fn names(fitted: &FittedDate) -> Vec<String> {
        let mut layout = FeatureLayout::default();
        fitted.layout("d", &mut layout);
        layout
            .numbers
            .into_iter()
            .map(|number| number.name)
            .collect()
    }

    fn transform(fitted: &FittedDate, cells: &[i64]) -> (Vec<f32>, ColumnReport) {
        let mut layout = FeatureLayout::default();
        fitted.layout("d", &mut layout);
        let mut lanes = Lanes::new(&layout, cells.len());
        let mut report = ColumnReport::default();
        fitted.transform(
            cells,
            &(0..cells.len()).collect::<Vec<_>>(),
            &mut lanes,
            &mut report,
        );
        (lanes.finish().numbers.values, report)
    }

    #[track_caller]
    fn check(feature: DateFeature, seconds: i64, expected: f64) {
        assert_eq!(number(feature, seconds), expected);
    }

    #[test]
    fn parts_of_a_date_are_those_of_the_calendar() {
        check(DateFeature::Year, LEAP_DAY, 2024.0);
        check(DateFeature::Month, LEAP_DAY, 2.0);
        check(DateFeature::Day, LEAP_DAY, 29.0);
        check(DateFeature::Weekday, LEAP_DAY, 3.0);
        check(DateFeature::DayOfYear, LEAP_DAY, 60.0);
        check(DateFeature::Hour, MONDAY_EVENING, 18.0);
        check(DateFeature::Weekday, MONDAY_EVENING, 0.0);
        check(DateFeature::Year, -1, 1969.0);
        check(DateFeature::Hour, -1, 23.0);
    }

    #[test]
    fn the_hour_is_a_default_feature_only_where_a_time_of_day_occurs() {
        let days = [
            "d.year",
            "d.month.sin",
            "d.month.cos",
            "d.weekday.sin",
            "d.weekday.cos",
        ];
        assert_eq!(names(&fit(None, &[LEAP_DAY, MISSING_DATE]).unwrap()), days);
        let with_time = names(&fit(None, &[LEAP_DAY, MONDAY_EVENING]).unwrap());
        assert_eq!(with_time[..5], days);
        assert_eq!(with_time[5..], ["d.hour.sin", "d.hour.cos"]);
    }

    #[test]
    fn what_goes_round_lies_on_a_circle() {
        let fitted = fit(Some(vec![DateFeature::Hour]), &[MONDAY_EVENING]).unwrap();
        let (values, _) = transform(&fitted, &[MONDAY_EVENING, LEAP_DAY]);
        for (value, expected) in values.iter().zip([-1.0, 0.0, 0.0, 1.0]) {
            assert!((value - expected).abs() < 1e-6, "{values:?}");
        }
    }

    #[test]
    fn a_missing_date_is_zero_everywhere_and_counted() {
        let fitted = fit(None, &[LEAP_DAY, MONDAY_EVENING]).unwrap();
        let (values, report) = transform(&fitted, &[MISSING_DATE]);
        assert_eq!(values, [0.0; 7]);
        assert_eq!((report.missing, report.out_of_range), (1, 0));
    }

    #[test]
    fn dates_outside_the_training_part_are_counted_and_finite() {
        let fitted = fit(
            Some(vec![DateFeature::Year, DateFeature::Time]),
            &[0, LEAP_DAY],
        )
        .unwrap();
        let (values, report) = transform(&fitted, &[i64::MAX, i64::MIN + 1]);
        assert!(values.iter().all(|value| value.is_finite()));
        assert_eq!(report.out_of_range, 2);
    }

    #[test]
    fn a_feature_named_twice_is_made_once_and_none_is_an_error() {
        let twice = fit(Some(vec![DateFeature::Year, DateFeature::Year]), &[0]).unwrap();
        assert_eq!(names(&twice), ["d.year"]);
        assert!(matches!(
            fit(Some(Vec::new()), &[0]),
            Err(PreprocessError::NoDateFeatures { .. })
        ));
        assert!(matches!(
            fit(None, &[MISSING_DATE]),
            Err(PreprocessError::AllMissing { .. })
        ));
    }
}
