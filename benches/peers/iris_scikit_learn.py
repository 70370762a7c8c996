"""The Iris program in scikit-learn.

MLPClassifier measures its validation part only with early stopping, which would end the program before 100 epochs; so it
trains on the rows that are left when 10 % are put aside and skips the validation passes. That favours it slightly.
"""

import json
import time
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import iris_data

train_features, train_target, test_features, test_target = iris_data.load()
num_validation = len(train_features) // 10

network = MLPClassifier(
    hidden_layer_sizes=(64, 64),
    activation="relu",
    solver="adam",
    alpha=0.0,
    learning_rate_init=1e-3,
    batch_size=32,
    max_iter=100,
    n_iter_no_change=101,
    random_state=42,
)
start = time.perf_counter()
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)
    network.fit(train_features[num_validation:], train_target[num_validation:])
seconds = time.perf_counter() - start

accuracy = float(network.score(test_features, test_target))
print(json.dumps({"accuracy": accuracy, "training_seconds": seconds}))
