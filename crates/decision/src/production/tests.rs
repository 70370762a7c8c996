use super::*;
use crate::error::Problem;

fn example() -> FactoryConfig {
    toml::from_str(include_str!("../../../../datasets/workshop/factory.toml")).unwrap()
}

fn factory(text: &str) -> FactoryConfig {
    toml::from_str(text).unwrap()
}

fn exact(mut config: FactoryConfig) -> ProductionPlan {
    config.solver.gap = 0.0;
    plan(&config, &[]).unwrap()
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let is_close = found
        .iter()
        .zip(expected)
        .all(|(a, b)| (a - b).abs() < 1e-6);
    assert!(is_close, "{found:?} is not {expected:?}");
}

const SMOOTH: &str = "
[[products]]
name = \"cup\"
demand = [10, 20, 30]
holding_cost = 1
backlog_cost = 10
hours = { oven = 1 }

[[resources]]
name = \"oven\"
capacity = 20
";

#[test]
fn what_capacity_cannot_make_in_time_is_made_before() {
    let plan = exact(factory(SMOOTH));
    close(&plan.products[0].produce, &[20.0, 20.0, 20.0]);
    close(&plan.products[0].stock, &[10.0, 10.0, 0.0]);
    assert_eq!(plan.cost.holding, 20.0);
    assert_eq!(plan.cost.total, 20.0);
    assert_eq!(
        plan.binding[0].to_string(),
        "all hours of `oven` are used in periods 1-3"
    );
}

#[test]
fn cheap_overtime_replaces_stock() {
    let plan = exact(factory(&format!(
        "{SMOOTH}overtime_limit = 5\novertime_cost = 0.5"
    )));
    close(&plan.products[0].produce, &[10.0, 25.0, 25.0]);
    close(&plan.resources[0].overtime, &[0.0, 5.0, 5.0]);
    assert!((plan.cost.overtime - 5.0).abs() < 1e-9);
    assert!((plan.cost.total - 10.0).abs() < 1e-9);
}

#[test]
fn setups_are_those_of_wagner_and_whitin() {
    // Demand of Wagner and Whitin's example (Management Science 1958), here with one setup cost.
    let demand = [
        69.0, 29.0, 36.0, 61.0, 61.0, 26.0, 34.0, 67.0, 45.0, 67.0, 79.0, 56.0,
    ];
    for setup_cost in [30.0, 100.0, 250.0] {
        // The dynamic program: the last setup before period `end` is in `start`.
        let mut least = vec![0.0; demand.len() + 1];
        for end in 1..=demand.len() {
            let by_start = (0..end).map(|start| {
                let held: f64 = (start..end)
                    .map(|period| (period - start) as f64 * demand[period])
                    .sum();
                least[start] + setup_cost + held
            });
            least[end] = by_start.fold(f64::INFINITY, f64::min);
        }
        let plan = exact(factory(&format!(
            "[[products]]\nname = \"cup\"\ndemand = {demand:?}\nholding_cost = 1\nbacklog_cost = 1000\n\
             setup_cost = {setup_cost:?}"
        )));
        assert!(
            (plan.cost.total - least[demand.len()]).abs() < 1e-4,
            "{:?} {least:?}",
            plan.cost
        );
        assert_eq!(plan.gap, 0.0);
    }
}

#[test]
fn batches_setups_and_backlog_are_as_cheap_as_brute_force() {
    let text = "
[[products]]
name = \"a\"
demand = [3, 9, 4]
stock = 2
holding_cost = 1
backlog_cost = 4
setup_cost = 5
batch_size = 4
hours = { oven = 1 }
setup_hours = { oven = 2 }

[[products]]
name = \"b\"
demand = [5, 2, 8]
holding_cost = 2
backlog_cost = 3
setup_cost = 4
batch_size = 3
hours = { oven = 1 }

[[resources]]
name = \"oven\"
capacity = 11
overtime_limit = 4
overtime_cost = 1.5
";
    let plan = exact(factory(text));
    let mut least = f64::INFINITY;
    for code in 0..5_usize.pow(6) {
        let batches: Vec<usize> = (0..6).map(|place| code / 5_usize.pow(place) % 5).collect();
        if let Some(cost) = cost_of_batches(&batches) {
            least = least.min(cost);
        }
    }
    assert!(
        (plan.cost.total - least).abs() < 1e-6,
        "{:?} {least}",
        plan.cost
    );
}

