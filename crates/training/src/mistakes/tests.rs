//! Lists of mistakes and histograms of scores.

use super::*;

fn mistake(row: usize, confidence: f64, pair: [&str; 2]) -> (Mistake, Option<[String; 2]>) {
    let [expected, predicted] = pair.map(String::from);
    let mistake = Mistake {
        row,
        text: format!("text {row}"),
        expected: expected.clone(),
        predicted: predicted.clone(),
        confidence: Some(confidence),
        ..Mistake::default()
    };
    (mistake, Some([expected, predicted]))
}

#[test]
fn the_most_frequent_pair_and_the_surest_mistake_come_first() {
    let mistakes = Mistakes::new(vec![
        mistake(1, 0.5, ["a", "b"]),
        mistake(2, 0.9, ["b", "a"]),
        mistake(3, 0.7, ["a", "c"]),
        mistake(4, 0.7, ["a", "c"]),
        mistake(5, 0.6, ["a", "b"]),
        mistake(6, 0.4, ["a", "b"]),
        mistake(7, 0.3, ["a", "b"]),
    ]);
    let rows: Vec<usize> = mistakes.listed.iter().map(|one| one.row).collect();
    assert_eq!(rows, [2, 3, 4, 5, 1, 6, 7]);
    let pairs: Vec<(&str, &str, usize)> = mistakes
        .pairs
        .iter()
        .map(|pair| (pair.expected.as_str(), pair.predicted.as_str(), pair.count))
        .collect();
    assert_eq!(pairs, [("a", "b", 4), ("a", "c", 2), ("b", "a", 1)]);
    assert_eq!(mistakes.pairs[0].examples, ["text 5", "text 1", "text 6"]);
}

#[test]
fn many_mistakes_are_counted_and_some_of_them_listed() {
    let all = (1..=500).map(|row| mistake(row, 0.5, ["a", "b"]));
    let mistakes = Mistakes::new(all.collect());
    assert_eq!((mistakes.count, mistakes.listed.len()), (500, MAX_LISTED));
    assert_eq!(mistakes.pairs[0].count, 500);
}

#[test]
fn a_text_is_kept_on_one_line_and_cut() {
    assert_eq!(short("  a\n\tb  c "), "a b c");
    assert_eq!(
        short(&"\u{e9}".repeat(1000)).chars().count(),
        MAX_CHARACTERS + 1
    );
}

#[test]
fn probabilities_lie_between_nought_and_one() {
    let groups = [("right", vec![1.0, 0.99, 0.0]), ("wrong", vec![0.51])];
    let histogram = ScoreHistogram::of_probabilities("probability", &groups);
    assert_eq!(histogram.edges.len(), 21);
    assert_eq!((histogram.edges[0], histogram.edges[20]), (0.0, 1.0));
    assert_eq!(
        (
            histogram.groups[0].counts[19],
            histogram.groups[0].counts[0]
        ),
        (2, 1)
    );
    assert_eq!(histogram.groups[1].counts[10], 1);
}

#[test]
fn a_far_score_counts_at_the_end_and_the_threshold_is_always_in_sight() {
    let mut scores: Vec<f64> = (0..200).map(f64::from).collect();
    scores.push(-1e9);
    let groups = [("in scope", scores), ("out of scope", Vec::new())];
    let histogram = ScoreHistogram::of_scores("distance", &groups, Some(300.0)).unwrap();
    assert_eq!((histogram.edges[0], histogram.edges[20]), (1.0, 300.0));
    assert_eq!(histogram.groups[0].counts.iter().sum::<usize>(), 201);
    assert_eq!(histogram.threshold, Some(300.0));
    let same = [("in scope", vec![2.0, 2.0])];
    let histogram = ScoreHistogram::of_scores("energy", &same, None).unwrap();
    assert_eq!((histogram.edges[0], histogram.edges[20]), (2.0, 3.0));
    assert_eq!(ScoreHistogram::of_scores("energy", &[], None), None);
}
