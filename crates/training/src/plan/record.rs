//! The plan as files of the run folder.

use std::fmt::Write;
use std::path::PathBuf;

use hob_inference::write_atomically;
use hob_model::config::NetworkConfig;
use serde::{Deserialize, Serialize};

use super::{LeftOut, PartRows, Plan};
use crate::error::RunError;
use crate::run_folder::{RunFolder, write_json};

/// `plan.json`: what a later command needs to plan the same run again, and what people look up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// The recipe's file name without its ending.
    pub name: String,
    /// The folder that relative paths of `recipe.toml` begin at.
    pub folder: PathBuf,
    /// The device it is trained on.
    pub device: String,
    /// Rows of each part.
    pub rows: PartRows,
    /// Rows in no part, by reason.
    pub left_out: Vec<LeftOut>,
    /// The shape of the network.
    pub network: NetworkConfig,
}

impl Plan {
    /// Writes `plan.json`, `parts.csv` and, if there are any, `rejected.csv`.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, folder: &RunFolder, device: &str) -> Result<(), RunError> {
        let record = PlanRecord {
            name: self.name.clone(),
            folder: self
                .folder
                .canonicalize()
                .unwrap_or_else(|_| self.folder.clone()),
            device: device.to_string(),
            rows: self.rows(),
            left_out: self.left_out.clone(),
            network: self.network.clone(),
        };
        write_json(&folder.plan(), &record)?;
        write_atomically(&folder.parts(), self.parts_csv().as_bytes())?;
        if self.report.rejected.num_rows > 0 {
            write_atomically(&folder.rejected(), &self.report.rejected.to_csv())?;
        }
        Ok(())
    }

    /// A line per used row: its place among the rows read, from 1, and its part. Of rows that are one event, the first.
    fn parts_csv(&self) -> String {
        let parts = match &self.recommend {
            Some(planned) => planned.table_rows(),
            None => self.parts.clone(),
        };
        let parts = [
            ("train", &parts.train),
            ("validation", &parts.validation),
            ("test", &parts.test),
        ];
        let mut rows: Vec<(usize, &str)> = parts
            .iter()
            .flat_map(|(name, rows)| rows.iter().map(|&row| (row + 1, *name)))
            .collect();
        rows.sort_unstable();
        let mut text = String::from("row,part\n");
        for (row, part) in rows {
            let _ = writeln!(text, "{row},{part}");
        }
        text
    }
}
