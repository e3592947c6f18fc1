"""How a training step grows with batch, image size and threads: the figures of
notebooks/07-speed.ipynb.

    python scaling.py --athanor .build/release/athanor [--rounds 3] > scaling.json

Each point is a process of its own; points are measured in rounds, all of them once a round, so that
a spell in which the machine is slow strikes all alike, and medians over the rounds count.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

STEP = "resnet18<-resnet34@224"
BATCHES = [1, 2, 4, 8, 16, 32]
SIZES = [64, 96, 128, 160, 192, 224, 256]


def measure(program, batch, size, threads):
    environment = dict(os.environ, ATHANOR_THREADS=str(threads))
    command = [program, "bench", "step", STEP, "--json", "--runs", "3"]
    command += ["--batch", str(batch), "--size", str(size)]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    line = json.loads(output.stdout.strip().splitlines()[-1])
    return statistics.median(line["ms"]), line["peak_bytes"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--athanor", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    points = [(batch, 224, threads) for batch in BATCHES for threads in (1, 2)]
    points += [(8, size, threads) for size in SIZES for threads in (1, 2)]
    found = {point: [] for point in points}
    for number in range(options.rounds):
        for point in found:
            found[point].append(measure(options.athanor, *point))
            print(number, *point, found[point][-1], file=sys.stderr)
    rows = [
        {
            "batch": batch,
            "size": size,
            "threads": threads,
            "ms": statistics.median(ms for ms, _ in figures),
            "peak_mb": max(peak for _, peak in figures) / 1e6,
        }
        for (batch, size, threads), figures in found.items()
    ]
    json.dump(rows, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
