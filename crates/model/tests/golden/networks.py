"""hob's networks in PyTorch, written from the papers' formulas and from their authors' packages (rtdl_num_embeddings,
rtdl_revisiting_models), independently of the Rust code. Attribute names are those of an exported safetensors file, so
`load_state_dict` takes such a file as it is.

Usage: `network = build(config)` with the config as JSON (metadata entry `hob_network` of an exported file), then
`network.load_state_dict(tensors)` and `network(numbers, dense, codes, texts)`, which gives a list with one tensor per
output. A text column is a list with the token ids of each row. A network that forecasts is called with a window; see
`forecasting.py`.
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


class Bag(nn.Module):
    def __init__(self, vocabulary, config):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, config["dim"])
        self.width = config["dim"]

    def forward(self, texts):
        ids = torch.tensor([i for text in texts for i in text], dtype=torch.long)
        starts = torch.tensor([sum(map(len, texts[:row])) for row in range(len(texts))])
        # PyTorch's mean of nothing is 0, like ours.
        return F.embedding_bag(ids, self.embedding.weight, starts, mode="mean")


class Cnn(nn.Module):
    def __init__(self, vocabulary, config):
        super().__init__()
        self.dim, self.widths = config["dim"], config["widths"]
        self.embedding = nn.Embedding(vocabulary, self.dim)
        self.filters = nn.ModuleList(nn.Linear(w * self.dim, config["filters"]) for w in self.widths)
        self.width = config["filters"] * len(self.widths)

    def encode(self, text):
        tokens = self.embedding(torch.tensor([text])).transpose(1, 2)
        maxima = []
        for width, linear in zip(self.widths, self.filters):
            kernel = linear.weight.reshape(-1, width, self.dim).transpose(1, 2)
            scores = F.conv1d(tokens, kernel, linear.bias, padding=width - 1)
            maxima.append(F.relu(scores).amax(2))
        return torch.cat(maxima, 1)

    def forward(self, texts):
        return torch.cat([self.encode(text) for text in texts])


class Direction(nn.Module):
    def __init__(self, gates, dim, hidden):
        super().__init__()
        self.input = nn.Linear(dim, gates * hidden)
        self.hidden = nn.Linear(hidden, gates * hidden)


class Pool:
    def __init__(self, kind):
        self.kind = kind

    def __call__(self, states):
        return {"mean": states.mean(0), "max": states.amax(0), "cls": states[0]}[self.kind]


class Rnn(nn.Module):
    def __init__(self, vocabulary, config):
        super().__init__()
        self.kind, self.dim, self.hidden = config["cell"], config["dim"], config["hidden"]
        gates = {"lstm": 4, "gru": 3}[self.kind]
        self.embedding = nn.Embedding(vocabulary, self.dim)
        # A submodule cannot be called `forward`, but its name in a state dict can.
        self.add_module("backward", None)
        self._modules["forward"] = Direction(gates, self.dim, self.hidden)
        if config["bidirectional"]:
            self._modules["backward"] = Direction(gates, self.dim, self.hidden)
        self.pool = Pool(config["pooling"])
        self.width = self.hidden * (2 if config["bidirectional"] else 1)

    def layer(self):
        directions = [d for d in (self._modules["forward"], self._modules["backward"]) if d is not None]
        kind = {"lstm": nn.LSTM, "gru": nn.GRU}[self.kind]
        layer = kind(self.dim, self.hidden, batch_first=True, bidirectional=len(directions) == 2)
        with torch.no_grad():
            for direction, end in zip(directions, ("", "_reverse")):
                getattr(layer, f"weight_ih_l0{end}").copy_(direction.input.weight)
                getattr(layer, f"weight_hh_l0{end}").copy_(direction.hidden.weight)
                getattr(layer, f"bias_ih_l0{end}").copy_(direction.input.bias)
                getattr(layer, f"bias_hh_l0{end}").copy_(direction.hidden.bias)
        return layer

    def forward(self, texts):
        layer = self.layer()
        states = [layer(self.embedding(torch.tensor([text])))[0][0] for text in texts]
        return torch.stack([self.pool(s) for s in states])


class BertEmbeddings(nn.Module):
    def __init__(self, vocabulary, config):
        super().__init__()
        width = config["width"]
        self.words = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(config["first_position"] + config["max_tokens"], width)
        if config["segments"]:
            self.segments = nn.Embedding(config["segments"], width)
        self.norm = nn.LayerNorm(width, eps=config["epsilon"])
        self.first_position = config["first_position"]

    def forward(self, text):
        places = torch.arange(len(text)) + self.first_position
        x = self.words(torch.tensor(text)) + self.positions(places)
        if hasattr(self, "segments"):
            x = x + self.segments(torch.zeros(len(text), dtype=torch.long))
        return self.norm(x)[None]


class BertLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, hidden = config["width"], config["feed_forward"]
        self.attention = Attention(width, config["heads"])
        self.attention_norm = nn.LayerNorm(width, eps=config["epsilon"])
        self.linear1 = nn.Linear(width, hidden)
        self.linear2 = nn.Linear(hidden, width)
        self.feed_forward_norm = nn.LayerNorm(width, eps=config["epsilon"])
        self.activation = ACTIVATIONS[config["activation"]]

    def forward(self, x):
        x = self.attention_norm(x + self.attention(x, x))
        return self.feed_forward_norm(x + self.linear2(self.activation(self.linear1(x))))


class Bert(nn.Module):
    def __init__(self, vocabulary, config):
        super().__init__()
        self.embeddings = BertEmbeddings(vocabulary, config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config["layers"]))
        self.pool, self.normalize, self.width = Pool(config["pooling"]), config["normalize"], config["width"]

    def encode(self, text):
        x = self.embeddings(text)
        for layer in self.layers:
            x = layer(x)
        vector = self.pool(x[0])
        return F.normalize(vector, dim=0) if self.normalize else vector

    def forward(self, texts):
        return torch.stack([self.encode(text) for text in texts])


TEXT_ENCODERS = {"bag": Bag, "cnn": Cnn, "rnn": Rnn, "bert": Bert}


def text_encoder(config):
    (kind, settings), = config["network"].items()
    return TEXT_ENCODERS[kind](config["vocabulary"], settings)


BODIES = {"linear": LinearBody, "mlp": Mlp, "resnet": Resnet, "ft_transformer": FtTransformer}


class Network(nn.Module):
    def __init__(self, config):
        super().__init__()
        (kind, body), = config["body"].items()
        inputs = config["inputs"]
        # One text at a time, so that no padding can be in the way.
        self.texts = nn.ModuleList(text_encoder(c) for c in inputs.get("text_encoders", []))
        self.text_columns = inputs.get("texts", [])
        # Vectors stand by encoder, those of one encoder in the order of their columns.
        self.text_order = sorted(range(len(self.text_columns)), key=lambda column: self.text_columns[column])
        vectors = [self.texts[self.text_columns[column]].width for column in self.text_order]
        self.body = BODIES[kind](body, inputs | {"dense": inputs["dense"] + vectors})
        self.heads = nn.ModuleList(nn.Linear(self.body.width, h["width"]) for h in config["heads"])

    def forward(self, numbers, dense, codes, texts=()):
        vectors = [self.texts[self.text_columns[column]](texts[column]) for column in self.text_order]
        if vectors:
            dense = torch.cat(([] if dense is None else [dense]) + vectors, 1)
        hidden = self.body(numbers, dense, codes)
        return [head(hidden) for head in self.heads]


def build(config):
    if "series" in config["inputs"]:
        from forecasting import Forecaster

        return Forecaster(config)
    return Network(config)
