//! Which files a recipe means, and the rows in them.

use std::fs;
use std::path::{Path, PathBuf};

use hob_data::config::DataConfig;
use hob_data::error::DataError;
use hob_data::source::{self, ColumnRequest, ReadOptions, SourceReport};
use hob_data::table::Table;

/// Finds the bytes of data files that come with hob, by names such as `iris/iris.csv`.
pub type Embedded = fn(&str) -> Option<&'static [u8]>;

/// Marks a data file that comes with hob.
const EMBEDDED: &str = "hob:";

/// The files of a recipe, group by group, in the order in which their rows stand in the table.
#[derive(Debug)]
pub struct Sources {
    groups: Vec<Group>,
    /// Holds copies of embedded files while they are read.
    _folder: Option<tempfile::TempDir>,
}

#[derive(Debug)]
struct Group {
    role: Role,
    /// As written in the recipe.
    written: String,
    paths: Vec<PathBuf>,
}

/// What the rows of a file are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `source`: everything, to be split.
    All,
    /// `train`
    Train,
    /// `validation`
    Validation,
    /// `test`
    Test,
}

impl Role {
    /// The key in `[data]`.
    pub fn key(self) -> &'static str {
        match self {
            Self::All => "source",
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

impl Sources {
    /// Finds the files, relative to `folder`.
    ///
    /// # Errors
    /// The keys of `[data]` whose files do not exist, with the reason for each.
    pub fn resolve(
        config: &DataConfig,
        folder: &Path,
        embedded: Embedded,
    ) -> Result<Self, Vec<(Role, DataError)>> {
        let mut problems = Vec::new();
        let mut groups = Vec::new();
        let mut copies = None;
        let named = [
            (Role::All, &config.source),
            (Role::Train, &config.train),
            (Role::Validation, &config.validation),
            (Role::Test, &config.test),
        ];
        for (role, written) in named {
            let Some(written) = written else { continue };
            match paths(written, folder, embedded, &mut copies) {
                Ok(paths) => groups.push(Group {
                    role,
                    written: written.clone(),
                    paths,
                }),
                Err(error) => problems.push((role, error)),
            }
        }
        if problems.is_empty() {
            Ok(Self {
                groups,
                _folder: copies,
            })
        } else {
            Err(problems)
        }
    }

    /// The files of one more source, such as out-of-scope examples.
    ///
    /// # Errors
    /// There is no such file.
    pub fn of(written: &str, folder: &Path, embedded: Embedded) -> Result<Self, DataError> {
        let mut copies = None;
        let group = Group {
            role: Role::All,
            written: written.to_string(),
            paths: paths(written, folder, embedded, &mut copies)?,
        };
        Ok(Self {
            groups: vec![group],
            _folder: copies,
        })
    }

    /// Every file, in reading order.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.groups
            .iter()
            .flat_map(|group| group.paths.clone())
            .collect()
    }

    /// Reads the asked columns of all files.
    ///
    /// # Errors
    /// See [`DataError`].
    pub fn read(
        &self,
        columns: &[ColumnRequest],
        options: &ReadOptions,
    ) -> Result<(Table, SourceReport), DataError> {
        let (table, mut report) = source::read(&self.paths(), columns, options)?;
        let mut files = report.files.iter_mut();
        for group in &self.groups {
            for file in files.by_ref().take(group.paths.len()) {
                if group.written.starts_with(EMBEDDED) {
                    file.path = PathBuf::from(&group.written);
                }
            }
        }
        Ok((table, report))
    }

    /// Rows of each role, in the order of the table.
    pub fn rows(&self, report: &SourceReport) -> Vec<(Role, usize)> {
        let mut files = report.files.iter();
        let rows_of = |group: &Group, files: &mut std::slice::Iter<'_, source::FileReport>| {
            files
                .by_ref()
                .take(group.paths.len())
                .map(|file| file.rows)
                .sum()
        };
        self.groups
            .iter()
            .map(|group| (group.role, rows_of(group, &mut files)))
            .collect()
    }
}

/// The files that a source names.
fn paths(
    written: &str,
    folder: &Path,
    embedded: Embedded,
    copies: &mut Option<tempfile::TempDir>,
) -> Result<Vec<PathBuf>, DataError> {
    match written.strip_prefix(EMBEDDED) {
        Some(name) => Ok(vec![copy_embedded(name, written, embedded, copies)?]),
        None => source::resolve(written, folder),
    }
}

/// Readers take files, so an embedded one is copied to a temporary folder that lives as long as the sources.
fn copy_embedded(
    name: &str,
    written: &str,
    embedded: Embedded,
    copies: &mut Option<tempfile::TempDir>,
) -> Result<PathBuf, DataError> {
    let bytes = embedded(name).ok_or_else(|| DataError::NotFound {
        path: PathBuf::from(written),
    })?;
    let failed = |source| DataError::Write {
        path: std::env::temp_dir(),
        source,
    };
    let folder = match copies {
        Some(folder) => folder,
        None => copies.insert(tempfile::tempdir().map_err(failed)?),
    };
    let path = folder.path().join(name.replace('/', "-"));
    fs::write(&path, bytes).map_err(failed)?;
    Ok(path)
}
