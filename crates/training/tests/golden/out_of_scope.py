"""Writes out_of_scope.json: logits and features of in-scope and out-of-scope rows, and what SciPy, NumPy and
scikit-learn make of them.

Run: python out_of_scope.py   (made with scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6)
"""

import json
import pathlib

import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.metrics import roc_auc_score, roc_curve


def floats(array):
    return [float(value) for value in np.asarray(array).ravel()]


def scores(logits, temperature):
    wide = logits.astype(np.float64) / temperature
    return {
        "maximum_probability": floats(softmax(wide, axis=1).max(axis=1)),
        "energy": floats(temperature * logsumexp(wide, axis=1)),
    }


def centers(train, targets, rows):
    """Minus the squared distance to the nearest class mean."""
    train, rows = train.astype(np.float64), rows.astype(np.float64)
    classes = np.unique(targets)
    means = np.stack([train[targets == c].mean(axis=0) for c in classes])
    within = train - means[np.searchsorted(classes, targets)]
    variances = (within**2).mean(axis=0)
    variances = np.maximum(variances, 1e-2 * variances.mean())
    squares = (rows[:, None, :] - means[None]) ** 2
    return {
        "euclidean": floats(-squares.sum(axis=2).min(axis=1)),
        "mahalanobis": floats(-(squares / variances).sum(axis=2).min(axis=1)),
    }


def best_balanced(inside, right, outside):
    """Tries a threshold below, between and above all scores; the lowest of the best that accepts some row."""
    levels = np.unique(np.concatenate([inside, outside]).astype(np.float64))
    tries = np.concatenate([levels[:1], (levels[1:] + levels[:-1]) / 2])
    quality = [((inside >= t) & right).mean() + (outside < t).mean() for t in tries]
    best = int(np.flatnonzero(np.isclose(quality, max(quality), atol=1e-12, rtol=0))[0])
    return float(tries[best])


def judge(inside, right, outside, threshold):
    labels = np.r_[np.ones(len(inside)), np.zeros(len(outside))]
    both = np.r_[inside, outside]
    fpr, tpr, _ = roc_curve(labels, both, drop_intermediate=False)
    refused = both < threshold
    return {
        "in_scope_accuracy": float(((inside >= threshold) & right).mean()),
        "in_scope_acceptance": float((inside >= threshold).mean()),
        "out_of_scope_recall": float((outside < threshold).mean()),
        "out_of_scope_precision": float((outside < threshold).sum() / refused.sum()),
        "out_of_scope_roc_auc": float(roc_auc_score(labels, both)),
        "fpr_at_95_tpr": float(fpr[np.argmax(tpr >= 0.95)]),
    }


def judged(inside, right, outside):
    threshold = best_balanced(inside, right, outside)
    return {
        "in_scope": floats(inside),
        "right": right.tolist(),
        "out_of_scope": floats(outside),
        "threshold": threshold,
        "expected": judge(inside, right, outside, threshold),
    }


def main():
    rng = np.random.default_rng(20240614)
    logits = (rng.normal(size=(12, 5)) * 4).astype(np.float32)
    logits[0] += 1000
    train = rng.normal(size=(30, 4)) * [1, 3, 0.001, 0.5]
    targets = rng.choice([0, 2, 3], size=30)
    train = (train + targets[:, None]).astype(np.float32)
    rows = (rng.normal(size=(10, 4)) * 3).astype(np.float32)
    parts = []
    for inside, outside, offset, step in [(60, 40, 1.0, 0), (45, 150, -3.0, 0), (80, 30, 0.5, 0.5)]:
        good = rng.normal(size=inside) + 1.2 + offset
        right = rng.random(inside) < 1 / (1 + np.exp(-1.5 * (good - offset)))
        bad = rng.normal(size=outside) + offset
        if step:
            good, bad = np.round(good / step) * step, np.round(bad / step) * step
        parts.append(judged(good.astype(np.float32), right, bad.astype(np.float32)))
    cases = {
        "logits": floats(logits),
        "scores": [{"temperature": t, **scores(logits, t)} for t in (1.0, 2.5)],
        "centers": {
            "train": floats(train),
            "targets": targets.tolist(),
            "rows": floats(rows),
            **centers(train, targets, rows),
        },
        "judged": parts,
    }
    path = pathlib.Path(__file__).with_name("out_of_scope.json")
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


main()
