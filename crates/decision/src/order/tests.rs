use super::limits::solve;
use super::*;
use crate::random::Random;
use crate::stock::StockColumn;
use crate::value::Value;

fn stock(rows: &[(&str, f64, f64)]) -> StockTable {
    let column = |name: &str, values: Vec<f64>| StockColumn {
        name: name.into(),
        values: values.into_iter().map(Some).collect(),
    };
    StockTable::new(
        rows.iter().map(|row| row.0.to_string()).collect(),
        vec![
            column("on_hand", rows.iter().map(|row| row.1).collect()),
            column("coming", rows.iter().map(|row| row.2).collect()),
        ],
    )
    .unwrap()
}

fn config(text: &str) -> OrderConfig {
    toml::from_str(&format!("on_order = \"coming\"\n{text}")).unwrap()
}

/// Independent normal demand per period, by quantiles in random order.
fn normal(
    item: &str,
    num_paths: usize,
    periods: usize,
    mean: f64,
    deviation: f64,
) -> DemandSamples {
    let mut paths = vec![0.0; num_paths * periods];
    for period in 0..periods {
        let draws = Random::new(99, item, period as u64).stratified(num_paths);
        for (path, uniform) in draws.into_iter().enumerate() {
            paths[path * periods + period] = (mean + deviation * normal_quantile(uniform)) as f32;
        }
    }
    DemandSamples {
        item: item.into(),
        paths,
        num_paths,
        periods,
    }
}

