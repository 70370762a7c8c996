//! Metrics of an output with several classes.

use hob_data::features::Matrix;

use super::binary::{Counts, clipped_log_loss};
use super::calibration;
use super::curve::Ranking;
use super::report::{ClassReport, Confusion, Curve, Metrics, OutputReport};
use super::statistics::{mean, ratio, rows};

/// Above this many probabilities, one ranking per class takes minutes; the areas under curves are left out then.
const MAX_RANKED_VALUES: usize = 200_000_000;

/// Classes with a curve of their own in the report.
const MAX_CURVE_CLASSES: usize = 10;

/// The most probable class, the first of equals.
fn answer(probabilities: &[f32]) -> usize {
    let mut best = 0;
    for (class, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[best] {
            best = class;
        }
    }
    best
}

/// Share of rows whose most probable class is right.
pub(super) fn accuracy(targets: &[i32], probabilities: &Matrix<f32>) -> f64 {
    mean(targets.iter().enumerate().map(|(row, &target)| {
        f64::from(u8::from(answer(probabilities.row(row)) == target as usize))
    }))
}

/// Log loss per row, clipped as for two classes.
pub(super) fn log_losses(
    targets: &[i32],
    probabilities: &Matrix<f32>,
) -> impl Iterator<Item = f64> {
    targets
        .iter()
        .enumerate()
        .map(|(row, &target)| clipped_log_loss(f64::from(probabilities.row(row)[target as usize])))
}

/// Everything about an output with several classes.
///
/// Macro averages are over the classes that occur among targets or answers, as in scikit-learn; areas under curves
/// are means over the classes that some but not all rows have (scikit-learn refuses such parts). `brier` sums over
/// classes and so lies between 0 and 2. Calibration bins and ECE are those of the most probable class.
pub(super) fn report(
    classes: &[String],
    targets: &[i32],
    probabilities: &Matrix<f32>,
) -> OutputReport {
    let answers: Vec<usize> = (0..rows(probabilities))
        .map(|row| answer(probabilities.row(row)))
        .collect();
    let counts = count(classes.len(), targets, &answers);
    let (per_class, curves) = one_against_rest(classes, targets, probabilities, &counts);
    let calibration = calibration::bins(answers.iter().enumerate().map(|(row, &answer)| {
        (
            f64::from(probabilities.row(row)[answer]),
            answer == targets[row] as usize,
        )
    }));

    let mut metrics = Metrics::default();
    metrics.push("accuracy", accuracy(targets, probabilities));
    metrics.push(
        "balanced_accuracy",
        mean_over(&per_class, |class| {
            (class.support > 0).then_some(class.recall)
        }),
    );
    metrics.push("log_loss", mean(log_losses(targets, probabilities)));
    metrics.push("roc_auc", mean_over(&per_class, |class| class.roc_auc));
    metrics.push("pr_auc", mean_over(&per_class, |class| class.pr_auc));
    push_averages(&mut metrics, &per_class, &counts);
    metrics.push("brier", brier(targets, probabilities));
    metrics.push("ece", calibration::expected_error(&calibration));
    for k in [3, 5].into_iter().filter(|&k| k < classes.len()) {
        metrics.push(format!("top_{k}"), top_k(k, targets, probabilities));
    }
    OutputReport {
        rows: targets.len(),
        metrics,
        confusion: Some(confusion(classes, targets, &answers, &counts)),
        per_class,
        curves,
        calibration,
        residuals: None,
    }
}

/// Per class, the rows by target and answer.
fn count(num_classes: usize, targets: &[i32], answers: &[usize]) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); num_classes];
    for (&target, &answer) in targets.iter().zip(answers) {
        let target = target as usize;
        if target == answer {
            counts[target].true_positive += 1;
        } else {
            counts[target].false_negative += 1;
            counts[answer].false_positive += 1;
        }
    }
    for class in &mut counts {
        class.true_negative = targets.len() - class.support() - class.false_positive;
    }
    counts
}

