//! The end of a run that recommends: judge beside popularity and item kNN, pack the bundle.

use hob_data::features::Features;
use hob_data::preprocess::TransformReport;
use hob_data::recommend::History;
use hob_inference::manifest::Manifest;
use hob_inference::recommend::{Catalog, CatalogTexts, RecommendSpec, UserReading};
use hob_inference::{Bundle, InferenceError};
use hob_model::recommend::Recommender;
use hob_model::weights;

use super::finish::Finish;
use crate::error::RunError;
use crate::metrics::OutputReport;
use crate::plan::Contradictions;
use crate::recommend::{
    Evaluation, KIND, OUTPUT, OtherLists, PlannedRecommend, Ranker, Ratings, RecommendDetail,
};
use crate::result::{OutputResult, RunResult};
use crate::run_folder::RunFolder;

impl Finish<'_> {
    /// Makes the lists of the test part, and stores what makes others.
    pub(super) fn recommendations(
        self,
        planned: &PlannedRecommend,
        folder: &RunFolder,
    ) -> Result<RunResult, RunError> {
        let network = &self.fitted.network;
        let ranker = Ranker::new(network, &planned.rows.shared, self.device);
        let output = match (planned.range, network.recommender()) {
            (Some(range), Some(recommender)) => self.rated(planned, recommender, range),
            _ => self.ranked(planned, &ranker),
        };
        let mut result = self.result(network, vec![output], &TransformReport::default());
        result.notes.extend(planned.notes());
        result.notes.push(planned.protocol());
        let catalog = self.catalog(planned, &ranker)?;
        let bundle = Bundle {
            manifest: self.recommend_manifest(planned, &result),
            weights: weights::to_bytes(network).map_err(InferenceError::from)?,
            index: None,
            catalog: Some(catalog),
        };
        folder.write_end(&bundle, &result)?;
        Ok(result)
    }

    fn ranked(&self, planned: &PlannedRecommend, ranker: &Ranker<'_>) -> OutputResult {
        let validation = Evaluation::validation(planned);
        let lists = validation.of_ranker(ranker, self.device);
        let judged = Evaluation::test(planned).judge(ranker, self.device);
        let report = |rows, metrics| OutputReport {
            rows,
            metrics,
            ..OutputReport::default()
        };
        output(
            report(judged.users, judged.metrics),
            (!lists.is_empty()).then(|| report(lists.len(), validation.metrics(&lists))),
            report(judged.users, judged.popularity),
            judged.detail,
        )
    }

    fn rated(
        &self,
        planned: &PlannedRecommend,
        network: &Recommender,
        range: [f32; 2],
    ) -> OutputResult {
        let shared = &planned.rows.shared;
        let events = &planned.events;
        let ratings = Ratings::new(shared, range);
        let report = |events: &[usize], metrics| OutputReport {
            rows: events.len(),
            metrics,
            ..OutputReport::default()
        };
        let validation = (!events.validation.is_empty()).then(|| {
            let metrics = ratings.judge(network, self.device, &events.validation);
            report(&events.validation, metrics)
        });
        let detail = RecommendDetail {
            protocol: planned.protocol(),
            users: shared.interactions.users.len(),
            items: shared.interactions.items.len(),
            events: shared.interactions.events.len(),
            others: vec![OtherLists {
                name: "levels".to_string(),
                settings: "mean, item and user".to_string(),
                metrics: ratings.levels(&events.train, &events.test),
            }],
            ..RecommendDetail::default()
        };
        output(
            report(
                &events.test,
                ratings.judge(network, self.device, &events.test),
            ),
            validation,
            report(&events.test, ratings.mean(&events.train, &events.test)),
            detail,
        )
    }

    /// What there is to recommend, with everything that users have had by the end of the data.
    fn catalog(
        &self,
        planned: &PlannedRecommend,
        ranker: &Ranker<'_>,
    ) -> Result<Catalog, RunError> {
        let shared = &planned.rows.shared;
        let interactions = &shared.interactions;
        let owned = History::new(interactions, 0..interactions.events.len());
        let users: Vec<u32> = (0..interactions.users.len() as u32).collect();
        let wanted = ranker.wanted(shared, &owned, &users, self.device);
        let items = ranker.items().map(|(items, _)| items.clone());
        let texts = CatalogTexts {
            items: interactions.items.clone(),
            names: planned.names.clone(),
            filters: planned.filters.clone(),
            popularity: shared.popularity.clone(),
            users: interactions.users.clone(),
            seen_users: shared.activity.iter().map(|count| *count > 0).collect(),
            owned: users
                .iter()
                .map(|&user| owned.items(user as usize).to_vec())
                .collect(),
        };
        Catalog::new(texts, items.unwrap_or_default(), &wanted)
            .map_err(|fault| RunError::Catalog(fault.to_string()))
    }

    fn recommend_manifest(&self, planned: &PlannedRecommend, result: &RunResult) -> Manifest {
        let learning = &planned.rows.shared.learning;
        let spec = RecommendSpec {
            user: planned.config.user.clone(),
            item: planned.config.item.clone(),
            history: learning.history,
            is_sequential: learning.is_sequential,
            ratings: planned.range,
            users: planned.users.clone().map(|inputs| UserReading { inputs }),
            k: planned.config.k.clone(),
            value: planned.config.feedback.value().map(str::to_string),
            protocol: planned.protocol(),
        };
        let manifest = self.manifest(result, Vec::new(), (&[], &Features::default()), &[]);
        Manifest {
            examples: Vec::new(),
            recommend: Some(spec),
            ..manifest
        }
    }
}

fn output(
    test: OutputReport,
    validation: Option<OutputReport>,
    baseline: OutputReport,
    detail: RecommendDetail,
) -> OutputResult {
    OutputResult {
        column: OUTPUT.to_string(),
        kind: KIND.to_string(),
        test,
        part: "test".to_string(),
        validation,
        baseline,
        text_baseline: None,
        forecast: None,
        recommend: Some(detail),
        temperature: 1.0,
        worst: Vec::new(),
        mistakes: None,
        scope: None,
        contradictions: Contradictions::default(),
    }
}
