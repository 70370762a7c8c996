//! What orders would have cost, in a sentence.

use serde_json::Value;

use crate::format::{counted, number};

/// Orders from the forecast against the simple policy that serves as well. `result` is a `SimulationResult`.
pub(crate) fn sentence(result: &Value) -> String {
    let whole = |key: &str| result[key].as_u64().unwrap_or(0) as usize;
    let replayed = format!(
        "orders from the forecast, replayed over {} of {}",
        counted(whole("periods"), "step"),
        counted(whole("items"), "item")
    );
    let equal = &result["equal_service"];
    let value = |key: &str| equal[key].as_f64().unwrap_or(f64::NAN);
    let saving = |key: &str| equal["saving"][key].as_f64().map(|part| part * 100.0);
    let (Some(saved), Some(low), Some(high)) = (saving("value"), saving("low"), saving("high"))
    else {
        return format!(
            "{replayed}, served {:.1} % of the demand, which no safety stock that was tried gives the simple policy",
            result["forecast"]["fill_rate"]["value"]
                .as_f64()
                .unwrap_or(f64::NAN)
                * 100.0
        );
    };
    let than = match saved < 0.0 {
        true => "more",
        false => "less",
    };
    format!(
        "{replayed}, served {:.1} % of the demand and cost {}: {:.1} % {than} than last month's mean with {:.1} weeks of \
         safety stock, which serves as much (95 % interval: {:.1} to {:.1} %)",
        value("fill_rate") * 100.0,
        number(value("forecast_cost")),
        saved.abs(),
        value("safety"),
        low,
        high,
    )
}
