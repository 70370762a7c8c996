//! The futures that orders and production plans are made from.

use std::path::Path;

use anyhow::Result;
use hob_data::source;
use hob_decision::DemandSamples;
use hob_inference::Forecaster;
use hob_training::decision;

/// Draws futures of every series, from where its data ended or from new rows.
pub(super) fn futures(
    forecaster: &Forecaster,
    data: Option<&Path>,
    seed: u64,
) -> Result<Vec<DemandSamples>> {
    let windows = match data {
        None => forecaster.stored_windows()?,
        Some(path) => {
            let paths = source::resolve(&path.to_string_lossy(), Path::new(""))?;
            let (requests, options) = (forecaster.requests(), forecaster.read_options());
            let (table, _) = source::read(&paths, &requests, &options)?;
            forecaster.windows_of_rows(&table)?.0
        }
    };
    Ok(decision::demand(forecaster, &windows, seed))
}
