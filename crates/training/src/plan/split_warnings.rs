//! Settings of a split that do nothing, and splits that end far from what was asked for.

use hob_data::config::SplitConfig;

use super::Plan;

/// A part may have this many times its share before it is worth a word, or the inverse.
const FAR: f64 = 1.5;
const NEAR_NOTHING: f64 = 0.5;

pub(super) fn warnings(plan: &Plan, warnings: &mut Vec<String>) {
    if plan.recipe.data.source.is_none() {
        let written: toml::Table = plan.source.text().parse().unwrap_or_default();
        unused(plan, &written, warnings);
    } else if let SplitConfig::Group(split) = &plan.recipe.data.split {
        let rows = plan.rows();
        let rows = [rows.training, rows.validation, rows.test];
        warnings.extend(uneven(&split.column, split.validation, split.test, rows));
    }
}

/// With a file for each part there is little to divide.
fn unused(plan: &Plan, written: &toml::Table, warnings: &mut Vec<String>) {
    let data = &plan.recipe.data;
    let split = written
        .get("data")
        .and_then(|data| data.get("split"))
        .and_then(toml::Value::as_table);
    let Some((kind, settings)) = split.and_then(|split| split.iter().next()) else {
        return;
    };
    if settings.get("test").is_some() {
        warnings.push(format!(
            "`data.split.{kind}.test` is not used: with `data.train` the test rows are those of `data.test`"
        ));
    }
    if data.validation.is_some() {
        if settings.get("validation").is_some() {
            warnings.push(format!(
                "`data.split.{kind}.validation` is not used: the validation rows are those of `data.validation`"
            ));
        }
    } else if kind != "random" || settings.get("stratify").is_some() {
        let key = if kind == "random" {
            "random.stratify"
        } else {
            kind
        };
        warnings.push(format!(
            "`data.split.{key}` is not used: with `data.train` the validation rows are drawn at random from it"
        ));
    }
}

/// Groups of very different sizes.
fn uneven(column: &str, validation: f64, test: f64, rows: [usize; 3]) -> Option<String> {
    let all: usize = rows.iter().sum();
    let parts = [
        ("validation", validation * (1.0 - test), rows[1]),
        ("test", test, rows[2]),
    ];
    let reached = |rows: usize| rows as f64 / all.max(1) as f64;
    let is_far = parts.iter().any(|(_, asked, rows)| {
        *asked > 0.0 && !(asked * NEAR_NOTHING..=asked * FAR).contains(&reached(*rows))
    });
    is_far.then(|| {
        let shares = parts.map(|(part, asked, rows)| {
            format!(
                "{part} {:.1} % of the rows (asked for {:.1} %)",
                reached(rows) * 100.0,
                asked * 100.0
            )
        });
        format!(
            "the groups of `{column}` differ much in size, so the parts do too: {}",
            shares.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_split_far_from_its_shares_says_what_it_reached() {
        assert_eq!(uneven("g", 0.1, 0.2, [72, 8, 20]), None);
        let text = uneven("g", 0.1, 0.2, [40, 10, 50]).unwrap();
        assert_eq!(
            text,
            "the groups of `g` differ much in size, so the parts do too: validation 10.0 % of the rows (asked for 8.0 %), \
             test 50.0 % of the rows (asked for 20.0 %)"
        );
    }
}
