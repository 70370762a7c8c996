//! The part of a text that is looked at, so that a text of many megabytes costs no more than `max_tokens` allow.

/// Far above what a token has: English has 4 to 5 bytes per token, Chinese 3 to 6.
const BYTES_PER_TOKEN: usize = 256;

/// The text without blanks around it, up to the last whole word within 256 bytes per token, and whether something was
/// cut off. Such a text is cut at `max_tokens` anyway, unless its words are of a length that no language has.
pub(super) fn head(text: &str, max_tokens: usize) -> (&str, bool) {
    let text = text.trim();
    let limit = max_tokens.saturating_mul(BYTES_PER_TOKEN);
    if text.len() <= limit {
        return (text, false);
    }
    let head = &text[..text.floor_char_boundary(limit)];
    // A cut inside a word would make a token that the text does not have.
    let whole_words = head.rfind(char::is_whitespace).map(|end| &head[..end]);
    (whole_words.map_or(head, str::trim_end), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_within_the_limit_only_loses_blanks_around_it() {
        assert_eq!(head("  a b\n", 4), ("a b", false));
        assert_eq!(head(&" ".repeat(1 << 20), 4), ("", false));
    }

    #[test]
    fn a_longer_text_ends_with_a_whole_word() {
        let text = "word ".repeat(1000);
        let (start, cut) = head(&text, 4);
        assert!(cut && start.len() <= 1024 && start.ends_with("word"));
    }

    #[test]
    fn a_text_without_blanks_is_cut_between_characters() {
        let text = "語".repeat(10_000);
        let (start, cut) = head(&text, 4);
        assert!(cut);
        assert_eq!(start.len(), 1023);
    }
}
