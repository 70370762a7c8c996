//! Minimisation of a smooth convex function of many variables.

use std::collections::VecDeque;

/// Steps remembered. More bring little (Nocedal & Wright 2006, section 7.2) and each costs two vectors of memory.
const HISTORY: usize = 6;
/// Armijo: a step must bring this share of the decrease that the slope promises.
const DECREASE: f64 = 1e-4;
/// Wolfe: the slope at the end of a step must be below this share of the slope at its start.
const CURVATURE: f64 = 0.9;
/// Trials to find a step; a smooth function needs one or two.
const MAX_TRIALS: usize = 40;

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    /// Done when no component of the gradient is larger.
    pub(super) gradient: f64,
    /// Steps at most.
    pub(super) iterations: usize,
}

/// A place and what the function says there.
struct Point {
    place: Vec<f64>,
    gradient: Vec<f64>,
    value: f64,
}

/// A step of the past. It only shapes directions, for which f32 is exact enough at half the memory.
struct Pair {
    step: Vec<f32>,
    gradient_change: Vec<f32>,
    /// Scalar product of both, positive.
    product: f64,
}

/// The place where a convex function is least, by L-BFGS (Liu & Nocedal 1989) from `start`.
///
/// `evaluate` returns the value at a place and writes the gradient into its second argument, which is full of zeros.
pub(super) fn minimize(
    start: Vec<f64>,
    stop: Stop,
    mut evaluate: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Vec<f64> {
    let mut gradient = vec![0.0; start.len()];
    let value = evaluate(&start, &mut gradient);
    let mut point = Point {
        place: start,
        gradient,
        value,
    };
    let mut history: VecDeque<Pair> = VecDeque::with_capacity(HISTORY);
    for _ in 0..stop.iterations {
        if largest(&point.gradient) <= stop.gradient {
            break;
        }
        let direction = direction(&point.gradient, &history);
        // Without a past the scale is unknown: start with a step of length 1 at most.
        let first = match history.is_empty() {
            true => (1.0 / dot(&point.gradient, &point.gradient).sqrt()).min(1.0),
            false => 1.0,
        };
        let Some(next) = search(&point, &direction, first, &mut evaluate) else {
            break; // Rounding hides any further decrease.
        };
        let pair = Pair::new(&point, &next);
        if pair.product > 0.0 {
            if history.len() == HISTORY {
                history.pop_front();
            }
            history.push_back(pair);
        }
        point = next;
    }
    point.place
}

impl Pair {
    fn new(from: &Point, to: &Point) -> Self {
        let step = difference(&to.place, &from.place);
        let gradient_change = difference(&to.gradient, &from.gradient);
        Self {
            product: dot(&step, &gradient_change),
            step,
            gradient_change,
        }
    }
}

/// The two-loop recursion: minus the gradient, times an estimate of the inverse Hessian made from the history.
fn direction(gradient: &[f64], history: &VecDeque<Pair>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|value| -value).collect();
    let mut shares = Vec::with_capacity(history.len());
    for pair in history.iter().rev() {
        let share = dot(&pair.step, &direction) / pair.product;
        add(&mut direction, -share, &pair.gradient_change);
        shares.push(share);
    }
    if let Some(last) = history.back() {
        let scale = last.product / dot(&last.gradient_change, &last.gradient_change);
        direction.iter_mut().for_each(|value| *value *= scale);
    }
    for (pair, share) in history.iter().zip(shares.into_iter().rev()) {
        let correction = share - dot(&pair.gradient_change, &direction) / pair.product;
        add(&mut direction, correction, &pair.step);
    }
    direction
}

/// A step that satisfies the weak Wolfe conditions, by doubling and halving (Lewis & Overton 2013).
fn search(
    from: &Point,
    direction: &[f64],
    first: f64,
    evaluate: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Option<Point> {
    let slope = dot(&from.gradient, direction);
    let (mut too_short, mut too_long, mut length) = (0.0, f64::INFINITY, first);
    let mut to = Point {
        place: from.place.clone(),
        gradient: from.gradient.clone(),
        value: from.value,
    };
    for _ in 0..MAX_TRIALS {
        to.place.copy_from_slice(&from.place);
        add(&mut to.place, length, direction);
        to.gradient.fill(0.0);
        to.value = evaluate(&to.place, &mut to.gradient);
        if to.value.is_nan() || to.value > from.value + DECREASE * length * slope {
            too_long = length;
        } else if dot(&to.gradient, direction) < CURVATURE * slope {
            too_short = length;
        } else {
            return Some(to);
        }
        length = match too_long.is_finite() {
            true => (too_short + too_long) / 2.0,
            false => 2.0 * too_short,
        };
    }
    None
}

fn dot<A: Copy + Into<f64>, B: Copy + Into<f64>>(a: &[A], b: &[B]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| a.into() * b.into()).sum()
}

fn add<T: Copy + Into<f64>>(to: &mut [f64], factor: f64, other: &[T]) {
    for (value, &other) in to.iter_mut().zip(other) {
        *value += factor * other.into();
    }
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| (a - b) as f32).collect()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| value.abs().max(most))
}

#[cfg(test)]
mod tests {
    use super::{Stop, minimize};

    const EXACT: Stop = Stop {
        gradient: 1e-9,
        iterations: 500,
    };

    #[test]
    fn finds_the_least_of_an_ill_conditioned_quadratic() {
        let curvatures: Vec<f64> = (0..40)
            .map(|place| 10f64.powf(f64::from(place) / 20.0))
            .collect();
        let found = minimize(vec![0.0; 40], EXACT, |place, gradient| {
            let mut value = 0.0;
            for (axis, curvature) in curvatures.iter().enumerate() {
                let offset = place[axis] - axis as f64;
                gradient[axis] = curvature * offset;
                value += 0.5 * curvature * offset * offset;
            }
            value
        });
        for (axis, value) in found.iter().enumerate() {
            assert!((value - axis as f64).abs() < 1e-6, "axis {axis}: {value}");
        }
    }

    #[test]
    fn takes_long_and_short_steps() {
        // Flat far out, steep near the other side: the first step is too short, a later one too long.
        let found = minimize(vec![-40.0], EXACT, |place, gradient| {
            let x = place[0];
            gradient[0] = x.exp() - 1e-3;
            x.exp() - 1e-3 * x
        });
        assert!((found[0] - 1e-3f64.ln()).abs() < 1e-5, "{}", found[0]);
    }

    #[test]
    fn stays_where_the_gradient_is_zero() {
        assert_eq!(minimize(vec![3.0], EXACT, |_, _| 1.0), [3.0]);
    }
}
