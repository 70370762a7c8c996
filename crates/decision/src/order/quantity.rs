//! The order quantity of one item, without regard to the others.

use super::outlook::Outlook;
use super::terms::Terms;
use crate::demand::quantile;

/// What one item should get.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quantity {
    /// Before rounding; below zero where there is more than enough.
    pub(super) exact: f64,
    /// In packs, and at least the minimum order.
    pub(crate) rounded: f64,
}

/// With a target service level the quantile of the need. Otherwise the least expected cost, which is the newsvendor's
/// rule: the quantile at the critical ratio `short / (short + left over)`, summed over what a unit costs in each
/// period it is held and when it spoils (Arrow, Harris, Marschak 1951).
pub(crate) fn quantity(terms: &Terms, outlook: &Outlook) -> Quantity {
    let Some(level) = terms.service_level else {
        let exact = outlook.curve.minimum();
        let (up, down) = (terms.round_up(exact), terms.round_down(exact));
        // The curve is convex, so the best multiple of the pack is one of the two neighbours.
        let cheaper_down = outlook.curve.cost(down) <= outlook.curve.cost(up);
        let rounded = if cheaper_down { down } else { up };
        return Quantity { exact, rounded };
    };
    let exact = quantile(&outlook.needs, level);
    Quantity {
        exact,
        rounded: terms.round_up(exact),
    }
}
