#!/usr/bin/env python3
"""Loads `hob serve` and a FastAPI + PyTorch server with the same network, in turns, and prints requests per second.

    cargo build --release
    target/release/hob train configs/tabular/telco_churn.toml --out runs/churn
    python3 -m venv /tmp/serve && /tmp/serve/bin/pip install -r benches/serve/requirements.txt
    python3 benches/serve/run.py --hob target/release/hob --run runs/churn --peer /tmp/serve/bin/python

Needs wrk (Debian: wrk). Client and server share the machine. Without --peer only hob is loaded.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent


def wait(url, process, patience=60):
    """Seconds until the server answers."""
    started = time.perf_counter()
    while time.perf_counter() - started < patience:
        if process.poll() is not None:
            raise SystemExit(f"{url} ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=1).read()
            return time.perf_counter() - started
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"{url} does not answer")


def load(url, row, seconds, connections):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", HERE / "row.lua", url]
    output = subprocess.run(command, env=os.environ | {"ROW": str(row)}, text=True, capture_output=True, check=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(output)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    return rate, float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def memory(process):
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hob", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    arguments = parser.parse_args()
    processes = []
    try:
        command = [arguments.hob, "serve", f"churn={arguments.run}", "--addr", "127.0.0.1:9100"]
        processes.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        base = "http://127.0.0.1:9100"
        print(f"hob: {wait(base + '/readyz', processes[0]) * 1000:.0f} ms from start to ready, {memory(processes[0]):.0f} MB")
        inputs = json.load(urllib.request.urlopen(base + "/v1/models/churn"))["inputs"]
        row = {column["name"]: column["typical"] if column["kind"] == "number" else column["values"][0] for column in inputs}
        with tempfile.TemporaryDirectory() as folder:
            file, schema = Path(folder) / "row.json", Path(folder) / "schema.json"
            file.write_text(json.dumps({"rows": [row]}))
            schema.write_text(json.dumps(inputs))
            servers = {"hob": base + "/v1/models/churn/predict"}
            if arguments.peer:
                uvicorn = [arguments.peer, "-m", "uvicorn", "fastapi_app:app", "--port", "9101", "--log-level", "critical"]
                processes.append(subprocess.Popen(uvicorn, cwd=HERE, env=os.environ | {"SCHEMA": str(schema)}))
                print(f"FastAPI: {wait('http://127.0.0.1:9101/docs', processes[1]) * 1000:.0f} ms, {memory(processes[1]):.0f} MB")
                servers["FastAPI"] = "http://127.0.0.1:9101/predict"
            rates = {name: [] for name in servers}
            for turn in range(arguments.rounds):
                for name, url in servers.items():
                    load(url, file, 1, arguments.connections)
                    rate, p99 = load(url, file, arguments.seconds, arguments.connections)
                    rates[name].append(rate)
                    print(f"round {turn + 1}: {name} {rate:,.0f} requests/s, p99 {p99:.1f} ms")
        print(f"hob: {memory(processes[0]):.0f} MB at the end")
        if arguments.peer:
            ratios = [hob / peer for hob, peer in zip(rates["hob"], rates["FastAPI"])]
            print(f"hob answers {statistics.median(ratios):.1f} times as many ({min(ratios):.1f} to {max(ratios):.1f})")
    finally:
        for process in processes:
            process.terminate()


if __name__ == "__main__":
    main()
