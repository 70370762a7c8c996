"""Writes entities.json: tags of sequences and the metrics seqeval gives for them.

Run: python entities.py   (made with seqeval 1.2.2)
"""

import json
import pathlib
import warnings

import numpy as np
from seqeval.metrics import accuracy_score, classification_report
from seqeval.metrics.sequence_labeling import get_entities

warnings.filterwarnings("ignore")

# Truth and prediction: I without B, types that change, an end at the last token, nothing at all.
ODD = [
    ("I-PER I-PER O", "B-PER I-PER O"),
    ("B-PER I-LOC I-LOC", "B-PER B-LOC I-LOC"),
    ("B-PER B-PER I-PER", "B-PER I-PER I-PER"),
    ("O I-PER O I-PER", "O I-PER I-PER I-PER"),
    ("B-LOC I-PER I-LOC", "I-LOC I-PER I-LOC"),
    ("O O O", "O O O"),
    ("O O", "B-ORG I-ORG"),
    ("B-ORG I-ORG", "O O"),
    ("B-a-b I-a-b O B-a", "B-a-b I-a-b O B-a-b"),
    ("B-PER O I-PER", "B-PER I-PER I-PER"),
    ("B-LOC B-LOC B-LOC", "I-LOC I-LOC I-LOC"),
    ("", ""),
]


def case(truth, predicted):
    report = classification_report(truth, predicted, output_dict=True, zero_division=0)
    return {
        "truth": truth,
        "predicted": predicted,
        "spans": [[[kind, start, end + 1] for kind, start, end in get_entities(tags)] for tags in truth + predicted],
        "token_accuracy": float(accuracy_score(truth, predicted)),
        "report": {
            kind: [float(scores[name]) for name in ("precision", "recall", "f1-score", "support")]
            for kind, scores in report.items()
        },
    }


def random_tags(rng, length, kinds):
    tags = ["O"] + [f"{prefix}-{kind}" for prefix in "BI" for kind in kinds]
    return [str(rng.choice(tags)) for _ in range(length)]


def confuse(rng, tags, kinds):
    return [random_tags(rng, 1, kinds)[0] if rng.random() < 0.25 else tag for tag in tags]


def main():
    rng = np.random.default_rng(20240612)
    pairs = [(truth.split(), predicted.split()) for truth, predicted in ODD]
    cases = [case([truth for truth, _ in pairs], [predicted for _, predicted in pairs])]
    for kinds in (["date"], ["product", "version", "date"]):
        truth = [random_tags(rng, rng.integers(1, 14), kinds) for _ in range(40)]
        cases.append(case(truth, [confuse(rng, tags, kinds) for tags in truth]))
    path = pathlib.Path(__file__).with_name("entities.json")
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


main()
