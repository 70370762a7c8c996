//! Numbers, as people read them.

/// `1234567` as `1,234,567`.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `1,234 rows`: a number with what it counts, whose plural ends in `s`.
pub fn counted(value: usize, noun: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(value))
}

/// Four significant digits after the point for small numbers, fewer for large ones.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        value.to_string()
    } else if size >= 100_000.0 || (size > 0.0 && size < 1e-4) {
        format!("{value:.3e}")
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else if size >= 10.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.4}")
    }
}

/// A number as it was, without a tail of digits: `34`, `0.5`, `12.35`.
pub fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        number(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!([7, 1234, 1_234_567].map(count), ["7", "1,234", "1,234,567"]);
    }

    #[test]
    fn one_is_no_plural() {
        let rows = [0, 1, 1000].map(|value| counted(value, "test row"));
        assert_eq!(rows, ["0 test rows", "1 test row", "1,000 test rows"]);
    }
}
