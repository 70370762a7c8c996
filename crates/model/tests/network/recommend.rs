//! Networks that recommend.

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor, TensorData},
};
use hob_model::{
    CandidatesInput, Input, InteractionInput, ItemsInput, Network, NetworkConfig, QuestionInput,
    config::{
        BodyConfig, InputsConfig, InteractionsConfig, MfConfig, NumberEncoder, SasrecConfig,
        SlimConfig, TwoTowerConfig,
    },
    weights,
};

use crate::{
    series::Learns,
    support::{assert_close, generator, seeded, values},
};

const USERS: usize = 5;
const ITEMS: usize = 7;

fn config(body: BodyConfig, ratings: bool, features: bool) -> NetworkConfig {
    let inputs = features.then(|| {
        Box::new(InputsConfig {
            numbers: vec![NumberEncoder::Plain, NumberEncoder::Plain],
            ..InputsConfig::default()
        })
    });
    NetworkConfig {
        inputs: InputsConfig {
            interactions: Some(InteractionsConfig {
                users: USERS,
                items: ITEMS,
                ratings,
                mean: if ratings { 3.0 } else { 0.0 },
                item_inputs: inputs.clone(),
                user_inputs: inputs,
            }),
            ..InputsConfig::default()
        },
        body,
        heads: Vec::new(),
    }
}

fn sasrec() -> NetworkConfig {
    let body = SasrecConfig {
        dim: 4,
        heads: 2,
        feed_forward: 8,
        history: 4,
        dropout: 0.0,
        ..SasrecConfig::default()
    };
    config(BodyConfig::Sasrec(body), false, false)
}

fn every() -> Vec<NetworkConfig> {
    let mf = MfConfig {
        dim: 4,
        dropout: 0.0,
    };
    let tower = TwoTowerConfig {
        dim: 4,
        hidden: vec![6],
        history: 4,
        user_ids: true,
        id_dropout: 0.0,
        dropout: 0.0,
    };
    vec![
        config(BodyConfig::Mf(mf.clone()), false, false),
        config(BodyConfig::Mf(mf), true, false),
        config(BodyConfig::TwoTower(tower.clone()), false, true),
        config(BodyConfig::TwoTower(tower), true, true),
        sasrec(),
    ]
}

fn ints<const D: usize>(values: &[i32], shape: [usize; D], device: &Device) -> Tensor<D, Int> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

fn features(rows: usize, device: &Device) -> Option<Box<Input>> {
    let numbers: Vec<f32> = (0..rows * 2)
        .map(|place| place as f32 * 0.3 - 1.0)
        .collect();
    let numbers = Tensor::from_data(TensorData::new(numbers, [rows, 2]), device);
    Some(Box::new(Input {
        numbers: Some(numbers),
        ..Input::default()
    }))
}

const HISTORY: [i32; 12] = [1, 2, 3, 4, 5, 6, 0, 0, 2, 0, 0, 0];

/// Three users with 4, 2 and 1 items.
fn questions(config: &NetworkConfig, history: &[i32], device: &Device) -> QuestionInput {
    let is_sequential = matches!(config.body, BodyConfig::Sasrec(_));
    let reads_history = !matches!(config.body, BodyConfig::Mf(_));
    let has_features = config
        .inputs
        .interactions
        .as_ref()
        .unwrap()
        .user_inputs
        .is_some();
    QuestionInput {
        users: ints(&[1, 2, 4], [3], device),
        history: reads_history.then(|| ints(history, [3, 4], device)),
        places: is_sequential.then(|| ints(&[3, 5, 8], [3], device)),
        features: has_features.then(|| features(3, device)).flatten(),
    }
}

fn items(config: &NetworkConfig, device: &Device) -> ItemsInput {
    let has_features = config
        .inputs
        .interactions
        .as_ref()
        .unwrap()
        .item_inputs
        .is_some();
    ItemsInput {
        items: ints(&[1, 2, 3, 4, 5, 6], [6], device),
        features: has_features.then(|| features(6, device)).flatten(),
    }
}

fn all(device: &Device) -> CandidatesInput {
    let mut taken = vec![0.0_f32; 18];
    taken[2] = 1.0;
    CandidatesInput::All {
        answers: ints(&[4, 0, 5], [3], device),
        taken: Tensor::from_data(TensorData::new(taken, [3, 6]), device),
        correction: None,
    }
}

fn run(network: &Network, input: InteractionInput) -> Tensor<2> {
    let mut outputs = network.forward(Input {
        interactions: Some(Box::new(input)),
        ..Input::default()
    });
    outputs.remove(0)
}

fn input(config: &NetworkConfig, candidates: CandidatesInput, device: &Device) -> InteractionInput {
    InteractionInput {
        questions: questions(config, &HISTORY, device),
        items: items(config, device),
        candidates,
    }
}

