//! The page of an invented run with an output of each kind, and of runs with nothing to show.

use hob_data::features::Matrix;
use hob_training::importance::Importance;
use hob_training::metrics::{
    Baseline, Center, Predicted, Truth, WorstRow, evaluate, row_losses, worst_rows,
};
use hob_training::mistakes::{ConfusedPair, Mistake, ScoreGroup};
use hob_training::plan::{Contradiction, LabelRows};
use serde_json::json;

use super::*;

/// Numbers that look random and are the same everywhere.
struct Numbers(u64);

impl Numbers {
    /// Uniform between 0 and 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Roughly normal.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

fn output(
    name: &str,
    kind: &str,
    train: Truth,
    truth: Truth,
    predicted: Predicted,
    shown: impl Fn(usize) -> [String; 2],
) -> OutputResult {
    let worst = worst_rows(&row_losses(truth, predicted).unwrap(), 20);
    OutputResult {
        name: name.to_owned(),
        kind: kind.to_owned(),
        test: evaluate(truth, predicted).unwrap(),
        validation: Some(evaluate(truth, predicted).unwrap()),
        baseline: Baseline::fit(train).unwrap().report(truth).unwrap(),
        worst: worst
            .into_iter()
            .map(|(row, loss)| worst_row(row, loss, shown(row)))
            .collect(),
        ..OutputResult::default()
    }
}

fn worst_row(row: usize, loss: f64, [target, prediction]: [String; 2]) -> WorstRow {
    let inputs = [
        ("sepal_length", "5.1"),
        ("sepal_width", "3.5"),
        ("petal_length", "1.4"),
        ("colour", "<b>red</b>"),
    ];
    let inputs = inputs
        .map(|(column, value)| (column.to_owned(), value.to_owned()))
        .to_vec();
    WorstRow {
        row,
        loss,
        inputs,
        target,
        prediction,
    }
}

fn category(numbers: &mut Numbers) -> OutputResult {
    let classes = ["setosa", "versicolor", "virginica <&>"]
        .map(String::from)
        .to_vec();
    let targets: Vec<i32> = (0..240).map(|row| row % 3).collect();
    let mut values = Vec::new();
    for &target in &targets {
        let logits: Vec<f64> = (0..3)
            .map(|class| numbers.normal() + if class == target { 2.4 } else { 0.0 })
            .collect();
        let sum: f64 = logits.iter().map(|logit| logit.exp()).sum();
        values.extend(logits.iter().map(|logit| (logit.exp() / sum) as f32));
    }
    let probabilities = Matrix { width: 3, values };
    let truth = Truth::Category {
        classes: &classes,
        targets: &targets,
    };
    let shown = |row: usize| {
        let target = classes[targets[row] as usize].clone();
        [
            target,
            format!(
                "{} ({:.2})",
                classes[(row + 1) % 3],
                probabilities.row(row)[(row + 1) % 3]
            ),
        ]
    };
    output(
        "species",
        "category",
        truth,
        truth,
        Predicted::Categories(&probabilities),
        shown,
    )
}

fn binary(numbers: &mut Numbers) -> OutputResult {
    let targets: Vec<f32> = (0..800)
        .map(|_| f32::from(u8::from(numbers.uniform() < 0.27)))
        .collect();
    let probabilities: Vec<f32> = targets
        .iter()
        .map(|&target| {
            (1.0 / (1.0 + (-(numbers.normal() * 1.2 + 2.6 * f64::from(target) - 1.9)).exp())) as f32
        })
        .collect();
    let truth = Truth::Binary {
        labels: ["stays", "leaves"],
        threshold: 0.5,
        targets: &targets,
    };
    let shown = |row: usize| {
        let target = if targets[row] > 0.5 {
            "leaves"
        } else {
            "stays"
        };
        [
            target.to_owned(),
            format!("leaves ({:.3})", probabilities[row]),
        ]
    };
    output(
        "churn",
        "binary",
        truth,
        truth,
        Predicted::Binary(&probabilities),
        shown,
    )
}

fn number(numbers: &mut Numbers) -> OutputResult {
    let targets: Vec<f64> = (0..3000)
        .map(|_| (numbers.normal() * 0.5 + 12.0).exp())
        .collect();
    let predictions: Vec<f64> = targets
        .iter()
        .map(|target| target * (1.0 + 0.12 * numbers.normal()))
        .collect();
    let truth = Truth::Number {
        targets: &targets,
        center: Center::Mean,
    };
    let shown = |row: usize| [targets[row], predictions[row]].map(|value| format!("{value:.0}"));
    output(
        "price",
        "number",
        truth,
        truth,
        Predicted::Numbers(&predictions),
        shown,
    )
}

/// What a run on texts adds.
fn with_texts(output: OutputResult) -> OutputResult {
    let hostile = "where is <b>my</b> \"order\"? & 'when'";
    let histogram = |score: &str, threshold| ScoreHistogram {
        score: score.to_owned(),
        edges: (0..=4).map(|edge| f64::from(edge) / 4.0).collect(),
        groups: [("right", [0, 3, 5, 90]), ("wrong <x>", [1, 4, 2, 0])]
            .map(|(name, counts)| ScoreGroup {
                name: name.to_owned(),
                counts: counts.to_vec(),
            })
            .to_vec(),
        threshold,
    };
    let mistake = Mistake {
        row: 1234,
        text: hostile.to_owned(),
        expected: "order <status>".to_owned(),
        predicted: "refund".to_owned(),
        confidence: Some(0.987_65),
        ..Mistake::default()
    };
    OutputResult {
        text_baseline: Some(output.baseline.clone()),
        mistakes: Some(Mistakes {
            count: 212,
            listed: vec![mistake],
            pairs: vec![ConfusedPair {
                expected: "order <status>".to_owned(),
                predicted: "refund".to_owned(),
                count: 7,
                examples: vec![hostile.to_owned(), "my order".to_owned()],
            }],
            confidence: Some(histogram("probability of the answer", None)),
        }),
        scope: Some(histogram("energy", Some(0.6))),
        contradictions: Contradictions {
            count: 3,
            listed: vec![Contradiction {
                text: hostile.to_owned(),
                labels: vec![
                    LabelRows {
                        label: "order".to_owned(),
                        count: 12,
                        rows: vec![1, 2],
                    },
                    LabelRows {
                        label: "<refund>".to_owned(),
                        count: 1,
                        rows: vec![7],
                    },
                ],
            }],
        },
        ..output
    }
}

#[test]
fn texts_show_what_was_confused_and_how_sure_the_model_was() {
    let mut run = example();
    run.outputs = vec![with_texts(run.outputs.remove(0))];
    let page = html(&run);
    assert!(
        !page.contains("<b>my</b>") && !page.contains("<refund>") && !page.contains("<status>")
    );
    for shown in [
        "Confused classes",
        "<strong>order &lt;status&gt;</strong></td><td>refund</td><td class=\"n\">7</td>",
        "where is &lt;b&gt;my&lt;/b&gt; &quot;order&quot;? &amp; &#39;when&#39;<br>my order",
        "Texts with several labels",
        "order <small>rows 1; 2; 10 more</small><br>&lt;refund&gt; <small>row 7</small>",
        "2 more.",
        "Mistakes (212)",
        "211 more.",
        "0.988",
        "Right and wrong answers",
        "wrong &lt;x&gt; (7)",
        "In scope and out of scope (threshold 0.6000)",
        "<th scope=\"col\" class=\"n\">TF-IDF</th>",
        "TF-IDF is a linear model (logistic regression) on the words",
        "a linear model on words (TF-IDF) has",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(page.contains("stroke-dasharray") || page.matches("<polyline").count() > 0);
}

#[test]
fn each_kind_of_output_says_what_it_is_compared_with() {
    let mut run = example();
    let output = with_texts(run.outputs.remove(0));
    let of_kind = |kind: &str| OutputResult {
        kind: kind.to_owned(),
        ..output.clone()
    };
    run.outputs = vec![of_kind("answers")];
    let page = html(&run);
    assert!(page.contains("BM25 searches") && page.contains("answers in a random order"));
    assert!(page.contains("Questions that found a wrong answer (212)"));
    assert!(!page.contains("the same answer") && !page.contains("TF-IDF"));
    run.outputs = vec![OutputResult {
        text_baseline: None,
        ..of_kind("tags")
    }];
    let page = html(&run);
    assert!(page.contains("every word the tag that it has most often"));
    assert!(page.contains("Wrong entities by type") && page.contains("Wrong entities (212)"));
    assert!(!page.contains("the same answer") && !page.contains("TF-IDF"));
}

#[test]
fn a_linear_model_on_words_that_is_as_good_is_a_warning() {
    let mut run = example();
    let mut output = with_texts(run.outputs.remove(0));
    output.text_baseline = Some(output.test.clone());
    run.outputs = vec![output];
    let warning = "By Accuracy the model is not better than a linear model on words (TF-IDF).";
    assert!(html(&run).contains(warning));
}

#[test]
fn worst_rows_stay_where_there_are_other_inputs_than_a_text() {
    let mut run = example();
    let mut output = with_texts(run.outputs.remove(0));
    run.outputs = vec![output.clone()];
    assert!(html(&run).contains("Worst rows"));
    for row in &mut output.worst {
        row.inputs.truncate(1);
    }
    run.outputs = vec![output];
    assert!(!html(&run).contains("Worst rows"));
}

/// A part of which some metrics are known.
fn measured(rows: usize, metrics: Value) -> OutputReport {
    serde_json::from_value(json!({ "rows": rows, "metrics": metrics })).unwrap()
}

/// Lists of items with names that no page should trust.
fn lists() -> OutputResult {
    let hostile = "<b>&\" cup";
    let points: Vec<Value> = (0..30)
        .map(|item| {
            json!({ "item": format!("{hostile} {item}"), "x": item % 7, "y": item % 5, "users": 90 - item })
        })
        .collect();
    let detail = json!({
        "protocol": "the last event of each user held back, <all> items ranked",
        "users": 943, "items": 1682, "events": 100_000,
        "others": [{
            "name": "item <kNN>", "settings": "200 neighbours, shrinkage <50>",
            "metrics": { "ndcg_at_10": 0.2783, "gini_at_10": 0.9455 },
        }],
        "groups": [
            { "from": 4, "to": 18, "users": 1020, "model": 0.5, "popularity": 0.25, "item_knn": 0.125 },
            { "from": 19, "to": 19, "users": 7, "model": 0.25, "popularity": 0.125, "item_knn": 0.5 },
        ],
        "samples": [{
            "user": "<b>&\"", "history": [hostile], "owned": 1234,
            "list": [
                { "item": hostile, "score": 3.5, "hit": true },
                { "item": "saucer", "score": 2.5, "hit": false },
            ],
            "held": vec![hostile; 15],
        }],
        "neighbours": [{ "item": hostile, "users": 707, "nearest": [[hostile, 0.5], ["saucer", -0.25]] }],
        "map": points,
    });
    OutputResult {
        name: "items".to_owned(),
        kind: "recommendations".to_owned(),
        test: measured(
            943,
            json!({ "ndcg_at_10": 0.2865, "recall_at_10": 0.2403, "coverage_at_10": 0.3549, "gini_at_10": 0.8926 }),
        ),
        validation: Some(measured(
            943,
            json!({ "ndcg_at_10": 0.2448, "recall_at_10": 0.2295 }),
        )),
        baseline: measured(943, json!({ "ndcg_at_10": 0.1382, "recall_at_10": 0.1204 })),
        recommend: Some(serde_json::from_value(detail).unwrap()),
        ..OutputResult::default()
    }
}

/// Ratings, of which there are neither lists nor a map.
fn ratings() -> OutputResult {
    let detail = json!({
        "protocol": "one of 5 folds", "users": 943, "items": 1682, "events": 100_000,
        "others": [{
            "name": "levels", "settings": "mean, item and user", "metrics": { "rmse": 0.946, "mae": 0.7512 },
        }],
        "groups": [], "samples": [], "neighbours": [], "map": [],
    });
    OutputResult {
        name: "items".to_owned(),
        kind: "recommendations".to_owned(),
        test: measured(20_000, json!({ "rmse": 0.9272, "mae": 0.729 })),
        baseline: measured(20_000, json!({ "rmse": 1.1267, "mae": 0.9454 })),
        recommend: Some(serde_json::from_value(detail).unwrap()),
        ..OutputResult::default()
    }
}

fn page_of(output: OutputResult) -> String {
    html(&ReportData {
        outputs: vec![output],
        ..ReportData::default()
    })
}

#[test]
fn lists_stand_beside_popularity_and_items_alike() {
    let page = page_of(lists());
    for shown in [
        "NDCG at 10 <strong>0.2865</strong> on 943 users with items kept for the test",
        ", where popularity has 0.1382 and item &lt;kNN&gt; 0.2783.",
        "<th scope=\"col\" class=\"n\">Popularity</th><th scope=\"col\" class=\"n\">item &lt;kNN&gt;</th>",
        "of the items held back, the share in the list",
        "Coverage at 10",
        "Gini coefficient at 10",
        "Users: 943 test, 943 validation. Popularity gives every user",
        "The last event of each user held back, &lt;all&gt; items ranked. 943 users, 1,682 items, 100,000 events.",
        " Item &lt;kNN&gt;: 200 neighbours, shrinkage &lt;50&gt;.",
        "NDCG at 10 of the test users, by how many items they had before",
        "<td class=\"n\">4\u{2013}18</td><td class=\"n\">1,020</td><td class=\"n\"><strong>0.5000</strong></td>",
        "<td class=\"n\">19</td><td class=\"n\">7</td><td class=\"n\">0.2500</td>",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("the same answer") && !page.contains("not better"));
}

#[test]
fn lists_items_alike_and_the_map_are_shown_by_name() {
    let page = page_of(lists());
    assert!(!page.contains("<b>"));
    for shown in [
        "<strong>&lt;b&gt;&amp;&quot;</strong></td><td class=\"n\">1,234</td>",
        "1. <strong>\u{2713} &lt;b&gt;&amp;&quot; cup</strong> <small>3.5000</small><br>2. saucer <small>2.5000</small>",
        "<small>3 more</small>",
        "<td class=\"n\">707</td><td>&lt;b&gt;&amp;&quot; cup <small>0.5000</small><br>saucer <small>\u{2212}0.2500</small>",
        "aria-label=\"Map of items\"",
        "<title>&lt;b&gt;&amp;&quot; cup 0: 90 users</title>",
        ">&lt;b&gt;&amp;&quot; cup 0</text>",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert_eq!(page.matches("<title>&lt;b&gt;").count(), 30);
    assert!((3..=12).contains(&page.matches("</text>").count()));
}

#[test]
fn ratings_have_no_section_of_lists() {
    let page = page_of(ratings());
    for shown in [
        "RMSE <strong>0.9272</strong> on 20,000 ratings kept for the test, where the mean has 1.1267 and levels 0.9460.",
        "<th scope=\"col\" class=\"n\">Mean</th><th scope=\"col\" class=\"n\">levels</th>",
        "Ratings: 20,000 test. The mean is that of the ratings",
        " Levels: mean, item and user.",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    for absent in ["output-0", "By activity", "Lists of", "Items alike", "Map"] {
        assert!(!page.contains(absent), "{absent}");
    }
}

#[test]
fn a_recommender_no_better_than_items_alike_is_called_so() {
    let mut output = lists();
    for other in output
        .recommend
        .iter_mut()
        .flat_map(|detail| &mut detail.others)
    {
        other.metrics = output.test.metrics.clone();
    }
    let warning = "By NDCG at 10 the model is not better than ";
    assert!(page_of(output.clone()).contains(&format!("{warning}item &lt;kNN&gt;.")));
    output.baseline = output.test.clone();
    assert!(page_of(output).contains(&format!("{warning}popularity.")));
}

#[test]
fn every_part_of_a_recommender_may_be_absent() {
    let mut output = lists();
    output.recommend = Some(RecommendDetail {
        others: Vec::new(),
        groups: Vec::new(),
        samples: Vec::new(),
        neighbours: Vec::new(),
        map: Vec::new(),
        ..output.recommend.unwrap_or_default()
    });
    let page = page_of(output.clone());
    assert!(page.contains("100,000 events.</p>") && !page.contains("output-0"));
    output.recommend = None;
    assert!(page_of(output).contains("where popularity has 0.1382."));
}

#[test]
fn metrics_of_lists_have_names_at_every_length() {
    use super::text::{list_metric, metric};
    let names = [
        "ndcg",
        "recall",
        "precision",
        "hit",
        "mrr",
        "map",
        "coverage",
        "gini",
        "novelty",
    ];
    for name in names {
        let (title, meaning) = metric(&format!("{name}_at_7"));
        assert!(title.ends_with(" at 7") && !meaning.is_empty(), "{name}");
    }
    assert_eq!(list_metric("fpr_at_95_tpr"), None);
    assert_eq!(metric("coverage_95").0, "Coverage of 95 %");
}

fn epochs(numbers: &mut Numbers) -> Vec<Value> {
    let mut falling =
        |epoch: f64, floor: f64| floor + (-epoch / 12.0).exp() + 0.01 * numbers.uniform();
    (1..=60)
        .map(|epoch| {
            let time = f64::from(epoch);
            json!({
                "epoch": epoch, "train_loss": falling(time, 0.1), "validation_loss": falling(time, 0.2 + time * 0.001),
                "metrics": { "species": { "accuracy": 1.0 - falling(time, 0.1) / 1.5 } },
                "learning_rate": 1e-3 * (1.0 - time / 61.0), "seconds": 0.1,
            })
        })
        .collect()
}

/// A run with all there can be.
pub(super) fn example() -> ReportData {
    let mut numbers = Numbers(7);
    let importance = [
        ("petal_length", 0.41),
        ("petal_width", 0.33),
        ("sepal_length", 0.05),
        ("sepal_width", -0.004),
    ];
    let line = |column: &str, role: &str, kind: &str, summary: &str| ColumnLine {
        column: column.to_owned(),
        role: role.to_owned(),
        kind: kind.to_owned(),
        missing: 3,
        distinct: 1234,
        summary: summary.to_owned(),
    };
    ReportData {
        name: "flowers".to_owned(),
        recipe_text: "seed = 42\n\n[data]\nsource = \"flowers & <more>.csv\" # see https://example.com\n\n[model.mlp]\n\
                      hidden = [64, 64]\n"
            .to_owned(),
        epochs: epochs(&mut numbers),
        best_epoch: Some(48),
        outputs: vec![category(&mut numbers), binary(&mut numbers), number(&mut numbers)],
        importance: importance
            .map(|(column, mean)| Importance { column: column.to_owned(), mean, deviation: 0.012, drops: vec![mean; 5] })
            .to_vec(),
        importance_metric: "accuracy".to_owned(),
        data: DataSummary {
            parts: vec![("training".to_owned(), 108), ("validation".to_owned(), 12), ("test".to_owned(), 30)],
            columns: vec![
                line("sepal_length", "input", "number", "4.3 to 7.9, median 5.8"),
                line("colour", "input", "category", "red 40, <script>alert(1)</script> 2"),
                line("species", "output", "category", "3 classes"),
            ],
            warnings: vec!["`colour` has the same value in 97 % of the rows".to_owned()],
        },
        provenance: [("hob", "0.1.0"), ("seed", "42"), ("device", "flex"), ("flowers.csv SHA-256", "9f86d081884c7d65")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
    }
}

/// The page without the text of `<pre>` and `<style>` and other content: its tags only.
fn tags(page: &str) -> Vec<&str> {
    page.split('<')
        .skip(1)
        .filter_map(|part| part.split_once('>').map(|(tag, _)| tag))
        .collect()
}

#[test]
fn all_sections_are_present() {
    let page = html(&example());
    for id in [
        "result",
        "learning",
        "output-0",
        "output-1",
        "output-2",
        "importance",
        "data",
        "recipe",
        "provenance",
    ] {
        assert!(
            page.contains(&format!("<section id=\"{id}\">"))
                && page.contains(&format!("href=\"#{id}\"")),
            "{id}"
        );
    }
    for title in [
        "Confusion matrix",
        "ROC curve",
        "Precision and recall",
        "Calibration",
        "Per class",
        "Worst rows",
        "Loss",
        "Predicted over actual",
        "Errors (predicted minus actual)",
        "Accuracy",
        "Learning rate",
        "Baseline",
    ] {
        assert!(page.contains(title), "{title}");
    }
}

#[test]
fn the_page_asks_for_nothing_outside_itself() {
    let mut run = example();
    run.outputs.push(lists());
    let page = html(&run);
    for tag in tags(&page) {
        assert!(
            !tag.contains("://") && !tag.contains("src=") && !tag.contains("@import"),
            "{tag}"
        );
        assert!(
            !tag.starts_with("script") && !tag.starts_with("link") && !tag.starts_with("img"),
            "{tag}"
        );
    }
    let style = include_str!("style.css");
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn text_from_data_is_escaped() {
    let mut run = example();
    let hostile = "\"><script>alert('x')</script>&";
    run.name = hostile.to_owned();
    run.importance_metric = hostile.to_owned();
    run.importance[0].column = hostile.to_owned();
    run.data.columns[0].column = hostile.to_owned();
    run.data.parts[0].0 = hostile.to_owned();
    run.data.warnings[0] = hostile.to_owned();
    run.provenance[0] = (hostile.to_owned(), hostile.to_owned());
    run.recipe_text = hostile.to_owned();
    run.epochs = vec![json!({ "epoch": 1, "metrics": { hostile: { hostile: 0.5 } } })];
    for output in &mut run.outputs {
        output.name = hostile.to_owned();
        output.kind = hostile.to_owned();
        output.test.metrics.push(hostile, 1.0);
        for class in &mut output.test.per_class {
            class.label = hostile.to_owned();
        }
        for curve in &mut output.test.curves {
            curve.label = hostile.to_owned();
        }
        for label in output
            .test
            .confusion
            .iter_mut()
            .flat_map(|confusion| &mut confusion.labels)
        {
            *label = hostile.to_owned();
        }
        for row in &mut output.worst {
            row.inputs[0] = (hostile.to_owned(), hostile.to_owned());
            (row.target, row.prediction) = (hostile.to_owned(), hostile.to_owned());
        }
    }
    let page = html(&run);
    assert!(!page.contains("<script") && !page.contains("alert('"));
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn an_empty_run_is_a_page_too() {
    let page = html(&ReportData {
        name: "nothing".to_owned(),
        ..ReportData::default()
    });
    assert!(page.contains("<h1>nothing</h1>") && !page.contains("id=\"learning\""));
}

#[test]
fn a_run_of_one_epoch_has_dots_in_place_of_lines() {
    let epochs = vec![json!({"epoch": 1, "train_loss": 0.5, "validation_loss": null})];
    let page = html(&ReportData {
        epochs,
        ..ReportData::default()
    });
    assert!(page.contains("<circle"));
}

#[test]
fn a_model_no_better_than_the_baseline_is_called_so() {
    let mut run = example();
    assert!(!html(&run).contains("not better than the trivial baseline"));
    for output in &mut run.outputs {
        output.test = output.baseline.clone();
    }
    assert_eq!(
        html(&run)
            .matches("not better than the trivial baseline")
            .count(),
        3
    );
}

#[test]
fn the_same_run_gives_the_same_page() {
    assert_eq!(html(&example()), html(&example()));
}

#[test]
fn the_data_survives_its_file() {
    let run = example();
    let text = serde_json::to_string(&run).unwrap();
    assert_eq!(serde_json::from_str::<ReportData>(&text).unwrap(), run);
}

#[test]
fn elements_are_closed_in_order() {
    let mut run = example();
    run.outputs.extend([lists(), ratings()]);
    let page = html(&run);
    let mut open = Vec::new();
    for tag in tags(&page) {
        let name = tag.split([' ', '\n']).next().unwrap();
        let empty = tag.ends_with('/') || ["!doctype", "meta", "br"].contains(&name);
        if let Some(closed) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{tag}");
        } else if !empty {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn numbers_are_short() {
    use super::text::{number, tick};
    let shown = [0.0, 0.96666, 12.3456, 123.456, 48_213.4, -0.5, 1.2e-7].map(number);
    assert_eq!(
        shown,
        [
            "0",
            "0.9667",
            "12.35",
            "123.5",
            "48,213",
            "\u{2212}0.5000",
            "1.20e\u{2212}7"
        ]
    );
    assert_eq!(tick(0.2, 1.0), "0.2");
    assert_eq!(tick(150_000.0, 400_000.0), "150,000");
    assert_eq!(tick(1e-12, 1.0), "0");
}

#[test]
fn long_cells_are_cut() {
    assert_eq!(
        super::text::cell_text(&"\u{e9}".repeat(500))
            .chars()
            .count(),
        161
    );
}

#[test]
fn plots_bear_odd_numbers() {
    use super::plot::{histogram, scatter};
    assert!(scatter(&[], "x", "y").contains("<svg"));
    assert!(scatter(&[[1e300, -1e300], [3.0, 3.0]], "x", "y").contains("<svg"));
    assert!(scatter(&[[5.0, 5.0]], "x", "y").contains("<circle"));
    assert!(histogram(&[0.0, 0.0], &[4], "x", "y").contains("<svg"));
}
