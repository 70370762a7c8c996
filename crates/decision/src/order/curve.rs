//! The expected cost of an order as a function of its size.
//!
//! Over equally likely futures it is a sum of hinges: a unit too many costs `over`, a unit too few `under`,
//!
//! `cost(q) = sum of over * max(q - at, 0) + under * max(at - q, 0)`
//!
//! so it is convex and piecewise linear. That gives its minimum without search, and a linear program where items share
//! a limit.

/// One term: costs on both sides of `at`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Hinge {
    at: f64,
    over: f64,
    under: f64,
}

/// A convex piecewise linear cost.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct CostCurve {
    hinges: Vec<Hinge>,
}

/// A piece of a curve: `width` more units cost `slope` each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    pub(super) width: f64,
    pub(super) slope: f64,
}

impl CostCurve {
    pub(super) fn add(&mut self, at: f64, over: f64, under: f64) {
        self.hinges.push(Hinge { at, over, under });
    }

    /// Expected cost of `quantity`.
    pub(crate) fn cost(&self, quantity: f64) -> f64 {
        self.hinges
            .iter()
            .map(|hinge| {
                let surplus = quantity - hinge.at;
                if surplus > 0.0 {
                    hinge.over * surplus
                } else {
                    hinge.under * -surplus
                }
            })
            .sum()
    }

    /// The smallest quantity from 0 with the least cost.
    pub(super) fn minimum(&self) -> f64 {
        let mut hinges = self.hinges.clone();
        hinges.sort_by(|a, b| a.at.total_cmp(&b.at));
        let mut slope: f64 = -hinges.iter().map(|hinge| hinge.under).sum::<f64>();
        // Sums of thousands of small terms end a little beside zero.
        let nothing = 1e-12 * slope.abs();
        if slope >= -nothing {
            return 0.0;
        }
        for hinge in &hinges {
            slope += hinge.over + hinge.under;
            if slope >= -nothing {
                return hinge.at.max(0.0);
            }
        }
        hinges.last().map_or(0.0, |hinge| hinge.at.max(0.0))
    }

    /// Pieces of equal width from 0 to `end`. Between their ends the chord stands for the curve, never below it.
    pub(super) fn pieces(&self, end: f64, count: usize) -> Vec<Piece> {
        let width = end / count as f64;
        let costs: Vec<f64> = (0..=count)
            .map(|place| self.cost(width * place as f64))
            .collect();
        costs
            .windows(2)
            .map(|pair| Piece {
                width,
                slope: (pair[1] - pair[0]) / width,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newsvendor(demands: &[f64], over: f64, under: f64) -> CostCurve {
        let mut curve = CostCurve::default();
        for at in demands {
            let part = 1.0 / demands.len() as f64;
            curve.add(*at, over * part, under * part);
        }
        curve
    }

    #[test]
    fn the_minimum_is_the_quantile_of_the_critical_ratio() {
        let demands: Vec<f64> = (1..=100).map(f64::from).collect();
        // Critical ratio 3 / (3 + 1).
        assert_eq!(newsvendor(&demands, 1.0, 3.0).minimum(), 75.0);
        assert_eq!(newsvendor(&demands, 1.0, 0.0).minimum(), 0.0);
        assert_eq!(newsvendor(&[-5.0, -3.0], 1.0, 3.0).minimum(), 0.0);
    }

    #[test]
    fn costs_are_those_of_the_futures() {
        let curve = newsvendor(&[10.0, 20.0], 1.0, 3.0);
        assert_eq!(curve.cost(10.0), 15.0);
        assert_eq!(curve.cost(20.0), 5.0);
        let pieces = curve.pieces(20.0, 2);
        assert_eq!(
            pieces.iter().map(|piece| piece.slope).collect::<Vec<f64>>(),
            [-3.0, -1.0]
        );
    }
}
