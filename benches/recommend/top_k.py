"""Time of hob to pick the ten best of 100,000 items for a user.

    cargo build --release
    python3 benches/recommend/top_k.py --hob target/release/hob

Writes events of 2,000 users with 100,000 items, trains a matrix factorisation of dimension 64 for an epoch, and asks
`hob predict --users` for one user and for all of them; the difference, divided, is the time of a user, on one thread and on
all. Every item is scored; what a user owns is left out. Needs no packages.
"""

import argparse
import os
import pathlib
import random
import subprocess
import tempfile
import time

USERS, ITEMS, PER_USER = 2000, 100_000, 150

RECIPE = """
[data]
source = "events.csv"

[recommend]
user = "user"
item = "item"

[recommend.split.ratio]
validation = 0.02
test = 0.02

[recommend.loss.bpr]

[model.mf]
dim = 64

[training]
epochs = 1
batch_size = 1024
"""


def write_events(path):
    draw = random.Random(0)
    order = list(range(ITEMS))
    draw.shuffle(order)
    with open(path, "w") as events:
        events.write("user,item\n")
        # Every item is bought at least once.
        pairs = {(number % USERS, item) for number, item in enumerate(order)}
        while len(pairs) < USERS * PER_USER:
            pairs.add((draw.randrange(USERS), int(ITEMS * draw.random() ** 2)))
        for user, item in sorted(pairs):
            events.write(f"u{user},i{item}\n")


def seconds(command, folder, threads):
    environment = os.environ if threads is None else {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hob", default="target/release/hob", type=pathlib.Path)
    parser.add_argument("--repeats", default=3, type=int)
    arguments = parser.parse_args()
    hob = str(arguments.hob.resolve())
    with tempfile.TemporaryDirectory() as folder:
        write_events(pathlib.Path(folder, "events.csv"))
        pathlib.Path(folder, "events.toml").write_text(RECIPE)
        for name, count in [("one", 1), ("all", USERS)]:
            users = "".join(f"u{user}\n" for user in range(count))
            pathlib.Path(folder, f"{name}.csv").write_text("user\n" + users)
        subprocess.run([hob, "train", "events.toml", "--out", "run", "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        ask = lambda name: [hob, "predict", "run", "--users", f"{name}.csv", "--top", "10", "-o", "lists.csv"]
        for threads in [1, None]:
            for _ in range(arguments.repeats):
                one, every = seconds(ask("one"), folder, threads), seconds(ask("all"), folder, threads)
                each = (every - one) / (USERS - 1) * 1000
                where = "one thread" if threads else "all threads"
                print(f"{where}: one user in {one:.2f} s, whole process; {each:.2f} ms per further user of {USERS:,}")


if __name__ == "__main__":
    main()
