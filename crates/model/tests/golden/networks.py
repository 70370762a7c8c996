"""hob's networks in PyTorch, written from the papers' formulas and from their authors' packages (rtdl_num_embeddings,
rtdl_revisiting_models), independently of the Rust code. Attribute names are those of an exported safetensors file, so
`load_state_dict` takes such a file as it is.

Usage: `network = build(config)` with the config as JSON (metadata entry `hob_network` of an exported file), then
`network.load_state_dict(tensors)` and `network(numbers, dense, codes)`, which gives a list with one tensor per output.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

ACTIVATIONS = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "gelu": F.gelu,
    "silu": F.silu,
    "elu": F.elu,
    "selu": F.selu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


def first_seen(items):
    return list(dict.fromkeys(items))


def make_norm(kind, width):
    return {
        "none": lambda: None,
        "batch": lambda: nn.BatchNorm1d(width),
        "layer": lambda: nn.LayerNorm(width),
    }[kind]()


class ColumnLinear(nn.Module):
    def __init__(self, columns, inputs, outputs):
        super().__init__()
        bound = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(columns, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(columns, outputs).uniform_(-bound, bound))

    def forward(self, x):
        return torch.einsum("bci,cio->bco", x, self.weight) + self.bias


class Periodic(nn.Module):
    def __init__(self, columns, dim, frequencies, sigma, lite):
        super().__init__()
        self.frequencies = nn.Parameter(torch.randn(columns, frequencies) * sigma)
        if lite:
            self.shared = nn.Linear(2 * frequencies, dim)
        else:
            self.linear = ColumnLinear(columns, 2 * frequencies, dim)

    def forward(self, x):
        angles = 2 * math.pi * self.frequencies * x[..., None]
        waves = torch.cat([torch.cos(angles), torch.sin(angles)], -1)
        layer = self.shared if hasattr(self, "shared") else self.linear
        return F.relu(layer(waves))


class PiecewiseLinear(nn.Module):
    def __init__(self, edges, dim):
        super().__init__()
        self.edges = [torch.tensor(e) for e in edges]
        self.bins = max(len(e) - 1 for e in edges)
        self.linear = ColumnLinear(len(edges), self.bins, dim)

    def encode(self, x):
        columns = []
        for column, edges in enumerate(self.edges):
            bins = len(edges) - 1
            parts = []
            for t in range(self.bins):
                if t >= bins:
                    parts.append(torch.zeros(len(x)))
                    continue
                z = (x[:, column] - edges[t]) / (edges[t + 1] - edges[t])
                if t > 0:
                    z = z.clamp(min=0)
                if t < bins - 1:
                    z = z.clamp(max=1)
                parts.append(z)
            columns.append(torch.stack(parts, 1))
        return torch.stack(columns, 1)

    def forward(self, x):
        return self.linear(self.encode(x))


class NumberGroup(nn.Module):
    def __init__(self, columns, embedding):
        super().__init__()
        self.columns = columns
        self.embedding = embedding

    def forward(self, numbers):
        return self.embedding(numbers[:, self.columns])


def group_key(encoder):
    if encoder == "plain":
        return None
    (kind, settings), = encoder.items()
    if kind == "periodic":
        return kind, tuple(sorted(settings.items()))
    return kind, settings["dim"]


def number_groups(encoders):
    keys = [group_key(e) for e in encoders]
    groups = []
    for key in first_seen(k for k in keys if k):
        columns = [i for i, k in enumerate(keys) if k == key]
        if key[0] == "periodic":
            settings = encoders[columns[0]]["periodic"]
            embedding = Periodic(len(columns), **settings)
        else:
            edges = [encoders[c]["piecewise_linear"]["edges"] for c in columns]
            embedding = PiecewiseLinear(edges, key[1])
        groups.append((NumberGroup(columns, embedding), len(columns), embedding_dim(encoders[columns[0]])))
    return groups


def embedding_dim(encoder):
    (settings,) = encoder.values()
    return settings["dim"]


def plain_columns(encoders):
    return [i for i, e in enumerate(encoders) if e == "plain"]


class CodeTable(nn.Module):
    def __init__(self, columns, cardinalities, dim):
        super().__init__()
        self.columns = columns
        self.offsets = torch.tensor([sum(cardinalities[:i]) for i in range(len(cardinalities))])
        self.table = nn.Embedding(sum(cardinalities), dim)

    def forward(self, codes):
        return self.table(codes[:, self.columns] + self.offsets)


class FlatEncoder(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.plain = plain_columns(inputs["numbers"])
        groups = number_groups(inputs["numbers"])
        self.numbers = nn.ModuleList(g for g, _, _ in groups)
        self.has_dense = bool(inputs["dense"])
        codes = inputs["codes"]
        self.codes = nn.ModuleList()
        for dim in first_seen(c["dim"] for c in codes):
            columns = [i for i, c in enumerate(codes) if c["dim"] == dim]
            self.codes.append(CodeTable(columns, [codes[c]["cardinality"] for c in columns], dim))
        self.width = (
            len(self.plain)
            + sum(columns * dim for _, columns, dim in groups)
            + sum(inputs["dense"])
            + sum(c["dim"] for c in codes)
        )

    def forward(self, numbers, dense, codes):
        parts = []
        if self.plain:
            parts.append(numbers[:, self.plain])
        parts += [group(numbers).flatten(1) for group in self.numbers]
        if self.has_dense:
            parts.append(dense)
        parts += [table(codes).flatten(1) for table in self.codes]
        return torch.cat(parts, 1)


class LinearBody(nn.Module):
    def __init__(self, config, inputs):
        super().__init__()
        self.encoder = FlatEncoder(inputs)
        self.width = self.encoder.width

    def forward(self, *input):
        return self.encoder(*input)


class MlpLayer(nn.Module):
    def __init__(self, config, inputs, width):
        super().__init__()
        self.linear = nn.Linear(inputs, width)
        norm = make_norm(config["norm"], width)
        if norm:
            self.norm = norm
        self.activation = ACTIVATIONS[config["activation"]]
        self.residual = config["residual"] and inputs == width

    def forward(self, x):
        y = self.linear(x)
        if hasattr(self, "norm"):
            y = self.norm(y)
        y = self.activation(y)
        return x + y if self.residual else y


class Mlp(nn.Module):
    def __init__(self, config, inputs):
        super().__init__()
        self.encoder = FlatEncoder(inputs)
        widths = [self.encoder.width, *config["hidden"]]
        self.layers = nn.ModuleList(MlpLayer(config, i, o) for i, o in zip(widths, widths[1:]))
        self.width = widths[-1]

    def forward(self, *input):
        x = self.encoder(*input)
        for layer in self.layers:
            x = layer(x)
        return x


class ResnetBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        norm = make_norm(config["norm"], config["width"])
        if norm:
            self.norm = norm
        self.linear1 = nn.Linear(config["width"], config["hidden"])
        self.linear2 = nn.Linear(config["hidden"], config["width"])
        self.activation = ACTIVATIONS[config["activation"]]

    def forward(self, x):
        y = self.norm(x) if hasattr(self, "norm") else x
        return x + self.linear2(self.activation(self.linear1(y)))


class Resnet(nn.Module):
    def __init__(self, config, inputs):
        super().__init__()
        self.encoder = FlatEncoder(inputs)
        self.width = config["width"]
        self.input = nn.Linear(self.encoder.width, self.width)
        self.blocks = nn.ModuleList(ResnetBlock(config) for _ in range(config["blocks"]))
        norm = make_norm(config["norm"], self.width)
        if norm:
            self.norm = norm
        self.activation = ACTIVATIONS[config["activation"]]

    def forward(self, *input):
        x = self.input(self.encoder(*input))
        for block in self.blocks:
            x = block(x)
        return self.activation(self.norm(x) if hasattr(self, "norm") else x)


class NumberTokens(nn.Module):
    def __init__(self, columns, width):
        super().__init__()
        self.columns = columns
        bound = width**-0.5
        self.weight = nn.Parameter(torch.empty(len(columns), width).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(len(columns), width).uniform_(-bound, bound))

    def forward(self, numbers):
        return numbers[:, self.columns, None] * self.weight + self.bias


class EmbeddedTokens(nn.Module):
    def __init__(self, group, columns, dim, width):
        super().__init__()
        self.group = group
        self.linear = ColumnLinear(columns, dim, width)

    def forward(self, numbers):
        return self.linear(self.group(numbers))


class CodeTokens(nn.Module):
    def __init__(self, codes, width):
        super().__init__()
        self.codes = CodeTable(list(range(len(codes))), [c["cardinality"] for c in codes], width)
        self.bias = nn.Parameter(torch.randn(len(codes), width))

    def forward(self, codes):
        return self.codes(codes) + self.bias


class Tokenizer(nn.Module):
    def __init__(self, inputs, width):
        super().__init__()
        self.output = nn.Parameter(torch.randn(width))
        plain = plain_columns(inputs["numbers"])
        if plain:
            self.plain = NumberTokens(plain, width)
        groups = number_groups(inputs["numbers"])
        self.numbers = nn.ModuleList(EmbeddedTokens(*group, width) for group in groups)
        self.dense_widths = inputs["dense"]
        self.dense = nn.ModuleList(nn.Linear(w, width) for w in inputs["dense"])
        if inputs["codes"]:
            self.codes = CodeTokens(inputs["codes"], width)

    def forward(self, numbers, dense, codes):
        batch = len(next(lane for lane in (numbers, dense, codes) if lane is not None))
        tokens = [self.output.expand(batch, 1, -1)]
        if hasattr(self, "plain"):
            tokens.append(self.plain(numbers))
        tokens += [group(numbers) for group in self.numbers]
        if self.dense_widths:
            blocks = dense.split(self.dense_widths, 1)
            tokens += [linear(block)[:, None] for linear, block in zip(self.dense, blocks)]
        if hasattr(self, "codes"):
            tokens.append(self.codes(codes))
        return torch.cat(tokens, 1)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        for name in ("query", "key", "value", "output"):
            setattr(self, name, nn.Linear(width, width))

    def forward(self, x, from_x):
        batch, _, width = x.shape
        split = lambda t: t.reshape(batch, -1, self.heads, width // self.heads).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(from_x)), split(self.value(from_x))
        weights = F.softmax(q @ k.transpose(-1, -2) / math.sqrt(width // self.heads), -1)
        return self.output((weights @ v).transpose(1, 2).reshape(batch, -1, width))


class FeedForward(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.linear1 = nn.Linear(width, 2 * hidden)
        self.linear2 = nn.Linear(hidden, width)

    def forward(self, x):
        a, b = self.linear1(x).chunk(2, -1)
        return self.linear2(a * F.relu(b))


class Block(nn.Module):
    def __init__(self, config, is_first):
        super().__init__()
        width = config["width"]
        if not is_first:
            self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, config["heads"])
        self.feed_forward_norm = nn.LayerNorm(width)
        self.feed_forward = FeedForward(width, max(1, int(width * config["feed_forward"])))

    def forward(self, x):
        y = self.attention_norm(x) if hasattr(self, "attention_norm") else x
        x = x + self.attention(y, y)
        return x + self.feed_forward(self.feed_forward_norm(x))


class FtTransformer(nn.Module):
    def __init__(self, config, inputs):
        super().__init__()
        self.width = config["width"]
        self.tokenizer = Tokenizer(inputs, self.width)
        self.blocks = nn.ModuleList(Block(config, i == 0) for i in range(config["blocks"]))
        self.norm = nn.LayerNorm(self.width)

    def forward(self, *input):
        x = self.tokenizer(*input)
        for block in self.blocks:
            x = block(x)
        return F.relu(self.norm(x[:, 0]))


BODIES = {"linear": LinearBody, "mlp": Mlp, "resnet": Resnet, "ft_transformer": FtTransformer}


class Network(nn.Module):
    def __init__(self, config):
        super().__init__()
        (kind, body), = config["body"].items()
        self.body = BODIES[kind](body, config["inputs"])
        self.heads = nn.ModuleList(nn.Linear(self.body.width, h["width"]) for h in config["heads"])

    def forward(self, numbers, dense, codes):
        hidden = self.body(numbers, dense, codes)
        return [head(hidden) for head in self.heads]


def build(config):
    return Network(config)
