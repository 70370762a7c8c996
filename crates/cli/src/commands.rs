//! One file per command.

pub(crate) mod answers;
pub(crate) mod chat;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod evaluate;
pub(crate) mod export;
pub(crate) mod failure;
mod forecasts;
mod futures;
pub(crate) mod init;
mod list_rules;
pub(crate) mod memory;
pub(crate) mod order;
pub(crate) mod planning;
pub(crate) mod predict;
pub(crate) mod produce;
pub(crate) mod recipes;
mod recommendations;
pub(crate) mod report;
pub(crate) mod results;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod train;
