"""The Iris program in PyTorch: 64-64-3 ReLU, Adam 1e-3, 100 epochs, batch 32, 10 % of the training part for validation."""

import json
import os
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import iris_data

torch.manual_seed(42)
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))

train_features, train_target, test_features, test_target = map(torch.as_tensor, iris_data.load())
num_validation = len(train_features) // 10
validation = TensorDataset(train_features[:num_validation], train_target[:num_validation])
train = TensorDataset(train_features[num_validation:], train_target[num_validation:])

network = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3))
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
loss_function = nn.CrossEntropyLoss()
loader = DataLoader(train, batch_size=32, shuffle=True)

start = time.perf_counter()
for _ in range(100):
    network.train()
    for features, target in loader:
        optimizer.zero_grad()
        loss_function(network(features), target).backward()
        optimizer.step()
    network.eval()
    with torch.no_grad():
        features, target = validation.tensors
        logits = network(features)
        validation_loss = loss_function(logits, target).item()
        validation_accuracy = (logits.argmax(1) == target).float().mean().item()
seconds = time.perf_counter() - start

with torch.no_grad():
    accuracy = (network(test_features).argmax(1) == test_target).float().mean().item()
print(json.dumps({"accuracy": accuracy, "training_seconds": seconds}))
