use super::*;
use crate::config::{
    CodeEncoder, HeadConfig, LinearConfig, NbeatsStack, NlinearConfig, NumberEncoder,
};

fn config(body: BodyConfig) -> NetworkConfig {
    let mut config = NetworkConfig {
        inputs: Default::default(),
        body,
        heads: Vec::new(),
    };
    config.inputs.series = Some(SeriesConfig {
        context: 24,
        horizon: 6,
        past: 2,
        future: 2,
        static_numbers: 1,
        static_codes: vec![CodeEncoder {
            cardinality: 3,
            dim: 2,
        }],
        params: 3,
    });
    config
}

fn nlinear() -> NetworkConfig {
    config(BodyConfig::Nlinear(NlinearConfig {}))
}

fn series(config: &mut NetworkConfig) -> &mut SeriesConfig {
    config.inputs.series.as_mut().unwrap()
}

#[track_caller]
fn refused(config: &NetworkConfig, field: &str) {
    match config.check() {
        Err(ModelError::Config { field: found, .. }) => assert_eq!(found, field),
        other => panic!("expected a problem with {field}, got {other:?}"),
    }
}

#[test]
fn defaults_are_accepted() {
    for body in bodies() {
        assert_eq!(config(body).check(), Ok(()));
    }
}

fn bodies() -> Vec<BodyConfig> {
    vec![
        BodyConfig::Dlinear(Default::default()),
        BodyConfig::Nlinear(Default::default()),
        BodyConfig::Nbeats(Default::default()),
        BodyConfig::Nhits(Default::default()),
        BodyConfig::Tcn(Default::default()),
        BodyConfig::Deepar(Default::default()),
        BodyConfig::Patchtst(Default::default()),
    ]
}

#[test]
fn windows_and_a_body_that_forecasts_come_together_and_alone() {
    let mut wrong = nlinear();
    wrong.inputs.series = None;
    refused(&wrong, "inputs.series");
    refused(
        &config(BodyConfig::Linear(LinearConfig {})),
        "inputs.series",
    );

    let mut wrong = nlinear();
    wrong.inputs.numbers = vec![NumberEncoder::Plain];
    refused(&wrong, "inputs");

    let mut wrong = nlinear();
    wrong.heads = vec![HeadConfig {
        name: "y".into(),
        width: 1,
        words_of: None,
    }];
    refused(&wrong, "heads");
}

#[test]
fn absurd_windows_are_refused_without_being_built() {
    type Change = fn(&mut SeriesConfig);
    let changes: [(Change, &str); 8] = [
        (|series| series.context = 0, "context"),
        (|series| series.horizon = usize::MAX, "horizon"),
        (|series| series.params = 0, "params"),
        (|series| series.past = 1, "past"),
        (|series| series.past = usize::MAX, "past"),
        (
            |series| series.static_numbers = usize::MAX,
            "static_numbers",
        ),
        (
            |series| series.static_codes[0].dim = 0,
            "static_codes.0.dim",
        ),
        (
            |series| series.static_codes[0].cardinality = 0,
            "static_codes.0.cardinality",
        ),
    ];
    for (change, field) in changes {
        let mut wrong = nlinear();
        change(series(&mut wrong));
        refused(&wrong, &format!("inputs.series.{field}"));
    }
}

#[test]
fn sizes_that_do_not_fit_the_window_are_named() {
    let refused_with = |body, expected: &str| {
        let error = config(body).check().unwrap_err().to_string();
        assert_eq!(error, expected);
    };
    let dlinear = |kernel| BodyConfig::Dlinear(DlinearConfig { kernel });
    refused_with(dlinear(4), "`body.dlinear.kernel` is 4, not odd");
    refused_with(
        dlinear(49),
        "`body.dlinear.kernel` is 49: half of it is not below the context of 24 steps",
    );
    let nhits = |pool: &[usize], downsample: &[usize]| {
        BodyConfig::Nhits(NhitsConfig {
            pool: pool.to_vec(),
            downsample: downsample.to_vec(),
            ..Default::default()
        })
    };
    refused_with(
        nhits(&[2, 25], &[1, 1]),
        "`body.nhits.pool.1` is 25, not within 1 and the context of 24 steps",
    );
    refused_with(
        nhits(&[2], &[7]),
        "`body.nhits.downsample.0` is 7, not within 1 and the horizon of 6 steps",
    );
    refused_with(
        nhits(&[2, 1], &[1]),
        "`body.nhits.downsample` has 1 numbers, but `pool` has 2: one for each stack",
    );
    let tcn = |kernel, dilation| {
        BodyConfig::Tcn(TcnConfig {
            kernel,
            dilations: vec![1, dilation],
            ..Default::default()
        })
    };
    refused_with(
        tcn(3, 12),
        "`body.tcn.dilations.1` is 12: a kernel of 3 reaches back 24 steps, not less than the context of 24",
    );
    refused(&config(tcn(0, 1)), "body.tcn.kernel");
    let patchtst = |patch, stride, heads| {
        BodyConfig::Patchtst(PatchtstConfig {
            patch,
            stride,
            heads,
            ..Default::default()
        })
    };
    refused_with(
        patchtst(25, 8, 4),
        "`body.patchtst.patch` is 25, not within 1 and the context of 24 steps",
    );
    refused(&config(patchtst(8, 0, 4)), "body.patchtst.stride");
    refused_with(
        patchtst(8, 4, 5),
        "`body.patchtst.width` is 64, not a multiple of heads (5)",
    );
    let nbeats = |stacks: &[NbeatsStack], degree| {
        BodyConfig::Nbeats(NbeatsConfig {
            stacks: stacks.to_vec(),
            degree,
            ..Default::default()
        })
    };
    refused(
        &config(nbeats(&[], 2)),
        "the number of stacks of body.nbeats.stacks",
    );
    let trend = [NbeatsStack::Trend];
    refused(&config(nbeats(&trend, 21)), "body.nbeats.degree");
}

#[test]
fn covariates_of_the_past_are_refused_where_nobody_reads_them() {
    let mut wrong = nlinear();
    series(&mut wrong).past = 5;
    assert_eq!(
        wrong.check().unwrap_err().to_string(),
        "`inputs.series.past` has 3 covariates that are not known ahead, and `nlinear` reads none of the past; \
         nbeats, nhits and tcn do"
    );
    wrong.body = BodyConfig::Nbeats(Default::default());
    assert_eq!(wrong.check(), Ok(()));
}
