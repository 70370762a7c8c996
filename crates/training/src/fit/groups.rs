//! Parts of a network that learn at another rate than the rest, or not at all.

use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamGroup};
use burn::tensor::Tensor;
use hob_model::Network;
use serde::Serialize;

use super::step::Trainee;
use crate::schedule::Schedule;

/// A part of the network with a learning rate of its own. Of several that hold a parameter the last one counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterGroup {
    /// Where the paths of its parameters begin, such as `texts.0.Bert.layers.3`.
    pub path: String,
    /// Its learning rate is that of the rest times this; with 0 it keeps its weights.
    pub learning_rate_factor: f64,
    /// It keeps its weights in the epochs before this one, counted from 0.
    pub from_epoch: usize,
}

impl ParameterGroup {
    fn holds(&self, path: &str) -> bool {
        let rest = path.strip_prefix(self.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

fn group_of<'a>(groups: &'a [ParameterGroup], path: &str) -> Option<&'a ParameterGroup> {
    groups.iter().rfind(|group| group.holds(path))
}

/// Takes the parameters of groups with factor 0 out of the training.
pub(crate) fn freeze(network: Network, groups: &[ParameterGroup]) -> Network {
    let is_frozen = |group: &ParameterGroup| group.learning_rate_factor == 0.0;
    if !groups.iter().any(is_frozen) {
        return network;
    }
    network.map(&mut Freeze {
        groups,
        is_frozen,
        path: Vec::new(),
    })
}

/// The network without gradients for the groups that are not trained yet; `None` when there are none.
pub(crate) fn awake(network: &Network, groups: &[ParameterGroup], epoch: usize) -> Option<Network> {
    let is_asleep = |group: &ParameterGroup| group.from_epoch > epoch;
    groups.iter().any(is_asleep).then(|| {
        network.clone().map(&mut Freeze {
            groups,
            is_frozen: is_asleep,
            path: Vec::new(),
        })
    })
}

struct Freeze<'a, F> {
    groups: &'a [ParameterGroup],
    is_frozen: F,
    path: Vec<String>,
}

impl<F: Fn(&ParameterGroup) -> bool> ModuleMapper for Freeze<'_, F> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match group_of(self.groups, &self.path.join(".")) {
            Some(group) if (self.is_frozen)(group) => param.set_require_grad(false),
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
    let mut count = Count {
        groups,
        path: Vec::new(),
        frozen: 0,
    };
    network.visit(&mut count);
    count.frozen
}

struct Count<'a> {
    groups: &'a [ParameterGroup],
    path: Vec<String>,
    frozen: usize,
}

impl ModuleVisitor for Count<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let group = group_of(self.groups, &self.path.join("."));
        if group.is_some_and(|group| group.learning_rate_factor == 0.0) {
            self.frozen += param.lazy_shape().num_elements();
        }
    }
}

/// Paths of the parameters of a group, as the optimizer of a [`Trainee`] knows them.
struct Paths<'a> {
    group: &'a ParameterGroup,
    path: Vec<String>,
    found: Vec<String>,
}

impl<'a> Paths<'a> {
    fn of(network: &Network, group: &'a ParameterGroup) -> Self {
        let mut paths = Self {
            group,
            path: Vec::new(),
            found: Vec::new(),
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

    fn visit_float<const D: usize>(&mut self, _param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        if self.group.holds(&path) {
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
            from_epoch: 0,
        };
        assert!(group.holds("texts.0.Bert.layers.1.norm.gamma"));
        assert!(!group.holds("texts.0.Bert.layers.11.norm.gamma"));
    }
}
