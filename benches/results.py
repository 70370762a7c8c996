#!/usr/bin/env python3
"""Trains recipes with several seeds and prints the results tables of the README.

    cargo build --release
    python3 benches/results.py [AREA/NAME...] --hob target/release/hob [--seeds 42 43 44]

By default every tabular recipe; `text` or another area names all recipes of it below.
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
    "tabular/iris": "accuracy", "tabular/two_layer": "accuracy", "tabular/digits": "accuracy",
    "tabular/breast_cancer": "roc_auc", "tabular/wine": "accuracy", "tabular/diabetes": "rmse",
    "tabular/titanic": "accuracy", "tabular/telco_churn": "roc_auc", "tabular/adult": "accuracy",
    "tabular/california_housing": "rmse", "tabular/credit_default": "roc_auc", "tabular/bike_sharing": "rmse",
    "text/support_intents": "accuracy", "text/support_entities": "entity_f1", "text/sentiment": "accuracy",
    "text/smalltalk": "accuracy", "text/assistant_intents": "accuracy", "text/spam": "f1", "text/reviews": "roc_auc",
    "text/reviews_minilm": "roc_auc", "text/faq": "mrr", "text/smalltalk_search": "mrr",
    "forecast/air_passengers": "mape", "forecast/online_retail": "wql", "forecast/superstore": "wql",
    "forecast/chicago": "mase", "forecast/electricity": "mase", "forecast/calls": "mase",
}


def asked_for(names):
    """The recipes of the areas and names given."""
    chosen = [known for known in METRICS for name in names if known == name or known.startswith(f"{name}/")]
    return list(dict.fromkeys(chosen))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hob", required=True, type=Path)
    parser.add_argument("--seeds", nargs="+", type=int, default=[42, 43, 44])
    parser.add_argument("names", nargs="*", default=["tabular"])
    arguments = parser.parse_args()
    print("| recipe | metric | hob | each seed | on words | trivial | seconds |\n|---|---|---|---|---|---|---|")
    for name in asked_for(arguments.names):
        values, on_words, baselines, seconds = [], [], [], []
        for seed in arguments.seeds:
            with tempfile.TemporaryDirectory() as folder:
                recipe = ROOT / "configs" / f"{name}.toml"
                command = [arguments.hob.resolve(), "train", recipe, "--set", f"seed={seed}", "--json", "-q"]
                command += ["--out", "run"]
                run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
                if run.returncode != 0:
                    print(f"| {name} | not run: {run.stderr.strip().splitlines()[0]} | | | | |", flush=True)
                    break
                # The first output is the one that a recipe is about.
                output = json.loads((Path(folder) / "run" / "result.json").read_text())["outputs"][0]
                values.append(output["test"]["metrics"][METRICS[name]])
                baselines.append(output["baseline"]["metrics"].get(METRICS[name]))
                on_words.append((output.get("text_baseline") or {"metrics": {}})["metrics"].get(METRICS[name]))
                seconds.append(json.loads(run.stdout)["seconds"])
        else:
            digits = 4 if max(values) < 10 else 1
            mean = lambda values: f"{statistics.mean(values):.{digits}f}" if None not in values else "-"
            each = ", ".join(f"{value:.{digits}f}" for value in values)
            print(
                f"| {name} | {METRICS[name]} | {mean(values)} | {each} | {mean(on_words)} | {mean(baselines)} "
                f"| {statistics.median(seconds):.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
