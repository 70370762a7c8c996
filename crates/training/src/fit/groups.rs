//! Parts of a network that learn at another rate than the rest, or not at all.

use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamGroup};
use burn::tensor::Tensor;
use hob_model::Network;
use serde::Serialize;

use super::step::Trainee;
use crate::schedule::Schedule;

/// A part of the network with a learning rate of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterGroup {
    /// Where the paths of its parameters begin, such as `texts.0.Bert.layers.3`.
    pub path: String,
    /// Its learning rate is that of the rest times this; with 0 it keeps its weights.
    pub learning_rate_factor: f64,
}

impl ParameterGroup {
    fn holds(&self, path: &str) -> bool {
        let rest = path.strip_prefix(self.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Takes the parameters of groups with factor 0 out of the training.
pub(crate) fn freeze(network: Network, groups: &[ParameterGroup]) -> Network {
    if groups.iter().all(|group| group.learning_rate_factor > 0.0) {
        return network;
    }
    network.map(&mut Freeze {
        groups,
        path: Vec::new(),
    })
}

struct Freeze<'a> {
    groups: &'a [ParameterGroup],
    path: Vec<String>,
}

impl ModuleMapper for Freeze<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.join(".");
        // As with learning rates, the last group that holds a parameter counts.
        match self.groups.iter().rfind(|group| group.holds(&path)) {
            Some(group) if group.learning_rate_factor == 0.0 => param.set_require_grad(false),
            _ => param,
        }
    }
}

/// The schedule of the whole network and, after it, one per group.
pub(crate) fn scheduler(
    schedule: &Schedule,
    trainee: &Trainee,
    groups: &[ParameterGroup],
) -> ModuleLrScheduler {
    groups.iter().fold(
        ModuleLrScheduler::new(schedule.clone()),
        |scheduler, group| {
            let paths = Paths::of(&trainee.network, group).found;
            scheduler.with_group(
                ParamGroup::from_paths(paths),
                schedule.scaled(group.learning_rate_factor),
            )
        },
    )
}

/// Numbers that groups with factor 0 keep out of the training.
pub(crate) fn count_frozen(network: &Network, groups: &[ParameterGroup]) -> usize {
    let frozen = groups
        .iter()
        .filter(|group| group.learning_rate_factor == 0.0);
    frozen.map(|group| Paths::of(network, group).numbers).sum()
}

/// Paths of the parameters of a group, as the optimizer of a [`Trainee`] knows them.
struct Paths<'a> {
    group: &'a ParameterGroup,
    path: Vec<String>,
    found: Vec<String>,
    numbers: usize,
}

impl<'a> Paths<'a> {
    fn of(network: &Network, group: &'a ParameterGroup) -> Self {
        let mut paths = Self {
            group,
            path: Vec::new(),
            found: Vec::new(),
            numbers: 0,
        };
        network.visit(&mut paths);
        paths
    }
}

impl ModuleVisitor for Paths<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        if self.group.holds(&path) {
            self.numbers += param.lazy_shape().num_elements();
            self.found.push(format!("network.{path}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_whole_name() {
        let group = ParameterGroup {
            path: "texts.0.Bert.layers.1".into(),
            learning_rate_factor: 0.5,
        };
        assert!(group.holds("texts.0.Bert.layers.1.norm.gamma"));
        assert!(!group.holds("texts.0.Bert.layers.11.norm.gamma"));
    }
}
