//! Fitted columns in a bundle. What the text columns of an `[[inputs]]` share, such as a tokenizer of half a megabyte, is
//! stored once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::text::{Method, StoredMethod, StoredText};
use super::{Fitted, FittedColumn, FittedText, InputColumn, Preprocessor};

/// A preprocessor as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    columns: Vec<StoredColumn>,
    /// How texts become ids; text columns name theirs by its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    texts: Vec<StoredMethod>,
}

/// A column with what was learned about it, a text in `text` and any other type in `fitted`.
#[derive(Serialize, Deserialize)]
struct StoredColumn {
    input: InputColumn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fitted: Option<Fitted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<StoredText>,
}

impl From<Preprocessor> for Stored {
    fn from(preprocessor: Preprocessor) -> Self {
        let mut methods: Vec<Arc<Method>> = Vec::new();
        let columns = preprocessor.columns.into_iter().map(|column| {
            let (fitted, text) = match column.fitted {
                Fitted::Text(text) => (None, Some(text.stored(&mut methods))),
                other => (Some(other), None),
            };
            StoredColumn {
                input: column.input,
                fitted,
                text,
            }
        });
        Self {
            columns: columns.collect(),
            texts: methods.iter().map(|method| method.stored()).collect(),
        }
    }
}

impl TryFrom<Stored> for Preprocessor {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let methods = stored.texts.into_iter().map(Method::load);
        let methods: Vec<Arc<Method>> = methods.collect::<Result<_, _>>()?;
        let columns = stored.columns.into_iter().map(|column| {
            let fitted = match (column.fitted, column.text) {
                (Some(fitted), None) => fitted,
                (None, Some(text)) => Fitted::Text(FittedText::load(text, &methods)?),
                _ => {
                    return Err(format!(
                        "the column `{}` was not fitted as exactly one type",
                        column.input.column
                    ));
                }
            };
            Ok(FittedColumn {
                input: column.input,
                fitted,
            })
        });
        Ok(Self {
            columns: columns.collect::<Result<_, _>>()?,
        })
    }
}
