"""The Iris program in Keras, as most tutorials write it."""

import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

import iris_data

threads = int(os.environ.get("OMP_NUM_THREADS", "2"))
if keras.backend.backend() == "tensorflow":
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(threads)

keras.utils.set_random_seed(42)
train_features, train_target, test_features, test_target = iris_data.load()

network = keras.Sequential(
    [
        keras.Input((4,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
network.compile(keras.optimizers.Adam(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])

start = time.perf_counter()
network.fit(train_features, train_target, epochs=100, batch_size=32, validation_split=0.1, verbose=0)
seconds = time.perf_counter() - start

_, accuracy = network.evaluate(test_features, test_target, verbose=0)
print(json.dumps({"accuracy": float(accuracy), "training_seconds": seconds}))
