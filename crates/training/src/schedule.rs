//! `[schedule.*]`: how the learning rate changes during training.
//!
//! Every schedule but `reduce_on_plateau` is a pure function of the step, so that a resumed run needs to know nothing
//! but where it stands.

use std::f64::consts::PI;

use burn::lr_scheduler::{LrScheduler, LrSchedulerRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[schedule.*]`: the learning rate of the optimizer is multiplied by a factor that depends on the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleConfig {
    /// The same throughout.
    Constant(ConstantSchedule),
    /// A straight line down.
    Linear(DecaySchedule),
    /// Half a cosine down (Loshchilov and Hutter 2016).
    Cosine(DecaySchedule),
    /// Times `gamma` after each epoch, in small steps.
    Exponential(ExponentialSchedule),
    /// Times `gamma` every few epochs.
    Step(StepSchedule),
    /// Up in a line, then down with one over the square root of the step (Vaswani et al. 2017). The learning rate is
    /// the highest point.
    Noam(NoamSchedule),
    /// Up and down once with a cosine (Smith and Topin 2017), as PyTorch's `OneCycleLR`. The learning rate is the
    /// highest point.
    OneCycle(OneCycleSchedule),
    /// Times `factor` when the validation loss (the training loss where there is no validation part) has not fallen
    /// for a while.
    ReduceOnPlateau(PlateauSchedule),
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        Self::Constant(ConstantSchedule::default())
    }
}

/// `warmup`: the learning rate rises in a line at the start, before the schedule begins. `"none"`, `{ steps = 100 }` or
/// `{ epochs = 2 }`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Warmup {
    /// No warm-up.
    #[default]
    None,
    /// That many optimizer steps.
    Steps(usize),
    /// That many epochs; fractions are allowed.
    Epochs(#[schemars(range(min = 0.0))] f64),
}

/// `[schedule.constant]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConstantSchedule {
    /// Rise at the start.
    pub warmup: Warmup,
}

/// `[schedule.linear]` and `[schedule.cosine]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DecaySchedule {
    /// Part of the learning rate that is left at the end.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub final_factor: f64,
    /// Rise at the start.
    pub warmup: Warmup,
}

/// `[schedule.exponential]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExponentialSchedule {
    /// Factor per epoch.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub gamma: f64,
    /// Rise at the start.
    pub warmup: Warmup,
}

impl Default for ExponentialSchedule {
    fn default() -> Self {
        Self {
            gamma: 0.95,
            warmup: Warmup::None,
        }
    }
}

/// `[schedule.step]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StepSchedule {
    /// Epochs between two changes.
    #[schemars(range(min = 1))]
    pub epochs: usize,
    /// Factor of a change; 0.1 as PyTorch.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub gamma: f64,
    /// Rise at the start.
    pub warmup: Warmup,
}

impl Default for StepSchedule {
    fn default() -> Self {
        Self {
            epochs: 30,
            gamma: 0.1,
            warmup: Warmup::None,
        }
    }
}

/// `[schedule.noam]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NoamSchedule {
    /// Steps up to the highest point; 4000 as the paper.
    #[schemars(range(min = 1))]
    pub warmup_steps: usize,
}

impl Default for NoamSchedule {
    fn default() -> Self {
        Self { warmup_steps: 4000 }
    }
}

/// `[schedule.one_cycle]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OneCycleSchedule {
    /// Part of all steps that go up; 0.3 as PyTorch.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub rise: f64,
    /// The first learning rate is the highest divided by this; 25 as PyTorch.
    #[schemars(range(min = 1.0))]
    pub start_divisor: f64,
    /// The last learning rate is the first divided by this; 10000 as PyTorch.
    #[schemars(range(min = 1.0))]
    pub final_divisor: f64,
}

impl Default for OneCycleSchedule {
    fn default() -> Self {
        Self {
            rise: 0.3,
            start_divisor: 25.0,
            final_divisor: 1e4,
        }
    }
}

/// `[schedule.reduce_on_plateau]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlateauSchedule {
    /// Factor of a reduction; 0.1 as PyTorch and Keras.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub factor: f64,
    /// Epochs without a fall that are waited for; 10 as PyTorch and Keras.
    pub patience: usize,
    /// A loss counts as lower when it is lower by more than this; 1e-4 as Keras.
    #[schemars(range(min = 0.0))]
    pub min_delta: f64,
    /// Smallest part of the learning rate.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_factor: f64,
    /// Rise at the start.
    pub warmup: Warmup,
}

impl Default for PlateauSchedule {
    fn default() -> Self {
        Self {
            factor: 0.1,
            patience: 10,
            min_delta: 1e-4,
            min_factor: 0.0,
            warmup: Warmup::None,
        }
    }
}

