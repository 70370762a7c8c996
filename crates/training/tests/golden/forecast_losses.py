"""Writes forecast_losses.json: losses of the heads of forecasts with their gradients, and the gamma function.

Run: python forecast_losses.py   (made with PyTorch 2.15, in f64, and mpmath 1.3)
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from mpmath import digamma, loggamma, mp
from torch.distributions import NegativeBinomial, Normal, StudentT

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(5)
BATCH, HORIZON = 3, 4
NAN = float("nan")
mp.dps = 30


def quantiles(levels):
    nearest = min(range(len(levels)), key=lambda i: (round(abs(levels[i] - 0.5), 9), i))

    def losses(raw, y, scale):
        middle, steps = raw[..., 0], 0.25 * F.softplus(raw[..., 1:])
        place, found = 0, {nearest: middle}
        for level in range(nearest + 1, len(levels)):
            found[level] = found[level - 1] + steps[..., place]
            place += 1
        for level in range(nearest - 1, -1, -1):
            found[level] = found[level + 1] - steps[..., place]
            place += 1
        errors = {level: y - found[level] for level in found}
        return sum(torch.maximum(levels[k] * e, (levels[k] - 1) * e) for k, e in errors.items()) / len(levels)

    return losses


def normal(raw, y, scale):
    return -Normal(raw[..., 0], F.softplus(raw[..., 1]) + 1e-3).log_prob(y)


def student_t(raw, y, scale):
    deviation, freedom = F.softplus(raw[..., 1]) + 1e-3, F.softplus(raw[..., 2]) + 2
    return -StudentT(freedom, raw[..., 0], deviation).log_prob(y)


def counts(raw, y, scale):
    mean = F.softplus(raw[..., 0]) * scale[:, None] + 1e-6
    alpha = F.softplus(raw[..., 1]) + 1e-4
    logits = torch.log(alpha * mean)
    return NegativeBinomial(1 / alpha, logits=logits), (y * scale[:, None]).round()


def negative_binomial(raw, y, scale):
    distribution, count = counts(raw, y, scale)
    return -distribution.log_prob(count)


def zero_inflated(raw, y, scale):
    distribution, count = counts(raw, y, scale)
    log_p, log_rest = F.logsigmoid(raw[..., 2]), F.logsigmoid(-raw[..., 2])
    other = log_rest + distribution.log_prob(count)
    zero = torch.logaddexp(log_p, log_rest + distribution.log_prob(torch.zeros_like(count)))
    return -torch.where(count == 0, zero, other)


def case(name, head, losses, params, target, scale, spread=1.5, raw=None):
    if raw is None:
        raw = torch.randn(BATCH, HORIZON * params, generator=generator) * spread
    # hob reads f32.
    raw = raw.float().double().requires_grad_()
    target, scale = torch.tensor(target).float().double(), torch.tensor(scale).float().double()
    known = ~target.isnan()
    found = losses(raw.reshape(len(target), -1, params), target.nan_to_num(), scale)[known]
    (gradient,) = torch.autograd.grad(found.mean(), raw)
    return {
        "name": name,
        "head": head,
        "raw": raw.flatten().tolist(),
        "target": [None if value != value else value for value in target.flatten().tolist()],
        "scale": scale.tolist(),
        "loss": found.mean().item(),
        "gradient": gradient.flatten().tolist(),
    }


TARGET = [[0.3, NAN, -1.2, 2.0], [0.0, 0.0, 5.0, -7.5], [1.0, 1.5, NAN, NAN]]
SCALE = [2.0, 10.0, 0.5]
COUNTS = [[0.0, NAN, 1.5, 8.0], [0.0, 0.1, 3.0, 40.0], [2.0, 0.0, NAN, 14.0]]
LARGE = [[1000.0, 900.0, 1200.0, 0.0], [100_000.0, 90_000.0, 1.0, 100_100.0], [3.0, 0.0, 1.0, 2.0]]
NEAR = torch.tensor(
    [
        [1000.0, -2.0, 950.0, -12.0, 1150.0, 1.0, 3.0, 0.0],
        [100_000.0, -5.0, 100_000.0, -12.0, 100_000.0, 2.0, 100_000.0, -3.0],
        [3.0, -12.0, 0.1, -12.0, 0.1, 6.0, 2.0, -7.0],
    ]
)
cases = [
    case(f"quantiles {levels}", {"quantiles": levels}, quantiles(levels), len(levels), TARGET, SCALE)
    for levels in [[0.1, 0.25, 0.5, 0.75, 0.9], [0.5], [0.4, 0.6], [0.05, 0.2], [0.6, 0.7, 0.99]]
] + [
    case("normal", "normal", normal, 2, TARGET, SCALE),
    case("normal_wide", "normal", normal, 2, TARGET, SCALE, spread=8),
    case("student_t", "student_t", student_t, 3, TARGET, SCALE),
    case("student_t_wide", "student_t", student_t, 3, TARGET, SCALE, spread=30),
    case("negative_binomial", "negative_binomial", negative_binomial, 2, COUNTS, SCALE),
    case("negative_binomial_wide", "negative_binomial", negative_binomial, 2, COUNTS, SCALE, spread=6),
    case("negative_binomial_large", "negative_binomial", negative_binomial, 2, LARGE, [1.0, 10.0, 1.0], raw=NEAR),
    case("zero_inflated", "zero_inflated_negative_binomial", zero_inflated, 3, COUNTS, SCALE),
    case("zero_inflated_wide", "zero_inflated_negative_binomial", zero_inflated, 3, COUNTS, SCALE, spread=6),
]
places = [1e-4, 0.01, 0.3, 0.5, 1.0, 1.4616, 2.0, 3.7, 10.0, 123.5, 1e4, 1e7]
gamma = [
    {"x": x, "log_gamma": float(loggamma(x)), "digamma": float(digamma(x)), "half_step": float(loggamma(x + 0.5) - loggamma(x))}
    for x in places
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({"cases": cases, "gamma": gamma}, indent=1) + "\n")
for c in cases:
    print(c["name"], c["loss"])
