//! How long a delivery takes: always the same, or a distribution over whole periods.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::Value;

/// `lead_time = 7`, `lead_time = "lead_days"`, or a table `[decision.order.lead_time.normal]`,
/// `[decision.order.lead_time.probabilities]`.
#[derive(Debug, Clone, PartialEq)]
pub enum LeadTimeConfig {
    /// Always the same number of periods.
    Fixed(Value),
    /// A normal distribution, rounded to whole periods.
    Normal(NormalLeadTime),
    /// A probability for each number of periods.
    Probabilities(LeadTimeProbabilities),
}

impl Default for LeadTimeConfig {
    fn default() -> Self {
        Self::Fixed(Value::Constant(0.0))
    }
}

/// `[decision.order.lead_time.normal]`: cut off at three deviations from the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NormalLeadTime {
    /// Mean, in periods.
    pub mean: Value,
    /// Standard deviation, in periods.
    pub deviation: Value,
}

/// `[decision.order.lead_time.probabilities]`: the same for all items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadTimeProbabilities {
    /// Periods that the first probability stands for.
    #[serde(default)]
    pub from: u32,
    /// How often a delivery takes `from` periods, one more, and so on; scaled to a sum of 1.
    #[schemars(length(min = 1))]
    pub weights: Vec<f64>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Distribution {
    /// A normal distribution, rounded to whole periods and cut off at three deviations.
    Normal(NormalLeadTime),
    /// A probability for each number of periods.
    Probabilities(LeadTimeProbabilities),
}

impl Serialize for LeadTimeConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.clone() {
            Self::Fixed(value) => value.serialize(serializer),
            Self::Normal(normal) => Distribution::Normal(normal).serialize(serializer),
            Self::Probabilities(list) => Distribution::Probabilities(list).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LeadTimeConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LeadTimeVisitor)
    }
}

struct LeadTimeVisitor;

impl<'de> Visitor<'de> for LeadTimeVisitor {
    type Value = LeadTimeConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of periods, a column of the stock table, `normal` or `probabilities`")
    }

    fn visit_f64<E: Error>(self, periods: f64) -> Result<LeadTimeConfig, E> {
        Ok(LeadTimeConfig::Fixed(Value::Constant(periods)))
    }

    fn visit_i64<E: Error>(self, periods: i64) -> Result<LeadTimeConfig, E> {
        self.visit_f64(periods as f64)
    }

    fn visit_u64<E: Error>(self, periods: u64) -> Result<LeadTimeConfig, E> {
        self.visit_f64(periods as f64)
    }

    fn visit_str<E: Error>(self, column: &str) -> Result<LeadTimeConfig, E> {
        Ok(LeadTimeConfig::Fixed(Value::Column(column.to_string())))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LeadTimeConfig, A::Error> {
        let distribution = Distribution::deserialize(MapAccessDeserializer::new(map))?;
        Ok(match distribution {
            Distribution::Normal(normal) => LeadTimeConfig::Normal(normal),
            Distribution::Probabilities(list) => LeadTimeConfig::Probabilities(list),
        })
    }
}

impl JsonSchema for LeadTimeConfig {
    fn schema_name() -> Cow<'static, str> {
        "LeadTime".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let distribution = generator.subschema_for::<Distribution>();
        json_schema!({ "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string" }, distribution] })
    }
}

/// How long a delivery takes: `(periods, probability)`, ascending, sum 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LeadTime(Vec<(usize, f64)>);

impl LeadTime {
    pub(crate) fn fixed(periods: usize) -> Self {
        Self(vec![(periods, 1.0)])
    }