#[test]
fn scores_are_products_less_that_of_the_answer() {
    let device = Device::flex();
    for config in every() {
        config.check().unwrap();
        let network = seeded(&config, &device, 71);
        let recommender = network.recommender().unwrap();
        let wanted = recommender.questions(questions(&config, &HISTORY, &device));
        let found = recommender.items(items(&config, &device));
        assert_eq!(found.dims(), [6, recommender.width()]);
        let scores = values(wanted.clone().matmul(found.clone().transpose()));
        let answers = [4, 0, 5];
        let raw = values(run(&network, input(&config, all(&device), &device)));
        for (question, answer) in answers.into_iter().enumerate() {
            for item in 0..6 {
                let place = question * 6 + item;
                let taken = if place == 2 { -1e9 } else { 0.0 };
                let expected = scores[place] - scores[question * 6 + answer] + taken;
                assert!((raw[place] - expected).abs() <= 1e-5 * expected.abs().max(1.0));
            }
        }
        let each = CandidatesInput::Each(ints(&[4, 1, 0, 2, 5, 3], [3, 2], &device));
        let raw = values(run(&network, input(&config, each, &device)));
        assert_close(&[raw[1]], &[scores[1] - scores[4]], 1e-5, "scores");
        assert_close(&[raw[0], raw[2], raw[4]], &[0.0; 3], 1e-6, "scores");
    }
}

#[test]
fn every_weight_that_is_used_learns() {
    let device = Device::flex().autodiff();
    for config in every() {
        let ratings = config.inputs.interactions.as_ref().unwrap().ratings;
        let network = seeded(&config, &device, 72);
        let candidates = match ratings {
            true => CandidatesInput::Answers(ints(&[4, 0, 5], [3], &device)),
            false => all(&device),
        };
        let loss = {
            let _guard = generator();
            run(&network, input(&config, candidates, &device))
                .exp()
                .sum()
        };
        let gradients = loss.backward();
        network.visit(&mut Learns {
            gradients: &gradients,
            path: vec![config.body.name().to_owned()],
        });
    }
}

#[test]
fn a_question_sees_nothing_of_what_comes_later() {
    let device = Device::flex();
    let config = sasrec();
    let network = seeded(&config, &device, 73);
    let recommender = network.recommender().unwrap();
    let second = |history: &[i32]| {
        let mut asked = questions(&config, history, &device);
        // After the first two items of the first user.
        asked.places = Some(ints(&[1, 5, 8], [3], &device));
        values(recommender.questions(asked))[..4].to_vec()
    };
    let before = second(&HISTORY);
    let mut later = HISTORY;
    (later[2], later[3]) = (6, 5);
    assert_close(&second(&later), &before, 1e-6, "scores");
    later[0] = 5;
    assert!(second(&later) != before);
}

#[test]
fn an_unknown_user_or_item_is_what_its_features_say() {
    let device = Device::flex();
    let config = &every()[2];
    let network = seeded(config, &device, 74);
    let recommender = network.recommender().unwrap();
    let of = |codes: &[i32]| {
        let mut found = items(config, &device);
        found.items = ints(codes, [6], &device);
        values(recommender.items(found))
    };
    let (unknown, known) = (of(&[0, 0, 3, 4, 5, 6]), of(&[1, 2, 3, 4, 5, 6]));
    let width = recommender.width();
    assert_eq!(unknown[2 * width..], known[2 * width..]);
    assert!(unknown[..width] != known[..width]);
    // Their features differ, so their vectors do.
    assert!(unknown[..width - 1] != unknown[width..2 * width - 1]);
}

#[test]
fn item_weights_are_stored_and_score_what_a_user_has() {
    let device = Device::flex();
    let slim = SlimConfig {
        neighbours: 2,
        penalty: 1.0,
    };
    let config = config(BodyConfig::Slim(slim), false, false);
    config.check().unwrap();
    let lists = vec![vec![], vec![(2, 0.5), (3, -0.25)], vec![(6, 1.0)]];
    let network = seeded(&config, &device, 75).with_item_weights(&lists, &device);
    let bytes = weights::to_bytes(&network).unwrap();
    let network = weights::from_bytes(&config, bytes, &device).unwrap();
    let mut expected = lists.clone();
    expected.resize(ITEMS, Vec::new());
    assert_eq!(network.item_item().unwrap().lists(), expected);
    let asked = QuestionInput {
        users: ints(&[1, 2], [2], &device),
        history: Some(ints(&[2, 3, 6, 0, 0, 0], [2, 3], &device)),
        places: None,
        features: None,
    };
    let scores = values(network.item_item().unwrap().forward(asked));
    assert_close(&scores[..3], &[0.0, 0.25, 1.0], 1e-6, "scores");
    assert_close(&scores[ITEMS..], &[0.0; ITEMS], 1e-6, "scores");
}

#[test]
fn what_cannot_be_built_is_refused() {
    let refused = |config: &NetworkConfig| config.check().unwrap_err().to_string();
    let mut wrong = sasrec();
    wrong.inputs.interactions = None;
    assert!(refused(&wrong).contains("inputs.interactions"));
    let mut wrong = sasrec();
    wrong.body = BodyConfig::Sasrec(SasrecConfig {
        heads: 3,
        ..SasrecConfig::default()
    });
    assert!(refused(&wrong).contains("body.sasrec.dim"));
    let nothing = TwoTowerConfig {
        history: 0,
        ..TwoTowerConfig::default()
    };
    let wrong = config(BodyConfig::TwoTower(nothing), false, false);
    assert!(refused(&wrong).contains("body.two_tower.history"));
    let wrong = config(BodyConfig::Mf(MfConfig::default()), false, true);
    assert!(refused(&wrong).contains("item_inputs"));
    let wrong = config(BodyConfig::Slim(SlimConfig::default()), true, false);
    assert!(refused(&wrong).contains("slim"));
    let huge = MfConfig {
        dim: usize::MAX,
        dropout: 0.0,
    };
    let wrong = config(BodyConfig::Mf(huge), false, false);
    assert!(refused(&wrong).contains("body.mf.dim"));
}
