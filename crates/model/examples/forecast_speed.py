"""Training steps per second of the networks of `forecast_speed.rs` in PyTorch: forward, sum of squares, backward.

    python forecast_speed.py [nbeats|deepar] [steps] [threads]

nbeats: three generic blocks as neuralforecast has them, three layers of 512, no covariates. deepar: PyTorch's LSTM, two layers
of 40, on the value before, whether it was missing, and four covariates of each step.
"""

import sys
import time

import torch
from torch import nn

CONTEXT, HORIZON = 56, 28


class Block(nn.Module):
    def __init__(self, params, width=512):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(CONTEXT, width), nn.ReLU(),
            nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, CONTEXT + HORIZON * params),
        )

    def forward(self, x):
        theta = self.layers(x)
        return theta[:, :CONTEXT], theta[:, CONTEXT:]


class Nbeats(nn.Module):
    def __init__(self, params):
        super().__init__()
        self.blocks = nn.ModuleList(Block(params) for _ in range(3))

    def forward(self, values, observed, covariates, target):
        left, forecast = values, 0.0
        for block in self.blocks:
            backcast, part = block(left)
            left, forecast = (left - backcast) * observed, forecast + part
        return forecast


class Deepar(nn.Module):
    def __init__(self, params, covariates, hidden=40):
        super().__init__()
        self.lstm = nn.LSTM(2 + covariates, hidden, 2, batch_first=True)
        self.output = nn.Linear(hidden, params)

    def forward(self, values, observed, covariates, target):
        lags = torch.cat([torch.zeros_like(values[:, :1]), values, target[:, :-1]], 1)
        missing = torch.cat([torch.ones_like(values[:, :1]), 1 - observed, torch.zeros_like(target[:, :-1])], 1)
        x = torch.cat([lags[..., None], missing[..., None], covariates], 2)
        return self.output(self.lstm(x)[0][:, CONTEXT:])


name = sys.argv[1] if len(sys.argv) > 1 else "nbeats"
steps = int(sys.argv[2]) if len(sys.argv) > 2 else 50
torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 2)
batch, network, width = {"nbeats": (256, Nbeats(9), 1), "deepar": (64, Deepar(2, 4), 4)}[name]
values, observed = torch.randn(batch, CONTEXT), torch.ones(batch, CONTEXT)
covariates, target = torch.randn(batch, CONTEXT + HORIZON, width), torch.randn(batch, HORIZON)
times = []
for _ in range(steps):
    network.zero_grad()
    before = time.perf_counter()
    (network(values, observed, covariates, target) ** 2).mean().backward()
    times.append(time.perf_counter() - before)
times.sort()
middle, best = times[len(times) // 2], times[0]
print(f"{name}: {batch / middle:.1f} windows/s (median of {steps} steps of {batch}: {middle * 1e3:.2f} ms; best {best * 1e3:.2f} ms)")
