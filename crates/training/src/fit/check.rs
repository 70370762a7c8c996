//! Whether parts, losses and network fit together, before anything is computed.

use hob_data::features::{Features, Targets};
use hob_model::config::HeadConfig;

use super::{EncodedPart, FitError, FitRequest};

pub(crate) fn check(request: &FitRequest) -> Result<(), FitError> {
    if request.train.features.num_rows == 0 {
        return Err(FitError::NoRows);
    }
    let heads = &request.network.heads;
    for (head, loss) in heads.iter().zip(&request.losses) {
        if let Some(expected) = loss.width().filter(|width| head.width != *width) {
            let found = head.width;
            return Err(FitError::HeadWidth {
                head: head.name.clone(),
                found,
                expected,
            });
        }
    }
    check_part(request, "training", &request.train)?;
    match &request.validation {
        Some(part) => check_part(request, "validation", part),
        None => Ok(()),
    }
}

fn check_part(
    request: &FitRequest,
    part: &'static str,
    rows: &EncodedPart,
) -> Result<(), FitError> {
    let losses = &request.losses;
    let heads = request.network.num_outputs();
    if heads != losses.len() || losses.len() != rows.targets.len() {
        let targets = rows.targets.len();
        return Err(FitError::Outputs {
            heads,
            losses: losses.len(),
            targets,
        });
    }
    for (output, targets) in rows.targets.iter().enumerate() {
        let (features, targets_len) = (rows.features.num_rows, num_rows(targets));
        if features != targets_len {
            return Err(FitError::Rows {
                part,
                features,
                targets: targets_len,
                output,
            });
        }
        let head = request.network.heads.get(output);
        let fit = head.is_none_or(|head| words_fit(head, targets, &rows.features));
        if !losses[output].accepts(targets) || !fit {
            return Err(FitError::Targets {
                head: head_name(request, output),
                part,
            });
        }
    }
    check_lanes(request, part, rows)
}

/// The last hidden layer, which a network without heads gives, has no name.
fn head_name(request: &FitRequest, output: usize) -> String {
    let head = request.network.heads.get(output);
    head.map_or_else(|| "vector".to_string(), |head| head.name.clone())
}

fn check_lanes(
    request: &FitRequest,
    part: &'static str,
    rows: &EncodedPart,
) -> Result<(), FitError> {
    let (inputs, features) = (&request.network.inputs, &rows.features);
    for (lane, found, expected) in [
        ("numbers", features.numbers.width, inputs.numbers.len()),
        ("dense", features.dense.width, inputs.dense.iter().sum()),
        ("codes", features.codes.width, inputs.codes.len()),
        ("texts", features.texts.len(), inputs.texts.len()),
        (
            "series",
            usize::from(features.windows.is_some()),
            usize::from(inputs.series.is_some()),
        ),
        (
            "interactions",
            usize::from(features.interactions.is_some()),
            usize::from(inputs.interactions.is_some()),
        ),
    ] {
        if found != expected {
            return Err(FitError::LaneWidth {
                part,
                lane,
                found,
                expected,
            });
        }
    }
    for row in features
        .codes
        .values
        .chunks_exact(inputs.codes.len().max(1))
    {
        for (column, (&code, encoder)) in row.iter().zip(&inputs.codes).enumerate() {
            let cardinality = encoder.cardinality;
            if usize::try_from(code).map_or(true, |code| code >= cardinality) {
                return Err(FitError::Code {
                    part,
                    column,
                    code,
                    cardinality,
                });
            }
        }
    }
    Ok(())
}

/// Whether a head that labels words has a target for each word of its text, and no other head has such targets.
fn words_fit(head: &HeadConfig, targets: &Targets, features: &Features) -> bool {
    match (head.words_of, targets) {
        (Some(column), Targets::Tags(lists)) => features
            .texts
            .get(column)
            .and_then(|texts| texts.words.as_ref())
            .is_some_and(|words| words.offsets == lists.offsets),
        (None, Targets::Tags(_)) | (Some(_), _) => false,
        (None, _) => true,
    }
}

fn num_rows(targets: &Targets) -> usize {
    match targets {
        Targets::Classes(values) => values.len(),
        Targets::Binary(values) | Targets::Numbers(values) => values.len(),
        Targets::Labels(matrix) => matrix.values.len() / matrix.width.max(1),
        Targets::Tags(lists) => lists.offsets.len().saturating_sub(1),
        Targets::Windows(windows) => windows.len(),
        Targets::Interactions(interactions) => interactions.len(),
    }
}
