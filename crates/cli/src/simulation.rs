//! What orders would have cost, in a sentence.

use serde_json::Value;

use crate::format::{counted, number};

/// Orders from the forecast against the simple policy that serves as well. `result` is a `SimulationResult`.
pub(crate) fn sentence(result: &Value) -> String {
    let whole = |key: &str| result[key].as_u64().unwrap_or(0) as usize;
    let replayed = format!(
        "orders from the forecast, counted over {} of {}",
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
    // An interval of what is saved, turned round where it is spent.
    let (part, than, from, to) = match saved < 0.0 {
        true => (-saved, "more", -high, -low),
        false => (saved, "less", low, high),
    };
    format!(
        "{replayed}, served {:.1} % of the demand and cost {}: {part:.1} % {than} than last month's mean with {:.1} weeks \
         of safety stock, which serves as much (95 % interval: {from:.1} to {to:.1} % {than})",
        value("fill_rate") * 100.0,
        number(value("forecast_cost")),
        value("safety"),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::sentence;

    #[test]
    fn what_is_saved_spent_or_not_comparable_is_told() {
        let result = |saving: [f64; 3]| {
            let [value, low, high] = saving;
            json!({
                "periods": 70, "items": 199, "forecast": {"fill_rate": {"value": 0.99}},
                "equal_service": {"fill_rate": 0.976, "safety": 6.08, "forecast_cost": 24405.4,
                                  "saving": {"value": value, "low": low, "high": high}},
            })
        };
        let mut lost = result([0.0; 3]);
        lost["equal_service"] = json!(null);
        let all = [
            result([0.109, -0.176, 0.302]),
            result([-0.038, -0.176, 0.112]),
            lost,
        ];
        insta::assert_snapshot!(all.each_ref().map(sentence).join("\n"), @r"
        orders from the forecast, counted over 70 steps of 199 items, served 97.6 % of the demand and cost 24405.4: 10.9 % less than last month's mean with 6.1 weeks of safety stock, which serves as much (95 % interval: -17.6 to 30.2 % less)
        orders from the forecast, counted over 70 steps of 199 items, served 97.6 % of the demand and cost 24405.4: 3.8 % more than last month's mean with 6.1 weeks of safety stock, which serves as much (95 % interval: -11.2 to 17.6 % more)
        orders from the forecast, counted over 70 steps of 199 items, served 99.0 % of the demand, which no safety stock that was tried gives the simple policy
        ");
    }
}
