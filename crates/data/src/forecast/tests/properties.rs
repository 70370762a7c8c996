use proptest::prelude::*;

use super::*;

const STEPS: usize = 30;

fn rows(values: &[Option<f64>], known: &[f64], past: &[f64]) -> String {
    let mut text = String::from("date,y,price,wind");
    for (day, value) in values.iter().enumerate() {
        let time = crate::source::iso_text(day as i64 * 86_400);
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        text.push_str(&format!("\n{time},{value},{},{}", known[day], past[day]));
    }
    text
}

fn settings(fill: &str, scale: &str) -> String {
    format!(
        "context = 5\nhorizon = 3\nfill = \"{fill}\"\nscale = \"{scale}\"\nknown = [\"price\"]\npast = [\"wind\"]\n\
         transform = \"log1p\""
    )
}

/// Values of which the first and the last are known.
fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
    let inner = proptest::collection::vec(proptest::option::weighted(0.7, 0.0..1000.0), STEPS - 2);
    (inner, 0.0..1000.0).prop_map(|(mut values, end)| {
        values.insert(0, Some(end));
        values.push(Some(end / 2.0));
        values
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_window_sees_its_future(
        before in values(),
        after in values(),
        known in proptest::collection::vec(-5.0..5.0, STEPS),
        past in proptest::collection::vec(-5.0..5.0, STEPS),
        fill in 0usize..4,
        scale in 0usize..4,
    ) {
        let settings = settings(
            ["zero", "forward", "interpolate", "missing"][fill],
            ["none", "mean", "standard", "robust"][scale],
        );
        let Ok(fitted) = fit(&settings, &rows(&before, &known, &past)) else {
            return Ok(());
        };
        let places: Vec<Place> = [&fitted.parts.train, &fitted.parts.validation, &fitted.parts.test]
            .into_iter().flatten().copied().collect();
        for place in places {
            let origin = place.origin as usize;
            let mut changed = before.clone();
            changed[origin..].copy_from_slice(&after[origin..]);
            let mut other_past = past.clone();
            let mut other_known = known.clone();
            for step in origin..STEPS {
                other_past[step] = 7.0 - past[step];
                other_known[step] = 7.0 - known[step];
            }
            // The end must be known, or the series would be shorter.
            let text = rows(&changed, &other_known, &other_past);
            let (panel, _) = fitted.preprocessor.panel(&table(&text)).unwrap();
            let cut = |panel: Arc<Panel>| fitted.preprocessor.windows(panel, vec![place]).batch(&[0]);
            let (ours, theirs) = (cut(fitted.panel.clone()), cut(arc(panel)));
            prop_assert_eq!(&ours.past_target, &theirs.past_target);
            prop_assert_eq!(&ours.observed, &theirs.observed);
            prop_assert_eq!(&ours.past, &theirs.past);
            prop_assert_eq!(&ours.loc, &theirs.loc);
            prop_assert_eq!(&ours.scale, &theirs.scale);
            // The calendar stays; what is known in advance may differ.
            let width = fitted.preprocessor.layout().future.len();
            for step in 0..3 {
                let calendar = step * width..(step + 1) * width - 1;
                prop_assert_eq!(&ours.future[calendar.clone()], &theirs.future[calendar]);
            }
        }
    }

    #[test]
    fn what_is_fitted_does_not_know_the_test_windows(
        before in values(),
        known in proptest::collection::vec(-5.0..5.0, STEPS),
    ) {
        let settings = settings("missing", "mean");
        let Ok(fitted) = fit(&settings, &rows(&before, &known, &known)) else {
            return Ok(());
        };
        let end = fitted.parts.train_end;
        let mut other = known.clone();
        for value in &mut other[end..] {
            *value = 100.0;
        }
        let again = fit(&settings, &rows(&before, &other, &other)).unwrap();
        prop_assert_eq!(fitted.preprocessor, again.preprocessor);
    }

    #[test]
    fn no_part_forecasts_steps_of_a_later_one(
        steps in 10usize..60, context in 1usize..6, horizon in 1usize..5, step in 1usize..7,
        validation in 0usize..4, test in 1usize..4, stride in 1usize..4,
    ) {
        let values: Vec<f64> = (0..steps).map(|step| step as f64).collect();
        let settings = format!(
            "context = {context}\nhorizon = {horizon}\nstride = {stride}\n\
             [backtest]\nvalidation = {validation}\ntest = {test}\nstep = {step}"
        );
        let Ok(fitted) = fit(&settings, &daily(&values)) else {
            return Ok(());
        };
        let parts = &fitted.parts;
        prop_assert_eq!((parts.validation.len(), parts.test.len()), (validation, test));
        let origin = |place: &Place| place.origin as usize;
        let all = [&parts.train, &parts.validation, &parts.test];
        for (earlier, later) in [(0, 1), (1, 2), (0, 2)] {
            let Some(first) = all[later].iter().map(origin).min() else { continue };
            prop_assert!(all[earlier].iter().all(|place| origin(place) + horizon <= first));
        }
        let last = parts.test.iter().map(origin).max().unwrap();
        prop_assert_eq!(last + horizon, steps);
        prop_assert!(all.into_iter().flatten().all(|place| origin(place) >= context));
    }

    #[test]
    fn the_order_of_rows_does_not_matter(seed in 0u64..1000) {
        let mut lines: Vec<String> = (0..40)
            .map(|row| format!("{},{},{row}", crate::source::iso_text(i64::from(row / 2) * 86_400), ["b", "a"][row as usize % 2]))
            .collect();
        let text = |lines: &[String]| format!("date,item,y\n{}", lines.join("\n"));
        let first = fit("series = [\"item\"]", &text(&lines)).unwrap();
        // A multiplicative shuffle is enough.
        lines.sort_by_key(|line| line.bytes().fold(seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) % 997);
        let second = fit("series = [\"item\"]", &text(&lines)).unwrap();
        prop_assert_eq!(&*first.panel, &*second.panel);
        prop_assert_eq!(first.parts, second.parts);
    }
}
