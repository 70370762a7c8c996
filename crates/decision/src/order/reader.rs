//! Numbers for all items from constants and columns; whatever is wrong is gathered, not returned.

use crate::error::Problem;
use crate::stock::StockTable;
use crate::value::Value;

/// Longest time that is taken seriously; it keeps sums of periods far from overflow.
pub(super) const MAX_PERIODS: f64 = 100_000.0;

/// What a number must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    Any,
    NotNegative,
    Part,
    Periods,
    Whole(usize),
}

impl Rule {
    pub(super) fn allows(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Any => true,
                Self::NotNegative => value >= 0.0,
                Self::Part => 0.0 < value && value < 1.0,
                Self::Periods => (0.0..=MAX_PERIODS).contains(&value),
                Self::Whole(min) => {
                    value.fract() == 0.0 && (min as f64..=MAX_PERIODS).contains(&value)
                }
            }
    }

    pub(super) fn text(self) -> String {
        match self {
            Self::Any => "a number".into(),
            Self::NotNegative => "a number from 0".into(),
            Self::Part => "between 0 and 1".into(),
            Self::Periods => "a number from 0 to 100000".into(),
            Self::Whole(min) => format!("a whole number from {min}"),
        }
    }
}

/// Reads values for all items and gathers the problems.
pub(super) struct Reader<'a> {
    pub(super) stock: &'a StockTable,
    pub(super) problems: Vec<Problem>,
}

impl Reader<'_> {
    /// One number per item; a number that is refused stands as 0, which nobody sees.
    pub(super) fn read(&mut self, key: &'static str, value: &Value, rule: Rule) -> Vec<f64> {
        let items = self.stock.items();
        let column = match value {
            Value::Constant(value) => {
                if !rule.allows(*value) {
                    self.problems.push(Problem::Setting {
                        key: key.into(),
                        value: *value,
                        rule: rule.text(),
                    });
                }
                return vec![*value; items.len()];
            }
            Value::Column(column) => column,
        };
        let Some(values) = self.stock.column(column) else {
            self.problems.push(Problem::NoColumn {
                key,
                column: column.clone(),
                known: self.stock.names(),
            });
            return vec![0.0; items.len()];
        };
        let mut read = Vec::with_capacity(items.len());
        for (item, value) in items.iter().zip(values) {
            match value {
                Some(value) if rule.allows(*value) => read.push(*value),
                Some(value) => {
                    read.push(0.0);
                    self.problems.push(Problem::Cell {
                        item: item.clone(),
                        column: column.clone(),
                        key,
                        value: *value,
                        rule: rule.text(),
                    });
                }
                None => {
                    read.push(0.0);
                    self.problems.push(Problem::Empty {
                        item: item.clone(),
                        column: column.clone(),
                        key,
                    });
                }
            }
        }
        read
    }

    pub(super) fn whole(&mut self, key: &'static str, value: &Value, min: usize) -> Vec<usize> {
        let values = self.read(key, value, Rule::Whole(min));
        values.into_iter().map(|value| value as usize).collect()
    }
}