fn normal_quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if lead_time::normal_distribution(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Futures 1, 2, ..., 1000 times `scale` in the first period.
fn ladder(item: &str, scale: f32) -> DemandSamples {
    DemandSamples {
        item: item.into(),
        paths: (1..=1000).map(|units| units as f32 * scale).collect(),
        num_paths: 1000,
        periods: 1,
    }
}

#[test]
fn the_reason_shows_every_step() {
    let plan = order(
        &config("unit_cost = 1\nservice_level = 0.95\npack_size = 12\nbudget = 50"),
        &stock(&[("cup", 40.0, 30.0)]),
        &[ladder("cup", 0.126_315_8)],
        1,
    )
    .unwrap();
    let line = &plan.lines[0];
    assert_eq!((line.wanted, line.quantity), (60.0, 48.0));
    assert_eq!(
        line.why,
        "demand until the next delivery (the next 1 period): 95 % of 1,000 futures need at most 120; \
         40 on hand, 30 on order \u{2192} 50, rounded up to packs of 12 = 60; limited by budget from 60 to 48"
    );
    assert!((line.order_up_to - 120.0).abs() < 1e-3);
    assert!((line.safety_stock - (120.0 - 63.2)).abs() < 0.1);
    // 118 of 126.3.
    assert!((line.probability_of_running_out - 0.066).abs() < 0.001);
    assert_eq!(plan.limits[0].used, 48.0);
}

#[test]
fn enough_stock_needs_no_order() {
    let plan = order(
        &config("unit_cost = 1\nservice_level = 0.5"),
        &stock(&[("cup", 800.0, 0.0)]),
        &[ladder("cup", 1.0)],
        1,
    )
    .unwrap();
    assert_eq!(plan.lines[0].quantity, 0.0);
    assert!(
        plan.lines[0]
            .why
            .starts_with("nothing to order: 800 on hand"),
        "{}",
        plan.lines[0].why
    );
}

#[test]
fn the_newsvendor_quantity_is_the_closed_form() {
    // Critical ratio: (price - cost) / (price - salvage) = 6 / 9.
    let plan = order(
        &config("unit_cost = 4\nprice = 10\nsalvage = 1\nshelf_life = 1\npack_size = 0"),
        &stock(&[("bread", 0.0, 0.0)]),
        &[normal("bread", 20_000, 1, 100.0, 20.0)],
        1,
    )
    .unwrap();
    let line = &plan.lines[0];
    let expected = 100.0 + 20.0 * normal_quantile(6.0 / 9.0);
    assert!(
        (line.quantity - expected).abs() < 0.1,
        "{} {expected}",
        line.quantity
    );
    // Expected cost at the optimum: (price - salvage) * deviation * density(z).
    let z = normal_quantile(6.0 / 9.0);
    let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    assert!((line.expected_cost / (9.0 * 20.0 * density) - 1.0).abs() < 0.01);
    assert!((line.probability_of_running_out - 1.0 / 3.0).abs() < 0.001);
    assert!(
        line.why.contains("0.67") || line.why.contains("67 %"),
        "{}",
        line.why
    );
}

#[test]
fn the_order_up_to_level_is_a_quantile_of_sums() {
    // Lead time 3 + review 1: four independent periods, deviation 20, not 4 * 10.
    let plan = order(
        &config("unit_cost = 1\nservice_level = 0.95\nlead_time = 3\npack_size = 0\nunmet = \"backordered\""),
        &stock(&[("cup", 0.0, 0.0)]),
        &[normal("cup", 20_000, 6, 100.0, 10.0)],
        1,
    )
    .unwrap();
    let expected = 400.0 + 20.0 * normal_quantile(0.95);
    let level = plan.lines[0].order_up_to;
    assert!((level - expected).abs() < 0.6, "{level} {expected}");
    assert!((plan.lines[0].safety_stock - 20.0 * 1.645).abs() < 0.6);
}

#[test]
fn uncertain_lead_times_raise_the_level() {
    // Demand is certain, so the level is 10 per period of the 90 % quantile of lead time + review: 1 + 5.
    let lead_time = "lead_time = { probabilities = { from = 1, weights = [0.5, 0, 0.3, 0, 0.2] } }";
    let samples = normal("cup", 1000, 8, 10.0, 0.0);
    let table = stock(&[("cup", 0.0, 0.0)]);
    let level = |service: &str| {
        let text = format!(
            "unit_cost = 1\nservice_level = {service}\nunmet = \"backordered\"\n{lead_time}"
        );
        order(&config(&text), &table, std::slice::from_ref(&samples), 3)
            .unwrap()
            .lines[0]
            .order_up_to
    };
    assert_eq!(
        [level("0.4"), level("0.7"), level("0.9")],
        [20.0, 40.0, 60.0]
    );
}

#[test]
fn what_is_lost_before_the_delivery_is_not_ordered() {
    let samples = normal("cup", 10, 4, 10.0, 0.0);
    let quantity = |unmet: &str| {
        let text =
            format!("unit_cost = 1\nservice_level = 0.9\nlead_time = 3\nunmet = \"{unmet}\"");
        order(
            &config(&text),
            &stock(&[("cup", 5.0, 0.0)]),
            std::slice::from_ref(&samples),
            1,
        )
        .unwrap()
        .lines
        .remove(0)
    };
    assert_eq!(quantity("backordered").quantity, 35.0);
    let lost = quantity("lost");
    assert_eq!(lost.quantity, 10.0);
    assert_eq!(lost.expected_lost_sales, 25.0);
    assert!(lost.why.contains("after about 25 are lost"), "{}", lost.why);
}

#[test]
fn only_fresh_stock_counts() {
    let samples = normal("milk", 10, 4, 10.0, 0.0);
    let text =
        "unit_cost = 1\nservice_level = 0.9\nlead_time = 2\nshelf_life = 2\nremaining_life = 1";
    let plan = order(
        &config(text),
        &stock(&[("milk", 100.0, 0.0)]),
        &[samples],
        1,
    )
    .unwrap();
    // 90 of the 100 spoil after today.
    assert_eq!(plan.lines[0].quantity, 10.0);
    assert_eq!(plan.lines[0].expected_lost_sales, 10.0);
}

#[test]
fn an_order_that_outlives_its_demand_is_waste() {
    // Certain demand 10 a day, orders every 4 days, sold within 2: 20 at most, and 20 a cycle are lost.
    let samples = normal("milk", 10, 6, 10.0, 0.0);
    let text = "unit_cost = 1\nprice = 3\nshelf_life = 2\nreview_period = 4\nminimum_order = 30";
    let plan = order(&config(text), &stock(&[("milk", 0.0, 0.0)]), &[samples], 1).unwrap();
    let line = &plan.lines[0];
    assert_eq!(line.quantity, 30.0);
    assert_eq!(line.expected_waste, 10.0);
    assert_eq!(line.expected_lost_sales, 20.0);
    // 10 wasted at 1, 20 lost at 2; keeping is free here.
    assert_eq!(line.expected_cost, 50.0);
}

#[test]
fn a_budget_is_shared_as_brute_force_would() {
    let table = stock(&[("a", 0.0, 0.0), ("b", 0.0, 0.0), ("c", 3.0, 0.0)]);
    let samples: Vec<DemandSamples> = ["a", "b", "c"]
        .iter()
        .enumerate()
        .map(|(place, item)| normal(item, 200, 2, 8.0 + 2.0 * place as f64, 4.0))
        .collect();
    let costs = [2.0, 3.0, 1.0];
    let mut config =
        config("unit_cost = \"cost\"\nmargin = \"margin\"\nholding_cost = 0.1\nlead_time = 1");
    config.on_hand = Value::Constant(0.0);
    config.on_order = Value::Constant(0.0);
    let table = StockTable::new(
        table.items().to_vec(),
        vec![
            StockColumn {
                name: "cost".into(),
                values: costs.map(Some).to_vec(),
            },
            StockColumn {
                name: "margin".into(),
                values: vec![Some(1.0), Some(4.0), Some(0.8)],
            },
        ],
    )
    .unwrap();
    let terms = resolve(&config, &table).unwrap();
    let outlooks: Vec<Outlook> = terms
        .iter()
        .zip(&samples)
        .map(|(terms, samples)| {
            Outlook::new(terms, &Position::of(terms), samples, Unmet::Lost, 5, None)
        })
        .collect();
    for (budget, space) in [(40.0, 1e9), (60.0, 20.0), (95.0, 1e9), (1e9, 33.0)] {
        let claims: Vec<Claim<'_>> = terms
            .iter()
            .zip(&outlooks)
            .map(|(terms, outlook)| Claim {
                terms,
                curve: &outlook.curve,
                wanted: quantity(terms, outlook).rounded,
            })
            .collect();
        let limits = [
            Limit {
                name: "budget",
                available: budget,
                per_unit: costs.to_vec(),
            },
            Limit {
                name: "space",
                available: space,
                per_unit: vec![1.0; 3],
            },
        ];
        let cost = |quantities: &[f64]| -> f64 {
            let claims = claims.iter().zip(quantities);
            claims.map(|(claim, units)| claim.curve.cost(*units)).sum()
        };
        let most = claims.iter().map(|claim| claim.wanted as usize);
        let most: Vec<usize> = most.collect();
        let mut least = f64::INFINITY;
        for a in 0..=most[0] {
            for b in 0..=most[1] {
                for c in 0..=most[2] {
                    let quantities = [a as f64, b as f64, c as f64];
                    if limits.iter().all(|limit| limit.holds(&quantities)) {
                        least = least.min(cost(&quantities));
                    }
                }
            }
        }
        let relaxed = cost(&solve(&claims, &limits).unwrap());
        let shared = share(&claims, &limits).unwrap();
        assert!(limits.iter().all(|limit| limit.holds(&shared)));
        assert!(relaxed <= least + 1e-6, "{relaxed} {least}");
        // A unit of the dearest item saves at most 4; cutting to whole units loses less than that.
        assert!(cost(&shared) <= least + 0.5, "{} {least}", cost(&shared));
    }
}

#[test]
fn every_problem_is_reported_at_once() {
    let table = StockTable::new(
        ["cup", "mug"].map(String::from).to_vec(),
        vec![
            StockColumn {
                name: "on_hand".into(),
                values: vec![Some(1.0), None],
            },
            StockColumn {
                name: "days".into(),
                values: vec![Some(2.5), Some(-1.0)],
            },
        ],
    )
    .unwrap();
    let config: OrderConfig = toml::from_str(
        "unit_cost = \"cost\"\nlead_time = \"days\"\nholding_rate = 0.2\nreview_period = 0",
    )
    .unwrap();
    let error = order(&config, &table, &[], 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "7 problems\n  \
         item `mug`: column `on_hand` (`on_hand`) is empty\n  \
         `unit_cost` names the column `cost`, which the stock table does not have; it has `on_hand`, `days`\n  \
         `review_period` must be a whole number from 1, but is 0\n  \
         item `cup`: column `days` (`lead_time`) must be a whole number from 0, but is 2.5\n  \
         item `mug`: column `days` (`lead_time`) must be a whole number from 0, but is -1\n  \
         `periods_per_year` is missing: `holding_rate` is a rate per year; 365 for days, 52 for weeks, 12 for months\n  \
         `service_level` is missing: without `service_level`, `shortage_cost`, `price` or `margin` nothing says how bad it is to run out"
    );
}

#[test]
fn forecasts_must_fit() {
    let table = stock(&[("cup", 0.0, 0.0), ("mug", 0.0, 0.0)]);
    let config = config("unit_cost = 1\nservice_level = 0.9\nlead_time = 4");
    let error = order(&config, &table, &[ladder("cup", 1.0)], 1).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("reach over 5 periods, but the forecast over 1"),
        "{error}"
    );
    let error = order(&config, &table, &[ladder("pot", 1.0)], 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no item of the stock table has a forecast: stock table `cup`, `mug`, forecasts `pot`"
    );
    let twice = [ladder("cup", 1.0), ladder("cup", 1.0)];
    assert_eq!(
        order(&config, &table, &twice, 1).unwrap_err().problems(),
        [Problem::DuplicateForecast { item: "cup".into() }]
    );
}
