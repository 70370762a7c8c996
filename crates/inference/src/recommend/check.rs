//! Whether the parts of a bundle belong together.

use hob_model::ModelError;
use hob_model::config::InputsConfig;

use super::input::{Question, questions};
use super::recommender::Recommender;
use crate::error::{BundleFault, InferenceError};
use crate::predictor::{SELF_TEST_TOLERANCE, layout_fits};

/// Users whose stored vector is computed again when a bundle is opened.
const TESTED_USERS: usize = 3;

impl Recommender {
    /// Whether network and catalog are of one model.
    pub(super) fn check(&self) -> Result<(), InferenceError> {
        let network = match self.network().item_item() {
            Some(_) => None,
            None => Some(self.recommender()?),
        };
        let expected = network.map_or(0, |network| network.width());
        let width = self.catalog.width();
        if width != expected {
            let reason =
                format!("its vectors have {width} numbers, those of the network {expected}");
            return Err(InferenceError::Bundle {
                path: self.manifest.name.clone().into(),
                source: BundleFault::Index(reason),
            });
        }
        let texts = &self.catalog.texts;
        let sizes = self.manifest.network.inputs.interactions.as_ref();
        let fits = sizes.is_some_and(|sizes| {
            sizes.items == texts.items.len() + 1
                && sizes.users == texts.users.len() + 1
                && sizes.ratings == self.spec.ratings.is_some()
                && sizes.user_inputs.is_some() == self.spec.users.is_some()
        });
        let questions = network.map(|network| &network.questions);
        let reads = |inputs: &Option<Box<InputsConfig>>| match (&self.spec.users, inputs) {
            (Some(users), Some(inputs)) => layout_fits(&users.inputs.layout(), inputs),
            (None, None) => true,
            _ => false,
        };
        let user_inputs = sizes.is_some_and(|sizes| reads(&sizes.user_inputs));
        let lengths = !self.spec.k.is_empty() && !self.spec.k.contains(&0);
        let range = self.spec.ratings.is_none_or(|[low, high]| low <= high);
        let sequence = questions.and_then(|questions| questions.sequence.as_ref());
        let longest = sequence.map(|sequence| sequence.positions.lazy_shape()[0]);
        let sees = longest.is_none_or(|longest| self.spec.history <= longest);
        let is_sequential =
            questions.is_some_and(|questions| questions.is_sequential()) == self.spec.is_sequential;
        match fits && sees && is_sequential && user_inputs && lengths && range {
            true => Ok(()),
            false => {
                let reason = "are of another network than the catalog".to_string();
                Err(fault("inputs.interactions", reason).into())
            }
        }
    }

    /// Computes what a few users look for again.
    pub(super) fn self_test(&self) -> Result<(), InferenceError> {
        // Features of users are not stored, and weights of items need none of what is stored.
        if self.spec.users.is_some() || self.network().item_item().is_some() {
            return Ok(());
        }
        let count = TESTED_USERS.min(self.catalog.texts.users.len());
        let asked: Vec<Question> = (0..count as u32)
            .map(|user| self.question(Some(user), &self.catalog.texts.owned[user as usize], 0))
            .collect();
        if asked.is_empty() {
            return Ok(());
        }
        let found = questions(self.recommender()?, &asked, None, &self.device);
        for user in 0..count {
            let expected = self.catalog.user(user as u32);
            for (&found, &expected) in found.row(user).iter().zip(expected) {
                // Written so that NaN fails.
                let close =
                    (found - expected).abs() <= SELF_TEST_TOLERANCE * (1.0 + expected.abs());
                if !close {
                    return Err(InferenceError::SelfTest {
                        example: user,
                        output: self.spec.item.clone(),
                        expected,
                        found,
                    });
                }
            }
        }
        Ok(())
    }
}

pub(super) fn fault(field: &str, reason: String) -> ModelError {
    ModelError::Config {
        field: field.to_string(),
        reason,
    }
}
