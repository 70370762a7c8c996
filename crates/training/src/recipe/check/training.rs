//! Rules of `[model]`, `[optimizer]`, `[schedule]` and `[training]`.

use hob_model::config::BodyConfig;

use crate::optimizer::OptimizerConfig;
use crate::recipe::Recipe;
use crate::recipe::check::path;
use crate::recipe::key_path::KeyPath;
use crate::recipe::problem::Finding;
use crate::schedule::{ScheduleConfig, Warmup};
use crate::training_config::BatchSize;

pub(super) fn check(recipe: &Recipe, findings: &mut Vec<Finding>) {
    recipe.model.iter().for_each(|body| model(body, findings));
    optimizer(&recipe.optimizer, findings);
    schedule(recipe, findings);
    training(recipe, findings);
}

fn model(model: &BodyConfig, findings: &mut Vec<Finding>) {
    let BodyConfig::FtTransformer(config) = model else {
        return;
    };
    if config.heads > 0 && !config.width.is_multiple_of(config.heads) {
        let section = path(&["model", "ft_transformer"]);
        let message = format!(
            "`{section}.width` must be a multiple of `heads`, but {} is not a multiple of {}",
            config.width, config.heads
        );
        let below = config.width / config.heads * config.heads;
        let above = below + config.heads;
        let near = if below == 0 {
            above.to_string()
        } else {
            format!("{below} or {above}")
        };
        findings.push(
            Finding::error(section.key("width"), message).with_hint(format!("{near} would do")),
        );
    }
}

/// A value that must be more than zero, or less than one.
struct Open<'a> {
    section: KeyPath,
    findings: &'a mut Vec<Finding>,
}

impl Open<'_> {
    fn above_zero(&mut self, key: &str, value: f64) {
        if value <= 0.0 {
            let key = self.section.key(key);
            self.findings.push(Finding::error(
                key.clone(),
                format!("`{key}` must be greater than 0, but is {value}"),
            ));
        }
    }

    fn below_one(&mut self, key: &str, value: f64) {
        if value >= 1.0 {
            let key = self.section.key(key);
            self.findings.push(Finding::error(
                key.clone(),
                format!("`{key}` must be less than 1, but is {value}"),
            ));
        }
    }
}

fn optimizer(optimizer: &OptimizerConfig, findings: &mut Vec<Finding>) {
    let section = path(&["optimizer"]);
    let mut open = |name: &str, rate: f64, decays: &[(&str, f64)]| {
        let mut open = Open {
            section: section.key(name),
            findings,
        };
        open.above_zero("learning_rate", rate);
        decays
            .iter()
            .for_each(|(key, value)| open.below_one(key, *value));
    };
    use OptimizerConfig as Is;
    match optimizer {
        Is::Sgd(c) => {
            open("sgd", c.learning_rate, &[("momentum", c.momentum)]);
            if c.nesterov && (c.momentum == 0.0 || c.dampening != 0.0) {
                let key = section.key("sgd").key("nesterov");
                let message =
                    format!("`{key}` needs a `momentum` greater than 0 and no `dampening`");
                findings.push(Finding::error(key, message).with_hint("add `momentum = 0.9`"));
            }
        }
        Is::Adam(c) => open(
            "adam",
            c.learning_rate,
            &[("beta_1", c.beta_1), ("beta_2", c.beta_2)],
        ),
        Is::Adamw(c) => open(
            "adamw",
            c.learning_rate,
            &[("beta_1", c.beta_1), ("beta_2", c.beta_2)],
        ),
        Is::Adagrad(c) => open("adagrad", c.learning_rate, &[]),
        Is::Rmsprop(c) => open(
            "rmsprop",
            c.learning_rate,
            &[("alpha", c.alpha), ("momentum", c.momentum)],
        ),
        Is::Lion(c) => open(
            "lion",
            c.learning_rate,
            &[("beta_1", c.beta_1), ("beta_2", c.beta_2)],
        ),
        Is::Lamb(c) => open(
            "lamb",
            c.learning_rate,
            &[("beta_1", c.beta_1), ("beta_2", c.beta_2)],
        ),
        Is::Adan(c) => {
            open(
                "adan",
                c.learning_rate,
                &[
                    ("beta_1", c.beta_1),
                    ("beta_2", c.beta_2),
                    ("beta_3", c.beta_3),
                ],
            );
        }
        Is::Muon(c) => open("muon", c.learning_rate, &[("momentum", c.momentum)]),
        Is::Adafactor(c) => open("adafactor", c.learning_rate, &[]),
    }
}

fn schedule(recipe: &Recipe, findings: &mut Vec<Finding>) {
    let epochs = recipe.training.epochs;
    let section = path(&["schedule"]);
    let (name, warmup) = match &recipe.schedule {
        ScheduleConfig::Constant(c) => ("constant", c.warmup),
        ScheduleConfig::Linear(c) => ("linear", c.warmup),
        ScheduleConfig::Cosine(c) => ("cosine", c.warmup),
        ScheduleConfig::Exponential(c) => ("exponential", c.warmup),
        ScheduleConfig::Step(c) => ("step", c.warmup),
        ScheduleConfig::ReduceOnPlateau(c) => ("reduce_on_plateau", c.warmup),
        ScheduleConfig::Noam(_) | ScheduleConfig::OneCycle(_) => ("", Warmup::None),
    };
    let section = section.key(name);
    if let Warmup::Epochs(warmup) = warmup {
        let key = section.key("warmup").key("epochs");
        // With whole-run schedules a warm-up as long as the run would leave nothing for the schedule.
        if warmup < 0.0 {
            findings.push(Finding::error(
                key.clone(),
                format!("`{key}` must be at least 0, but is {warmup}"),
            ));
        } else if warmup >= epochs as f64 {
            let message = format!(
                "`{key}` is {warmup}, but the run has {epochs} epochs: the warm-up would never end"
            );
            findings.push(
                Finding::error(key, message).with_hint("shorten it or raise `training.epochs`"),
            );
        }
    }
    if let ScheduleConfig::Step(step) = &recipe.schedule
        && step.epochs >= epochs
    {
        let message = format!(
            "`{section}.epochs` is {}, but the run has {epochs} epochs: the learning rate would never change",
            step.epochs
        );
        findings.push(Finding::warning(section.key("epochs"), message));
    }
}

fn training(recipe: &Recipe, findings: &mut Vec<Finding>) {
    let training = &recipe.training;
    let section = path(&["training"]);
    let mut open = Open {
        section: section.clone(),
        findings: &mut *findings,
    };
    training
        .clip_norm
        .iter()
        .for_each(|norm| open.above_zero("clip_norm", *norm));
    training
        .time_limit_seconds
        .iter()
        .for_each(|limit| open.above_zero("time_limit_seconds", *limit));
    if let Some(ema) = &training.ema {
        Open {
            section: section.key("ema"),
            findings: &mut *findings,
        }
        .below_one("decay", ema.decay);
    }
    if training.gradient_accumulation > 1 && training.batch_size == BatchSize::Full {
        let key = section.key("gradient_accumulation");
        let message = format!(
            "`{key}` has nothing to add up: `batch_size = \"full\"` makes one batch per epoch"
        );
        findings.push(Finding::error(key, message));
    }
    if let Some(stopping) = training
        .early_stopping
        .as_ref()
        .filter(|s| s.patience >= training.epochs)
    {
        let key = section.key("early_stopping").key("patience");
        let message = format!(
            "`{key}` is {}, but the run has {} epochs: it would never stop early",
            stopping.patience, training.epochs
        );
        findings.push(Finding::warning(key, message));
    }
}
