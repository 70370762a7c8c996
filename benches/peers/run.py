#!/usr/bin/env python3
"""Times hob beside PyTorch, scikit-learn and Keras on the same programs, and writes results.md.

    cargo build --release
    python3 benches/peers/run.py --hob target/release/hob --peers /tmp/peers     # installs the peers there (about 6 GB)
    python3 benches/peers/run.py --hob target/release/hob                        # only hob

Each peer's run follows a run of hob, so that both meet the machine in the same state, and a ratio is taken within each
such pair. Every program runs once before anything is measured. All get the same number of threads. Seconds are those of
the whole process, from its start to its end; memory is the peak that the kernel reports for it.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
IRIS_PEERS = {"PyTorch": "iris_pytorch.py", "scikit-learn": "iris_scikit_learn.py", "Keras": "iris_keras.py"}
PACKAGES = ["torch", "scikit-learn", "keras", "tensorflow-cpu", "numpy"]


class Failed(Exception):
    """A program that ended with an error."""


def measure(command, threads, text=None, folder=ROOT):
    """Seconds, peak memory in MB and standard output of one process."""
    names = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"]
    environment = os.environ | {name: str(threads) for name in names}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as given:
        given.write((text or "").encode())
        given.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=given, stdout=output, stderr=errors, cwd=folder, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            tail = errors.read().decode(errors="replace")[-2000:]
            raise Failed(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{tail}")
        # A child's peak is never less than the memory this script had when it started it, about 15 MB.
        return {"seconds": seconds, "memory": usage.ru_maxrss / 1024, "output": output.read().decode()}


class Hob:
    """The programs as hob runs them, each into a folder of its own."""

    def __init__(self, binary, work, threads):
        self.binary, self.work, self.threads, self.count = binary, work, threads, 0

    def train(self, recipe, *options):
        self.count += 1
        run = self.work / f"run-{self.count}"
        command = [self.binary, "train", recipe, "--out", run, "--json", "--quiet", *options]
        result = measure(command, self.threads)
        document = json.loads(result["output"])
        details = json.loads((run / "result.json").read_text())
        (metrics,) = document["test"].values()
        result |= {"accuracy": metrics["accuracy"], "training": details["training_seconds"], "bundle": document["bundle"]}
        result |= {"rows": details["rows"]["training"], "epochs": details["epochs"]}
        shutil.copy(result["bundle"], self.work / "last.hob")
        shutil.rmtree(run)
        return result


def peer(python, script, threads, *arguments):
    result = measure([python, HERE / script, *arguments], threads)
    document = json.loads(result["output"].strip().splitlines()[-1])
    return result | {"accuracy": document["accuracy"], "training": document["training_seconds"], "rows": document.get("rows")}


def pairs(repeats, ours, theirs):
    """`theirs` is a dict of programs. One round is not counted; then each peer's run follows one of ours."""
    ours_runs, peer_runs = [], {name: [] for name in theirs}
    ratios = {name: [] for name in theirs}
    ours()
    for program in theirs.values():
        program()
    for index in range(repeats):
        for name, program in theirs.items() or [(None, None)]:
            our_run = ours()
            ours_runs.append(our_run)
            if name:
                their_run = program()
                peer_runs[name].append(their_run)
                ratios[name].append((our_run, their_run))
            print(f"round {index + 1} of {repeats}: hob {our_run['seconds']:.3f} s"
                  + (f", {name} {peer_runs[name][-1]['seconds']:.2f} s" if name else ""), file=sys.stderr)
    return ours_runs, peer_runs, ratios


def spread(values, digits):
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def iris(hob, python, threads, repeats, keras):
    theirs = {}
    if python:
        for name, script in IRIS_PEERS.items():
            if name != "Keras" or keras:
                theirs[name] = lambda script=script: peer(python, script, threads)
    # The peers write nothing; hob's run folder, report and bundle are within its time.
    ours, peers, paired = pairs(repeats, lambda: hob.train(ROOT / "configs/tabular/iris.toml"), theirs)

    def line(name, runs, ratio):
        return [name, spread([r["seconds"] for r in runs], 3), ratio, spread([r["training"] for r in runs], 3),
                spread([r["memory"] for r in runs], 0), f"{statistics.median(r['accuracy'] for r in runs):.3f}"]

    rows = [line("hob", ours, "1")]
    for name, runs in peers.items():
        rows.append(line(name, runs, spread([b["seconds"] / a["seconds"] for a, b in paired[name]], 1)))
    return table(["", "whole process, s", "times hob's", "of it training, s", "peak memory, MB", "test accuracy"], rows)


