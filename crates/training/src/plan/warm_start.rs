//! `[training] warm_start`: which weights of another model this one can begin with.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use hob_data::config::DataConfig;
use hob_data::preprocess::Preprocessor;
use hob_data::target::{TargetEncoder, TargetKind};
use hob_inference::manifest::Parent;
use hob_inference::{Bundle, InferenceError, Manifest};
use hob_model::weights::{self, Kinship, NetworkPart, PartTransfer, Transfer};
use hob_model::{Network, NetworkConfig};

use super::{Plan, PlannedOutput, finding_of};
use crate::error::RunError;
use crate::recipe::{Finding, KeyPath, Recipe, RecipeSource};

/// A model whose weights may be used.
pub(crate) struct Earlier {
    path: PathBuf,
    sha256: String,
    bundle: Bundle,
}

/// The model that training begins with.
#[derive(Debug)]
pub struct WarmStart {
    path: PathBuf,
    sha256: String,
    bundle: Bundle,
    transfer: Transfer,
    /// Parts that begin with random weights, each with the reason.
    new: Vec<String>,
}

/// Reads the model that a recipe names, if it does.
pub(crate) fn read(recipe: &Recipe, folder: &Path) -> Result<Option<Earlier>, Finding> {
    let Some(name) = &recipe.training.warm_start else {
        return Ok(None);
    };
    let path = folder.join(name);
    match Bundle::read_with_checksum(&path) {
        Ok((bundle, sha256)) => Ok(Some(Earlier {
            path,
            sha256,
            bundle,
        })),
        Err(error) => Err(finding_of(key(), &with_causes(&error))),
    }
}

fn key() -> KeyPath {
    KeyPath::root().key("training").key("warm_start")
}

fn with_causes(error: &InferenceError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

impl Earlier {
    /// How the model reads its inputs.
    pub(crate) fn preprocessor(&self) -> &Preprocessor {
        &self.bundle.manifest.inputs
    }

    /// What of the model fits a network for these inputs and outputs.
    ///
    /// # Errors
    /// Nothing does.
    pub(crate) fn start(
        self,
        preprocessor: &Preprocessor,
        network: &NetworkConfig,
        outputs: &[PlannedOutput],
    ) -> Result<WarmStart, Finding> {
        let manifest = &self.bundle.manifest;
        let relation = Relation {
            preprocessor,
            network,
            outputs,
            manifest,
        };
        let kinship = relation.kinship();
        let device = hob_inference::device::device(None)
            .map_err(|error| finding_of(key(), &error.to_string()))?
            .1;
        manifest.network.check().map_err(|error| {
            let text = format!(
                "the network of `{}` cannot be built: {error}",
                self.path.display()
            );
            finding_of(key(), &text)
        })?;
        let transfer = Transfer::new(network, &manifest.network, &kinship, &device);
        let parts = transfer.parts.iter().filter(|part| !part.is_whole());
        let new: Vec<String> = parts.map(|part| relation.named(part, &kinship)).collect();
        if transfer.counts().0 == 0 {
            let message = format!(
                "no weight of `{}` fits this network: new are {}",
                self.path.display(),
                new.join(", ")
            );
            return Err(Finding::error(key(), message)
                .with_hint("give columns, encoders and hidden layers the names and sizes they have there, or remove it"));
        }
        Ok(WarmStart {
            path: self.path,
            sha256: self.sha256,
            bundle: self.bundle,
            transfer,
            new,
        })
    }
}

/// A new network and the model it may begin with.
struct Relation<'a> {
    preprocessor: &'a Preprocessor,
    network: &'a NetworkConfig,
    outputs: &'a [PlannedOutput],
    manifest: &'a Manifest,
}