    /// The part of a normal distribution that rounds to each number of periods. What lies more than three deviations
    /// away (one delivery in 370) is spread over the rest: it would ask for a much longer forecast.
    pub(crate) fn normal(mean: f64, deviation: f64) -> Self {
        if deviation <= 0.0 {
            return Self::fixed(mean.round().max(0.0) as usize);
        }
        let from = (mean - 3.0 * deviation).ceil().max(0.0) as usize;
        let to = (mean + 3.0 * deviation).floor().max(from as f64) as usize;
        let below = |periods: f64| normal_distribution((periods - mean) / deviation);
        let weights = (from..=to).map(|periods| {
            let periods = periods as f64;
            below(periods + 0.5) - below(periods - 0.5)
        });
        Self::weighted(from, &weights.collect::<Vec<f64>>())
    }

    /// The weights must not all be zero.
    pub(crate) fn weighted(from: usize, weights: &[f64]) -> Self {
        let sum: f64 = weights.iter().sum();
        if sum <= 0.0 {
            return Self::fixed(from);
        }
        let parts = weights.iter().enumerate();
        Self(
            parts
                .filter(|(_, weight)| **weight > 0.0)
                .map(|(place, weight)| (from + place, weight / sum))
                .collect(),
        )
    }

    /// The periods that the part `uniform` of all deliveries does not exceed.
    pub(crate) fn quantile(&self, uniform: f64) -> usize {
        let mut below = 0.0;
        for (periods, probability) in &self.0 {
            below += probability;
            if uniform < below {
                return *periods;
            }
        }
        self.longest()
    }

    pub(crate) fn longest(&self) -> usize {
        self.0.last().map_or(0, |(periods, _)| *periods)
    }

    pub(crate) fn mean(&self) -> f64 {
        self.0
            .iter()
            .map(|(periods, probability)| *periods as f64 * probability)
            .sum()
    }
}

/// The part of a standard normal distribution below `x`, to 1.5e-7: Abramowitz and Stegun, 7.1.26.
pub(crate) fn normal_distribution(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let polynomial = t
        * (0.254_829_592
            + t * (-0.284_496_736
                + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let tail = 0.5 * polynomial * (-z * z).exp();
    if x < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Text {
        lead_time: LeadTimeConfig,
    }

    #[test]
    fn all_forms_are_read_and_written() {
        for text in [
            "lead_time = 7",
            "lead_time = \"days\"",
            "[lead_time.normal]\nmean = 5\ndeviation = \"spread\"",
            "[lead_time.probabilities]\nfrom = 2\nweights = [0.5, 0.3, 0.2]",
        ] {
            let read: Text = toml::from_str(text).unwrap();
            let again: Text = toml::from_str(&toml::to_string(&read).unwrap()).unwrap();
            assert_eq!(again, read);
        }
        let error = toml::from_str::<Text>("[lead_time.normal]\nmean = 5").unwrap_err();
        assert!(error.to_string().contains("deviation"), "{error}");
    }

    #[test]
    fn a_distribution_gives_each_length_its_share() {
        let lead_time = LeadTime::weighted(2, &[5.0, 0.0, 5.0]);
        assert_eq!(
            [0.0, 0.49, 0.5, 0.99, 1.0].map(|u| lead_time.quantile(u)),
            [2, 2, 4, 4, 4]
        );
        assert_eq!(lead_time.mean(), 3.0);
        assert_eq!(lead_time.longest(), 4);
    }

    #[test]
    fn a_normal_lead_time_keeps_its_mean_and_ends() {
        let lead_time = LeadTime::normal(10.0, 2.0);
        assert!((lead_time.mean() - 10.0).abs() < 1e-9);
        assert_eq!(lead_time.longest(), 16);
        assert_eq!(LeadTime::normal(3.4, 0.0), LeadTime::fixed(3));
        // Nothing arrives before it is ordered.
        assert_eq!(LeadTime::normal(0.5, 5.0).quantile(0.0), 0);
    }

    #[test]
    fn the_normal_distribution_has_its_known_values() {
        for (x, value) in [(0.0, 0.5), (1.0, 0.841_344_7), (-1.959_964, 0.025)] {
            assert!((normal_distribution(x) - value).abs() < 2e-7);
        }
    }
}
