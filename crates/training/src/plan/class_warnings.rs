//! Classes with few rows.

use hob_data::features::Targets;

use super::{Plan, PlannedOutput};

/// A class rarer than this is hardly learned.
const RARE_CLASS: f64 = 0.02;
/// And a part of the share that it would have if all classes were of equal size.
const RARE_AMONG: f64 = 0.2;
/// Classes named in a warning.
const MAX_NAMED: usize = 5;

/// A class with its training rows.
struct Class<'a> {
    name: &'a str,
    count: usize,
    /// The first of its rows, from 1 as in `parts.csv`.
    row: usize,
}

pub(super) fn warnings(plan: &Plan, output: &PlannedOutput, warnings: &mut Vec<String>) {
    let train = &plan.parts.train;
    let Ok(targets) = output.encoder.encode(&plan.table, train) else {
        return;
    };
    let codes: Vec<usize> = match &targets {
        Targets::Classes(classes) => classes.iter().map(|&class| class as usize).collect(),
        Targets::Binary(values) => values
            .iter()
            .map(|&value| usize::from(value > 0.5))
            .collect(),
        Targets::Numbers(_)
        | Targets::Labels(_)
        | Targets::Tags(_)
        | Targets::Windows(_)
        | Targets::Interactions(_) => return,
    };
    let names = output.encoder.classes();
    let mut classes: Vec<Class<'_>> = names
        .iter()
        .map(|&name| Class {
            name,
            count: 0,
            row: 0,
        })
        .collect();
    for (&row, code) in train.iter().zip(codes) {
        let class = &mut classes[code];
        if class.count == 0 {
            class.row = row + 1;
        }
        class.count += 1;
    }
    let column = &output.config.column;
    warnings.extend(single(column, &classes));
    warnings.extend(rare(column, &classes, train.len()));
}

/// Classes with one example: whatever else it says is taken for what it means.
fn single(column: &str, classes: &[Class<'_>]) -> Option<String> {
    let single = classes.iter().filter(|class| class.count == 1);
    let named: Vec<String> = single
        .map(|class| format!("`{}` (row {})", class.name, class.row))
        .collect();
    let classes = match named.len() {
        0 => return None,
        1 => "1 class".to_string(),
        count => format!("{count} classes"),
    };
    Some(format!(
        "{classes} of `{column}` with one training row can hardly be learned: {}; give more examples, or leave out what is too \
         rare to matter",
        first_few(named)
    ))
}

/// Classes with several rows, but few beside the others.
fn rare(column: &str, classes: &[Class<'_>], rows: usize) -> Option<String> {
    // With fifty classes of equal size each has 2 %, which is no imbalance.
    let least = rows as f64 * RARE_CLASS.min(RARE_AMONG / classes.len() as f64);
    let rare = classes
        .iter()
        .filter(|class| class.count > 1 && (class.count as f64) < least);
    let named: Vec<String> = rare
        .map(|class| format!("`{}` ({})", class.name, class.count))
        .collect();
    (!named.is_empty()).then(|| {
        format!(
            "`{column}` is unbalanced: of {rows} training rows few are {}; look at balanced_accuracy or pr_auc, and \
             consider `class_weights = \"balanced\"`",
            first_few(named)
        )
    })
}

fn first_few(mut named: Vec<String>) -> String {
    if named.len() > MAX_NAMED {
        let more = named.len() - MAX_NAMED;
        named.truncate(MAX_NAMED);
        named.push(format!("{more} more"));
    }
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(counts: &[usize]) -> Vec<Class<'static>> {
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        let counts = counts.iter().zip(names).enumerate();
        let class = |(place, (&count, name))| Class {
            name,
            count,
            row: 10 + place,
        };
        counts.map(class).collect()
    }

    #[test]
    fn a_class_with_one_row_is_named_with_it() {
        insta::assert_snapshot!(single("intent", &classes(&[5, 1])).unwrap());
        insta::assert_snapshot!(single("intent", &classes(&[1; 7])).unwrap());
        assert_eq!(single("intent", &classes(&[5, 2])), None);
    }

    #[test]
    fn a_class_with_few_of_many_rows_is_named_with_their_number() {
        let found = rare("intent", &classes(&[990, 9, 1]), 1000).unwrap();
        assert!(
            found.contains("of 1000 training rows few are `b` (9); look"),
            "{found}"
        );
        assert_eq!(rare("intent", &classes(&[500, 500]), 1000), None);
    }
}