/// Lengths that schedules refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Optimizer steps per epoch, at least 1.
    pub steps_per_epoch: usize,
    /// Optimizer steps of the whole training.
    pub total_steps: usize,
}

impl Warmup {
    fn steps(self, span: Span) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Steps(steps) => steps as f64,
            Self::Epochs(epochs) => (epochs * span.steps_per_epoch as f64).round(),
        }
    }
}

impl ScheduleConfig {
    /// The factor of the learning rate for an optimizer step, counted from 0. A plateau's own reductions are not in it.
    pub fn factor(&self, step: usize, span: Span) -> f64 {
        let warmup = self.warmup().steps(span);
        if (step as f64) < warmup {
            return (step + 1) as f64 / warmup;
        }
        // Steps after the warm-up, and how many there are.
        let step = step as f64 - warmup;
        let total = (span.total_steps as f64 - warmup).max(1.0);
        let epoch = step / span.steps_per_epoch as f64;
        match self {
            Self::Constant(_) | Self::ReduceOnPlateau(_) => 1.0,
            Self::Linear(config) => between(1.0, config.final_factor, (step / total).min(1.0)),
            Self::Cosine(config) => cosine(1.0, config.final_factor, (step / total).min(1.0)),
            Self::Exponential(config) => config.gamma.powf(epoch),
            Self::Step(config) => config.gamma.powf((epoch / config.epochs as f64).floor()),
            Self::Noam(config) => {
                let warmup = config.warmup_steps as f64;
                (warmup / (step + 1.0)).sqrt().min((step + 1.0) / warmup)
            }
            Self::OneCycle(config) => config.factor(step, total),
        }
    }

    fn warmup(&self) -> Warmup {
        match self {
            Self::Constant(config) => config.warmup,
            Self::Linear(config) | Self::Cosine(config) => config.warmup,
            Self::Exponential(config) => config.warmup,
            Self::Step(config) => config.warmup,
            Self::Noam(_) | Self::OneCycle(_) => Warmup::None,
            Self::ReduceOnPlateau(config) => config.warmup,
        }
    }
}

impl OneCycleSchedule {
    /// As PyTorch: the highest point is step `rise * total - 1`, the lowest is the last step.
    fn factor(&self, step: f64, total: f64) -> f64 {
        let start = 1.0 / self.start_divisor;
        let top = (self.rise * total - 1.0).max(0.0);
        let last = (total - 1.0).max(1.0);
        if step < top {
            cosine(start, 1.0, step / top)
        } else {
            let way = if last > top {
                (step - top) / (last - top)
            } else {
                1.0
            };
            cosine(1.0, start / self.final_divisor, way.min(1.0))
        }
    }
}

fn between(from: f64, to: f64, way: f64) -> f64 {
    from + (to - from) * way
}

fn cosine(from: f64, to: f64, way: f64) -> f64 {
    to + (from - to) * (1.0 + (PI * way).cos()) / 2.0
}

/// The reductions of a [`PlateauSchedule`] so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlateauState {
    /// Lowest loss seen.
    pub best: Option<f64>,
    /// Epochs since.
    pub waited: usize,
    /// Product of the reductions.
    pub factor: f64,
}

impl Default for PlateauState {
    fn default() -> Self {
        Self {
            best: None,
            waited: 0,
            factor: 1.0,
        }
    }
}

impl PlateauState {
    /// Takes the loss of an epoch; true when the learning rate was reduced.
    pub fn observe(&mut self, config: &PlateauSchedule, loss: f64) -> bool {
        if self.best.is_none_or(|best| loss < best - config.min_delta) {
            self.best = Some(loss);
            self.waited = 0;
            return false;
        }
        self.waited += 1;
        if self.waited <= config.patience {
            return false;
        }
        self.waited = 0;
        let before = self.factor;
        self.factor = (before * config.factor).max(config.min_factor);
        self.factor < before
    }
}

/// A schedule at a step, in the form Burn's learner takes it.
#[derive(Debug, Clone)]
pub struct Schedule {
    config: ScheduleConfig,
    learning_rate: f64,
    span: Span,
    step: usize,
    plateau: f64,
}

impl Schedule {
    /// The schedule before its first step.
    pub fn new(config: ScheduleConfig, learning_rate: f64, span: Span) -> Self {
        Self {
            config,
            learning_rate,
            span,
            step: 0,
            plateau: 1.0,
        }
    }

    /// The learning rate of an optimizer step, counted from 0, after reductions to `plateau`.
    pub fn learning_rate(&self, step: usize, plateau: f64) -> f64 {
        self.learning_rate * self.config.factor(step, self.span) * plateau
    }

