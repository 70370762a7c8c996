//! What does the network see? Files become typed columns, columns become parts, parts become plain arrays.

pub mod config;
pub mod count;
pub mod error;
pub mod features;
pub mod forecast;
pub mod guard;
pub mod preprocess;
pub mod profile;
pub mod recommend;
pub mod source;
pub mod split;
pub mod table;
pub mod tags;
pub mod target;
pub mod write;
