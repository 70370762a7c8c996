//! NaN means "no value" in memory; JSON has no NaN, so there it is `null`.

/// For `#[serde(with)]`.
pub(super) mod nan_as_null {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        values: &[f32],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            values
                .iter()
                .map(|value| (!value.is_nan()).then_some(*value)),
        )
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<f32>, D::Error> {
        let values = Vec::<Option<f32>>::deserialize(deserializer)?;
        Ok(values
            .into_iter()
            .map(|value| value.unwrap_or(f32::NAN))
            .collect())
    }

    /// The same for a matrix.
    pub(crate) mod matrix {
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        use crate::features::Matrix;

        #[derive(Serialize, Deserialize)]
        struct Plain {
            width: usize,
            #[serde(with = "super")]
            values: Vec<f32>,
        }

        pub(crate) fn serialize<S: Serializer>(
            matrix: &Matrix<f32>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            let plain = Plain {
                width: matrix.width,
                values: matrix.values.clone(),
            };
            plain.serialize(serializer)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Matrix<f32>, D::Error> {
            let plain = Plain::deserialize(deserializer)?;
            Ok(Matrix {
                width: plain.width,
                values: plain.values,
            })
        }
    }
}
