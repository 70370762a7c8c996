//! What is proposed for texts.

use hob_data::profile::ColumnProfile;

use crate::format::counted;

/// Words read of a text at most.
const MOST_WORDS: usize = 512;

/// From here on the usual number of buckets has texts enough.
const MANY_ROWS: usize = 20_000;

/// Where texts are all that there is.
pub(super) const MODEL: &str = "# The words add up to the answer: no hidden layer.\n[model.linear]";

/// The sections of an input of texts, with their reasons.
pub(super) fn section(columns: &[&ColumnProfile], num_rows: usize) -> String {
    let longest = columns
        .iter()
        .map(|column| column.most_words)
        .max()
        .unwrap_or(0);
    let max_tokens = longest.clamp(16, MOST_WORDS).next_power_of_two();
    let why = match longest > MOST_WORDS {
        true => {
            format!(
                "The longest text has {}; what is beyond is cut off and counted.",
                counted(longest, "word")
            )
        }
        false => format!("The longest text has {}.", counted(longest, "word")),
    };
    let buckets = match num_rows < MANY_ROWS {
        true => "buckets = 20_000\n",
        false => "",
    };
    format!(
        "[inputs.text]\n# {why}\nmax_tokens = {max_tokens}\n\n\
         # Words, pairs of words and parts of words, hashed: no tokenizer to choose, misspellings are borne, and it trains in\n\
         # seconds. With few examples a pretrained encoder is better, if it knows the language: write\n\
         # `[inputs.text.encoder.bert]` here, and below it `weights = \"weights/minilm\"` (English; hob's\n\
         # `weights/fetch.sh minilm` gets it). The words alone stand beside the result, as TF-IDF.\n\
         [inputs.text.encoder.bag]\n{buckets}"
    )
}
