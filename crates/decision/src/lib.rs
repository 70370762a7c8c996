//! What should be done? Demand samples and typed tables in, quantities out.
//!
//! ```text
//! DemandSamples  equally likely futures of each item's demand, from a forecast
//! StockTable     what is in stock and on order, costs, lead times
//!      |  order(OrderConfig)        order-up-to levels, newsvendor, packs, shared budget   --> OrderPlan
//!      |  plan(FactoryConfig)       mixed-integer program over products and periods        --> ProductionPlan
//!      |  simulate(OrderConfig)     replays held-out demand under several policies         --> SimulationResult
//! ```
//!
//! Start with [`order()`], then [`plan()`], then [`simulate()`].
//!
//! Invariants:
//! - Nothing of hob's other crates is used; files, forecasts and printing are theirs.
//! - Only `program` knows the solver.
//! - The same tables and seed give the same decision on every machine, unless a solver's time limit cuts it short, which
//!   the plan then says.

mod config;
mod demand;
mod error;
mod order;
mod production;
mod program;
mod random;
mod simulate;
mod stock;
mod text;
mod value;

pub use config::DecisionConfig;
pub use demand::DemandSamples;
pub use error::{DecisionError, Problem};
pub use order::{
    LeadTimeConfig, LeadTimeProbabilities, LimitUse, NormalLeadTime, OrderConfig, OrderLine,
    OrderPlan, Unmet, order, periods_needed,
};
pub use production::{
    Binding, Delivery, FactoryConfig, MaterialConfig, MaterialOrder, MaterialPlan, PerPeriod,
    PlanCost, PlannedDemand, ProductConfig, ProductPlan, ProductionPlan, ResourceConfig,
    ResourcePlan, Shortfall, SolverConfig, plan,
};
pub use simulate::{
    EqualService, Forecaster, Interval, ItemHistory, PolicyResult, SimulationConfig,
    SimulationResult, simulate,
};
pub use stock::{StockColumn, StockTable};
pub use value::Value;
