"""Writes metrics.json: inputs and the metrics scikit-learn gives for them.

Run: python metrics.py   (made with scikit-learn 1.9.1, NumPy and SciPy of the same day)
Probabilities are float32, as a network gives them; the expected values are computed from them in float64 after the
clipping that scikit-learn applies to float32.
"""

import json
import pathlib
import warnings

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
EPSILON = float(np.finfo(np.float32).eps)


def clip(p):
    return np.clip(p.astype(np.float64), EPSILON, 1 - EPSILON)


def floats(array):
    return [float(value) for value in np.asarray(array).ravel()]


def softmax(logits):
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (z / z.sum(axis=1, keepdims=True)).astype(np.float32)


def ece(confidence, hit, bins=15):
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if low == 0:
            inside |= confidence == 0
        if inside.any():
            total += inside.mean() * abs(confidence[inside].mean() - hit[inside].mean())
    return float(total)


def category(rng, rows, classes, absent=(), strength=1.5):
    targets = rng.integers(0, classes, rows)
    for label in absent:
        targets[targets == label] = 0
    logits = rng.normal(size=(rows, classes))
    logits[np.arange(rows), targets] += strength
    logits[:, list(absent)] -= 3.0
    logits = logits.astype(np.float32)
    p = softmax(logits)
    answers = p.argmax(axis=1)
    occurring = sorted(set(targets) | set(answers))
    present = sorted(set(targets))
    one_hot = np.eye(classes)[targets]
    per_class = sk.precision_recall_fscore_support(targets, answers, labels=range(classes), zero_division=0)
    aucs = {c: sk.roc_auc_score(targets == c, p[:, c]) for c in present}
    aps = {c: sk.average_precision_score(targets == c, p[:, c]) for c in present}
    expected = {
        "accuracy": sk.accuracy_score(targets, answers),
        "balanced_accuracy": sk.balanced_accuracy_score(targets, answers),
        "log_loss": -np.log(clip(p))[np.arange(rows), targets].mean(),
        "roc_auc": np.mean(list(aucs.values())),
        "pr_auc": np.mean(list(aps.values())),
        "brier": ((p.astype(np.float64) - one_hot) ** 2).sum(axis=1).mean(),
        "ece": ece(p.max(axis=1).astype(np.float64), answers == targets),
        "f1_micro": sk.f1_score(targets, answers, average="micro"),
    }
    if not absent:
        whole = clip(p) / clip(p).sum(axis=1, keepdims=True)
        assert np.isclose(expected["log_loss"], sk.log_loss(targets, whole), rtol=1e-6, atol=1e-5)
        assert np.isclose(expected["brier"], sk.brier_score_loss(targets, whole, scale_by_half=False), rtol=1e-6, atol=1e-5)
        exact = p.astype(np.float64) / p.astype(np.float64).sum(axis=1, keepdims=True)
        if classes > 2:
            assert np.isclose(expected["roc_auc"], sk.roc_auc_score(targets, exact, multi_class="ovr"), rtol=1e-6, atol=1e-5)
    for name, score in [("f1", sk.f1_score), ("precision", sk.precision_score), ("recall", sk.recall_score)]:
        expected[f"{name}_macro"] = score(targets, answers, average="macro", labels=occurring, zero_division=0)
        expected[f"{name}_weighted"] = score(targets, answers, average="weighted", zero_division=0)
    for k in (3, 5):
        if k < classes:
            expected[f"top_{k}"] = sk.top_k_accuracy_score(targets, p, k=k, labels=range(classes))
    log_loss = lambda log_t: sk.log_loss(targets, np_softmax(logits / np.exp(log_t)), labels=range(classes))
    return {
        "classes": classes,
        "targets": targets.tolist(),
        "logits": floats(logits),
        "probabilities": floats(p),
        "expected": {name: float(value) for name, value in expected.items()},
        "confusion": sk.confusion_matrix(targets, answers, labels=range(classes)).tolist(),
        "per_class": [floats(column) for column in per_class[:3]],
        "temperature": temperature(log_loss),
    }


def np_softmax(logits):
    logits = logits.astype(np.float64)
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    return z / z.sum(axis=1, keepdims=True)


