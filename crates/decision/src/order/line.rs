//! What is shown of each item, and why.

use schemars::JsonSchema;
use serde::Serialize;

use super::config::Unmet;
use super::outlook::{Outlook, Position};
use super::quantity::Quantity;
use super::terms::Terms;
use crate::text::{count, percent, plain};

/// The decision for one item. Quantities are in units, times in periods, money as in the recipe.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct OrderLine {
    /// The item.
    pub item: String,
    /// Units to order now.
    pub quantity: f64,
    /// Units to order if there were no limits over all items.
    pub wanted: f64,
    /// What the order costs.
    pub cost: f64,
    /// In stock now, less what waiting customers were promised.
    pub on_hand: f64,
    /// Ordered before and not yet delivered.
    pub on_order: f64,
    /// Stock position (on hand + on order) that the order is to reach.
    pub order_up_to: f64,
    /// Periods until the next order arrives, on average: lead time + review period.
    pub protection: f64,
    /// Mean demand of that time.
    pub expected_demand: f64,
    /// Order-up-to level less that mean demand.
    pub safety_stock: f64,
    /// For how many periods of mean demand stock, orders and this order last; none where no demand is expected.
    pub cover: Option<f64>,
    /// How likely it is to run out before the next order arrives.
    pub probability_of_running_out: f64,
    /// Holding, shortage and waste expected until then.
    pub expected_cost: f64,
    /// Units expected to be asked for in vain until then (waiting, if `unmet = "backordered"`).
    pub expected_lost_sales: f64,
    /// Units of this order expected to spoil.
    pub expected_waste: f64,
    /// `budget` or `space`, when it made the order smaller.
    pub limited_by: Option<&'static str>,
    /// The reason in a sentence.
    pub why: String,
}

/// What a line is made of.
pub(super) struct Parts<'a> {
    pub(super) terms: &'a Terms,
    pub(super) position: &'a Position,
    pub(super) outlook: &'a Outlook,
    pub(super) wanted: Quantity,
    pub(super) quantity: f64,
    pub(super) limited_by: Option<&'static str>,
    pub(super) num_paths: usize,
    /// Mean demand per period over the whole forecast.
    pub(super) rate: f64,
    pub(super) unmet: Unmet,
}

impl Parts<'_> {
    pub(super) fn line(&self) -> OrderLine {
        let (terms, outlook, quantity) = (self.terms, self.outlook, self.quantity);
        let (on_hand, on_order) = (self.position.on_hand(), self.position.on_order());
        let order_up_to = on_hand + on_order + self.wanted.exact;
        let expected_demand = outlook.expected_demand();
        let short_cost = terms.shortage_value() * outlook.unavoidable;
        OrderLine {
            item: terms.item.clone(),
            quantity,
            wanted: self.wanted.rounded,
            cost: quantity * terms.unit_cost,
            on_hand,
            on_order,
            order_up_to,
            protection: self.protection(),
            expected_demand,
            safety_stock: order_up_to - expected_demand,
            cover: (self.rate > 0.0).then(|| (on_hand + on_order + quantity).max(0.0) / self.rate),
            probability_of_running_out: outlook.runs_out(quantity),
            expected_cost: outlook.curve.cost(quantity) + short_cost,
            expected_lost_sales: outlook.short(quantity),
            expected_waste: outlook.wasted(quantity),
            limited_by: self.limited_by,
            why: self.why(),
        }
    }

    fn protection(&self) -> f64 {
        self.terms.lead_time.mean() + self.terms.review_period as f64
    }

    fn why(&self) -> String {
        let mut text = self.reason();
        let rounded = self.wanted.rounded;
        if rounded > 0.0 || self.wanted.exact > 0.0 {
            text.push_str(&self.rounding());
        }
        if let Some(limit) = self.limited_by {
            text.push_str(&format!(
                "; limited by {limit} from {} to {}",
                plain(rounded),
                plain(self.quantity)
            ));
        }
        text
    }

    /// Up to the exact quantity.
    fn reason(&self) -> String {
        let (on_hand, on_order) = (self.position.on_hand(), self.position.on_order());
        let exact = self.wanted.exact;
        let futures = plain(self.num_paths as f64);
        let there = format!("{} on hand, {} on order", plain(on_hand), plain(on_order));
        let level = 1.0 - self.outlook.runs_out(exact);
        let interval = format!("the next {}", count(self.protection(), "period"));
        if let Some(life) = self.terms.shelf_life {
            let goal = match self.terms.service_level {
                Some(_) => "for the target service level".to_string(),
                None => format!(
                    "at the least expected cost: {} a unit short, {} a unit spoiled",
                    plain(self.terms.shortage_value()),
                    plain(self.terms.unit_cost - self.terms.salvage)
                ),
            };
            return format!(
                "{} of {futures} futures need at most {} more in {interval} than stock still fresh serves ({there}, \
                 shelf life {}), {goal}",
                percent(level),
                plain(exact.max(0.0)),
                count(life as f64, "period")
            );
        }
        let position = on_hand + on_order;
        if exact <= 0.0 {
            return format!(
                "nothing to order: {there}, and {} of {futures} futures need at most {} in {interval}",
                percent(level),
                plain((position + exact).max(0.0))
            );
        }
        let goal = if self.terms.service_level.is_none() {
            ", the least expected cost"
        } else {
            ""
        };
        let lost = self.outlook.unavoidable;
        let gone = if lost >= 0.5 && self.unmet == Unmet::Lost {
            format!(", after about {} are lost before it arrives", plain(lost))
        } else {
            String::new()
        };
        format!(
            "demand until the next delivery ({interval}): {} of {futures} futures need at most {}{goal}; {there} \
             \u{2192} {}{gone}",
            percent(level),
            plain(position + exact),
            plain(exact)
        )
    }

    fn rounding(&self) -> String {
        let (terms, exact, rounded) = (self.terms, self.wanted.exact, self.wanted.rounded);
        if (rounded - exact).abs() < 1e-9 {
            return String::new();
        }
        if rounded <= 0.0 {
            return format!(
                ", less than a {} is worth = 0",
                if exact < terms.minimum_order {
                    "minimum order"
                } else {
                    "pack"
                }
            );
        }
        let direction = if rounded > exact { "up" } else { "down" };
        let to = if exact < terms.minimum_order {
            format!("to the minimum order of {}", plain(terms.minimum_order))
        } else if terms.pack_size == 1.0 {
            "to whole units".to_string()
        } else {
            format!("to packs of {}", plain(terms.pack_size))
        };
        format!(", rounded {direction} {to} = {}", plain(rounded))
    }
}
