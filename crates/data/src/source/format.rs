//! Which format a file has.

use std::path::Path;

use super::Format;
use crate::error::DataError;

impl Format {
    /// The format that the file name's ending stands for.
    pub fn from_path(path: &Path) -> Result<Self, DataError> {
        match ending(path).as_str() {
            "csv" | "tsv" | "tab" | "txt" | "data" => Ok(Self::Csv),
            "jsonl" | "ndjson" => Ok(Self::Jsonl),
            "parquet" => Ok(Self::Parquet),
            _ => Err(DataError::UnknownFormat { path: path.into() }),
        }
    }

    /// The format of a stream without a name, by its first bytes.
    pub(crate) fn from_start(start: &[u8]) -> Self {
        if start.starts_with(b"PAR1") {
            Self::Parquet
        } else if start.trim_ascii_start().starts_with(b"{") {
            Self::Jsonl
        } else {
            Self::Csv
        }
    }
}

/// Whether the name says that tabs stand between cells.
pub(crate) fn is_tsv(path: &Path) -> bool {
    matches!(ending(path).as_str(), "tsv" | "tab")
}

/// The ending in lower case, `.gz` left out.
fn ending(path: &Path) -> String {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.')
        .map_or(String::new(), |(_, ending)| ending.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides() {
        let format = |name: &str| Format::from_path(Path::new(name)).ok();
        assert_eq!(format("a.csv"), Some(Format::Csv));
        assert_eq!(format("a.b/A.TSV.GZ"), Some(Format::Csv));
        assert_eq!(format("a.jsonl.gz"), Some(Format::Jsonl));
        assert_eq!(format("a.parquet"), Some(Format::Parquet));
        assert_eq!(format("a.gz"), None);
        assert_eq!(format("csv"), None);
        assert_eq!(format("a.xlsx"), None);
    }
}