def temperature(log_loss):
    bounds = (np.log(0.05), np.log(20.0))
    if log_loss(bounds[0]) < 1e-6:
        return None  # all rows are right: there is no minimum
    return float(np.exp(minimize_scalar(log_loss, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x))


def binary(rng, rows, ties=False, strength=1.0, threshold=0.5):
    targets = (rng.random(rows) < 0.3).astype(int)
    logits = (rng.normal(size=rows) + strength * (2 * targets - 1) - 0.5).astype(np.float32)
    p = (1 / (1 + np.exp(-logits))).astype(np.float32)
    if ties:
        p = (np.round(p * 8) / 8).astype(np.float32)
    wide = p.astype(np.float64)
    answers = (wide >= threshold).astype(int)
    expected = {
        "accuracy": sk.accuracy_score(targets, answers),
        "balanced_accuracy": sk.balanced_accuracy_score(targets, answers),
        "roc_auc": sk.roc_auc_score(targets, p),
        "pr_auc": sk.average_precision_score(targets, p),
        "log_loss": sk.log_loss(targets, clip(p)),
        "precision": sk.precision_score(targets, answers, zero_division=0),
        "recall": sk.recall_score(targets, answers),
        "f1": sk.f1_score(targets, answers),
        "f1_macro": sk.f1_score(targets, answers, average="macro"),
        "brier": sk.brier_score_loss(targets, wide),
        "ece": ece(wide, targets),
    }
    sigmoid = lambda log_t: 1 / (1 + np.exp(-logits.astype(np.float64) / np.exp(log_t)))
    return {
        "threshold": threshold,
        "targets": targets.tolist(),
        "logits": floats(logits),
        "probabilities": floats(p),
        "expected": {name: float(value) for name, value in expected.items()},
        "confusion": sk.confusion_matrix(targets, answers).tolist(),
        "temperature": temperature(lambda log_t: sk.log_loss(targets, sigmoid(log_t))),
    }


def number(rng, rows, offset=0.0, zeros=0):
    targets = rng.normal(size=rows) * 3 + offset
    targets[:zeros] = 0.0
    predictions = targets + rng.normal(size=rows)
    known = targets != 0
    expected = {
        "mse": sk.mean_squared_error(targets, predictions),
        "rmse": sk.root_mean_squared_error(targets, predictions),
        "mae": sk.mean_absolute_error(targets, predictions),
        "mape": sk.mean_absolute_percentage_error(targets[known], predictions[known]),
        "r2": sk.r2_score(targets, predictions),
        "median_absolute_error": sk.median_absolute_error(targets, predictions),
    }
    return {
        "targets": floats(targets),
        "predictions": floats(predictions),
        "zeros": zeros,
        "expected": {name: float(value) for name, value in expected.items()},
    }


def quantiles(rng, rows):
    levels = [0.05, 0.1, 0.5, 0.9, 0.95]
    targets = rng.normal(size=rows) * 2
    centers = targets * 0.5 + rng.normal(size=rows) * 0.3
    predictions = np.stack([centers + 2 * (level - 0.5) * 3 for level in levels], axis=1)
    pinball = [sk.mean_pinball_loss(targets, predictions[:, i], alpha=level) for i, level in enumerate(levels)]
    inside = lambda low, high: float(((predictions[:, low] <= targets) & (targets <= predictions[:, high])).mean())
    return {
        "quantiles": levels,
        "targets": floats(targets),
        "predictions": floats(predictions),
        "expected": {
            "pinball": float(np.mean(pinball)),
            "coverage_80": inside(1, 3),
            "coverage_90": inside(0, 4),
            "mae": float(sk.mean_absolute_error(targets, predictions[:, 2])),
        },
    }


def sets(rng, rows, labels, absent=()):
    targets = (rng.random((rows, labels)) < 0.3).astype(int)
    targets[:, list(absent)] = 0
    logits = rng.normal(size=(rows, labels)) + 2 * targets - 1.2
    logits[:, list(absent)] = -5
    p = (1 / (1 + np.exp(-logits))).astype(np.float32)
    answers = (p >= 0.5).astype(int)
    both = [c for c in range(labels) if 0 < targets[:, c].sum() < rows]
    occurring = [c for c in range(labels) if targets[:, c].any() or answers[:, c].any()]
    expected = {
        "f1_micro": sk.f1_score(targets, answers, average="micro"),
        "f1_macro": sk.f1_score(targets, answers, average="macro", labels=occurring),
        "jaccard": sk.jaccard_score(targets, answers, average="samples", zero_division=1),
        "subset_accuracy": sk.accuracy_score(targets, answers),
        "hamming_loss": sk.hamming_loss(targets, answers),
        "roc_auc": sk.roc_auc_score(targets[:, both], p[:, both], average="macro"),
        "pr_auc": sk.average_precision_score(targets[:, both], p[:, both], average="macro"),
        "log_loss": sk.log_loss(targets.ravel(), clip(p).ravel()),
    }
    return {
        "labels": labels,
        "targets": targets.ravel().tolist(),
        "probabilities": floats(p),
        "expected": {name: float(value) for name, value in expected.items()},
    }


def main():
    rng = np.random.default_rng(20240607)
    cases = {
        "category": [
            category(rng, 60, 3),
            category(rng, 80, 7),
            category(rng, 40, 5, absent=(3,)),
            category(rng, 50, 2),
            category(rng, 30, 3, strength=40.0),
        ],
        "binary": [
            binary(rng, 60),
            binary(rng, 80, ties=True),
            binary(rng, 50, threshold=0.25),
            binary(rng, 40, strength=15.0),
        ],
        "number": [number(rng, 50), number(rng, 51, offset=1e6), number(rng, 40, zeros=3)],
        "quantiles": [quantiles(rng, 60)],
        "set": [sets(rng, 50, 4), sets(rng, 40, 5, absent=(2,))],
    }
    path = pathlib.Path(__file__).with_name("metrics.json")
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


main()