def adult(hob, python, threads, repeats, epochs):
    recipe, options = HERE / "adult.toml", ["--set", f"training.epochs={epochs}"]
    theirs = {"PyTorch": lambda: peer(python, "adult_pytorch.py", threads, str(epochs))} if python else {}
    ours, peers, paired = pairs(repeats, lambda: hob.train(recipe, *options), theirs)

    def rate(run):
        return run["rows"] * epochs / run["training"]

    def line(name, runs, ratio):
        return [name, spread([rate(r) for r in runs], 0), ratio, spread([r["seconds"] for r in runs], 2),
                spread([r["memory"] for r in runs], 0), f"{statistics.median(r['accuracy'] for r in runs):.3f}"]

    rows = [line("hob", ours, "1")]
    for name, runs in peers.items():
        rows.append(line(name, runs, spread([rate(a) / rate(b) for a, b in paired[name]], 2)))
    return table(["", "rows per second of training", "hob's rate / its rate", "whole process, s", "peak memory, MB",
                  "test accuracy"], rows)


def commands(hob, threads, repeats):
    """What else a user waits for. `last.hob` is the Iris model."""
    row = '{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}\n'
    programs = {"`hob --help`": ([hob.binary, "--help"], None),
                "`hob predict iris.hob` with one row on standard input": ([hob.binary, "predict", hob.work / "last.hob"], row)}
    rows = []
    for name, (command, text) in programs.items():
        measure(command, threads, text)
        runs = [measure(command, threads, text) for _ in range(4 * repeats)]
        rows.append([name, spread([1000 * r["seconds"] for r in runs], 1), spread([r["memory"] for r in runs], 0)])
    return table(["", "whole process, ms", "peak memory, MB"], rows)


def first_line(path, key):
    try:
        return next(line.split(":", 1)[1].strip() for line in path.read_text().splitlines() if line.startswith(key))
    except (OSError, StopIteration):
        return "unknown"


def surroundings(binary, python, threads, repeats):
    processor = first_line(Path("/proc/cpuinfo"), "model name")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    size = binary.stat().st_size / 1e6
    lines = [f"- {datetime.date.today()}, {processor}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}",
             f"- {threads} threads for every program; {repeats} measured rounds; median (least-most)",
             f"- {subprocess.run([binary, '--version'], capture_output=True, text=True, check=True).stdout.strip()}, "
             f"{size:.1f} MB"]
    if python:
        code = ("import importlib.metadata as m, platform, sys\n"
                "found = [d.metadata['Name'] + ' ' + d.version for d in m.distributions() if d.metadata['Name'] in sys.argv]\n"
                "print(', '.join(['Python ' + platform.python_version(), *sorted(found)]))")
        packages = subprocess.run([python, "-c", code, *PACKAGES], capture_output=True, text=True, check=True)
        lines.append("- " + packages.stdout.strip())
    return "\n".join(lines)


def install(folder):
    """The peers' environment; made when the folder is not there yet."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        requirements = ["-r", HERE / "requirements.txt"]
        subprocess.run([python, "-m", "pip", "install", "--disable-pip-version-check", *requirements], check=True)
    return python


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hob", type=Path, required=True, help="the release binary")
    parser.add_argument("--peers", type=Path, help="folder of the peers' Python environment; made when missing")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--adult-epochs", type=int, default=5)
    parser.add_argument("--no-keras", action="store_true", help="leave out Keras, the slowest")
    parser.add_argument("--out", type=Path, default=HERE / "results.md")
    arguments = parser.parse_args()
    threads, repeats = arguments.threads, arguments.repeats
    binary = arguments.hob.resolve()
    python = install(arguments.peers.absolute()) if arguments.peers else None

    with tempfile.TemporaryDirectory() as work:
        hob = Hob(binary, Path(work), threads)
        try:
            # Adult first: `commands` needs the Iris model, which is then the last one.
            adult_table = adult(hob, python, threads, repeats, arguments.adult_epochs)
            iris_table = iris(hob, python, threads, repeats, not arguments.no_keras)
            commands_table = commands(hob, threads, repeats)
        except Failed as error:
            sys.exit(f"error: {error}")

    text = f"""# hob beside its peers

Made by `benches/peers/run.py`, which says how it measures.

{surroundings(binary, python, threads, repeats)}

## Iris: 64-64-3, Adam, 100 epochs, batch 32

{iris_table}

## Adult: 256-256-1, Adam, batch 256, {arguments.adult_epochs} epochs

{adult_table}

## Other commands

{commands_table}
"""
    arguments.out.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