/// The factory above, reckoned by hand; none where the hours do not suffice.
fn cost_of_batches(batches: &[usize]) -> Option<f64> {
    type Product = (f64, [f64; 3], f64, f64, f64, f64, f64);
    let products: [Product; 2] = [
        (2.0, [3.0, 9.0, 4.0], 1.0, 4.0, 5.0, 4.0, 2.0),
        (0.0, [5.0, 2.0, 8.0], 2.0, 3.0, 4.0, 3.0, 0.0),
    ];
    let mut cost = 0.0;
    let mut hours = [0.0; 3];
    for (place, (stock, demand, holding, backlog, setup, size, setup_hours)) in
        products.into_iter().enumerate()
    {
        let mut net = stock;
        for period in 0..3 {
            let made = batches[place * 3 + period] as f64 * size;
            hours[period] += made;
            if made > 0.0 {
                cost += setup;
                hours[period] += setup_hours;
            }
            net += made - demand[period];
            cost += if net > 0.0 {
                holding * net
            } else {
                -backlog * net
            };
        }
    }
    for used in hours {
        let overtime = (used - 11.0_f64).max(0.0);
        if overtime > 4.0 {
            return None;
        }
        cost += 1.5 * overtime;
    }
    Some(cost)
}

#[test]
fn safety_stock_is_kept_where_it_is_worth_its_setup() {
    // One setup for all three periods; the safety stock of 5 is carried to the end.
    let plan = exact(factory(
        "[[products]]\nname = \"cup\"\ndemand = [10, 10, 10]\nstock = 10\nholding_cost = 1\nbacklog_cost = 20\n\
         safety_stock = 5\nsetup_cost = 40",
    ));
    close(&plan.products[0].produce, &[25.0, 0.0, 0.0]);
    close(&plan.products[0].stock, &[25.0, 15.0, 5.0]);
    assert_eq!(plan.cost.total, 40.0 + 45.0);
}

#[test]
fn materials_are_ordered_in_time_and_early_shortage_delays_the_product() {
    let plan = exact(factory(
        "
[[products]]
name = \"cup\"
demand = [10, 10, 10]
holding_cost = 1
backlog_cost = 5
materials = { clay = 2 }

[[materials]]
name = \"clay\"
stock = 12
deliveries = [{ period = 2, quantity = 6 }]
lead_time = 2
unit_cost = 3
holding_cost = 0.1
",
    ));
    // Clay for 6 cups now and 3 more in period 2; what is ordered in period 1 arrives in period 3.
    close(&plan.products[0].produce, &[6.0, 3.0, 21.0]);
    close(&plan.products[0].backlog, &[4.0, 11.0, 0.0]);
    assert_eq!(plan.cost.unfinished, 0.0);
    assert_eq!(
        plan.materials[0].orders,
        [MaterialOrder {
            order_in: 1,
            arrives_in: 3,
            quantity: 42.0,
            cost: 126.0
        }]
    );
    assert_eq!(
        plan.binding[0].to_string(),
        "`clay` is used up, and none can arrive by then in periods 1-2"
    );
}

#[test]
fn an_infeasible_plan_names_what_is_missing() {
    let late = SMOOTH.replace("backlog_cost = 10", "backlog_cost = 10\nbacklog_limit = 0");
    let tight = late.replace("capacity = 20", "capacity = [8, 20, 20]");
    let error = plan(&factory(&tight), &[]).unwrap_err();
    // 60 units in 48 hours; 2 of the 12 missing hours already in period 1.
    let DecisionError::Infeasible(shortfalls) = &error else {
        panic!("{error}")
    };
    assert!(
        shortfalls
            .iter()
            .all(|shortfall| shortfall.rule == "capacity" && shortfall.name == "oven")
    );
    let amount: f64 = shortfalls.iter().map(|shortfall| shortfall.amount).sum();
    assert!((amount - 12.0).abs() < 1e-6, "{error}");
    assert!(
        error
            .to_string()
            .starts_with("no plan keeps every rule; one would if there were\n  "),
        "{error}"
    );

    let clay = "\n[[materials]]\nname = \"clay\"\nstock = 50\n";
    let text = format!(
        "{}{clay}",
        late.replace("hours = ", "materials = { clay = 1 }\nhours = ")
    );
    assert_eq!(
        plan(&factory(&text), &[]).unwrap_err().to_string(),
        "no plan keeps every rule; one would if there were\n  10 more of material `clay` by period 3"
    );
    let room = "[[products]]\nname = \"cup\"\ndemand = [1]\nbacklog_cost = 1\nstock = 9\nstock_limit = 3\nfinal_stock = 4";
    let error = plan(&factory(room), &[]).unwrap_err().to_string();
    assert!(
        error.contains("room for 5 more units of `cup` at the end of period 1"),
        "{error}"
    );
}

#[test]
fn the_shortfalls_are_enough() {
    let mut config = example();
    for product in &mut config.products {
        product.backlog_limit = Some(0.0);
    }
    config.materials[2].lead_time = None;
    let Err(DecisionError::Infeasible(shortfalls)) = plan(&config, &[]) else {
        panic!("cloth should run out")
    };
    for shortfall in &shortfalls {
        assert_eq!(
            (shortfall.rule, shortfall.name.as_str()),
            ("material", "cloth"),
            "{shortfall}"
        );
        config.materials[2].deliveries.push(Delivery {
            period: shortfall.period,
            quantity: shortfall.amount + 1e-6,
        });
    }
    plan(&config, &[]).unwrap();
}

