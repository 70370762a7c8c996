"""Writes recommend.json: ranked items for users, the items that were right, and what ranx and NumPy say of the lists.

Run: python recommend.py   (made with ranx 0.3.21 and NumPy 2)

Metrics of the first k items of a list, with R relevant items and hit(j) = 1 when place j holds one of them:

    recall     hits among the first k / R
    precision  hits among the first k / k
    hit        1 when there is one
    mrr        1 / place of the first hit, 0 when it comes after k
    ndcg       sum of hit(j) / log2(j + 1) over j <= k, divided by the sum of 1 / log2(j + 1) over j <= min(k, R)
    map        sum of hit(j) * (hits among the first j) / j over j <= k, divided by min(k, R)

`expected` holds the mean over the users that have a relevant item. NumPy computes it here in the way of RecBole 1.2.1
(recbole/evaluator/metrics.py), and ranx agrees for every user, with one exception: its `map@k` divides by R where
RecBole divides by min(k, R) (so does its code; its documentation says k). It is compared after that correction.

Of all lists together, with c(i) = number of lists whose first k items hold item i, n items and u lists:

    coverage   items with c(i) > 0 / n
    gini       sum of (2 i - n - 1) c(i) / (n u k), i = 1..n, the c(i) in ascending order, zeros included;
               0 = all items equally often, near 1 = always the same few
    novelty    mean over all u k recommended items of -log2(popularity(i) / sum of all popularity)

`lists` takes every user, `lists_with_relevant` only those with a relevant item, as RecBole does. RecBole counts its
padding item as one of the n. It has no novelty; its `averagepopularity` is the mean of popularity(i) itself.
"""

import json
import pathlib

import numpy as np
from ranx import Qrels, Run, evaluate

USERS, ITEMS, LISTED = 30, 50, 20
KS = [1, 5, 10, 20]
# Users with no relevant item, with as many as five places cannot hold, and with more than are listed.
RELEVANT = {3: 0, 11: 0, 17: 0, 5: 8, 8: 24}
RANX = {"recall": "recall", "precision": "precision", "hit": "hit_rate", "mrr": "mrr", "ndcg": "ndcg", "map": "map"}


def make_users(rng, popularity):
    users = []
    for user in range(USERS):
        size = RELEVANT.get(user, rng.integers(1, 9))
        relevant = rng.choice(ITEMS, size=size, replace=False)
        # Popular and relevant items come early more often than others.
        scores = 0.5 * np.log(popularity) + rng.gumbel(size=ITEMS)
        scores[relevant] += 1.0
        ranked = np.argsort(-scores)[:LISTED]
        users.append({"recommended": ranked.tolist(), "relevant": sorted(relevant.tolist())})
    return users


def per_user(users, k):
    """Each metric of each user, with RecBole's definitions."""
    hits = np.array([[item in user["relevant"] for item in user["recommended"][:k]] for user in users], dtype=float)
    relevant = np.array([len(user["relevant"]) for user in users])
    places = np.arange(1, k + 1)
    ideal = np.minimum(relevant, k)
    gain = 1 / np.log2(places + 1)
    found = hits.sum(axis=1)
    first = np.where(found > 0, hits.argmax(axis=1) + 1, np.inf)
    return {
        "recall": found / relevant,
        "precision": found / k,
        "hit": (found > 0).astype(float),
        "mrr": 1 / first,
        "ndcg": (hits * gain).sum(axis=1) / gain.cumsum()[ideal - 1],
        "map": (hits * hits.cumsum(axis=1) / places).sum(axis=1) / ideal,
    }


def ranx_per_user(users, k):
    # Names of ids order as the numbers do.
    name = lambda number: f"{number:04}"
    qrels = Qrels({name(u): {name(i): 1 for i in user["relevant"]} for u, user in enumerate(users)})
    run = Run(
        {
            name(u): {name(i): float(LISTED - place) for place, i in enumerate(user["recommended"])}
            for u, user in enumerate(users)
        }
    )
    found = evaluate(qrels, run, [f"{metric}@{k}" for metric in RANX.values()], return_mean=False)
    found = {ours: np.asarray(found[f"{theirs}@{k}"]) for ours, theirs in RANX.items()}
    relevant = np.array([len(user["relevant"]) for user in users])
    found["map"] = found["map"] * relevant / np.minimum(relevant, k)
    return found


def of_lists(users, popularity, k):
    listed = np.array([user["recommended"][:k] for user in users])
    counts = np.sort(np.bincount(listed.flatten(), minlength=ITEMS))
    places = np.arange(1, ITEMS + 1)
    share = popularity / popularity.sum()
    return {
        f"coverage_at_{k}": (counts > 0).sum() / ITEMS,
        f"gini_at_{k}": ((2 * places - ITEMS - 1) * counts).sum() / (ITEMS * counts.sum()),
        f"novelty_at_{k}": -np.log2(share[listed]).mean(),
    }


def numbers(values):
    return {name: float(value) for name, value in values.items()}


def main():
    rng = np.random.default_rng(20251125)
    popularity = rng.permutation(np.ceil(400 / np.arange(1, ITEMS + 1) ** 0.9)).astype(int)
    users = make_users(rng, popularity)
    known = [user for user in users if user["relevant"]]
    assert len(known) < USERS and max(len(user["relevant"]) for user in known) > LISTED
    expected, lists, lists_with_relevant = {}, {}, {}
    for k in KS:
        found, other = per_user(known, k), ranx_per_user(known, k)
        for metric, values in found.items():
            np.testing.assert_allclose(values, other[metric], rtol=1e-12, atol=1e-12, err_msg=f"{metric}@{k}")
            expected[f"{metric}_at_{k}"] = values.mean()
        lists |= of_lists(users, popularity, k)
        lists_with_relevant |= of_lists(known, popularity, k)
    golden = {
        "num_items": ITEMS,
        "popularity": popularity.tolist(),
        "users": users,
        "expected": numbers(expected),
        "lists": numbers(lists),
        "lists_with_relevant": numbers(lists_with_relevant),
    }
    text = json.dumps(golden, separators=(",", ":"))
    pathlib.Path(__file__).with_name("recommend.json").write_text(text + "\n")


main()
