"""Writes forecast_metrics.json: windows of several series and what utilsforecast and GluonTS say of them.

Run: python forecast_metrics.py   (made with utilsforecast 0.2.17, GluonTS 0.17.0 and NumPy 2)
"""

import json
import pathlib

import numpy as np
import pandas as pd
import utilsforecast.losses as losses
from gluonts.evaluation import metrics as gluonts

LEVELS = [0.1, 0.25, 0.5, 0.75, 0.9]
SEASON = 4
HORIZON = 6
NAMES = ["a", "b", "c"]


def frames(rng):
    """One row per cell, and the history of each series."""
    rows, histories = [], {}
    for place, name in enumerate(NAMES):
        size = 10.0 ** place
        level = rng.gamma(2.0, size, 40) + size * np.tile([1, 3, 2, 5], 10)
        histories[name] = level.astype(np.float32)
        for origin in range(3):
            actual = rng.gamma(2.0, size, HORIZON) + size * 3
            if place == 0:
                actual = np.where(rng.random(HORIZON) < 0.3, 0.0, actual)
            middle = size * (3 + rng.normal(0, 1, HORIZON))
            spread = size * rng.gamma(2.0, 1.0, HORIZON)
            for step in range(HORIZON):
                row = {"unique_id": name, "series": place, "origin": origin, "step": step, "cutoff": origin}
                row["y"] = actual[step]
                row["median"] = middle[step]
                row["mean"] = middle[step] + 0.2 * size
                for level, z in zip(LEVELS, [-1.3, -0.7, 0.0, 0.6, 1.9]):
                    row[str(level)] = middle[step] + z * spread[step]
                rows.append(row)
    return pd.DataFrame(rows), histories


def metrics(cells, histories):
    """All metrics of some cells, by names as in hob."""
    train = pd.concat(pd.DataFrame({"unique_id": n, "y": h.astype(float)}) for n, h in histories.items())
    train = train[train["unique_id"].isin(cells["unique_id"])].reset_index(drop=True)

    def per_series(loss, model, frame=cells, **kwargs):
        return loss(frame[["unique_id", "y", model]], models=[model], **kwargs).set_index("unique_id")[model]

    y, median, mean = (cells[n].to_numpy() for n in ["y", "median", "mean"])
    known = y != 0
    pinballs = [gluonts.quantile_loss(y, cells[str(level)].to_numpy(), level) for level in LEVELS]
    found = {
        "mae": np.abs(y - median).mean(),
        "rmse": np.sqrt(gluonts.mse(y, mean)),
        "mape": gluonts.mape(y[known], median[known]) if known.any() else None,
        # utilsforecast goes from 0 to 1, GluonTS from 0 to 2.
        "smape": gluonts.smape(y, median),
        "wape": np.abs(y - median).sum() / np.abs(y).sum(),
        "mase": per_series(losses.mase, "median", seasonality=SEASON, train_df=train).mean(),
        "rmsse": per_series(losses.rmsse, "mean", seasonality=SEASON, train_df=train).mean(),
        "wql": np.mean([p / np.abs(y).sum() for p in pinballs]),
        "crps": np.mean([p / len(y) for p in pinballs]),
        "bias": np.mean(mean - y),
    }
    for low, high in [(0.1, 0.9), (0.25, 0.75)]:
        percent = round((high - low) * 100)
        inside = losses.coverage(
            cells.rename(columns={str(low): "m-lo", str(high): "m-hi"})[["unique_id", "y", "m-lo", "m-hi"]].rename(
                columns={"m-lo": f"m-lo-{percent}", "m-hi": f"m-hi-{percent}"}
            ),
            models=["m"],
            level=percent,
        )
        # Series have equally many cells here.
        found[f"coverage_{percent}"] = inside["m"].mean()
        found[f"width_{percent}"] = (cells[str(high)] - cells[str(low)]).mean()
    return {name: None if value is None else float(value) for name, value in found.items()}


rng = np.random.default_rng(11)
cells, histories = frames(rng)
per_series = {n: metrics(cells[cells["unique_id"] == n], histories) for n in NAMES}
weights = {n: float(np.abs(h.astype(float)).mean()) for n, h in histories.items()}
case = {
    "levels": LEVELS,
    "season": SEASON,
    "histories": [histories[n].astype(float).tolist() for n in NAMES],
    "windows": [
        {
            "series": int(series),
            "origin": int(origin),
            "actual": window["y"].tolist(),
            "median": window["median"].tolist(),
            "mean": window["mean"].tolist(),
            "quantiles": window[[str(level) for level in LEVELS]].to_numpy().flatten().tolist(),
        }
        for (series, origin), window in cells.groupby(["series", "origin"])
    ],
    "metrics": metrics(cells, histories),
    "per_series": [per_series[n] for n in NAMES],
    "per_step": [metrics(cells[cells["step"] == step], histories) for step in range(HORIZON)],
    "weighted": {
        name: sum(weights[n] * per_series[n][name] for n in NAMES) / sum(weights.values())
        for name in ["mape", "smape", "mase", "rmsse"]
    },
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(case, indent=1) + "\n")
