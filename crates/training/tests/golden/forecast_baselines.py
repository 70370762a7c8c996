"""Writes forecast_baselines.json: series and how reference implementations continue them.

Run: python forecast_baselines.py   (made with statsforecast 2.1.1 and statsmodels 0.15.0)
"""

import json
import pathlib
import warnings

import numpy as np
import statsmodels.api as sm
from scipy.stats import norm
from statsforecast.models import AutoETS, Naive, RandomWalkWithDrift, SeasonalNaive
from statsforecast.utils import AirPassengers
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.seasonal import seasonal_decompose

warnings.simplefilter("ignore")
HORIZON = 24


def intervals(model, values):
    found = model.forecast(y=values, h=HORIZON, level=[80])
    return {"mean": found["mean"].tolist(), "upper": found["hi-80"].tolist()}


def theta(values, season):
    fit = ThetaModel(values, period=season, deseasonalize=season > 1, use_test=True).fit()
    return {"mean": np.asarray(fit.forecast(HORIZON)).tolist(), "alpha": float(fit.params["alpha"])}


def ets(values, season):
    """hob's rule with other people's parts: decompose, let statsforecast choose by AICc, put the season back."""
    candidates = []
    for kind in [None, "additive", "multiplicative"] if season > 1 else [None]:
        index = np.resize(seasonal_decompose(values, kind, period=season).seasonal, 10_000) if kind else None
        adjusted = values if kind is None else values - index[: len(values)] if kind == "additive" else values / index[: len(values)]
        model = AutoETS(season_length=1, model="AZN" if kind == "additive" else "ZZN").fit(adjusted)
        found = model.predict(h=HORIZON, level=[80])
        mean, upper = found["mean"], found["hi-80"]
        ahead = index[len(values) : len(values) + HORIZON] if kind else None
        inner = model.model_
        count = inner["n_params"] + (season - 1 if kind else 0)
        deviance = -2 * inner["loglik"]
        if kind == "additive":
            mean, upper = mean + ahead, upper + ahead
        elif kind == "multiplicative":
            mean, upper = mean * ahead, upper * ahead
            deviance += 2 * np.log(index[: len(values)]).sum()
        aicc = deviance + 2 * count + 2 * count * (count + 1) / (len(values) - count - 1)
        candidates.append((aicc, kind or "none", inner["method"], mean, upper))
    _, kind, method, mean, upper = min(candidates, key=lambda c: c[0])
    return {"season": kind, "model": method, "mean": mean.tolist(), "upper": upper.tolist()}


series = {
    "air_passengers": (np.asarray(AirPassengers, dtype=np.float64), 12),
    "nile": (np.asarray(sm.datasets.nile.load_pandas().data["volume"], dtype=np.float64), 1),
    "sunspots": (np.asarray(sm.datasets.sunspots.load_pandas().data["SUNACTIVITY"][-120:], dtype=np.float64), 1),
    "co2": (np.asarray(sm.datasets.co2.load_pandas().data["co2"].resample("MS").mean().interpolate()[-180:], dtype=np.float64), 12),
}
cases = []
for name, (values, season) in series.items():
    train, test = values[:-HORIZON], values[-HORIZON:]
    train = train.astype(np.float32).astype(np.float64)
    cases.append(
        {
            "name": name,
            "season": season,
            "history": train.tolist(),
            "actual": test.tolist(),
            "naive": intervals(Naive(), train),
            "seasonal_naive": intervals(SeasonalNaive(season_length=season), train),
            "drift": intervals(RandomWalkWithDrift(), train),
            "ets": ets(train, season),
            "theta": theta(train, season),
            "indices": {
                kind: seasonal_decompose(train, kind, period=season).seasonal[:season].tolist()
                for kind in (["additive", "multiplicative"] if season > 1 else [])
            },
        }
    )
    print(name, {k: cases[-1]["ets"][k] for k in ["season", "model"]}, cases[-1]["theta"]["alpha"])
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")
