//! Everything that can be wrong with what is asked.

use crate::production::Shortfall;

/// Why there is no decision.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// Recipe, tables or forecasts do not fit; every problem found.
    #[error("{}", list(.0))]
    Problems(Vec<Problem>),
    /// No production plan keeps every rule.
    #[error("no plan keeps every rule{}", shortfalls(.0))]
    Infeasible(Vec<Shortfall>),
    /// The solver stopped without an answer.
    #[error("the solver found no {what}: {message}")]
    Solver {
        /// What it looked for.
        what: &'static str,
        /// What it said.
        message: String,
    },
    /// The forecast that a simulation asked for could not be made.
    #[error("no forecast for period {step} of the simulation")]
    Forecast {
        /// The period of the held-out part.
        step: usize,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl DecisionError {
    pub(crate) fn unless_empty(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self::Problems(problems))
        }
    }

    /// The problems, when that is what it is.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Problems(problems) => problems,
            _ => &[],
        }
    }
}

/// One thing to correct. Names are those of the files.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A table without rows.
    #[error("the stock table has no items")]
    NoItems,
    /// Two rows of one item.
    #[error("the stock table has several rows for `{item}`")]
    DuplicateItem {
        /// The item.
        item: String,
    },
    /// Two columns of one name.
    #[error("the stock table has several columns `{column}`")]
    DuplicateColumn {
        /// The column.
        column: String,
    },
    /// A column that is too short or too long.
    #[error("column `{column}` of the stock table has {found} values for {items} items")]
    ColumnLength {
        /// The column.
        column: String,
        /// Its values.
        found: usize,
        /// The items.
        items: usize,
    },
    /// A column that is not there.
    #[error(
        "`{key}` names the column `{column}`, which the stock table does not have; it has {}",
        names(known)
    )]
    NoColumn {
        /// The key of the recipe.
        key: &'static str,
        /// The column.
        column: String,
        /// The columns there are.
        known: Vec<String>,
    },
    /// An empty cell.
    #[error("item `{item}`: column `{column}` (`{key}`) is empty")]
    Empty {
        /// The item.
        item: String,
        /// The column.
        column: String,
        /// The key of the recipe.
        key: &'static str,
    },
    /// A cell out of its range.
    #[error("item `{item}`: column `{column}` (`{key}`) must be {rule}, but is {value}")]
    Cell {
        /// The item.
        item: String,
        /// The column.
        column: String,
        /// The key of the recipe.
        key: &'static str,
        /// The value.
        value: f64,
        /// What it must be.
        rule: String,
    },
    /// A number of a recipe or factory file out of its range.
    #[error("`{key}` must be {rule}, but is {value}")]
    Setting {
        /// The key.
        key: String,
        /// The value.
        value: f64,
        /// What it must be.
        rule: String,
    },
    /// A key that another one needs.
    #[error("`{key}` is missing: {reason}")]
    Missing {
        /// The key.
        key: String,
        /// What needs it.
        reason: String,
    },
    /// Two keys that exclude each other.
    #[error("`{first}` and `{second}` cannot both be given: {reason}")]
    Both {
        /// One key.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// A list of another length.
    #[error("`{key}` needs {expected} numbers, one per period, but has {found}")]
    ListLength {
        /// The key.
        key: String,
        /// The periods.
        expected: usize,
        /// The numbers.
        found: usize,
    },
    /// A name that leads nowhere.
    #[error(
        "`{key}` names `{name}`, but there is no such {what}; there {}",
        there(known)
    )]
    Unknown {
        /// The key.
        key: String,
        /// The name.
        name: String,
        /// What it should be.
        what: &'static str,
        /// The names there are.
        known: Vec<String>,
    },
    /// Two of one name.
    #[error("there are several {what} named `{name}`")]
    DuplicateName {
        /// What they are.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Samples of the wrong shape.
    #[error("forecast of `{item}`: {num_paths} futures of {periods} periods need {} numbers, but there are {found}", num_paths.saturating_mul(*periods))]
    SampleShape {
        /// The item.
        item: String,
        /// Futures.
        num_paths: usize,
        /// Periods of each.
        periods: usize,
        /// Numbers there are.
        found: usize,
    },
    /// A sample that is no number.
    #[error("forecast of `{item}`: the demand of future {path}, period {period} is not a number")]
    SampleNotFinite {
        /// The item.
        item: String,
        /// The future.
        path: usize,
        /// The period.
        period: usize,
    },
    /// Two forecasts of one item.
    #[error("there are several forecasts of `{item}`")]
    DuplicateForecast {
        /// The item.
        item: String,
    },
    /// No item has both stock row and forecast.
    #[error(
        "no item of the stock table has a forecast: stock table {}, forecasts {}",
        names(stock),
        names(forecasts)
    )]
    NothingInCommon {
        /// Items of the stock table.
        stock: Vec<String>,
        /// Items of the forecasts.
        forecasts: Vec<String>,
    },
    /// A forecast that ends before the order's effect does.
    #[error(
        "item `{item}`: lead time and review period reach over {needed} periods, but the forecast over {periods}\n    \
         hint: train with a longer `horizon`"
    )]
    ForecastTooShort {
        /// The item.
        item: String,
        /// Periods needed.
        needed: usize,
        /// Periods there are.
        periods: usize,
    },
    /// A history without the item, or of another length.
    #[error("item `{item}`: {what}")]
    History {
        /// The item.
        item: String,
        /// What is wrong.
        what: String,
    },
}

fn list(problems: &[Problem]) -> String {
    match problems {
        [only] => only.to_string(),
        _ => problems
            .iter()
            .fold(format!("{} problems", problems.len()), |text, problem| {
                format!("{text}\n  {problem}")
            }),
    }
}

fn shortfalls(shortfalls: &[Shortfall]) -> String {
    if shortfalls.is_empty() {
        return String::new();
    }
    shortfalls.iter().fold(
        "; one would if there were".to_string(),
        |text, shortfall| format!("{text}\n  {shortfall}"),
    )
}

/// Names in backticks, cut after ten.
fn names(names: &[String]) -> String {
    if names.is_empty() {
        return "none".into();
    }
    let shown: Vec<String> = names
        .iter()
        .take(10)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn there(known: &[String]) -> String {
    match known.len() {
        0 => "are none".into(),
        1 => format!("is {}", names(known)),
        _ => format!("are {}", names(known)),
    }
}
