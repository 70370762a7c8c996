//! Heads that label words: rows with different numbers of words, in batches, accumulated, resumed.

use hob_data::features::{TagLists, TokenLists, Words};
use hob_model::config::{Pooling, RnnCell, TextEncoderConfig, TextNetwork};

use super::*;

const VOCABULARY: usize = 7;

/// Texts of one to five words, every second of two tokens; the tag of a word follows from its first token.
fn tagged_part(num_rows: usize) -> EncodedPart {
    let mut lists = TokenLists {
        offsets: vec![0],
        ..TokenLists::default()
    };
    let mut words = Words {
        column: "text".into(),
        offsets: vec![0],
        ..Words::default()
    };
    let mut tags = Vec::new();
    for row in 0..num_rows {
        let start = lists.ids.len();
        for word in 0..1 + row % 5 {
            let token = ((row * 3 + word * 5) % VOCABULARY) as i32;
            words.starts.push((lists.ids.len() - start) as i32);
            lists.ids.push(token);
            lists.ids.extend((word % 2 == 1).then_some(1));
            tags.push(token % 3);
        }
        lists.offsets.push(lists.ids.len());
        words.offsets.push(words.starts.len());
        words.texts.push(String::new());
    }
    let tags = TagLists {
        offsets: words.offsets.clone(),
        tags,
    };
    lists.words = Some(words);
    let lengths = (0..num_rows).map(|row| (row % 5) as f32).collect();
    EncodedPart {
        features: Arc::new(Features {
            num_rows,
            texts: vec![lists],
            ..Features::default()
        }),
        targets: vec![Targets::Tags(tags), Targets::Numbers(lengths)],
    }
}

/// Tags of the words and a quantity of the same texts.
fn tags_request(directory: &Path) -> FitRequest {
    let plain = plain_request(directory);
    let encoder = TextEncoderConfig {
        vocabulary: VOCABULARY,
        network: TextNetwork::Rnn {
            cell: RnnCell::Gru,
            dim: 4,
            hidden: 3,
            bidirectional: true,
            pooling: Pooling::Max,
            dropout: 0.0,
        },
    };
    let head = |name: &str, width, words_of| HeadConfig {
        name: name.to_string(),
        width,
        words_of,
    };
    let softmax = LossKind::Softmax {
        classes: 3,
        class_weights: Vec::new(),
        smoothing: 0.0,
        gamma: 0.0,
    };
    let loss = |kind, share| OutputLoss { kind, share };
    FitRequest {
        network: NetworkConfig {
            inputs: InputsConfig {
                text_encoders: vec![encoder],
                texts: vec![0],
                ..InputsConfig::default()
            },
            body: BodyConfig::Linear(LinearConfig {}),
            heads: vec![head("tags", 3, Some(0)), head("length", 1, None)],
        },
        losses: vec![loss(softmax, 1.0), loss(LossKind::Squared, 0.1)],
        train: tagged_part(50),
        validation: Some(tagged_part(20)),
        ..plain
    }
}

fn run_tags(change: impl FnOnce(&mut FitRequest)) -> Fitted {
    run_with(|request| {
        *request = tags_request(&request.directory);
        change(request);
    })
}

#[test]
fn accumulated_batches_count_words_and_not_rows() {
    let _generator = generator();
    let run_as = |rows, accumulation| {
        run_tags(|request| {
            // Batches by length would not be the same rows.
            request.training.batch_size = BatchSize::Rows(rows);
            request.training.gradient_accumulation = accumulation;
            request.training.epochs = 3;
        })
    };
    let (pieces, whole) = (run_as(10, 5), run_as(50, 1));
    assert_eq!(pieces.steps, whole.steps);
    assert_near(&pieces.network, &whole.network, 1e-5);
    for (pieces, whole) in pieces.epochs.iter().zip(&whole.epochs) {
        assert!((pieces.train_loss - whole.train_loss).abs() < 1e-5);
        let losses = (
            pieces.validation_loss.unwrap(),
            whole.validation_loss.unwrap(),
        );
        assert!((losses.0 - losses.1).abs() < 1e-5);
    }
}

#[test]
fn tags_are_learned() {
    let _generator = generator();
    let folder = tempfile::tempdir().unwrap();
    let mut request = tags_request(folder.path());
    request.optimizer = OptimizerConfig::Adam(AdamOptimizer {
        learning_rate: 0.03,
        ..AdamOptimizer::default()
    });
    request.training.epochs = 20;
    let Targets::Tags(expected) = request.validation.as_ref().unwrap().targets[0].clone() else {
        panic!("the first targets are tags");
    };
    let mut wrong = Vec::new();
    fit(request, &mut Silent, &mut |_, raw| {
        assert_eq!((raw[0].width, raw[1].values.len()), (3, 20));
        let found = raw[0]
            .values
            .chunks_exact(3)
            .map(hob_inference::decode::largest);
        let pairs = found.zip(&expected.tags);
        wrong.push(pairs.filter(|(found, tag)| *found as i32 != **tag).count());
        Metrics::default()
    })
    .unwrap();
    assert!(wrong[0] > 0 && wrong.last() == Some(&0), "{wrong:?}");
}

#[test]
fn a_stopped_run_of_tags_resumes_exactly() {
    let _generator = generator();
    super::exactness::assert_exact(&[2, 5], |request| {
        *request = tags_request(&request.directory)
    });
}

#[test]
fn tags_that_do_not_go_with_the_words_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |change: &dyn Fn(&mut FitRequest)| {
        let mut request = tags_request(folder.path());
        change(&mut request);
        fit(request, &mut Silent, &mut |_, _| Metrics::default()).unwrap_err()
    };
    let fewer = refused(&|request| {
        let Targets::Tags(tags) = &mut request.train.targets[0] else {
            panic!("the first targets are tags");
        };
        tags.tags.pop();
        *tags.offsets.last_mut().unwrap() -= 1;
    });
    assert!(matches!(fewer, FitError::Targets { .. }), "{fewer}");
    let no_words = refused(&|request| request.network.heads[0].words_of = None);
    assert!(matches!(no_words, FitError::Targets { .. }), "{no_words}");
}
