"""An epoch of matrix factorisation with the BPR loss in PyTorch: `bpr_pytorch.py [--items N]`.

1,000,000 random events, one uniform negative per event, sparse gradients with SparseAdam. The items of a batch and their
negatives are looked up at once, which saves PyTorch the addition of two sparse gradients of one table.
"""

import argparse
import json
import os
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--events", type=int, default=1_000_000)
parser.add_argument("--users", type=int, default=50_000)
parser.add_argument("--items", type=int, default=20_000)
parser.add_argument("--dimension", type=int, default=64)
parser.add_argument("--batch", type=int, default=2048)
parser.add_argument("--epochs", type=int, default=3, help="measured, after one that is not")
arguments = parser.parse_args()
torch.manual_seed(42)
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))

users = torch.randint(arguments.users, (arguments.events,))
items = torch.randint(arguments.items, (arguments.events,))
user_table = nn.Embedding(arguments.users, arguments.dimension, sparse=True)
item_table = nn.Embedding(arguments.items, arguments.dimension, sparse=True)
for table in (user_table, item_table):
    nn.init.normal_(table.weight, std=0.1)
optimizer = torch.optim.SparseAdam([user_table.weight, item_table.weight], lr=1e-3)


def train_epoch():
    """Seconds and mean loss."""
    start = time.perf_counter()
    total = 0.0
    for batch in torch.randperm(arguments.events).split(arguments.batch):
        negatives = torch.randint(arguments.items, batch.shape)
        optimizer.zero_grad()
        user = user_table(users[batch])
        positive, negative = item_table(torch.cat([items[batch], negatives])).chunk(2)
        loss = -F.logsigmoid((user * (positive - negative)).sum(1)).mean()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return time.perf_counter() - start, total / arguments.events


train_epoch()
seconds, losses = zip(*(train_epoch() for _ in range(arguments.epochs)))
shown = {"seconds_per_epoch": statistics.median(seconds), "epochs": list(seconds), "loss": losses[-1]}
print(json.dumps(shown | {"events_per_second": arguments.events / shown["seconds_per_epoch"]} | vars(arguments)))
