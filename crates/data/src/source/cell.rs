//! What the text of a cell means: missing, a number, or something else with a hint at what may be wrong.

/// Tells cells that mean "no value". Most cells differ from all of them in the first byte.
#[derive(Debug, Clone)]
pub(crate) struct MissingValues {
    values: Vec<String>,
    first_bytes: [bool; 256],
    empty: bool,
}

impl MissingValues {
    pub(crate) fn new(values: &[String]) -> Self {
        let values: Vec<String> = values
            .iter()
            .map(|value| value.trim().to_string())
            .collect();
        let mut first_bytes = [false; 256];
        for value in &values {
            if let Some(&byte) = value.as_bytes().first() {
                first_bytes[usize::from(byte)] = true;
            }
        }
        let empty = values.iter().any(String::is_empty);
        Self {
            values,
            first_bytes,
            empty,
        }
    }

    /// Whether some missing value begins with that byte.
    #[inline]
    pub(crate) fn may_begin_with(&self, byte: u8) -> bool {
        self.first_bytes[usize::from(byte)]
    }

    /// Whether a trimmed cell means "no value".
    #[inline]
    pub(crate) fn contains(&self, text: &str) -> bool {
        match text.as_bytes().first() {
            None => self.empty,
            Some(&byte) => {
                self.first_bytes[usize::from(byte)] && self.values.iter().any(|value| value == text)
            }
        }
    }
}

/// Powers of ten that an f64 holds exactly.
const POWERS: [f64; 17] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
];

/// The fast path for plain cells such as `-12.5`; `None` means that [`parse_number`] has to look.
///
/// Both the digits and the power of ten are exact, so their quotient is rounded once and equals the standard
/// library's result (Clinger 1990).
#[inline]
pub(crate) fn parse_plain_number(bytes: &[u8]) -> Option<f64> {
    let (is_negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > 17 {
        return None;
    }
    let (mut mantissa, mut point) = (0u64, None);
    for (place, &byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            mantissa = mantissa * 10 + u64::from(digit);
        } else if byte == b'.' && point.is_none() {
            point = Some(place);
        } else {
            return None;
        }
    }
    let decimals = point.map_or(0, |point| digits.len() - point - 1);
    let has_digits = digits.len() > usize::from(point.is_some());
    if !has_digits || mantissa > 1 << 53 || decimals >= POWERS.len() {
        return None;
    }
    let value = mantissa as f64 / POWERS[decimals];
    Some(if is_negative { -value } else { value })
}

/// A finite number with a decimal point; `inf`, `nan`, separators and units are not numbers.
#[inline]
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let first = *digits.as_bytes().first()?;
    if !(first.is_ascii_digit() || first == b'.') {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// What may be wrong with a cell that is not a number.
pub(crate) fn number_hint(text: &str) -> Option<&'static str> {
    let body = text.trim_start_matches(['+', '-']);
    let lower = body.to_ascii_lowercase();
    if text.is_empty() {
        return Some("list \"\" in `[data] missing` if an empty cell means no value");
    }
    if matches!(lower.as_str(), "inf" | "infinity" | "nan") {
        return Some("list it in `[data] missing` if it means no value");
    }
    let plain = |extra: &[u8]| {
        body.bytes()
            .all(|byte| byte.is_ascii_digit() || extra.contains(&byte))
            && body.bytes().any(|byte| byte.is_ascii_digit())
    };
    let commas = body.matches(',').count();
    if commas == 1 && plain(b",.") && body.rfind(',') > body.rfind('.') {
        let ambiguous = body.split(',').nth(1).is_some_and(|tail| tail.len() == 3);
        return Some(if ambiguous && !body.contains('.') {
            "looks like a thousands separator or a decimal comma"
        } else {
            "looks like a decimal comma"
        });
    }
    if has_thousands_separators(body) {
        return Some("looks like thousands separators");
    }
    if plain(b".eE+-") && text.parse::<f64>().is_ok_and(f64::is_infinite) {
        return Some("too large for a number");
    }
    if has_unit(body) {
        return Some("remove the unit");
    }
    None
}

