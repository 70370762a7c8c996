//! The end of a run that continues series: calibrate, judge beside classical forecasts, pack the bundle.

use std::path::Path;

use hob_data::features::Features;
use hob_data::preprocess::TransformReport;
use hob_inference::forecast::{Dependence, ForecastSpec};
use hob_inference::manifest::{Example, Manifest};
use hob_inference::{Bundle, InferenceError, raw_outputs};
use hob_model::weights;
use serde_json::{Map, Value};

use super::finish::Finish;
use crate::decision::Replay;
use crate::error::RunError;
use crate::fit::FitObserver;
use crate::forecast::{Backtest, PlannedForecast};
use crate::result::RunResult;
use crate::run_folder::RunFolder;

/// Windows kept in the bundle for its self-test.
const NUM_EXAMPLES: usize = 3;

impl Finish<'_> {
    /// Forecasts the windows of the test part, and stores what continues the series.
    pub(super) fn forecasts(
        self,
        planned: &PlannedForecast,
        folder: &RunFolder,
        observer: &mut dyn FitObserver,
    ) -> Result<RunResult, RunError> {
        let plan = self.plan;
        let network = &self.fitted.network;
        let mut backtest = Backtest::new(planned, network, self.device);
        if planned.config.calibrate {
            // A failure says why, and the quantiles stay as they are.
            if let Err(error) = backtest.calibrate(&plan.parts.validation) {
                observer.note(&format!("the intervals are not calibrated: {error}"));
            }
        }
        let dependence = backtest.dependence(&plan.parts.validation, plan.recipe.seed);
        let target = &planned.preprocessor.columns.target;
        let failed = |part| {
            move |source| RunError::Metrics {
                output: target.clone(),
                part,
                source,
            }
        };
        let validation = match plan.parts.validation.is_empty() {
            true => None,
            false => {
                let report = backtest.evaluate(&plan.parts.validation);
                Some(report.map_err(failed("validation"))?)
            }
        };
        let mut judged = backtest.judge(&plan.parts.test).map_err(failed("test"))?;
        judged.detail.simulation = self.simulation(planned, &backtest, &dependence)?;
        let output = judged.into_output(target, "test", validation);
        let mut result = self.result(network, vec![output], &TransformReport::default());
        result.notes.extend(planned.notes());
        let steps = planned.config.context.get() + planned.config.horizon.get();
        let spec = ForecastSpec {
            preprocessor: planned.preprocessor.clone(),
            levels: planned.levels(),
            conformal: backtest.decoder.conformal.clone(),
            is_non_negative: planned.is_non_negative(),
            dependence,
            history: planned.windows.panel.tail(steps),
        };
        let bundle = Bundle {
            manifest: self.series_manifest(&result, spec),
            weights: weights::to_bytes(network).map_err(InferenceError::from)?,
            index: None,
            catalog: None,
        };
        folder.write_end(&bundle, &result)?;
        Ok(result)
    }

    /// What the orders of `[decision.order]` would have cost in the test windows.
    fn simulation(
        &self,
        planned: &PlannedForecast,
        backtest: &Backtest<'_>,
        dependence: &Dependence,
    ) -> Result<Option<Value>, RunError> {
        let plan = self.plan;
        let decision = plan.recipe.decision.clone().unwrap_or_default();
        let (Some(order), Some(stock)) = (decision.order, &planned.stock) else {
            return Ok(None);
        };
        let replay = Replay {
            planned,
            network: &self.fitted.network,
            device: self.device,
            decoder: &backtest.decoder,
            dependence,
        };
        let simulation = decision.simulation.unwrap_or_default();
        let result = replay.run(&order, &simulation, stock, plan.recipe.seed)?;
        let Some(result) = result else {
            return Ok(None);
        };
        let value = serde_json::to_value(&result);
        Ok(Some(value.map_err(|error| {
            RunError::json(Path::new("result.json"), error)
        })?))
    }

    fn series_manifest(&self, result: &RunResult, spec: ForecastSpec) -> Manifest {
        let manifest = self.manifest(result, Vec::new(), (&[], &Features::default()), &[]);
        let examples = spec.example_windows(NUM_EXAMPLES).map(|windows| {
            let count = windows.len();
            let features = Features::of_windows(windows);
            let raw = raw_outputs(&self.fitted.network, &features, self.device);
            let example = |row: usize| Example {
                input: Map::new(),
                expected: vec![raw[0].row(row).to_vec()],
            };
            (0..count).map(example).collect()
        });
        Manifest {
            examples: examples.unwrap_or_default(),
            forecast: Some(spec),
            ..manifest
        }
    }
}
