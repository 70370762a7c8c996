"""Writes the golden files of `tests/pretrained`: token ids, and the vectors that a BERT makes of them, computed by the
NumPy forward pass below, which follows Devlin et al. (2019) and knows nothing of the Rust code.

    python crates/model/tests/golden/bert.py [FOLDER]

FOLDER is a Hugging Face folder with config.json, tokenizer.json and model*.safetensors (MiniLM, with which the shipped
`minilm.json` was made). Without it only the tiny networks are written. Needs numpy, and tokenizers for the folder.
With `--transformers` the vectors are compared with those of the package transformers (and torch) as well.
"""

import json
import math
import pathlib
import struct
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent / "bert"
SENTENCES = [
    "How do I reset my password?",
    "Hello",
    "The delivery of my order 4711 from Paris is late again, and nobody answers the phone; when can I expect a refund?",
    "naïve café – 10 €",
]
DTYPES = {"F32": np.float32, "F16": np.float16}


def read(path):
    data = path.read_bytes()
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + size + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[start:end], DTYPES.get(entry["dtype"], np.uint8))
        tensors[name] = values.reshape(entry["shape"]) if entry["dtype"] in DTYPES else values
    return tensors


def write(path, tensors, dtype):
    header, data = {}, b""
    for name, values in tensors.items():
        raw = values.astype(DTYPES[dtype]).tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(struct.pack("<Q", len(head)) + head + data)


def layer_norm(x, weight, bias, epsilon):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon) * weight + bias


erf = np.vectorize(math.erf)


def gelu(x):
    return x * 0.5 * (1 + erf(x / math.sqrt(2)))


def forward(tensors, config, ids):
    """The last layer for one text, in double precision."""
    get = lambda name: tensors[name].astype(np.float64)
    linear = lambda x, name: x @ get(f"{name}.weight").T + get(f"{name}.bias")
    norm = lambda x, name: layer_norm(x, get(f"{name}.weight"), get(f"{name}.bias"), config["layer_norm_eps"])
    x = get("embeddings.word_embeddings.weight")[ids]
    x = x + get("embeddings.position_embeddings.weight")[: len(ids)]
    x = norm(x + get("embeddings.token_type_embeddings.weight")[0], "embeddings.LayerNorm")
    heads = config["num_attention_heads"]
    for index in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{index}"
        split = lambda x: x.reshape(len(ids), heads, -1).transpose(1, 0, 2)
        query, key, value = (
            split(linear(x, f"{layer}.attention.self.{name}")) for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        mixed = (weights @ value).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(x + linear(mixed, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        inner = gelu(linear(x, f"{layer}.intermediate.dense"))
        x = norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return x


def golden(name, tensors, config, texts):
    """Token ids and mean-pooled vectors."""
    vectors = [forward(tensors, config, ids).mean(0) for ids in texts]
    rows = [{"ids": ids, "vector": [float(f"{v:.7g}") for v in vector]} for ids, vector in zip(texts, vectors)]
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n")
    return vectors


def tiny():
    config = {
        "model_type": "bert",
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 24,
        "hidden_act": "gelu",
        "max_position_embeddings": 12,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
        "vocab_size": 20,
    }
    random = np.random.default_rng(5)
    tensors = {}

    def linear(name, inputs, outputs):
        tensors[f"{name}.weight"] = random.normal(0, 0.4, (outputs, inputs))
        tensors[f"{name}.bias"] = random.normal(0, 0.2, outputs)

    def norm(name):
        tensors[f"{name}.weight"] = random.uniform(0.5, 1.5, 16)
        tensors[f"{name}.bias"] = random.normal(0, 0.2, 16)

    for name, rows in (("word", 20), ("position", 12), ("token_type", 2)):
        tensors[f"embeddings.{name}_embeddings.weight"] = random.normal(0, 1, (rows, 16))
    norm("embeddings.LayerNorm")
    for index in range(2):
        layer = f"encoder.layer.{index}"
        for name in ("self.query", "self.key", "self.value", "output.dense"):
            linear(f"{layer}.attention.{name}", 16, 16)
        norm(f"{layer}.attention.output.LayerNorm")
        linear(f"{layer}.intermediate.dense", 16, 24)
        linear(f"{layer}.output.dense", 24, 16)
        norm(f"{layer}.output.LayerNorm")
    linear("pooler.dense", 16, 16)
    # What f16 can hold, so that both files are the same network.
    tensors = {name: values.astype(np.float16).astype(np.float32) for name, values in tensors.items()}
    (HERE / "tiny_config.json").write_text(json.dumps(config, indent=2) + "\n")
    write(HERE / "tiny_f32.safetensors", {f"bert.{name}": values for name, values in tensors.items()}, "F32")
    write(HERE / "tiny_f16.safetensors", tensors, "F16")
    golden("tiny", tensors, config, [[1, 5, 9, 13, 17, 2], [7], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [4, 4, 4]])


def pretrained(folder):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    texts = [tokenizer.encode(sentence).ids for sentence in SENTENCES]
    path, = folder.glob("*.safetensors")
    tensors, config = read(path), json.loads((folder / "config.json").read_text())
    return golden("minilm", tensors, config, texts), texts, tensors, config


def compare_with_transformers(vectors, texts, tensors, config):
    import torch
    from transformers import BertConfig, BertModel

    model = BertModel(BertConfig(**config), add_pooling_layer=False).eval()
    weights = {k: torch.tensor(v.astype(np.float32)) for k, v in tensors.items() if not k.startswith("pooler")}
    print(model.load_state_dict(weights, strict=False))
    for ids, vector in zip(texts, vectors):
        with torch.no_grad():
            other = model(torch.tensor([ids])).last_hidden_state[0].mean(0).numpy()
        print("largest difference to transformers:", np.abs(other - vector).max())


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    tiny()
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    for folder in folders:
        found = pretrained(pathlib.Path(folder))
        if "--transformers" in sys.argv:
            compare_with_transformers(*found)
