#!/usr/bin/env python3
"""Trains every tabular recipe with several seeds and prints the results table of the README.

    cargo build --release
    python3 benches/results.py --hob target/release/hob [--seeds 42 43 44] [NAME...]
"""

import argparse
import json
import statistics
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The metric that stands for each recipe, as the literature reports it.
METRICS = {
    "iris": "accuracy", "two_layer": "accuracy", "digits": "accuracy", "breast_cancer": "roc_auc", "wine": "accuracy",
    "diabetes": "rmse", "titanic": "accuracy", "telco_churn": "roc_auc", "adult": "accuracy",
    "california_housing": "rmse", "credit_default": "roc_auc", "bike_sharing": "rmse",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hob", required=True, type=Path)
    parser.add_argument("--seeds", nargs="+", type=int, default=[42, 43, 44])
    parser.add_argument("names", nargs="*", default=list(METRICS))
    arguments = parser.parse_args()
    print("| recipe | metric | hob | each seed | baseline | seconds |\n|---|---|---|---|---|---|")
    for name in arguments.names:
        values, baselines, seconds = [], [], []
        for seed in arguments.seeds:
            with tempfile.TemporaryDirectory() as folder:
                recipe = ROOT / "configs" / "tabular" / f"{name}.toml"
                command = [arguments.hob.resolve(), "train", recipe, "--set", f"seed={seed}", "--json", "-q"]
                run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
                if run.returncode != 0:
                    print(f"| {name} | not run: {run.stderr.strip().splitlines()[0]} | | | | |", flush=True)
                    break
                result = json.loads(run.stdout)
                (column,) = result["test"]
                values.append(result["test"][column][METRICS[name]])
                baselines.append(result["baseline"][column][METRICS[name]])
                seconds.append(result["seconds"])
        else:
            digits = 4 if max(values) < 10 else 1
            show = lambda value: f"{value:.{digits}f}"
            each = ", ".join(map(show, values))
            print(
                f"| {name} | {METRICS[name]} | {show(statistics.mean(values))} | {each} "
                f"| {show(statistics.mean(baselines))} | {statistics.median(seconds):.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
