//! File names and patterns relative to a recipe.

use std::path::{Path, PathBuf};

use crate::error::DataError;

/// The files that a name or a pattern such as `sales-*.csv.gz` stands for, in alphabetical order; at least one.
pub fn resolve(pattern: &str, base_dir: &Path) -> Result<Vec<PathBuf>, DataError> {
    let literal = base_dir.join(pattern);
    // A file whose name holds a bracket is still just a file.
    if literal.is_file() || !pattern.contains(['*', '?', '[']) {
        super::open::expect_readable(&literal)?;
        return Ok(vec![literal]);
    }
    let base = base_dir.to_string_lossy();
    let full = if Path::new(pattern).is_absolute() || base.is_empty() {
        pattern.to_string()
    } else {
        format!(
            "{}/{pattern}",
            glob::Pattern::escape(base.trim_end_matches('/'))
        )
    };
    let bad = |source| DataError::BadPattern {
        pattern: pattern.into(),
        source,
    };
    let mut files = Vec::new();
    for entry in glob::glob(&full).map_err(bad)? {
        let path = entry.map_err(|error| DataError::Io {
            path: error.path().into(),
            source: error.into(),
        })?;
        if path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(DataError::NoMatch {
            pattern: pattern.into(),
            folder: base_dir.into(),
        });
    }
    files.sort();
    Ok(files)
}
