"""Writes retrieval.json: scores of items for queries and the metrics ranx gives for them.

Run: python retrieval.py   (made with ranx 0.3.21; ranx has no rule for ties, so that scores are distinct here)
"""

import json
import pathlib

import numpy as np
from ranx import Qrels, Run, evaluate

METRICS = {
    "mrr": "mrr",
    "mrr_at_10": "mrr@10",
    "recall_at_1": "recall@1",
    "recall_at_5": "recall@5",
    "recall_at_10": "recall@10",
    "ndcg_at_10": "ndcg@10",
    "hit_at_1": "hit_rate@1",
    "hit_at_5": "hit_rate@5",
    "hit_at_10": "hit_rate@10",
}


def case(rng, queries, items, relevant, listed):
    """With `listed` items of each query ranked, the rest not found."""
    scored, answers = [], []
    for _ in range(queries):
        right = rng.choice(items, size=rng.integers(1, relevant + 1), replace=False)
        scores = rng.permutation(items).astype(np.float32) / 8
        scores[right] += np.float32(items / 40) + np.float32(1 / 16)
        best = np.argsort(-scores)[:listed]
        scored.append([[int(item), float(scores[item])] for item in rng.permutation(best)])
        answers.append(sorted(int(item) for item in right))
    # Names of ids order as the numbers do.
    name = lambda item: f"d{item:04}"
    qrels = Qrels({f"q{q:04}": {name(item): 1 for item in right} for q, right in enumerate(answers)})
    run = Run({f"q{q:04}": {name(item): score for item, score in row} for q, row in enumerate(scored)})
    for row in scored:
        assert len({score for _, score in row}) == len(row), "tie"
    found = evaluate(qrels, run, list(METRICS.values()))
    return {
        "scored": scored,
        "relevant": answers,
        "expected": {ours: float(found[theirs]) for ours, theirs in METRICS.items()},
    }


def main():
    rng = np.random.default_rng(20240613)
    cases = [case(rng, 40, 30, 1, 30), case(rng, 40, 40, 4, 40), case(rng, 30, 50, 14, 12)]
    path = pathlib.Path(__file__).with_name("retrieval.json")
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


main()
