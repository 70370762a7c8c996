"""Writes text_baseline.json: texts, classes, and the probabilities scikit-learn gives for other texts.

Run: python text_baseline.py   (made with scikit-learn 1.9.1)
The solver of the reference runs to the very minimum, so that the difference that remains is that of our solver.
"""

import json
import pathlib

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from scipy.sparse import hstack

TOPICS = [
    "refund money Money-back invoice charged twice a b2b card_no 42 € überweisung".split(),
    "parcel delivery late driver TRACKING lost I depot address Straße привет".split(),
    "password login reset e-mail locked 2FA account don't ÀÉ ok :-) x y".split(),
]
COMMON = "please the the is my my order not to , . ! and HELLO it a I".split()


def text(rng, topic):
    words = []
    for _ in range(rng.integers(0, 12)):
        pool = TOPICS[topic] if rng.random() < 0.35 else COMMON
        words.append(str(rng.choice(pool)))
    return " ".join(words)


def case(rng, rows, classes, columns, min_df, inverse_penalty):
    targets = np.arange(rows) % classes
    rng.shuffle(targets)
    texts = [[text(rng, topic) for topic in targets] for _ in range(columns)]
    train = rows * 2 // 3
    tfidf = [TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=min_df) for _ in range(columns)]
    fitted = hstack([t.fit_transform(column[:train]) for t, column in zip(tfidf, texts)]).tocsr()
    others = hstack([t.transform(column[train:]) for t, column in zip(tfidf, texts)]).tocsr()
    model = LogisticRegression(C=inverse_penalty, tol=1e-10, max_iter=10000).fit(fitted, targets[:train])
    return {
        "num_classes": classes,
        "min_df": min_df,
        "inverse_penalty": inverse_penalty,
        "num_features": fitted.shape[1],
        "train": {"columns": [column[:train] for column in texts], "targets": targets[:train].tolist()},
        "others": [column[train:] for column in texts],
        "probabilities": [[round(float(p), 9) for p in row] for row in model.predict_proba(others)],
    }


def main():
    rng = np.random.default_rng(20240611)
    cases = [
        case(rng, 60, 2, 1, 1, 1.0),
        case(rng, 90, 3, 1, 2, 1.0),
        case(rng, 75, 3, 2, 1, 10.0),
        case(rng, 45, 2, 2, 2, 100.0),
    ]
    path = pathlib.Path(__file__).with_name("text_baseline.json")
    path.write_text(json.dumps(cases, separators=(",", ":"), ensure_ascii=False) + "\n")


main()
