"""Runs an ONNX file exported by hob in ONNX Runtime and compares with hob's outputs.

    python exported_onnx.py exported.onnx expected.json

Files and environment as for `exported_safetensors.py`; needs numpy, onnx and onnxruntime. The expected rows are fewer
or more than those of the export, so the free batch axis is tested too.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime


def main(path, expected_path):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    expected = json.load(open(expected_path))
    lanes = [
        np.array(expected[name], dtype)
        for name, dtype in (("numbers", np.float32), ("dense", np.float32), ("codes", np.int64))
        if expected[name] is not None
    ]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    assert len(inputs) == 1, [i.name for i in inputs]
    # Several lanes stand side by side as floats.
    columns = lanes[0] if len(lanes) == 1 else np.concatenate([lane.astype(np.float32) for lane in lanes], axis=1)
    feed = {inputs[0].name: columns.astype(np.int32) if inputs[0].type == "tensor(int32)" else columns}
    outputs = session.run(None, feed)
    assert len(outputs) == len(expected["outputs"])
    for output, reference in zip(outputs, expected["outputs"]):
        np.testing.assert_allclose(output, np.array(reference, np.float32), atol=1e-5, rtol=1e-5)
    print(f"{path}: outputs are equal")


if __name__ == "__main__":
    main(*sys.argv[1:])
