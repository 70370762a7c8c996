//! A distribution that is known at some levels.

/// Linear between the levels, exponential beyond: the tails go on with the slope of the outermost pair.
pub(super) struct QuantileFunction<'a> {
    /// Ascending.
    pub(super) levels: &'a [f64],
    /// One per level, never descending.
    pub(super) values: Vec<f64>,
}

impl QuantileFunction<'_> {
    pub(super) fn at(&self, level: f64) -> f64 {
        let last = self.levels.len() - 1;
        let above = self.levels.partition_point(|known| *known < level);
        if above == 0 {
            let (lowest, value) = (self.levels[0], self.values[0]);
            // At the level itself the logarithm is 0.
            return value - self.lower_tail() * (lowest / level).ln();
        }
        if above > last {
            let (highest, value) = (self.levels[last], self.values[last]);
            return value + self.upper_tail() * ((1.0 - highest) / (1.0 - level)).ln();
        }
        let share =
            (level - self.levels[above - 1]) / (self.levels[above] - self.levels[above - 1]);
        self.values[above - 1] + share * (self.values[above] - self.values[above - 1])
    }

    /// The integral over all levels.
    pub(super) fn mean(&self) -> f64 {
        let last = self.levels.len() - 1;
        let between: f64 = (0..last)
            .map(|place| {
                let width = self.levels[place + 1] - self.levels[place];
                width * (self.values[place] + self.values[place + 1]) / 2.0
            })
            .sum();
        let lower = self.levels[0] * (self.values[0] - self.lower_tail());
        let upper = (1.0 - self.levels[last]) * (self.values[last] + self.upper_tail());
        lower + between + upper
    }

    /// The mean distance of values below the lowest level from it.
    fn lower_tail(&self) -> f64 {
        self.levels[0] * self.slope(0)
    }

    fn upper_tail(&self) -> f64 {
        let last = self.levels.len() - 1;
        (1.0 - self.levels[last]) * self.slope(last.saturating_sub(1))
    }

    fn slope(&self, place: usize) -> f64 {
        match self.levels.get(place + 1) {
            Some(next) => {
                (self.values[place + 1] - self.values[place]) / (next - self.levels[place])
            }
            None => 0.0,
        }
    }
}