/// `12 %`, `3,50€`, `$1,200`: digits with a sign of money or percent at one end.
fn has_unit(body: &str) -> bool {
    const UNITS: [char; 5] = ['%', '€', '$', '£', '¥'];
    let is_digit = |c: char| c.is_ascii_digit();
    let behind = body.starts_with(is_digit) && body.ends_with(UNITS);
    let in_front = || {
        body.strip_prefix(UNITS).is_some_and(|rest| {
            rest.trim_start_matches([' ', '+', '-'])
                .starts_with(is_digit)
        })
    };
    behind || (body.ends_with(is_digit) && in_front())
}

/// `1,234,567.8`, `1.234.567`, `1 234`: groups of three digits behind the first.
fn has_thousands_separators(body: &str) -> bool {
    [',', '.', ' ', '\'', '_'].into_iter().any(|separator| {
        let point = if separator == '.' { ',' } else { '.' };
        let mut groups = body.split(point).next().unwrap_or("").split(separator);
        let is_group = |group: &str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
        let first = groups.next().unwrap_or("");
        let has_first = (1..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_digit());
        let mut groups = groups.peekable();
        has_first && groups.peek().is_some() && groups.all(is_group)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_decimal_point_and_may_have_a_sign_or_exponent() {
        for (text, value) in [
            ("3", 3.0),
            ("+3.5", 3.5),
            ("-.5", -0.5),
            ("1e3", 1000.0),
            ("2.", 2.0),
            ("0x", f64::NAN),
        ] {
            match parse_number(text) {
                Some(parsed) => assert_eq!(parsed, value, "{text}"),
                None => assert!(value.is_nan(), "{text}"),
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_fast_path_agrees_with_the_standard_library(text in "-?[0-9]{0,18}(\\.[0-9]{0,18})?") {
            if let Some(value) = parse_plain_number(text.as_bytes()) {
                let expected: f64 = text.parse().unwrap();
                proptest::prop_assert_eq!(value.to_bits(), expected.to_bits());
            }
        }
    }

    #[test]
    fn the_fast_path_leaves_all_else_to_the_slow_one() {
        for text in [
            "",
            "-",
            ".",
            "-.",
            "1.2.3",
            "1e5",
            "+1",
            " 1",
            "99999999999999999999",
            "inf",
        ] {
            assert_eq!(parse_plain_number(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse_plain_number(b"-12.50"), Some(-12.5));
        assert_eq!(parse_plain_number(b"5."), Some(5.0));
    }

    #[test]
    fn what_is_not_a_finite_number_is_refused() {
        for text in [
            "", "+", ".", "inf", "-inf", "nan", "NaN", "infinity", "1,5", "1 000", "1e999", "--1",
            "+-1", "12a",
        ] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn hints_name_the_likely_cause() {
        let check = |text: &str, part: &str| {
            let hint = number_hint(text).unwrap_or("");
            assert!(hint.contains(part), "{text}: {hint}");
        };
        check("1,5", "a decimal comma");
        check("1.234,56", "a decimal comma");
        check("1,234", "thousands separator or");
        check("1,234,567.8", "thousands separators");
        check("1 000", "thousands separators");
        check("1.234.567", "thousands separators");
        check("-inf", "`[data] missing`");
        check("1e999", "too large");
        check("12 %", "unit");
        assert_eq!(number_hint("abc"), None);
        assert_eq!(number_hint("-"), None);
        assert_eq!(number_hint("52.5,13.4"), None);
    }

    #[test]
    fn missing_values_are_whole_cells() {
        let missing = MissingValues::new(&["".into(), "NA".into(), "-999".into()]);
        assert!(missing.contains("") && missing.contains("NA") && missing.contains("-999"));
        assert!(!missing.contains("N") && !missing.contains("NAN") && !missing.contains("-99"));
        assert!(!MissingValues::new(&["NA".into()]).contains(""));
    }
}
