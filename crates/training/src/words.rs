//! Words of a text, for baselines that count them.

/// The words of a text from left to right: runs of letters, digits and underscores, as the regular expression `\w+`.
///
/// Case is kept; callers lower-case the text once before. A character of a script that is written without spaces
/// (Chinese, Japanese, Thai, Lao, Khmer, Burmese) is a word of its own: a whole sentence as one word would never be met
/// again.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = &rest[rest.find(is_word_character)?..];
        let first = rest.chars().next()?;
        let end = if has_no_spaces(first) {
            first.len_utf8()
        } else {
            rest.find(|character| !is_word_character(character) || has_no_spaces(character))
                .unwrap_or(rest.len())
        };
        let word = &rest[..end];
        rest = &rest[end..];
        Some(word)
    })
}

fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Whether the script of a character is written without spaces between words. Korean has spaces.
pub(crate) fn has_no_spaces(character: char) -> bool {
    matches!(
        character,
        '\u{0E00}'..='\u{0EFF}' // Thai, Lao
        | '\u{1000}'..='\u{109F}' // Burmese
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{3005}'..='\u{3007}' // marks used like Han characters
        | '\u{3040}'..='\u{30FF}' // Hiragana, Katakana
        | '\u{3400}'..='\u{4DBF}' // Han, extension A
        | '\u{4E00}'..='\u{9FFF}' // Han
        | '\u{F900}'..='\u{FAFF}' // Han, compatibility
        | '\u{20000}'..='\u{323AF}' // Han, further extensions
    )
}

#[cfg(test)]
mod tests {
    use super::words;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(words(text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn punctuation_and_spaces_part_words() {
        check(
            "don't reset Wi-Fi_2, ok?",
            &["don", "t", "reset", "Wi", "Fi_2", "ok"],
        );
        check(" \n--\t", &[]);
        check("", &[]);
    }

    #[test]
    fn letters_of_any_script_make_words() {
        check("Straße über №5 привет", &["Straße", "über", "5", "привет"]);
        check("안녕하세요 세계", &["안녕하세요", "세계"]);
    }

    #[test]
    fn scripts_without_spaces_give_a_word_per_character() {
        check("退款GPU多久", &["退", "款", "GPU", "多", "久"]);
    }

    #[test]
    fn emoji_are_no_words() {
        check("good😀bad", &["good", "bad"]);
    }
}
