"""The network of adult.toml in PyTorch: `adult_pytorch.py EPOCHS`.

Batches are cut from one tensor in memory. That is how a fast PyTorch program does it; a DataLoader over rows is several
times slower.
"""

import csv
import gzip
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

FILE = Path(__file__).resolve().parents[2] / "datasets" / "adult" / "adult.csv.gz"
NUMBERS = ["age", "fnlwgt", "educational-num", "capital-gain", "capital-loss", "hours-per-week"]
CATEGORIES = ["workclass", "education", "marital-status", "occupation", "relationship", "race", "gender",
              "native-country"]

epochs = int(sys.argv[1])
torch.manual_seed(42)
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))

with gzip.open(FILE, "rt", newline="") as file:
    header, *rows = csv.reader(file)
columns = dict(zip(header, zip(*rows), strict=True))
order = np.random.default_rng(42).permutation(len(rows))
num_test = round(0.2 * len(rows))
num_validation = round(0.1 * (len(rows) - num_test))
test, validation, train = np.split(order, [num_test, num_test + num_validation])

blocks = []
for name in NUMBERS:
    values = np.array(columns[name], dtype=np.float64)
    values = (values - values[train].mean()) / values[train].std()
    blocks.append(values[:, None])
for name in CATEGORIES:
    # One place for unknown and one for missing values, as in hob.
    known = sorted({columns[name][row] for row in train} - {"?"})
    places = {"?": 1} | {value: place for place, value in enumerate(known, start=2)}
    codes = [places.get(value, 0) for value in columns[name]]
    blocks.append(np.eye(len(known) + 2)[codes])
features = torch.as_tensor(np.concatenate(blocks, axis=1), dtype=torch.float32)
target = torch.as_tensor(np.array(columns["income"]) == ">50K", dtype=torch.float32)
train, validation, test = map(torch.as_tensor, (train, validation, test))

network = nn.Sequential(
    nn.Linear(features.shape[1], 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 1)
)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
loss_function = nn.BCEWithLogitsLoss()

start = time.perf_counter()
for _ in range(epochs):
    network.train()
    for batch in train[torch.randperm(len(train))].split(256):
        optimizer.zero_grad()
        loss_function(network(features[batch])[:, 0], target[batch]).backward()
        optimizer.step()
    network.eval()
    with torch.no_grad():
        validation_loss = loss_function(network(features[validation])[:, 0], target[validation]).item()
seconds = time.perf_counter() - start

with torch.no_grad():
    accuracy = ((network(features[test])[:, 0] > 0) == (target[test] > 0.5)).float().mean().item()
print(json.dumps({"accuracy": accuracy, "training_seconds": seconds, "rows": len(train), "inputs": features.shape[1]}))
