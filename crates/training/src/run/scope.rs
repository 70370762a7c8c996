//! Rows that belong to no class: the threshold is chosen on the validation part and half of the examples, and judged on
//! the test part and the other half.

use burn::tensor::Device;
use hob_data::config::{OutOfScopeConfig, OutOfScopeScore};
use hob_data::features::{Features, Matrix, Targets};
use hob_inference::decode::largest;
use hob_inference::manifest::OutputSpec;
use hob_inference::scope::{Scope, ScopeScore};
use hob_inference::{hidden, raw_outputs, raw_outputs_and_hidden};
use hob_model::Network;

use crate::error::RunError;
use crate::fit::{EncodedPart, FitObserver, random};
use crate::metrics::out_of_scope::{
    CenterDistance, ScopeScores, ThresholdRule, choose_threshold, class_centers,
    evaluate_out_of_scope,
};
use crate::metrics::{Metrics, MetricsError};
use crate::mistakes::ScoreHistogram;
use crate::plan::Plan;
use crate::text_encoders::TextEncoders;

/// What is needed to judge a network on rows.
pub(super) struct Scoring<'a> {
    pub(super) network: &'a Network,
    pub(super) device: &'a Device,
    /// See [`needs_hidden`].
    pub(super) needs_hidden: bool,
}

/// Whether some output tells by a distance, which is one of hidden layers.
pub(super) fn needs_hidden(plan: &Plan) -> bool {
    plan.outputs.iter().any(|output| {
        let category = output.config.category.as_ref();
        let scope = category.and_then(|category| category.out_of_scope.as_ref());
        scope.is_some_and(|scope| scope.score == OutOfScopeScore::Distance)
    })
}

/// Rows with known classes.
#[derive(Clone, Copy)]
pub(super) struct KnownRows<'a> {
    pub(super) part: &'a EncodedPart,
    /// Raw outputs of every head.
    pub(super) raw: &'a [Matrix<f32>],
    /// The last hidden layer, where it is needed.
    pub(super) hidden: Option<&'a Matrix<f32>>,
}

/// Scores of examples that the threshold was not chosen on.
pub(super) struct Unseen(Vec<f32>);

/// How well a threshold does.
#[derive(Default)]
pub(super) struct JudgedScope {
    pub(super) metrics: Metrics,
    /// The scores behind them.
    pub(super) scores: Option<ScoreHistogram>,
}

impl Scoring<'_> {
    /// Raw outputs of every head and, where it is needed, the last hidden layer.
    pub(super) fn run(&self, features: &Features) -> (Vec<Matrix<f32>>, Option<Matrix<f32>>) {
        match self.needs_hidden {
            true => {
                let (raw, hidden) = raw_outputs_and_hidden(self.network, features, self.device);
                (raw, Some(hidden))
            }
            false => (raw_outputs(self.network, features, self.device), None),
        }
    }

    /// Chooses the threshold of an output and puts it into its spec.
    pub(super) fn choose(
        &self,
        plan: &Plan,
        texts: &TextEncoders<'_>,
        spec: &mut OutputSpec,
        place: usize,
        (train, validation): (&EncodedPart, KnownRows<'_>),
        observer: &mut dyn FitObserver,
    ) -> Result<Option<Unseen>, RunError> {
        let output = &plan.outputs[place];
        let category = output.config.category.as_ref();
        let Some(config) = category.and_then(|category| category.out_of_scope.as_ref()) else {
            return Ok(None);
        };
        let failed = |source| RunError::Metrics {
            output: spec.column.clone(),
            part: "validation",
            source,
        };
        let score = self.score(config, train, place).map_err(failed)?;
        let mut scope = Scope {
            score,
            threshold: f64::NEG_INFINITY,
        };
        let temperature = spec.temperature;
        let mut examples = match &output.out_of_scope {
            None => Vec::new(),
            Some(table) => {
                let mut rows: Vec<usize> = (0..table.num_rows).collect();
                random::shuffle_examples(&mut rows, plan.recipe.seed);
                let features = texts.encode_table(table, &rows, observer)?;
                let (raw, hidden) = self.run(&features);
                scope.scores(&raw[place], temperature, hidden.as_ref())
            }
        };
        let unseen = examples.split_off(examples.len() / 2);
        let in_scope = scope.scores(&validation.raw[place], temperature, validation.hidden);
        let right = right(validation, place);
        let scores = ScopeScores {
            in_scope: &in_scope,
            right: &right,
            out_of_scope: &examples,
        };
        let rule = match examples.is_empty() {
            true => ThresholdRule::AcceptInScope(config.accept),
            false => ThresholdRule::Balanced,
        };
        let chosen = choose_threshold(scores, rule).map_err(failed)?;
        scope.threshold = chosen.threshold;
        spec.scope = Some(scope);
        Ok(Some(Unseen(unseen)))
    }

    /// How well the threshold does on the judged part and on unseen examples.
    pub(super) fn judge(
        &self,
        spec: &OutputSpec,
        place: usize,
        judged: KnownRows<'_>,
        unseen: Option<&Unseen>,
    ) -> Result<JudgedScope, MetricsError> {
        let (Some(scope), Some(unseen)) = (&spec.scope, unseen) else {
            return Ok(JudgedScope::default());
        };
        let in_scope = scope.scores(&judged.raw[place], spec.temperature, judged.hidden);
        let scores = ScopeScores {
            in_scope: &in_scope,
            right: &right(judged, place),
            out_of_scope: &unseen.0,
        };
        let wide = |scores: &[f32]| scores.iter().map(|&score| f64::from(score)).collect();
        let groups = [
            ("in scope", wide(&in_scope)),
            ("out of scope", wide(&unseen.0)),
        ];
        let name = match &scope.score {
            ScopeScore::MaxSoftmax => "largest probability",
            ScopeScore::Energy => "energy",
            ScopeScore::Distance(_) => "minus the distance to the nearest class",
        };
        Ok(JudgedScope {
            metrics: evaluate_out_of_scope(scores, scope.threshold)?,
            scores: ScoreHistogram::of_scores(name, &groups, Some(scope.threshold)),
        })
    }

    fn score(
        &self,
        config: &OutOfScopeConfig,
        train: &EncodedPart,
        place: usize,
    ) -> Result<ScopeScore, MetricsError> {
        Ok(match (config.score, &train.targets[place]) {
            (OutOfScopeScore::MaxSoftmax, _) => ScopeScore::MaxSoftmax,
            (OutOfScopeScore::Distance, Targets::Classes(classes)) => {
                let hidden = hidden(self.network, &train.features, self.device);
                let num_classes = classes.iter().max().map_or(0, |&class| class as usize + 1);
                let distance = CenterDistance::Mahalanobis;
                ScopeScore::Distance(class_centers(&hidden, classes, num_classes, distance)?)
            }
            (OutOfScopeScore::Energy | OutOfScopeScore::Distance, _) => ScopeScore::Energy,
        })
    }
}

/// Whether the most probable class of each row is the right one.
fn right(rows: KnownRows<'_>, place: usize) -> Vec<bool> {
    let Targets::Classes(classes) = &rows.part.targets[place] else {
        return Vec::new();
    };
    let raw = &rows.raw[place];
    let is_right = |(row, &class): (usize, &i32)| largest(raw.row(row)) == class as usize;
    classes.iter().enumerate().map(is_right).collect()
}
