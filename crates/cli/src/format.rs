//! Numbers and tables as people read them.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

pub(crate) use hob_data::count::{count, counted, number, plain};

/// Seconds with a unit that fits.
pub(crate) fn seconds(value: f64) -> String {
    match value {
        v if v < 1.0 => format!("{v:.2} s"),
        v if v < 100.0 => format!("{v:.1} s"),
        v if v < 6000.0 => format!("{:.0} min {:.0} s", (v / 60.0).floor(), v % 60.0),
        v => format!(
            "{:.0} h {:.0} min",
            (v / 3600.0).floor(),
            (v % 3600.0) / 60.0
        ),
    }
}

/// Bytes with a unit that fits.
pub(crate) fn bytes(value: u64) -> String {
    match value as f64 {
        v if v < 1e3 => format!("{v:.0} B"),
        v if v < 1e6 => format!("{:.1} kB", v / 1e3),
        v if v < 1e9 => format!("{:.1} MB", v / 1e6),
        v => format!("{:.1} GB", v / 1e9),
    }
}

/// A table without lines; every column but those named stands to the right.
pub(crate) fn table(header: &[&str], left: &[usize], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    for (place, column) in table.column_iter_mut().enumerate() {
        let alignment = if left.contains(&place) {
            CellAlignment::Left
        } else {
            CellAlignment::Right
        };
        column.set_cell_alignment(alignment);
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_string())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_digits_that_matter() {
        let shown = [0.96667, 12.3456, 1234.56, 0.00001, 2_000_000.0].map(number);
        assert_eq!(shown, ["0.9667", "12.35", "1234.6", "1.000e-5", "2.000e6"]);
    }
}
