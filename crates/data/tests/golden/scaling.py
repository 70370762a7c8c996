"""Writes scaling.json: what scikit-learn's scalers make of some columns.

    pip install numpy scikit-learn
    python scaling.py > scaling.json

Made with scikit-learn 1.9.1.
"""

import json
import warnings

import numpy as np
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.pipeline import make_pipeline

warnings.filterwarnings("ignore", message="n_quantiles")
random = np.random.default_rng(7)

columns = {
    "small": [5.1, 4.9, 4.7, 4.6, 5.0, 5.4, 4.6, 7.0],
    "negative": [-3.5, 0.0, 12.25, -100.0, 7.5],
    "repeated": [0.0] * 6 + [1.0, 1.0, 2.0, 5.0, 5.0, 9.0],
    "amounts": np.round(np.exp(random.normal(8, 3, 40)), 2).tolist(),
    "many": np.round(random.normal(20, 4, 2500), 3).tolist(),
}


def scalers():
    """By the name of `normalize`."""
    return {
        "standard": StandardScaler(),
        "min_max": MinMaxScaler(),
        "robust": RobustScaler(),
        "log1p": make_pipeline(FunctionTransformer(lambda x: np.sign(x) * np.log1p(np.abs(x))), StandardScaler()),
        "quantile": QuantileTransformer(output_distribution="normal", n_quantiles=1000, subsample=None),
    }


cases = []
for name, column in columns.items():
    values = np.array(column)
    # Training values, values between and values outside.
    low, high = values.min(), values.max()
    inputs = np.concatenate([np.unique(values)[:12], np.linspace(low, high, 9), [low - 1, high + 1, 3 * high]])
    for normalize, scaler in scalers().items():
        scaler.fit(values[:, None])
        outputs = scaler.transform(inputs[:, None])[:, 0]
        cases.append(
            {
                "column": name,
                "normalize": normalize,
                "inputs": inputs.tolist(),
                "outputs": outputs.tolist(),
            }
        )

print(json.dumps({"columns": columns, "cases": cases}))
