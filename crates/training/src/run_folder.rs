//! The run folder: what happened, in files that suffice to predict, to resume and to draw every table and plot again.
//!
//! | file | what |
//! |---|---|
//! | `recipe.toml` | the recipe as used, `--set` included |
//! | `plan.json` | columns, parts, layers, warnings, and where the recipe's relative paths begin |
//! | `parts.csv` | the part of every row |
//! | `rejected.csv` | rows that could not be read; only if there are any |
//! | `metrics.jsonl` | one line per epoch |
//! | `checkpoint.bin` | where an interrupted run resumes; absent after the end |
//! | `text_vectors_*.bin` | texts as frozen encoders see them, for resuming; absent after the end |
//! | `result.json` | metrics of every part beside the baseline, curves, worst rows, provenance |
//! | `model.hob` | the bundle |
//! | `model_card.md` | what the model is, in a page of Markdown |
//! | `report.html` | the report |

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use hob_inference::{Bundle, InferenceError, write_atomically};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::RunError;
use crate::model_card::model_card;
use crate::result::RunResult;

/// Paths below one run folder.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes a new folder: `wanted`, which must be absent or empty, or else the first free of `runs/NAME`,
    /// `runs/NAME-2`, ...
    ///
    /// # Errors
    /// The folder is in use or cannot be made.
    pub fn create(wanted: Option<&Path>, name: &str) -> Result<Self, RunError> {
        if let Some(path) = wanted {
            let occupied = fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
            if occupied || path.is_file() {
                return Err(RunError::Occupied {
                    path: path.to_path_buf(),
                });
            }
            fs::create_dir_all(path).map_err(|source| RunError::io("create", path, source))?;
            return Ok(Self {
                path: path.to_path_buf(),
            });
        }
        let runs = Path::new("runs");
        fs::create_dir_all(runs).map_err(|source| RunError::io("create", runs, source))?;
        for number in 1_u64.. {
            let path = if number == 1 {
                runs.join(name)
            } else {
                runs.join(format!("{name}-{number}"))
            };
            // `create_dir` decides the race between two runs that start together.
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(RunError::io("create", &path, source)),
            }
        }
        unreachable!("there are more numbers than folders")
    }

    /// An existing run folder.
    ///
    /// # Errors
    /// It does not exist or holds no recipe.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        let folder = Self {
            path: path.to_path_buf(),
        };
        if folder.recipe().is_file() {
            Ok(folder)
        } else {
            Err(RunError::NoRun {
                path: path.to_path_buf(),
            })
        }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `recipe.toml`
    pub fn recipe(&self) -> PathBuf {
        self.path.join("recipe.toml")
    }

    /// `plan.json`
    pub fn plan(&self) -> PathBuf {
        self.path.join("plan.json")
    }

    /// `parts.csv`
    pub fn parts(&self) -> PathBuf {
        self.path.join("parts.csv")
    }

    /// `rejected.csv`
    pub fn rejected(&self) -> PathBuf {
        self.path.join("rejected.csv")
    }

    /// `metrics.jsonl`
    pub fn metrics(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// `text_vectors_PART.bin`
    pub fn text_vectors(&self, part: &str) -> PathBuf {
        self.path.join(format!("text_vectors_{part}.bin"))
    }

    /// Removes the vectors of all parts.
    pub(crate) fn remove_text_vectors(&self) -> io::Result<()> {
        for part in ["train", "validation"] {
            match fs::remove_file(self.text_vectors(part)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// `result.json`
    pub fn result(&self) -> PathBuf {
        self.path.join("result.json")
    }

    /// `model.hob`
    pub fn bundle(&self) -> PathBuf {
        self.path.join("model.hob")
    }

    /// `report.html`
    pub fn report(&self) -> PathBuf {
        self.path.join("report.html")
    }

    /// `model_card.md`
    pub fn model_card(&self) -> PathBuf {
        self.path.join("model_card.md")
    }

    /// Writes what a run ends with: the bundle, its card and the result, which says that the run is finished.
    pub(crate) fn write_end(&self, bundle: &Bundle, result: &RunResult) -> Result<(), RunError> {
        bundle.write(&self.bundle())?;
        let card = model_card(&bundle.manifest, result);
        write_atomically(&self.model_card(), card.as_bytes())?;
        write_json(&self.result(), result)
    }

    /// Reads `result.json`.
    ///
    /// # Errors
    /// The run is not finished, or the file cannot be read.
    pub fn load_result(&self) -> Result<RunResult, RunError> {
        let path = self.result();
        if !path.exists() {
            return Err(RunError::Inference(InferenceError::NotFinished {
                path: self.path.clone(),
            }));
        }
        read_json(&path)
    }

    /// Reads `metrics.jsonl`. A last line cut off by a crash is left out.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn epochs(&self) -> Result<Vec<serde_json::Value>, RunError> {
        let path = self.metrics();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(RunError::io("read", &path, source)),
        };
        let mut epochs = Vec::new();
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|source| RunError::io("read", &path, source))?;
            if let Ok(epoch) = serde_json::from_str(&line) {
                epochs.push(epoch);
            }
        }
        Ok(epochs)
    }
}

/// Appends lines to `metrics.jsonl`, each flushed, so that a crash costs at most the last.
#[derive(Debug)]
pub struct MetricsLog {
    path: PathBuf,
    file: File,
}

impl MetricsLog {
    /// Starts the file anew with the lines of the epochs that are already done.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn start<T: Serialize>(folder: &RunFolder, done: &[T]) -> Result<Self, RunError> {
        let path = folder.metrics();
        let mut text = String::new();
        for value in done {
            text.push_str(&line(&path, value)?);
        }
        write_atomically(&path, text.as_bytes())?;
        let file = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(|source| RunError::io("write", &path, source))?;
        Ok(Self { path, file })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append<T: Serialize>(&mut self, value: &T) -> Result<(), RunError> {
        self.file
            .write_all(line(&self.path, value)?.as_bytes())
            .map_err(|source| RunError::io("write", &self.path, source))
    }
}

fn line<T: Serialize>(path: &Path, value: &T) -> Result<String, RunError> {
    let mut text = serde_json::to_string(value).map_err(|error| RunError::json(path, error))?;
    text.push('\n');
    Ok(text)
}

/// Writes a value as indented JSON.
///
/// # Errors
/// The file cannot be written.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), RunError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| RunError::json(path, error))?;
    text.push(b'\n');
    Ok(write_atomically(path, &text)?)
}

/// Reads a JSON file.
///
/// # Errors
/// The file cannot be read or does not hold what it should.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, RunError> {
    let text = fs::read(path).map_err(|source| RunError::io("read", path, source))?;
    serde_json::from_slice(&text).map_err(|error| RunError::json(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_use_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
        let error = RunFolder::create(Some(folder.path()), "iris").unwrap_err();
        assert!(error.to_string().contains("not an empty folder"), "{error}");
    }

    #[test]
    fn a_line_cut_off_by_a_crash_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::create(Some(&folder.path().join("run")), "iris").unwrap();
        let mut log = MetricsLog::start(&run, &[serde_json::json!({"epoch": 1})]).unwrap();
        log.append(&serde_json::json!({"epoch": 2})).unwrap();
        log.file.write_all(b"{\"epoch\": ").unwrap();
        assert_eq!(run.epochs().unwrap().len(), 2);
    }
}
