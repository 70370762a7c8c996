"""Memory and time of hob on 1,000 series of 2,000 days.

    cargo build --release
    python3 benches/forecast/scale.py --hob target/release/hob

Writes a sales history of 2,000,000 rows, trains N-HiTS on it for an epoch, and continues every series by 28 days with
quantiles. Prints the peak memory of the training beside the size of the table, and the time of `hob predict` as a whole
process. Linux only: the peak is that of the kernel, `ru_maxrss`. Needs no packages.
"""

import argparse
import datetime
import os
import pathlib
import random
import subprocess
import tempfile
import time

SERIES, STEPS = 1000, 2000

RECIPE = """
[data]
source = "sales.csv"

[forecast]
time = "day"
series = ["shop"]
target = "sales"
horizon = 28
context = 56
stride = 28

[forecast.backtest]
validation = 1
test = 1

[model.nhits]

[optimizer.adamw]
learning_rate = 1e-3

[training]
epochs = 1
batch_size = 256
"""


def write_table(path):
    draw = random.Random(0)
    days = [(datetime.date(2019, 1, 1) + datetime.timedelta(day)).isoformat() for day in range(STEPS)]
    with open(path, "w") as table:
        table.write("day,shop,sales\n")
        for shop in range(SERIES):
            level = draw.uniform(5, 50)
            week = [draw.uniform(0.5, 1.5) for _ in range(7)]
            for step, day in enumerate(days):
                sales = max(0.0, level * week[step % 7] + draw.gauss(0, 3))
                table.write(f"{day},shop {shop},{sales:.1f}\n")


def run(command, folder):
    """Seconds and peak memory (MiB) of a process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        raise SystemExit(errors)
    return seconds, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hob", default="target/release/hob", type=pathlib.Path)
    parser.add_argument("--repeats", default=3, type=int)
    arguments = parser.parse_args()
    hob = str(arguments.hob.resolve())
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder, "sales.csv")
        write_table(table)
        pathlib.Path(folder, "sales.toml").write_text(RECIPE)
        file_size = table.stat().st_size / 2**20
        print(f"table: {SERIES * STEPS:,} rows, {file_size:.0f} MiB as CSV")
        seconds, peak = run([hob, "train", "sales.toml", "--out", "run"], folder)
        print(f"hob train, one epoch: {seconds:.1f} s, peak {peak:.0f} MiB")
        for _ in range(arguments.repeats):
            seconds, peak = run([hob, "predict", "run", "-o", "forecast.csv"], folder)
            rows = sum(1 for _ in open(pathlib.Path(folder, "forecast.csv"))) - 1
            print(f"hob predict: {rows:,} rows in {seconds:.2f} s, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
