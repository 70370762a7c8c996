#!/usr/bin/env python3
"""Trains a recipe on each fold of a stratified cross-validation and prints the test metric of every fold and the mean.

    cargo build --release
    python3 benches/folds.py --hob target/release/hob configs/text/sentiment.toml --stratify positive --metric accuracy
"""

import argparse
import csv
import json
import random
import statistics
import subprocess
import tempfile
import tomllib
from pathlib import Path


def folds(labels, number, seed):
    """The fold of every row: each class is shuffled and dealt out in turn."""
    fold = [0] * len(labels)
    shuffle = random.Random(seed)
    for label in sorted(set(labels)):
        rows = [row for row, own in enumerate(labels) if own == label]
        shuffle.shuffle(rows)
        for place, row in enumerate(rows):
            fold[row] = place % number
    return fold


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hob", required=True, type=Path)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--stratify", required=True)
    parser.add_argument("--metric", required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()
    recipe = arguments.recipe.resolve()
    source = recipe.parent / tomllib.loads(recipe.read_text())["data"]["source"]
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    fold = folds([row[arguments.stratify] for row in rows], arguments.folds, arguments.seed)
    values, baselines = [], []
    for held_out in range(arguments.folds):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data.csv"
            with data.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, [*rows[0], "part"])
                writer.writeheader()
                for row, own in zip(rows, fold):
                    writer.writerow({**row, "part": "test" if own == held_out else "train"})
            split = (
                f'{{ column = {{ column = "part", validation_share = 0.1, stratify = "{arguments.stratify}" }} }}'
            )
            command = [arguments.hob.resolve(), "train", recipe, "--out", "run", "--json", "-q"]
            for change in (f"data.source={json.dumps(str(data))}", f"data.split={split}"):
                command += ["--set", change]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            (output,) = json.loads((Path(folder) / "run" / "result.json").read_text())["outputs"]
            values.append(output["test"]["metrics"][arguments.metric])
            words = output.get("text_baseline") or output["baseline"]
            baselines.append(words["metrics"][arguments.metric])
            print(f"fold {held_out + 1}: {values[-1]:.4f} (baseline {baselines[-1]:.4f})", flush=True)
    print(f"mean {statistics.mean(values):.4f} (baseline {statistics.mean(baselines):.4f})")


if __name__ == "__main__":
    main()