    /// The same at another learning rate.
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            learning_rate: self.learning_rate * factor,
            ..self.clone()
        }
    }

    /// What moves the schedulers of a learner to a step and to a factor of reductions. A learner numbers them: one for
    /// the whole network and one for each of `groups`.
    pub fn position(step: usize, plateau: f64, groups: usize) -> LrSchedulerRecord {
        (0..=groups).fold(LrSchedulerRecord::new(), |record, place| {
            let own = LrSchedulerRecord::new()
                .with_scalar("step", step)
                .with_scalar("plateau", plateau);
            record.with_record(&place.to_string(), own)
        })
    }
}

impl LrScheduler for Schedule {
    fn step(&mut self) -> f64 {
        let learning_rate = self.learning_rate(self.step, self.plateau);
        self.step += 1;
        learning_rate
    }

    fn to_record(&self) -> LrSchedulerRecord {
        LrSchedulerRecord::new()
            .with_scalar("step", self.step)
            .with_scalar("plateau", self.plateau)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        if let Some(step) = record.scalar("step") {
            self.step = step;
        }
        if let Some(plateau) = record.scalar("plateau") {
            self.plateau = plateau;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Span = Span {
        steps_per_epoch: 10,
        total_steps: 100,
    };

    fn factors(text: &str) -> Vec<f64> {
        let config: ScheduleConfig = toml::from_str(text).unwrap();
        (0..SPAN.total_steps)
            .map(|step| config.factor(step, SPAN))
            .collect()
    }

    fn near(actual: f64, expected: f64) {
        assert!(
            (actual - expected).abs() < 1e-9,
            "{actual} is not {expected}"
        );
    }

    #[test]
    fn constant_stays_at_one() {
        assert!(factors("[constant]").iter().all(|factor| *factor == 1.0));
    }

    #[test]
    fn warmup_rises_to_one_and_then_the_schedule_begins() {
        let factors = factors("[linear]\nwarmup = { epochs = 2 }");
        near(factors[0], 1.0 / 20.0);
        near(factors[19], 1.0);
        near(factors[20], 1.0);
        near(factors[60], 0.5);
        assert_eq!(factors, self::factors("[linear]\nwarmup = { steps = 20 }"));
    }

    #[test]
    fn cosine_falls_by_half_in_the_middle() {
        let factors = factors("[cosine]\nfinal_factor = 0.1");
        near(factors[0], 1.0);
        near(factors[50], 0.55);
        assert!(factors[99] > 0.1 && factors[99] < 0.101);
    }

    #[test]
    fn exponential_and_step_fall_by_epoch() {
        near(factors("[exponential]\ngamma = 0.5")[30], 0.125);
        let factors = factors("[step]\nepochs = 4\ngamma = 0.1");
        near(factors[39], 1.0);
        near(factors[40], 0.1);
        near(factors[80], 0.01);
    }

    #[test]
    fn noam_is_highest_at_the_end_of_its_rise() {
        let factors = factors("[noam]\nwarmup_steps = 20");
        near(factors[9], 0.5);
        near(factors[19], 1.0);
        near(factors[79], 0.5);
    }

    // torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=100).get_last_lr() after 0, 10, 29, 60
    // and 99 steps, from torch 2.15.
    #[test]
    fn one_cycle_is_pytorchs() {
        let factors = factors("[one_cycle]");
        near(factors[0], 0.04);
        for (step, expected) in [
            (10, 0.29516394846410077),
            (29, 1.0),
            (60, 0.5892800902855287),
            (99, 4e-06),
        ] {
            near(factors[step], expected);
        }
    }

    #[test]
    fn a_plateau_is_left_by_a_smaller_factor() {
        let config = PlateauSchedule {
            factor: 0.5,
            patience: 1,
            min_factor: 0.2,
            ..PlateauSchedule::default()
        };
        let mut state = PlateauState::default();
        let losses = [1.0, 0.9, 0.9, 0.9, 0.89999, 0.9, 0.9, 0.9, 0.9];
        let reduced: Vec<bool> = losses
            .iter()
            .map(|loss| state.observe(&config, *loss))
            .collect();
        assert_eq!(
            reduced,
            [false, false, false, true, false, true, false, true, false]
        );
        near(state.factor, 0.2);
    }

    #[test]
    fn a_schedule_continues_from_its_position() {
        let config = ScheduleConfig::Cosine(DecaySchedule::default());
        let mut whole = Schedule::new(config.clone(), 0.1, SPAN);
        let expected: Vec<f64> = (0..50).map(|_| whole.step()).collect();
        let mut resumed = Schedule::new(config, 0.1, SPAN);
        resumed.load_record(Schedule::position(30, 1.0, 0).record("0"));
        let actual: Vec<f64> = (30..50).map(|_| resumed.step()).collect();
        assert_eq!(actual, expected[30..]);
    }
}
