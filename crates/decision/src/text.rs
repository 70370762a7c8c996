//! Numbers in sentences.

/// `1234.5` as `1,234.5`: at most one digit after the point, fewer where the number is large or whole.
pub(crate) fn plain(number: f64) -> String {
    let decimals = if number.abs() >= 1000.0 || (number - number.round()).abs() < 0.05 {
        0
    } else if number.abs() < 1.0 {
        2
    } else {
        1
    };
    let text = format!("{:.decimals$}", number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    let is_zero = text.chars().all(|digit| digit == '0' || digit == '.');
    if number < 0.0 && !is_zero {
        grouped.insert(0, '-');
    }
    grouped
}

/// `0.953` as `95 %`, and more digits where they matter: `99.9 %`.
pub(crate) fn percent(part: f64) -> String {
    let percent = 100.0 * part;
    let from_end = percent.min(100.0 - percent);
    if from_end >= 2.0 || from_end <= 0.0 || (percent - percent.round()).abs() < 0.005 {
        format!("{percent:.0} %")
    } else {
        format!("{percent:.1} %")
    }
}

/// `1 pack`, `2 packs`.
pub(crate) fn count(number: f64, what: &str) -> String {
    let text = plain(number);
    if text == "1" {
        format!("1 {what}")
    } else {
        format!("{text} {what}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_grouped() {
        for (number, text) in [
            (0.0, "0"),
            (0.25, "0.25"),
            (12.0, "12"),
            (12.34, "12.3"),
            (-1234567.8, "-1,234,568"),
            (999.97, "1,000"),
            (-0.001, "0"),
        ] {
            assert_eq!(plain(number), text);
        }
        assert_eq!(percent(0.95), "95 %");
        assert_eq!(percent(0.995), "99.5 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(count(1.0, "period"), "1 period");
        assert_eq!(count(2.5, "period"), "2.5 periods");
    }
}
