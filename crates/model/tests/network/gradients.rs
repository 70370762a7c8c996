//! Burn's gradients of a two-layer sigmoid network with log loss are those of the closed form.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor, TensorData, activation::sigmoid},
};
use hob_model::{
    Input,
    config::{Activation, BodyConfig, HeadConfig, MlpConfig},
};

use crate::support::{assert_close, config, plain_inputs, seeded, values};

const ROWS: usize = 7;
const INPUTS: usize = 2;
const HIDDEN: usize = 4;

/// With `z1 = x W1 + b1`, `a1 = s(z1)`, `z2 = a1 W2 + b2`, `a2 = s(z2)` and the mean log loss over `m` rows:
/// the output error is `d2 = (a2 - y) / m`, the hidden error `d1 = d2 W2^T * s'(z1)`, and the gradients are
/// `a1^T d2`, `sum d2`, `x^T d1` and `sum d1`.
#[test]
fn gradients_equal_the_closed_form() {
    let body = MlpConfig {
        hidden: vec![HIDDEN],
        activation: Activation::Sigmoid,
        dropout: 0.0,
        norm: Default::default(),
        residual: false,
    };
    let mut config = config(plain_inputs(INPUTS), BodyConfig::Mlp(body));
    config.heads = vec![HeadConfig {
        words_of: None,
        name: "y".into(),
        width: 1,
    }];
    let device = Device::flex().autodiff();
    let network = seeded(&config, &device, 1);
    let x: Vec<f32> = (0..ROWS * INPUTS)
        .map(|i| (i as f32 * 1.3).cos() * 2.0)
        .collect();
    let y: Vec<f32> = (0..ROWS).map(|i| (i % 2) as f32).collect();

    let matrix = |values: &[f32], columns| -> Tensor<2> {
        Tensor::from_data(TensorData::new(values.to_vec(), [ROWS, columns]), &device)
    };
    let input = Input {
        numbers: Some(matrix(&x, INPUTS)),
        ..Default::default()
    };
    let p = sigmoid(network.forward(input).remove(0));
    let target = matrix(&y, 1);
    let gain = target.clone() * p.clone().log() + (-target + 1.0) * (-p + 1.0).log();
    let gradients = gain.mean().neg().backward();

    let mut found = Found {
        path: Vec::new(),
        gradients: &gradients,
        weights: BTreeMap::new(),
    };
    network.visit(&mut found);
    let get = |path: &str| &found.weights[path];
    let (w1, g_w1) = get("body.Mlp.layers.0.linear.weight");
    let (b1, g_b1) = get("body.Mlp.layers.0.linear.bias");
    let (w2, g_w2) = get("heads.0.weight");
    let (b2, g_b2) = get("heads.0.bias");
    let [e_w1, e_b1, e_w2, e_b2] = closed_form(&x, &y, [w1, b1, w2, b2]);
    assert_close(g_w1, &e_w1, 1e-5, "dW1");
    assert_close(g_b1, &e_b1, 1e-5, "db1");
    assert_close(g_w2, &e_w2, 1e-5, "dW2");
    assert_close(g_b2, &e_b2, 1e-5, "db2");
    let size = e_w1.iter().map(|value| value.abs()).fold(0.0, f32::max);
    assert!(
        size > 1e-3,
        "gradients of nearly 0 would prove nothing: {size}"
    );
}

fn closed_form(x: &[f32], y: &[f32], [w1, b1, w2, b2]: [&Vec<f32>; 4]) -> [Vec<f32>; 4] {
    let s = |z: f64| 1.0 / (1.0 + (-z).exp());
    let mut gradients = [
        vec![0.0; INPUTS * HIDDEN],
        vec![0.0; HIDDEN],
        vec![0.0; HIDDEN],
        vec![0.0],
    ];
    for row in 0..ROWS {
        let x = &x[row * INPUTS..(row + 1) * INPUTS];
        let a1: Vec<f64> = (0..HIDDEN)
            .map(|unit| {
                let products =
                    (0..INPUTS).map(|i| f64::from(x[i]) * f64::from(w1[i * HIDDEN + unit]));
                s(products.sum::<f64>() + f64::from(b1[unit]))
            })
            .collect();
        let products = (0..HIDDEN).map(|unit| a1[unit] * f64::from(w2[unit]));
        let a2 = s(products.sum::<f64>() + f64::from(b2[0]));
        let d2 = (a2 - f64::from(y[row])) / ROWS as f64;
        gradients[3][0] += d2;
        for unit in 0..HIDDEN {
            let d1 = d2 * f64::from(w2[unit]) * a1[unit] * (1.0 - a1[unit]);
            gradients[2][unit] += a1[unit] * d2;
            gradients[1][unit] += d1;
            for i in 0..INPUTS {
                gradients[0][i * HIDDEN + unit] += f64::from(x[i]) * d1;
            }
        }
    }
    gradients.map(|gradient| {
        gradient
            .into_iter()
            .map(|value: f64| value as f32)
            .collect()
    })
}

/// Weight and gradient by path.
struct Found<'a> {
    path: Vec<String>,
    gradients: &'a Gradients,
    weights: BTreeMap<String, (Vec<f32>, Vec<f32>)>,
}

impl ModuleVisitor for Found<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = param
            .val()
            .grad(self.gradients)
            .expect("every weight has a gradient");
        let both = (values(param.val().without_autodiff()), values(gradient));
        self.weights.insert(self.path.join("."), both);
    }
}
