//! `[inputs.hash]`: an identifier whose hash chooses a bucket.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    category::{FIRST_KNOWN, MISSING, default_dim},
    error::PreprocessError,
    lanes::Lanes,
    report::ColumnReport,
    vocabulary::count_categories,
};
use crate::{
    config::HashConfig,
    features::{CodeFeature, FeatureLayout},
    table::{Categories, MISSING_CODE},
};

/// As in the schema; more would not fit the codes of a network anyway.
const MAX_BUCKETS: usize = 10_000_000;

/// A fitted hash column. Codes are 1 for missing and 2 and up for the buckets; 0, which means unknown in a category, is
/// never used, because every text has a bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedHash {
    buckets: usize,
    dim: usize,
}

impl FittedHash {
    pub(super) fn fit(
        column: &str,
        config: &HashConfig,
        cells: &Categories,
        rows: &[usize],
    ) -> Result<Self, PreprocessError> {
        let buckets = config.buckets;
        if !(2..=MAX_BUCKETS).contains(&buckets) {
            return Err(PreprocessError::BadBuckets {
                column: column.to_owned(),
                buckets,
            });
        }
        let num_values = count_categories(cells, rows)
            .into_iter()
            .filter(|&count| count > 0)
            .count();
        if num_values == 0 {
            return Err(PreprocessError::AllMissing {
                column: column.to_owned(),
            });
        }
        let dim = config
            .dim
            .unwrap_or_else(|| default_dim(num_values.min(buckets)));
        Ok(Self { buckets, dim })
    }

    /// Kept in range even where a stored file was changed.
    fn buckets(&self) -> usize {
        self.buckets.clamp(1, MAX_BUCKETS)
    }

    pub(super) fn layout(&self, column: &str, layout: &mut FeatureLayout) {
        layout.codes.push(CodeFeature {
            name: column.to_owned(),
            column: column.to_owned(),
            cardinality: FIRST_KNOWN + self.buckets(),
            dim: self.dim,
            unknown_rate: 0.0,
        });
    }

    pub(super) fn transform(
        &self,
        cells: &Categories,
        rows: &[usize],
        lanes: &mut Lanes,
        report: &mut ColumnReport,
    ) {
        let codes: Vec<i32> = cells
            .dictionary
            .iter()
            .map(|value| (FIRST_KNOWN + bucket(value, self.buckets())) as i32)
            .collect();
        lanes.code(|index| match cells.codes[rows[index]] {
            MISSING_CODE => {
                report.missing += 1;
                MISSING as i32
            }
            code => codes[code as usize],
        });
    }
}

/// The first 8 bytes of the text's SHA-256, as a big-endian number, modulo the number of buckets: the same on every
/// machine and in every version.
fn bucket(text: &str, buckets: usize) -> usize {
    let digest = Sha256::digest(text.as_bytes());
    let number = digest
        .iter()
        .take(8)
        .fold(0, |number: u64, &byte| number << 8 | u64::from(byte));
    (number % buckets as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocess::tests::categories;

    // `int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % buckets`
    #[test]
    fn buckets_are_those_of_sha_256() {
        assert_eq!(bucket("customer-1", 1024), 839);
        assert_eq!(bucket("Zürich", 1000), 653);
        assert_eq!(bucket("", 7), 1);
    }

    #[test]
    fn every_text_has_a_bucket_and_missing_has_its_own_code() {
        let cells = categories(&["a", "b", "", "a"]);
        let config = HashConfig {
            buckets: 4,
            dim: None,
        };
        let fitted = FittedHash::fit("h", &config, &cells, &[0, 1, 2, 3]).unwrap();
        let mut layout = FeatureLayout::default();
        fitted.layout("h", &mut layout);
        assert_eq!((layout.codes[0].cardinality, layout.codes[0].dim), (6, 2));

        let mut lanes = Lanes::new(&layout, 4);
        let mut report = ColumnReport::default();
        fitted.transform(&cells, &[0, 1, 2, 3], &mut lanes, &mut report);
        let codes = lanes.finish().codes.values;
        assert_eq!(codes[2], 1);
        assert_eq!(codes[0], codes[3]);
        assert!(codes.iter().all(|code| (1..6).contains(code)));
        assert_eq!(report.missing, 1);
    }

    #[test]
    fn too_few_buckets_and_no_values_are_errors() {
        let fit = |buckets, cells: &[&str]| {
            FittedHash::fit(
                "h",
                &HashConfig { buckets, dim: None },
                &categories(cells),
                &[0],
            )
        };
        assert!(matches!(
            fit(1, &["a"]),
            Err(PreprocessError::BadBuckets { .. })
        ));
        assert!(matches!(
            fit(4, &[""]),
            Err(PreprocessError::AllMissing { .. })
        ));
    }
}
