//! What to produce when.
//!
//! ```text
//! FactoryConfig + DemandSamples --> Factory         (checked, every problem at once)
//! Factory                       --> Model           (mixed-integer program)
//! Model                         --> ProductionPlan  (or the shortfalls of an elastic program that may miss rules)
//! ```

mod config;
mod factory;
mod model;
mod plan;
mod search;
mod shortfall;
#[cfg(test)]
mod tests;
mod tight;

pub use config::{
    Delivery, FactoryConfig, MaterialConfig, PerPeriod, PlannedDemand, ProductConfig,
    ResourceConfig, SolverConfig,
};
use factory::Factory;
use model::{Goal, Model};
pub use plan::{
    Binding, MaterialOrder, MaterialPlan, PlanCost, ProductPlan, ProductionPlan, ResourcePlan,
};
pub use shortfall::Shortfall;

use crate::demand::DemandSamples;
use crate::error::DecisionError;
use crate::program::Failure;

/// The production plan with the least cost, within the solver's gap. Products with firm demand need no forecast.
///
/// Where no plan keeps every rule, the error says which rules are missed and by how much in the plan that misses the
/// least (elastic programming).
pub fn plan(
    config: &FactoryConfig,
    forecasts: &[DemandSamples],
) -> Result<ProductionPlan, DecisionError> {
    let factory = Factory::new(config, forecasts)?;
    let model = Model::new(&factory, Goal::Cost);
    match search::search(&model, &config.solver) {
        Ok(solved) => Ok(ProductionPlan::new(&factory, &model, &solved)),
        Err(Failure::Infeasible) => Err(missing(&factory)),
        Err(Failure::Other(message)) => Err(DecisionError::Solver {
            what: "production plan",
            message,
        }),
    }
}

/// Which rules are missed by the plan that misses the least.
fn missing(factory: &Factory<'_>) -> DecisionError {
    let model = Model::new(factory, Goal::Shortfall);
    match search::search(&model, &factory.config.solver) {
        Ok(solved) => DecisionError::Infeasible(shortfall::shortfalls(factory, &model, &solved)),
        Err(failure) => DecisionError::Solver {
            what: "reason why no plan keeps every rule",
            message: match failure {
                Failure::Infeasible => "even rules that may be missed have no plan".into(),
                Failure::Other(message) => message,
            },
        },
    }
}
