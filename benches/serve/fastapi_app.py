"""The peer of `hob serve` on telco_churn: FastAPI, pydantic and PyTorch, as a careful team would write it.

The network has the shape of the recipe's: three numbers in 16 piecewise-linear bins each, embedded in 8 numbers, sixteen
columns as one-hot places, a hidden layer of 64, one logit. Its weights are random: only its time is of interest.
Started by run.py; by hand: uvicorn fastapi_app:app --port 9000 --log-level warning
"""

import json
import os

import torch
from fastapi import FastAPI
from pydantic import create_model

torch.set_num_threads(1)
SCHEMA = json.load(open(os.environ["SCHEMA"]))
NUMBERS = [column for column in SCHEMA if column["kind"] == "number"]
CATEGORIES = [column for column in SCHEMA if column["kind"] != "number"]
BINS, DIM, HIDDEN = 16, 8, 64

EDGES = torch.stack([torch.linspace(column["min"], column["max"], BINS + 1) for column in NUMBERS])
LOW, WIDTH = EDGES[:, :-1], EDGES[:, 1:] - EDGES[:, :-1]
PLACES, width = [], 0
for column in CATEGORIES:
    # Unknown and missing have places of their own.
    PLACES.append({value: width + place + 2 for place, value in enumerate(column["values"])} | {None: width + 1, "": width})
    width += len(column["values"]) + 2
EMBED = torch.randn(len(NUMBERS), BINS, DIM)
BODY = torch.nn.Sequential(
    torch.nn.Linear(len(NUMBERS) * DIM + width, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1)
).eval()

fields = {column["name"]: (float | None, ...) for column in NUMBERS}
fields |= {column["name"]: (str | None, ...) for column in CATEGORIES}
Row = create_model("Row", **fields)
Request = create_model("Request", rows=(list[Row], ...))
app = FastAPI()


@app.post("/predict")
def predict(request: Request):
    rows = [row.model_dump() for row in request.rows]
    with torch.inference_mode():
        numbers = torch.tensor([[row[column["name"]] or 0.0 for column in NUMBERS] for row in rows])
        bins = ((numbers[:, :, None] - LOW) / WIDTH).clamp(0, 1)
        embedded = torch.einsum("bnk,nkd->bnd", bins, EMBED).relu().flatten(1)
        dense = torch.zeros(len(rows), width)
        for place, row in enumerate(rows):
            for column, places in zip(CATEGORIES, PLACES):
                value = row[column["name"]]
                dense[place, places.get(value, places[""])] = 1.0
        yes = BODY(torch.cat([embedded, dense], 1)).sigmoid().flatten().tolist()
    return {
        "predictions": [
            {"Churn": {"value": "Yes" if p >= 0.5 else "No", "probabilities": {"No": 1 - p, "Yes": p}}} for p in yes
        ]
    }
