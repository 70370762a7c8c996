"""hob's networks for forecasts in PyTorch, written from the papers' formulas with PyTorch's own layers, independently of the
Rust code. Attribute names are those of an exported safetensors file.

A window is a dict of tensors: `past_target` and `observed` [batch, context], `past` [batch, context, past], `future`
[batch, horizon, future], `static_numbers`, `static_codes`, and `target` [batch, horizon]; what the config lacks is None.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from networks import ACTIVATIONS, BertLayer, FlatEncoder


def without_bias(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class Statics(FlatEncoder):
    def __init__(self, series):
        numbers = ["plain"] * series["static_numbers"]
        super().__init__({"numbers": numbers, "dense": [], "codes": series["static_codes"]})

    def forward(self, window):
        return super().forward(window["static_numbers"], None, window["static_codes"])


class SeriesBody(nn.Module):
    def __init__(self, series):
        super().__init__()
        self.series = series
        self.static_width = series["static_numbers"] + sum(c["dim"] for c in series["static_codes"])

    def add_statics(self):
        if self.static_width:
            self.statics = Statics(self.series)


class Covariates(SeriesBody):
    def __init__(self, series):
        super().__init__(series)
        self.add_statics()
        if series["future"]:
            self.future = without_bias(series["future"], series["params"])
        if self.static_width:
            self.level = without_bias(self.static_width, series["params"])

    def forward(self, window):
        batch = len(window["past_target"])
        added = torch.zeros(batch, self.series["horizon"], self.series["params"])
        if self.series["future"]:
            added = added + self.future(window["future"])
        if self.static_width:
            added = added + self.level(self.statics(window))[:, None]
        return added.flatten(1)


def last_observed(window):
    lasts = []
    for values, observed in zip(window["past_target"], window["observed"]):
        seen = values[observed > 0]
        lasts.append(seen[-1] if len(seen) else torch.tensor(0.0))
    return torch.stack(lasts)[:, None]


def add_level(steps, level, series):
    steps = steps.reshape(len(steps), series["horizon"], series["params"]).clone()
    steps[:, :, 0] += level
    return steps.flatten(1)


class Dlinear(SeriesBody):
    def __init__(self, config, series):
        super().__init__(series)
        width = series["horizon"] * series["params"]
        self.trend = nn.Linear(series["context"], width)
        self.remainder = nn.Linear(series["context"], width)
        self.covariates = Covariates(series)
        self.kernel = config["kernel"]

    def average(self, x):
        half = self.kernel // 2
        padded = F.pad(x[:, None], (half, half), mode="replicate") if half else x[:, None]
        return F.avg_pool1d(padded, self.kernel, 1)[:, 0]

    def forward(self, window):
        values, observed = window["past_target"], window["observed"]
        trend = self.average(values * observed) / self.average(observed).clamp(min=1e-6)
        remainder = (values - trend) * observed
        return self.trend(trend) + self.remainder(remainder) + self.covariates(window)


class Nlinear(SeriesBody):
    def __init__(self, config, series):
        super().__init__(series)
        self.linear = nn.Linear(series["context"], series["horizon"] * series["params"])
        self.covariates = Covariates(series)

    def forward(self, window):
        last = last_observed(window)
        steps = self.linear((window["past_target"] - last) * window["observed"])
        return add_level(steps, last, self.series) + self.covariates(window)


class Curve(nn.Module):
    """Coefficients to curves, one per parameter."""

    def __init__(self, width, count, steps, basis):
        super().__init__()
        self.count, self.steps, self.basis = count, steps, basis
        coefficients = count * steps if basis is None else count * basis.coefficients
        self.linear = nn.Linear(width, coefficients)

    def forward(self, hidden):
        coefficients = self.linear(hidden)
        if self.basis is None:
            return coefficients
        coefficients = coefficients.reshape(len(hidden), self.count, -1)
        return self.basis(coefficients).transpose(1, 2).flatten(1)


class Trend:
    def __init__(self, degree, steps):
        self.coefficients, self.steps = degree + 1, steps

    def __call__(self, coefficients):
        time = torch.arange(self.steps) / self.steps
        return sum(coefficients[..., i, None] * time**i for i in range(self.coefficients))


class Seasonality:
    def __init__(self, harmonics, horizon, times):
        self.times = times / horizon
        self.frequencies = [0.0]
        while (next := max(1.0, self.frequencies[-1] + 1 / harmonics)) < horizon / 2 - 1e-6:
            self.frequencies.append(next)
        self.coefficients = 2 * len(self.frequencies)

    def __call__(self, coefficients):
        angles = [2 * math.pi * f * self.times for f in self.frequencies]
        waves = torch.stack([torch.cos(a) for a in angles] + [torch.sin(a) for a in angles])
        return coefficients @ waves


class Lines:
    def __init__(self, knots, steps):
        self.coefficients, self.steps = knots, steps

    def __call__(self, coefficients):
        return F.interpolate(coefficients, size=self.steps, mode="linear")


class StackBlock(nn.Module):
    def __init__(self, config, series, covariates, pool, bases, is_last):
        super().__init__()
        context, horizon, width = series["context"], series["horizon"], config["width"]
        self.pool, self.activation = pool, ACTIVATIONS[config["activation"]]
        self.input = nn.Linear(math.ceil(context / pool), width)
        self.missing = without_bias(context, width)
        if covariates:
            self.covariates = without_bias(covariates, width)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(config["layers"] - 1))
        if not is_last:
            self.backcast = Curve(width, 1, context, bases[0])
        self.forecast = Curve(width, series["params"], horizon, bases[1])

    def forward(self, left, missing, covariates):
        seen = F.max_pool1d(left[:, None], self.pool, ceil_mode=True)[:, 0]
        x = self.input(seen) + self.missing(missing)
        if covariates is not None:
            x = x + self.covariates(covariates)
        x = self.activation(x)
        for layer in self.layers:
            x = self.activation(layer(x))
        return (self.backcast(x) if hasattr(self, "backcast") else None), self.forecast(x)


class Stacks(SeriesBody):
    def __init__(self, config, series):
        super().__init__(series)
        self.add_statics()
        self.from_last = config["from_last"]
        covariates = (
            series["context"] * series["past"] + series["horizon"] * series["future"] + self.static_width
        )
        stacks = [stack for stack in self.stacks(config, series) for _ in range(config["blocks"])]
        self.blocks = nn.ModuleList(
            StackBlock(config, series, covariates, pool, bases, i + 1 == len(stacks))
            for i, (pool, bases) in enumerate(stacks)
        )

    def forward(self, window):
        lanes = [window[lane].flatten(1) for lane in ("past", "future") if window[lane] is not None]
        if self.static_width:
            lanes.append(self.statics(window))
        covariates = torch.cat(lanes, 1) if lanes else None
        observed = window["observed"]
        left, sum = window["past_target"] * observed, 0.0
        for block in self.blocks:
            backcast, forecast = block(left, 1 - observed, covariates)
            if backcast is not None:
                left = (left - backcast) * observed
            sum = sum + forecast
        return add_level(sum, last_observed(window), self.series) if self.from_last else sum


class Nbeats(Stacks):
    def stacks(self, config, series):
        context, horizon = series["context"], series["horizon"]
        harmonics, degree = config["harmonics"], config["degree"]
        bases = {
            "generic": (None, None),
            "trend": (Trend(degree, context), Trend(degree, horizon)),
            "seasonality": (
                Seasonality(harmonics, horizon, torch.arange(-context, 0)),
                Seasonality(harmonics, horizon, torch.arange(horizon)),
            ),
        }
        return [(1, bases[stack]) for stack in config["stacks"]]


class Nhits(Stacks):
    def stacks(self, config, series):
        horizon = series["horizon"]
        lines = lambda downsample: Lines(max(horizon // downsample, 1), horizon)
        return [(pool, (None, lines(down))) for pool, down in zip(config["pool"], config["downsample"])]


class Convolution(nn.Module):
    def __init__(self, kernel, inputs, outputs, dilation):
        super().__init__()
        self.linear = nn.Linear(kernel * inputs, outputs)
        self.kernel, self.dilation = kernel, dilation

    def forward(self, x):
        """[batch, channels, steps]"""
        weight = self.linear.weight.reshape(-1, self.kernel, x.shape[1]).transpose(1, 2)
        padded = F.pad(x, ((self.kernel - 1) * self.dilation, 0))
        return F.conv1d(padded, weight, self.linear.bias, dilation=self.dilation)


class TcnBlock(nn.Module):
    def __init__(self, config, inputs, dilation):
        super().__init__()
        channels, kernel = config["channels"], config["kernel"]
        self.convolution1 = Convolution(kernel, inputs, channels, dilation)
        self.convolution2 = Convolution(kernel, channels, channels, dilation)
        if inputs != channels:
            self.around = nn.Linear(inputs, channels)

    def forward(self, x):
        around = self.around(x.transpose(1, 2)).transpose(1, 2) if hasattr(self, "around") else x
        return F.relu(around + F.relu(self.convolution2(F.relu(self.convolution1(x)))))


class Tcn(SeriesBody):
    def __init__(self, config, series):
        super().__init__(series)
        self.add_statics()
        channels, self.decoder = config["channels"], config["decoder"]
        self.blocks = nn.ModuleList(
            TcnBlock(config, channels if i else 2 + series["past"], dilation)
            for i, dilation in enumerate(config["dilations"])
        )
        self.steps = nn.Linear(channels + self.static_width, series["horizon"] * self.decoder)
        if series["future"]:
            self.future = without_bias(series["future"], self.decoder)
        self.output = nn.Linear(self.decoder, series["params"])

    def forward(self, window):
        observed = window["observed"]
        lanes = [(window["past_target"] * observed)[..., None], 1 - observed[..., None]]
        if window["past"] is not None:
            lanes.append(window["past"])
        x = torch.cat(lanes, 2).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        state = x[:, :, -1]
        if self.static_width:
            state = torch.cat([state, self.statics(window)], 1)
        steps = self.steps(state).reshape(len(state), -1, self.decoder)
        if window["future"] is not None:
            steps = steps + self.future(window["future"])
        return self.output(F.relu(steps)).flatten(1)


class Lstm(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.input = nn.Linear(inputs, 4 * hidden)
        self.hidden = without_bias(hidden, 4 * hidden)


class Deepar(SeriesBody):
    def __init__(self, config, series):
        super().__init__(series)
        self.add_statics()
        hidden = config["hidden"]
        if self.static_width:
            self.static_gates = without_bias(self.static_width, 4 * hidden)
        self.layers = nn.ModuleList(
            Lstm(hidden if i else 2 + series["future"], hidden) for i in range(config["layers"])
        )
        self.output = nn.Linear(hidden, series["params"])

    def forward(self, window):
        horizon, observed = self.series["horizon"], window["observed"]
        start = torch.zeros(len(observed), 1)
        values = torch.cat([start, window["past_target"] * observed, window["target"]], 1)[:, :-1]
        missing = torch.cat([start + 1, 1 - observed, torch.zeros_like(window["target"])], 1)[:, :-1]
        lanes = [values[..., None], missing[..., None]]
        if window["future"] is not None:
            ahead = window["future"].shape[2]
            lanes.append(torch.cat([window["past"][:, :, :ahead], window["future"]], 1))
        x = torch.cat(lanes, 2)
        for i, layer in enumerate(self.layers):
            # What belongs to the series is an input like the others, the same at every step.
            weight = layer.input.weight
            if i == 0 and self.static_width:
                statics = self.statics(window)[:, None].expand(-1, x.shape[1], -1)
                x = torch.cat([x, statics], 2)
                weight = torch.cat([weight, self.static_gates.weight], 1)
            lstm = nn.LSTM(x.shape[2], layer.hidden.weight.shape[1], batch_first=True)
            lstm.load_state_dict({
                "weight_ih_l0": weight,
                "weight_hh_l0": layer.hidden.weight,
                "bias_ih_l0": layer.input.bias,
                "bias_hh_l0": torch.zeros_like(layer.input.bias),
            })
            x = lstm(x)[0]
        return self.output(x[:, -horizon:]).flatten(1)


class Patchtst(SeriesBody):
    def __init__(self, config, series):
        super().__init__(series)
        self.patch, self.stride, width = config["patch"], config["stride"], config["width"]
        patches = (series["context"] - self.patch) // self.stride + 2
        self.embedding = nn.Linear(self.patch, width)
        self.missing = without_bias(self.patch, width)
        self.positions = nn.Parameter(torch.empty(patches, width).uniform_(-0.02, 0.02))
        layer = {key: config[key] for key in ("width", "heads", "feed_forward", "activation")} | {"epsilon": 1e-5}
        self.layers = nn.ModuleList(BertLayer(layer) for _ in range(config["layers"]))
        self.head = nn.Linear(patches * width, series["horizon"] * series["params"])
        self.covariates = Covariates(series)

    def patches(self, x):
        return F.pad(x[:, None], (0, self.stride), mode="replicate")[:, 0].unfold(1, self.patch, self.stride)

    def forward(self, window):
        observed = window["observed"]
        values, missing = self.patches(window["past_target"] * observed), self.patches(1 - observed)
        x = self.embedding(values) + self.missing(missing) + self.positions
        for layer in self.layers:
            x = layer(x)
        return self.head(x.flatten(1)) + self.covariates(window)


BODIES = {
    "dlinear": Dlinear,
    "nlinear": Nlinear,
    "nbeats": Nbeats,
    "nhits": Nhits,
    "tcn": Tcn,
    "deepar": Deepar,
    "patchtst": Patchtst,
}


class Forecaster(nn.Module):
    def __init__(self, config):
        super().__init__()
        (kind, body), = config["body"].items()
        self.body = BODIES[kind](body, config["inputs"]["series"])

    def forward(self, window):
        return [self.body(window)]
