"""Sentences per second of the same BERT as in `encode_speed.rs`, with PyTorch and transformers.

    python encode_speed.py FOLDER [batches] [threads]
"""

import json
import pathlib
import sys
import time

import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

BATCH, TOKENS = 32, 64

folder = pathlib.Path(sys.argv[1])
batches = int(sys.argv[2]) if len(sys.argv) > 2 else 20
torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 2)
model = BertModel(BertConfig(**json.loads((folder / "config.json").read_text())), add_pooling_layer=False)
path, = folder.glob("*.safetensors")
model.load_state_dict({k: v.float() for k, v in load_file(path).items()}, strict=False)
model.eval()
ids = (1000 + (torch.arange(BATCH * TOKENS) * 7919) % 20_000).reshape(BATCH, TOKENS)
mask = torch.ones(BATCH, TOKENS, dtype=torch.long)


def encode():
    states = model(ids, attention_mask=mask).last_hidden_state
    weights = mask[..., None].float()
    return (states * weights).sum(1) / weights.sum(1)


with torch.inference_mode():
    encode()
    times = []
    for _ in range(batches):
        before = time.perf_counter()
        encode()
        times.append(time.perf_counter() - before)
times.sort()
print(f"{BATCH / times[len(times) // 2]:.1f} sentences/s (median of {len(times)} batches; best {BATCH / times[0]:.1f})")
