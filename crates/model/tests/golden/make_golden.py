"""Writes the golden files that `tests/golden.rs` compares with: weights, inputs and outputs of small networks computed
by PyTorch on the CPU. Needs torch, numpy and safetensors; run it only when a network changes on purpose:

    python crates/model/tests/golden/make_golden.py [name ...]
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from torch import nn

from networks import ACTIVATIONS, build

HERE = pathlib.Path(__file__).parent
BATCH = 5

PLR = {"periodic": {"dim": 4, "frequencies": 3, "sigma": 0.4, "lite": False}}
PLR_LITE = {"periodic": {"dim": 3, "frequencies": 5, "sigma": 0.7, "lite": True}}
PLE = [
    {"piecewise_linear": {"dim": 3, "edges": edges}}
    for edges in ([-1.0, -0.25, 0.5, 2.0], [0.0, 1.0], [-0.5, 0.25, 0.75])
]


def mlp(hidden, activation="relu", norm="none", residual=False):
    body = {"hidden": hidden, "activation": activation, "dropout": 0.3, "norm": norm, "residual": residual}
    return {"mlp": body}


def resnet(activation, norm):
    body = {"blocks": 2, "width": 6, "hidden": 8, "hidden_dropout": 0.2, "residual_dropout": 0.1}
    return {"resnet": {**body, "activation": activation, "norm": norm}}


FT_TRANSFORMER = {
    "ft_transformer": {
        "blocks": 2,
        "width": 8,
        "heads": 2,
        "feed_forward": 4.0 / 3.0,
        "attention_dropout": 0.2,
        "feed_forward_dropout": 0.1,
        "residual_dropout": 0.1,
    }
}


def inputs(numbers=(), dense=(), codes=()):
    codes = [{"cardinality": cardinality, "dim": dim} for cardinality, dim in codes]
    return {"numbers": list(numbers), "dense": list(dense), "codes": codes}


MIXED = inputs(
    [PLR, "plain", PLE[0], PLR_LITE, PLR, PLE[1], "plain", PLE[2]], [2, 3], [(4, 2), (3, 5), (6, 2)]
)
PLAIN = inputs(["plain"] * 4)

CASES = {f"mlp_{name}": (PLAIN, mlp([6, 5], name)) for name in ACTIVATIONS} | {
    "mlp_batch_norm": (PLAIN, mlp([6, 6], norm="batch", residual=True)),
    "mlp_layer_norm": (PLAIN, mlp([6, 5], "tanh", norm="layer")),
    "mlp_mixed_inputs": (MIXED, mlp([7])),
    "linear_mixed_inputs": (MIXED, {"linear": {}}),
    "linear_codes": (inputs(codes=[(4, 3)]), {"linear": {}}),
    "resnet_batch_norm": (PLAIN, resnet("relu", "batch")),
    "resnet_layer_norm": (MIXED, resnet("gelu", "layer")),
    "resnet_no_norm": (PLAIN, resnet("silu", "none")),
    "ft_transformer_plain": (PLAIN, FT_TRANSFORMER),
    "ft_transformer_mixed_inputs": (MIXED, FT_TRANSFORMER),
    "periodic": (inputs([PLR, PLR, PLR]), {"linear": {}}),
    "periodic_lite": (inputs([PLR_LITE, "plain", PLR_LITE]), {"linear": {}}),
    "piecewise_linear": (inputs(PLE), {"linear": {}}),
}


def encoder(kind, **settings):
    return {"vocabulary": 11, "network": {kind: settings}}


def rnn(cell, bidirectional, pooling):
    return encoder("rnn", cell=cell, dim=3, hidden=4, bidirectional=bidirectional, pooling=pooling, dropout=0.3)


def bert(**changes):
    settings = {
        "width": 6,
        "layers": 2,
        "heads": 3,
        "feed_forward": 10,
        "activation": "gelu",
        "max_tokens": 8,
        "first_position": 0,
        "segments": 2,
        "epsilon": 1e-12,
        "dropout": 0.1,
        "pooling": "mean",
        "normalize": False,
    }
    return encoder("bert", **(settings | changes))


def texts(*encoders, columns=None, **lanes):
    columns = list(range(len(encoders))) if columns is None else columns
    return inputs(**lanes) | {"text_encoders": list(encoders), "texts": columns}


BAG = encoder("bag", dim=4, dropout=0.1)
CNN = encoder("cnn", dim=3, filters=4, widths=[1, 2, 5], dropout=0.5)

CASES |= {
    name: (input_config, {"linear": {}})
    for name, input_config in {
        "text_bag": texts(BAG),
        "text_cnn": texts(CNN),
        "text_lstm": texts(rnn("lstm", True, "max")),
        "text_lstm_forward": texts(rnn("lstm", False, "mean")),
        "text_gru": texts(rnn("gru", True, "mean")),
        "text_gru_forward": texts(rnn("gru", False, "cls")),
        "text_bert": texts(bert()),
        "text_roberta": texts(bert(first_position=2, segments=1, pooling="cls", activation="relu", epsilon=1e-5)),
        "text_distilbert": texts(bert(segments=0, pooling="max", normalize=True)),
    }.items()
} | {
    "text_with_other_columns": (
        texts(CNN, BAG, columns=[0, 1, 0], numbers=["plain"] * 2, dense=[2], codes=[(4, 3)]),
        mlp([7]),
    )
}


def forecast(past_only=0, **changes):
    series = {"context": 11, "horizon": 6, "past": 2 + past_only, "future": 2, "static_numbers": 1, "params": 3}
    codes = [{"cardinality": 4, "dim": 2}, {"cardinality": 3, "dim": 3}]
    return inputs() | {"series": series | {"static_codes": codes} | changes}


def stacks(**changes):
    return {"blocks": 2, "layers": 2, "width": 7, "activation": "relu", "dropout": 0.1, "from_last": False} | changes


def nbeats(*kinds, **changes):
    return {"nbeats": stacks(stacks=list(kinds), **({"degree": 2, "harmonics": 2} | changes))}


PLAIN_WINDOW = {"past": 0, "future": 0, "static_numbers": 0, "static_codes": []}
TCN = {"tcn": {"channels": 5, "kernel": 3, "dilations": [1, 2, 4], "decoder": 6, "dropout": 0.1}}
DEEPAR = {"deepar": {"layers": 2, "hidden": 5, "dropout": 0.1}}
PATCHTST = {
    "patchtst": {
        "patch": 4, "stride": 3, "layers": 2, "width": 6, "heads": 2, "feed_forward": 9,
        "activation": "gelu", "dropout": 0.2,
    }
}

CASES |= {
    "dlinear": (forecast(), {"dlinear": {"kernel": 5}}),
    "dlinear_plain": (forecast(**PLAIN_WINDOW), {"dlinear": {"kernel": 1}}),
    "nlinear": (forecast(), {"nlinear": {}}),
    "nbeats": (forecast(2), nbeats("generic", "generic")),
    "nbeats_interpretable": (forecast(), nbeats("trend", "seasonality", from_last=True)),
    "nbeats_plain": (forecast(**PLAIN_WINDOW), nbeats("generic", "seasonality", harmonics=1)),
    "nhits": (forecast(2), {"nhits": stacks(pool=[4, 2, 1], downsample=[4, 2, 1], from_last=True)}),
    "tcn": (forecast(2), TCN),
    "deepar": (forecast(), DEEPAR),
    "deepar_plain": (forecast(**PLAIN_WINDOW), DEEPAR),
    "patchtst": (forecast(), PATCHTST),
}


def write_window(series):
    steps = lambda steps, width: torch.randn(BATCH, steps, width) if width else None
    observed = (torch.rand(BATCH, series["context"]) > 0.2).float()
    # No value, the last step alone, all but the last step.
    observed[0] = 0
    observed[1], observed[1, -1] = 0, 1
    observed[2], observed[2, -1] = 1, 0
    cardinalities = [c["cardinality"] for c in series["static_codes"]]
    codes = [torch.randint(0, c, (BATCH,)) for c in cardinalities]
    return {
        "past_target": torch.randn(BATCH, series["context"]) * observed,
        "observed": observed,
        "past": steps(series["context"], series["past"]),
        "future": steps(series["horizon"], series["future"]),
        "static_numbers": torch.randn(BATCH, series["static_numbers"]) if series["static_numbers"] else None,
        "static_codes": torch.stack(codes, 1) if codes else None,
        "target": torch.randn(BATCH, series["horizon"]),
    }


def write_texts(input_config):
    """Token ids per column and row; the first text is short, and a bag may be empty."""
    columns = []
    for encoder in input_config.get("texts", []):
        is_bag = "bag" in input_config["text_encoders"][encoder]["network"]
        lengths = [0 if is_bag else 1, 7, 3, 2, 5]
        columns.append([torch.randint(0, 11, (length,)).tolist() for length in lengths])
    return columns


def text_tensors(input_config, columns):
    tensors = {}
    for index, (encoder, column) in enumerate(zip(input_config.get("texts", []), columns)):
        lengths = [len(text) for text in column]
        if "bag" in input_config["text_encoders"][encoder]["network"]:
            ids = torch.tensor([i for text in column for i in text])
            rows = torch.repeat_interleave(torch.arange(len(column)), torch.tensor(lengths))
            shares = torch.tensor([[1.0 / max(1, length) if length else 0.0] for length in lengths])
            lane = {"ids": ids, "rows": rows, "shares": shares}
        else:
            longest = max(lengths)
            # Padding that would be noticed: a token that occurs in texts.
            ids = torch.tensor([text + [3] * (longest - len(text)) for text in column])
            mask = torch.tensor([[float(place < length) for place in range(longest)] for length in lengths])
            lane = {"ids": ids, "mask": mask}
        tensors |= {f"input.texts.{index}.{key}": value for key, value in lane.items()}
    return tensors


def write(name, input_config, body):
    torch.manual_seed(len(name))
    is_forecast = "series" in input_config
    heads = [] if is_forecast else [{"name": "first", "width": 3}, {"name": "second", "width": 1}]
    config = {"inputs": input_config, "body": body, "heads": heads}
    network = build(config)
    with torch.no_grad():
        # Norms and zero biases would hide a mistake behind their initial values.
        for module in network.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.LayerNorm)):
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_()
            if isinstance(module, nn.BatchNorm1d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2.0)
    tensors = {k: v for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}

    if is_forecast:
        window = write_window(input_config["series"])
        with torch.no_grad():
            outputs = network.eval()(window)
        tensors |= {f"input.series.{k}": v for k, v in window.items() if v is not None}
        save(name, config, tensors, outputs)
        return

    lanes = {"numbers": None, "dense": None, "codes": None}
    if input_config["numbers"]:
        lanes["numbers"] = torch.randn(BATCH, len(input_config["numbers"])) * 1.5
    if input_config["dense"]:
        lanes["dense"] = torch.randn(BATCH, sum(input_config["dense"]))
    if input_config["codes"]:
        cardinalities = [c["cardinality"] for c in input_config["codes"]]
        lanes["codes"] = torch.stack([torch.randint(0, c, (BATCH,)) for c in cardinalities], 1)
    columns = write_texts(input_config)
    with torch.no_grad():
        outputs = network.eval()(**lanes, texts=columns)
    tensors |= text_tensors(input_config, columns)
    tensors |= {f"input.{k}": v for k, v in lanes.items() if v is not None}
    save(name, config, tensors, outputs)


def save(name, config, tensors, outputs):
    tensors |= {f"output.{i}": v for i, v in enumerate(outputs)}
    tensors = {k: v.contiguous() for k, v in tensors.items()}
    save_file(tensors, HERE / f"{name}.safetensors", {"hob_network": json.dumps(config)})


if __name__ == "__main__":
    wanted = sys.argv[1:] or CASES
    for name in wanted:
        write(name, *CASES[name])
