"""Loads a safetensors file exported by hob into PyTorch modules and compares the forward pass with hob's.

    python exported_safetensors.py exported.safetensors expected.json

`expected.json` has the input lanes `numbers`, `dense` and `codes` (rows of numbers, or null), `texts` (token ids per
column and row), `series` (a window's tensors, or null) and `outputs`, one matrix per head. The Rust test `exports.rs` writes
both files and runs this script when the environment variable HOB_PYTHON names a Python that has torch, numpy and
safetensors. Exit code 0 means that all outputs are equal.
"""

import json
import sys

import torch
from safetensors import safe_open

from networks import build


def main(path, expected_path):
    with safe_open(path, "pt") as file:
        config = json.loads(file.metadata()["hob_network"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    half = any(tensor.dtype == torch.float16 for tensor in tensors.values())
    network = build(config)
    # PyTorch counts batches for a momentum that hob does not use; everything else must be there.
    missing, unexpected = network.load_state_dict({k: v.float() for k, v in tensors.items()}, strict=False)
    assert not unexpected, unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing), missing

    expected = json.load(open(expected_path))
    lane = lambda name, dtype: None if expected[name] is None else torch.tensor(expected[name], dtype=dtype)
    if expected["series"] is None:
        input = [lane("numbers", torch.float32), lane("dense", torch.float32), lane("codes", torch.int64), expected["texts"]]
    else:
        window = expected["series"].items()
        input = [{key: None if values is None else torch.tensor(values) for key, values in window}]
    with torch.no_grad():
        outputs = network.eval()(*input)
    assert len(outputs) == len(expected["outputs"])
    for output, reference in zip(outputs, expected["outputs"]):
        tolerance = 2e-2 if half else 1e-5
        torch.testing.assert_close(output, torch.tensor(reference), atol=tolerance, rtol=tolerance)
    print(f"{path}: {len(tensors)} tensors, outputs are equal")


if __name__ == "__main__":
    main(*sys.argv[1:])