/// The table of classes, and the curves of the most frequent ones.
fn one_against_rest(
    classes: &[String],
    targets: &[i32],
    probabilities: &Matrix<f32>,
    counts: &[Counts],
) -> (Vec<ClassReport>, Vec<Curve>) {
    let with_ranking = probabilities.values.len() <= MAX_RANKED_VALUES;
    let drawn = most_frequent(counts, MAX_CURVE_CLASSES);
    let mut curves = Vec::new();
    let mut per_class = Vec::with_capacity(classes.len());
    for (class, label) in classes.iter().enumerate() {
        let ranking = Ranking::new(
            targets
                .iter()
                .enumerate()
                .filter(|_| with_ranking)
                .map(|(row, &target)| (probabilities.row(row)[class], target as usize == class)),
        );
        if drawn.binary_search(&class).is_ok() {
            curves.extend(ranking.curves(label));
        }
        per_class.push(counts[class].class_report(label, &ranking));
    }
    (per_class, curves)
}

/// The most frequent classes in their own order.
fn most_frequent(counts: &[Counts], limit: usize) -> Vec<usize> {
    let mut classes: Vec<usize> = (0..counts.len()).collect();
    classes.sort_by_key(|&class| std::cmp::Reverse(counts[class].support()));
    classes.truncate(limit);
    classes.sort_unstable();
    classes
}

/// Mean over the classes for which the value is defined.
fn mean_over(classes: &[ClassReport], value: impl Fn(&ClassReport) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = classes.iter().filter_map(value).collect();
    (!values.is_empty()).then(|| mean(values.into_iter()))
}

/// Precision, recall and F1 over classes: macro, weighted by rows, and micro, which here all equal accuracy.
fn push_averages(metrics: &mut Metrics, per_class: &[ClassReport], counts: &[Counts]) {
    type Score = (&'static str, fn(&ClassReport) -> f64);
    const SCORES: [Score; 3] = [
        ("f1", |class| class.f1),
        ("precision", |class| class.precision),
        ("recall", |class| class.recall),
    ];
    let rows: usize = per_class.iter().map(|class| class.support).sum();
    for (name, score) in SCORES {
        let occurring = per_class
            .iter()
            .zip(counts)
            .filter(|(_, counts)| counts.occurs());
        metrics.push(
            format!("{name}_macro"),
            mean(occurring.map(|(class, _)| score(class))),
        );
        let weighted: f64 = per_class
            .iter()
            .map(|class| score(class) * class.support as f64)
            .sum();
        metrics.push(format!("{name}_weighted"), ratio(weighted, rows as f64));
        if name == "f1" {
            let hits: usize = counts.iter().map(|class| class.true_positive).sum();
            metrics.push("f1_micro", ratio(hits as f64, rows as f64));
        }
    }
}

/// Squared distance between the probabilities and the target's place, summed over classes.
fn brier(targets: &[i32], probabilities: &Matrix<f32>) -> f64 {
    mean(targets.iter().enumerate().map(|(row, &target)| {
        let distance = |(class, &probability): (usize, &f32)| {
            (f64::from(probability) - f64::from(u8::from(class == target as usize))).powi(2)
        };
        probabilities
            .row(row)
            .iter()
            .enumerate()
            .map(distance)
            .sum()
    }))
}

/// Share of rows whose class is among the `k` most probable; of equals the first stand higher.
fn top_k(k: usize, targets: &[i32], probabilities: &Matrix<f32>) -> f64 {
    mean(targets.iter().enumerate().map(|(row, &target)| {
        let (target, values) = (target as usize, probabilities.row(row));
        let above = |&(class, value): &(usize, &f32)| {
            *value > values[target] || (*value == values[target] && class < target)
        };
        f64::from(u8::from(
            values.iter().enumerate().filter(above).count() < k,
        ))
    }))
}

/// The confusion matrix, rare classes taken together where there are too many.
fn confusion(
    classes: &[String],
    targets: &[i32],
    answers: &[usize],
    counts: &[Counts],
) -> Confusion {
    let all = classes.len() <= Confusion::MAX_CLASSES;
    let shown = most_frequent(
        counts,
        if all {
            classes.len()
        } else {
            Confusion::MAX_CLASSES - 1
        },
    );
    let mut labels: Vec<String> = shown.iter().map(|&class| classes[class].clone()).collect();
    if !all {
        labels.push(format!("({} others)", classes.len() - shown.len()));
    }
    let mut place = vec![labels.len() - 1; classes.len()];
    for (row, &class) in shown.iter().enumerate() {
        place[class] = row;
    }
    let mut matrix = vec![vec![0; labels.len()]; labels.len()];
    for (&target, &answer) in targets.iter().zip(answers) {
        matrix[place[target as usize]][place[answer]] += 1;
    }
    Confusion {
        labels,
        counts: matrix,
    }
}