impl Relation<'_> {
    fn kinship(&self) -> Kinship {
        let (new, old) = (self.network, &self.manifest.network);
        let is_read_alike = self.preprocessor.encodes_like(&self.manifest.inputs)
            && new.inputs.texts == old.inputs.texts;
        Kinship {
            texts: (0..new.inputs.text_encoders.len())
                .map(|place| self.text_source(place))
                .collect(),
            body: is_read_alike,
            heads: (0..self.outputs.len())
                .map(|place| self.head_source(place))
                .collect(),
        }
    }

    /// The text that an encoder reads first, and the text of the old model that stands for it.
    fn text_columns(&self, place: usize) -> (String, Option<&str>) {
        let texts = self.preprocessor.layout().texts;
        let readers = &self.network.inputs.texts;
        let read = readers.iter().position(|&reader| reader == place);
        let column = read.map_or_else(String::new, |read| texts[read].column.clone());
        let inputs = self.preprocessor.inputs();
        let counterpart = self.manifest.inputs.counterpart(&column, inputs);
        (column, counterpart)
    }

    fn text_source(&self, place: usize) -> Option<usize> {
        let (column, counterpart) = self.text_columns(place);
        let old = self.manifest.inputs.text(counterpart?)?;
        if !self.preprocessor.text(&column)?.tokenizes_like(old) {
            return None;
        }
        let texts = self.manifest.inputs.layout().texts;
        let read = texts
            .iter()
            .position(|text| Some(text.column.as_str()) == counterpart)?;
        self.manifest.network.inputs.texts.get(read).copied()
    }

    fn head_source(&self, place: usize) -> Option<usize> {
        let new = &self.outputs[place].encoder;
        let old = |head: &usize| answers_alike(new, &self.manifest.outputs[*head].encoder);
        self.head_of_name(place).filter(old)
    }

    fn head_of_name(&self, place: usize) -> Option<usize> {
        let column = &self.outputs[place].config.column;
        let mut outputs = self.manifest.outputs.iter();
        outputs.position(|output| output.column == *column)
    }

    /// A part that is not taken as a whole, with the reason.
    fn named(&self, part: &PartTransfer, kinship: &Kinship) -> String {
        let (name, reason) = match part.part {
            NetworkPart::Text(place) => {
                let (column, counterpart) = self.text_columns(place);
                let reason = match (counterpart, kinship.texts[place]) {
                    (None, _) => "no such text there",
                    (Some(_), None) => "another tokenizer: its vectors belong to other tokens",
                    (Some(_), Some(_)) => "another encoder",
                };
                (format!("text.{column}"), reason)
            }
            NetworkPart::Body if !kinship.body => {
                let is_reordered = self.preprocessor.encodes_like(&self.manifest.inputs);
                let reason = match is_reordered {
                    true => "other encoders are frozen now, which come first",
                    false => "other inputs",
                };
                ("body".to_string(), reason)
            }
            NetworkPart::Body if part.taken > 0 => ("body".to_string(), "other sizes"),
            NetworkPart::Body => ("body".to_string(), "other layers, or behind new ones"),
            NetworkPart::Head(place) => {
                let reason = match (self.head_of_name(place), kinship.heads[place]) {
                    (None, _) => "no such output there",
                    (Some(head), None) => self.difference(place, head),
                    (Some(_), Some(_)) => "behind new layers",
                };
                (
                    format!("head.{}", self.outputs[place].config.column),
                    reason,
                )
            }
        };
        match part.taken {
            0 => format!("{name} ({reason})"),
            taken => format!(
                "{} of {} in {name} ({reason})",
                part.tensors - taken,
                part.tensors
            ),
        }
    }

    fn difference(&self, place: usize, head: usize) -> &'static str {
        let (new, old) = (
            &self.outputs[place].encoder.kind,
            &self.manifest.outputs[head].encoder.kind,
        );
        match (new, old) {
            (TargetKind::Number(_), TargetKind::Number(_)) => "scaled otherwise",
            _ if new.name() != old.name() => "another type",
            _ => "other classes",
        }
    }
}

/// Whether the numbers of two heads mean the same.
fn answers_alike(new: &TargetEncoder, old: &TargetEncoder) -> bool {
    match (&new.kind, &old.kind) {
        (TargetKind::Number(new), TargetKind::Number(old)) => {
            new.scaling == old.scaling && new.quantiles == old.quantiles
        }
        (new_kind, old_kind) => {
            new_kind.name() == old_kind.name() && new.classes() == old.classes()
        }
    }
}

/// How rows are divided, wherever the file is.
fn split(recipe: &Recipe) -> DataConfig {
    DataConfig {
        source: None,
        ..recipe.data.clone()
    }
}

impl WarmStart {
    /// Its place in result and bundle.
    pub fn parent(&self) -> Parent {
        let (taken, tensors) = self.transfer.counts();
        Parent {
            name: self.bundle.manifest.name.clone(),
            sha256: self.sha256.clone(),
            taken,
            tensors,
            new: self.new.clone(),
        }
    }

    /// What is taken and what is new, in a line.
    pub fn describe(&self) -> String {
        let (taken, tensors) = self.transfer.counts();
        let path = self.path.display();
        match self.new.as_slice() {
            [] => format!("took all {tensors} tensors of `{path}`"),
            new => format!(
                "took {taken} of {tensors} tensors from `{path}`; new: {}",
                new.join(", ")
            ),
        }
    }

    /// Rows that the model has learned from would make the result look better than it is.
    pub(crate) fn warning(&self, plan: &Plan) -> Option<String> {
        let provenance = &self.bundle.manifest.provenance;
        let is_known = |sha256: &str| provenance.sources.iter().any(|file| file.sha256 == sha256);
        let mut files = plan.report.files.iter();
        let file = files.find(|file| is_known(&file.sha256))?;
        let rows = plan.rows();
        let is_same_split = provenance.rows == [rows.training, rows.validation, rows.test]
            && provenance.seed == plan.recipe.seed
            && Recipe::parse(&RecipeSource::new(None, provenance.recipe.as_str()))
                .is_ok_and(|recipe| split(&recipe) == split(&plan.recipe));
        (!is_same_split).then(|| {
            format!(
                "`{}` learned from `{}` too, and its training part was another one: it may have seen test rows",
                self.path.display(),
                file.path.display()
            )
        })
    }

    /// Hex SHA-256 of the bundle.
    pub(crate) fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The network of the model.
    pub(crate) fn network(&self, device: &Device) -> Result<Network, RunError> {
        let Bundle {
            manifest, weights, ..
        } = &self.bundle;
        let network = weights::from_bytes(&manifest.network, weights.clone(), device);
        network.map_err(|error| RunError::Weights {
            path: self.path.clone(),
            reason: error.to_string(),
        })
    }

    /// Which weights go where.
    pub(crate) fn transfer(&self) -> &Transfer {
        &self.transfer
    }
}
