//! What holds for any stock, forecast and limit.

use hob_decision::{DemandSamples, OrderConfig, OrderPlan, StockColumn, StockTable, Value, order};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Case {
    on_hand: Vec<f64>,
    demand: Vec<Vec<f32>>,
    pack_size: f64,
    minimum_order: f64,
    lead_time: f64,
    shelf_life: Option<f64>,
    service_level: Option<f64>,
    budget: f64,
}

const PERIODS: usize = 6;

fn cases() -> impl Strategy<Value = Case> {
    let items = 1..5_usize;
    items.prop_flat_map(|items| {
        (
            prop::collection::vec(-5.0..40.0, items),
            prop::collection::vec(prop::collection::vec(-2.0_f32..30.0, PERIODS * 20), items),
            prop::sample::select(vec![0.0, 1.0, 6.0, 12.0]),
            0.0..30.0,
            0..4_u32,
            prop::option::of(1..9_u32),
            prop::option::of(0.5..0.99),
            0.0..400.0,
        )
            .prop_map(
                |(on_hand, demand, pack_size, minimum_order, lead, life, level, budget)| Case {
                    on_hand,
                    demand,
                    pack_size,
                    minimum_order,
                    lead_time: f64::from(lead),
                    shelf_life: life.map(f64::from),
                    service_level: level,
                    budget,
                },
            )
    })
}

impl Case {
    fn order(&self, budget: Option<f64>) -> OrderPlan {
        let mut config: OrderConfig =
            toml::from_str("unit_cost = \"cost\"\nmargin = 3\nholding_cost = 0.1")
                .expect("the case is valid");
        config.pack_size = Value::Constant(self.pack_size);
        config.minimum_order = Value::Constant(self.minimum_order);
        config.lead_time = hob_decision::LeadTimeConfig::Fixed(Value::Constant(self.lead_time));
        config.shelf_life = self.shelf_life.map(Value::Constant);
        config.service_level = self.service_level.map(Value::Constant);
        config.budget = budget;
        let items: Vec<String> = (0..self.on_hand.len())
            .map(|item| format!("item {item}"))
            .collect();
        let column = |name: &str, values: Vec<f64>| StockColumn {
            name: name.into(),
            values: values.into_iter().map(Some).collect(),
        };
        let costs = (0..items.len()).map(|item| 1.0 + item as f64).collect();
        let stock = StockTable::new(
            items.clone(),
            vec![
                column("on_hand", self.on_hand.clone()),
                column("cost", costs),
            ],
        )
        .expect("the case is valid");
        let samples: Vec<DemandSamples> = items
            .iter()
            .zip(&self.demand)
            .map(|(item, paths)| DemandSamples {
                item: item.clone(),
                paths: paths.clone(),
                num_paths: 20,
                periods: PERIODS,
            })
            .collect();
        order(&config, &stock, &samples, 4).expect("the case is valid")
    }
}

proptest! {
    #[test]
    fn orders_are_whole_packs_within_the_budget(case in cases()) {
        let plan = case.order(Some(case.budget));
        prop_assert!(plan.cost <= case.budget + 1e-6);
        for line in &plan.lines {
            prop_assert!(line.quantity >= 0.0 && line.quantity <= line.wanted + 1e-9);
            if case.pack_size > 0.0 {
                let packs = line.quantity / case.pack_size;
                prop_assert!((packs - packs.round()).abs() < 1e-6, "{}", line.quantity);
            }
            prop_assert!(line.quantity == 0.0 || line.quantity >= case.minimum_order - 1e-6);
            prop_assert!((0.0..=1.0).contains(&line.probability_of_running_out));
            for number in [line.expected_cost, line.expected_lost_sales, line.expected_waste] {
                prop_assert!(number >= -1e-9 && number.is_finite());
            }
            prop_assert!(!line.why.is_empty());
            prop_assert_eq!(line.limited_by.is_some(), line.quantity + 1e-9 < line.wanted);
        }
    }

    #[test]
    fn more_budget_never_costs_more(mut case in cases(), more in 0.0..200.0) {
        // Parts of units, so that no rounding to packs hides what the linear program does.
        case.pack_size = 0.0;
        case.minimum_order = 0.0;
        case.service_level = None;
        let cost = |budget| -> f64 {
            case.order(Some(budget)).lines.iter().map(|line| line.expected_cost).sum()
        };
        let (nothing, less, more) = (cost(0.0), cost(case.budget), cost(case.budget + more));
        // Between the ends of its pieces the program sees the chord of the cost, a little above it.
        prop_assert!(more <= less + 0.005 * nothing, "{more} {less} {nothing}");
    }

    #[test]
    fn more_stock_never_needs_a_larger_order(mut case in cases(), more in 0.0..20.0) {
        let before = case.order(None);
        case.on_hand[0] += more;
        let after = case.order(None);
        prop_assert!(after.lines[0].wanted <= before.lines[0].wanted + 1e-9);
    }
}
