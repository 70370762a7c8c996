//! Rows that belong to no class: the threshold is chosen on the validation part and half of the examples, and judged on
//! the test part and the other half.

use burn::tensor::Device;
use hob_data::config::{OutOfScopeConfig, OutOfScopeScore};
use hob_data::features::{Features, Matrix, Targets};
use hob_inference::decode::largest;
use hob_inference::manifest::OutputSpec;
use hob_inference::scope::{Scope, ScopeScore};
use hob_inference::{hidden, raw_outputs};
use hob_model::Network;

use crate::error::RunError;
use crate::fit::{EncodedPart, FitObserver, random};
use crate::metrics::out_of_scope::{
    CenterDistance, ScopeScores, ThresholdRule, choose_threshold, class_centers,
    evaluate_out_of_scope,
};
use crate::metrics::{Metrics, MetricsError};
use crate::plan::Plan;
use crate::text_encoders::TextEncoders;

/// What is needed to judge a network on rows.
pub(super) struct Scoring<'a> {
    pub(super) network: &'a Network,
    pub(super) device: &'a Device,
}

/// Rows with known classes.
#[derive(Clone, Copy)]
pub(super) struct KnownRows<'a> {
    pub(super) part: &'a EncodedPart,
    /// Raw outputs of every head.
    pub(super) raw: &'a [Matrix<f32>],
}

/// Scores of examples that the threshold was not chosen on.
pub(super) struct Unseen(Vec<f32>);

impl Scoring<'_> {
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
                let raw = raw_outputs(self.network, &features, self.device);
                self.scores(&scope, &raw[place], temperature, &features)
            }
        };
        let unseen = examples.split_off(examples.len() / 2);
        let in_scope = self.scores(
            &scope,
            &validation.raw[place],
            temperature,
            &validation.part.features,
        );
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
    ) -> Result<Metrics, MetricsError> {
        let (Some(scope), Some(unseen)) = (&spec.scope, unseen) else {
            return Ok(Metrics::default());
        };
        let (raw, features) = (&judged.raw[place], &judged.part.features);
        let in_scope = self.scores(scope, raw, spec.temperature, features);
        let scores = ScopeScores {
            in_scope: &in_scope,
            right: &right(judged, place),
            out_of_scope: &unseen.0,
        };
        evaluate_out_of_scope(scores, scope.threshold)
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

    fn scores(
        &self,
        scope: &Scope,
        raw: &Matrix<f32>,
        temperature: f64,
        features: &Features,
    ) -> Vec<f32> {
        let hidden = matches!(scope.score, ScopeScore::Distance(_))
            .then(|| hidden(self.network, features, self.device));
        scope.scores(raw, temperature, hidden.as_ref())
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