#[test]
fn the_example_is_planned_within_its_gap_and_adds_up() {
    let config = example();
    let made = plan(&config, &[]).unwrap();
    assert!(
        made.gap <= 0.02 && !made.is_cut_short,
        "{} {}",
        made.gap,
        made.is_cut_short
    );
    assert_eq!(
        (
            made.products.len(),
            made.resources.len(),
            made.materials.len()
        ),
        (5, 3, 6)
    );
    for (product, config) in made.products.iter().zip(&config.products) {
        let mut net = config.stock;
        for period in 0..12 {
            net += product.produce[period] - product.demand[period];
            let shown = product.stock[period] - product.backlog[period];
            assert!((net - shown).abs() < 1e-4, "{} {period}", product.name);
            if let Some(size) = config.batch_size {
                let batches = product.produce[period] / size;
                assert!((batches - batches.round()).abs() < 1e-6);
            }
            let is_run = product.produce[period] == 0.0
                || product.produce[period] >= config.minimum_run - 1e-4;
            assert!(is_run, "{} {period}", product.name);
        }
    }
    for resource in &made.resources {
        for period in 0..12 {
            let there = resource.capacity[period] + resource.overtime[period];
            assert!(
                resource.hours[period] <= there + 1e-4,
                "{} {period}",
                resource.name
            );
        }
    }
    for (material, config) in made.materials.iter().zip(&config.materials) {
        let there = config.stock
            + config
                .deliveries
                .iter()
                .map(|delivery| delivery.quantity)
                .sum::<f64>()
            + material
                .orders
                .iter()
                .map(|order| order.quantity)
                .sum::<f64>();
        let used: f64 = material.used.iter().sum();
        assert!(
            (there - used - material.stock[11]).abs() < 1e-3,
            "{}",
            material.name
        );
        assert!(material.orders.iter().all(|order| order.order_in >= 1));
    }
    // The same plan every time.
    assert_eq!(plan(&config, &[]).unwrap(), made);
}

#[test]
fn forecasts_give_demand_and_safety_stock() {
    // Futures 1..=100 in each of 3 periods.
    let paths = (1..=100).flat_map(|units| [units as f32; 3]).collect();
    let samples = DemandSamples {
        item: "cups of clay".into(),
        paths,
        num_paths: 100,
        periods: 3,
    };
    let text = "[[products]]\nname = \"cup\"\nforecast = \"cups of clay\"\nholding_cost = 1\nbacklog_cost = 50\n\
                service_level = 0.9\nsafety_periods = 2";
    let made = plan(&factory(text), std::slice::from_ref(&samples)).unwrap();
    close(&made.products[0].demand, &[50.5; 3]);
    // The 90 % quantile of two periods, 180, less their mean of 101.
    close(&made.products[0].safety_stock, &[79.0; 3]);
    close(&made.products[0].stock, &[79.0; 3]);
    let made = plan(
        &factory(&format!("demand = {{ quantile = 0.8 }}\n{text}")),
        &[samples],
    )
    .unwrap();
    close(&made.products[0].demand, &[80.0; 3]);
}

#[test]
fn every_problem_of_a_factory_is_reported() {
    let text = "
[[products]]
name = \"cup\"
demand = [1, 2]
backlog_cost = -1
hours = { ovn = 1 }
materials = { clay = 1 }

[[products]]
name = \"mug\"
backlog_cost = 1

[[resources]]
name = \"oven\"
capacity = [1]
";
    assert_eq!(
        plan(&factory(text), &[]).unwrap_err().to_string(),
        "5 problems\n  \
         `products.mug.forecast` names `mug`, but there is no such forecast; there are none\n  \
         `products.cup.backlog_cost` must be a number from 0, but is -1\n  \
         `resources.oven.capacity` needs 2 numbers, one per period, but has 1\n  \
         `products.cup.hours` names `ovn`, but there is no such resource; there is `oven`\n  \
         `products.cup.materials` names `clay`, but there is no such material; there are none"
    );
    assert!(matches!(
        plan(&factory("products = []"), &[]).unwrap_err().problems(),
        [Problem::Missing { .. }, ..]
    ));
    let error =
        toml::from_str::<FactoryConfig>("[[products]]\nname = \"cup\"\nbacklog = 3").unwrap_err();
    assert!(error.to_string().contains("line 3"), "{error}");
}

#[test]
fn the_schema_documents_every_key() {
    let schema = schemars::schema_for!(FactoryConfig);
    let text = schema.to_value().to_string();
    for key in [
        "minimum_run",
        "safety_periods",
        "overtime_limit",
        "lead_time",
        "time_limit_seconds",
    ] {
        assert!(text.contains(key), "{key}");
    }
}
