//! A linear or mixed-integer program, and the one place that knows the solver.
//!
//! The solver is microlp behind good_lp: pure Rust, so that hob builds with cargo alone. HiGHS is faster on large
//! integer programs but needs a C++ compiler, CMake and libclang.

use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution, SolutionStatus, SolverModel, Variable,
    WithInitialSolution, WithMipGap, WithTimeLimit, microlp, variable,
};

/// A variable of a [`Program`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Var(usize);

#[derive(Debug, Clone, Copy)]
struct Column {
    min: f64,
    max: f64,
    cost: f64,
    is_integer: bool,
}

#[derive(Debug, Clone)]
struct Row {
    terms: Vec<(Var, f64)>,
    /// `terms <= bound`, or `= bound`.
    is_equal: bool,
    bound: f64,
}

/// Minimize a linear cost under linear constraints.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

/// When an integer program is good enough.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effort {
    /// Cost above the proven bound, as a part of the cost.
    pub(crate) gap: f64,
    pub(crate) seconds: Option<f64>,
    /// Values of integer variables that are known to work.
    pub(crate) start: Vec<(Var, f64)>,
}

/// Values that keep all constraints.
#[derive(Debug, Clone)]
pub(crate) struct Solved {
    values: Vec<f64>,
    /// The cost is at most this part above the least one.
    pub(crate) gap: f64,
    /// The time ran out before the wanted gap was proven.
    pub(crate) is_cut_short: bool,
}

/// Why there are no values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// No values keep all constraints.
    Infeasible,
    /// The solver gave up.
    Other(String),
}

impl Program {
    pub(crate) fn real(&mut self, max: f64, cost: f64) -> Var {
        self.add(max, cost, false)
    }

    /// A whole number from 0.
    pub(crate) fn integer(&mut self, max: f64, cost: f64) -> Var {
        // The solver's integers are 32 bits wide.
        self.add(max.min(1e9), cost, true)
    }

    fn add(&mut self, max: f64, cost: f64, is_integer: bool) -> Var {
        self.columns.push(Column {
            min: 0.0,
            max,
            cost,
            is_integer,
        });
        Var(self.columns.len() - 1)
    }

    pub(crate) fn at_most(&mut self, terms: Vec<(Var, f64)>, bound: f64) {
        self.rows.push(Row {
            terms,
            is_equal: false,
            bound,
        });
    }

    pub(crate) fn at_least(&mut self, terms: Vec<(Var, f64)>, bound: f64) {
        let negated = terms.into_iter().map(|(var, factor)| (var, -factor));
        self.at_most(negated.collect(), -bound);
    }

    pub(crate) fn equal(&mut self, terms: Vec<(Var, f64)>, bound: f64) {
        self.rows.push(Row {
            terms,
            is_equal: true,
            bound,
        });
    }

    pub(crate) fn relax(&mut self, var: Var) {
        self.columns[var.0].is_integer = false;
    }

    pub(crate) fn fix(&mut self, var: Var, value: f64) {
        self.columns[var.0].min = value;
        self.columns[var.0].max = value;
    }

    pub(crate) fn cost(&self, solved: &Solved) -> f64 {
        let columns = self.columns.iter().zip(&solved.values);
        columns.map(|(column, value)| column.cost * value).sum()
    }

    pub(crate) fn solve(&self, effort: &Effort) -> Result<Solved, Failure> {
        let mut variables = ProblemVariables::new();
        let mut cost = Expression::with_capacity(self.columns.len());
        let mut vars: Vec<Variable> = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let mut definition = variable().min(column.min).max(column.max);
            if column.is_integer {
                definition = definition.integer();
            }
            let var = variables.add(definition);
            cost.add_mul(column.cost, var);
            vars.push(var);
        }
        let mut model = variables.minimise(cost).using(microlp);
        for row in &self.rows {
            let mut sum = Expression::with_capacity(row.terms.len());
            for (var, factor) in &row.terms {
                sum.add_mul(*factor, vars[var.0]);
            }
            model.add_constraint(if row.is_equal {
                sum.eq(row.bound)
            } else {
                sum.leq(row.bound)
            });
        }
        if self.columns.iter().any(|column| column.is_integer) {
            model = model
                .with_mip_gap(effort.gap as f32)
                .map_err(|error| Failure::Other(error.to_string()))?;
            if !effort.start.is_empty() {
                let start = effort
                    .start
                    .iter()
                    .map(|(var, value)| (vars[var.0], *value));
                model = model.with_initial_solution(start.collect::<Vec<_>>());
            }
        }
        if let Some(seconds) = effort.seconds {
            model = model.with_time_limit(seconds);
        }
        let solution = model.solve().map_err(Failure::from)?;
        let values = vars.iter().map(|var| solution.value(*var)).collect();
        let status = solution.status();
        let gap = match status {
            SolutionStatus::Optimal => 0.0,
            _ => solution.into_inner().gap().unwrap_or(f64::INFINITY),
        };
        Ok(Solved {
            values,
            gap,
            is_cut_short: matches!(status, SolutionStatus::TimeLimit),
        })
    }
}

impl Solved {
    /// The value of a variable; noise of the solver around zero is cut off.
    pub(crate) fn value(&self, var: Var) -> f64 {
        let value = self.values[var.0];
        if value.abs() < 1e-7 { 0.0 } else { value }
    }
}

impl From<ResolutionError> for Failure {
    fn from(error: ResolutionError) -> Self {
        match error {
            ResolutionError::Infeasible => Self::Infeasible,
            other => Self::Other(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gives_the_least_cost() {
        let mut program = Program::default();
        let x = program.real(f64::INFINITY, 1.0);
        let y = program.integer(10.0, 2.0);
        program.at_least(vec![(x, 1.0), (y, 3.0)], 7.5);
        program.at_most(vec![(x, 1.0)], 1.0);
        let solved = program.solve(&Effort::default()).unwrap();
        // Two of y serve 6; the rest of 1.5 is more than x may give.
        assert_eq!((solved.value(x), solved.value(y)), (0.0, 3.0));
        assert_eq!(program.cost(&solved), 6.0);
        assert_eq!(solved.gap, 0.0);
    }

    #[test]
    fn contradictions_are_infeasible() {
        let mut program = Program::default();
        let x = program.real(1.0, 1.0);
        program.equal(vec![(x, 1.0)], 2.0);
        assert_eq!(
            program.solve(&Effort::default()).unwrap_err(),
            Failure::Infeasible
        );
    }
}
