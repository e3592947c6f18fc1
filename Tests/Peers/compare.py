"""Athanor's training steps beside PyTorch's: both programs in turns, in one sitting.

    python compare.py --athanor .build/release/athanor [--runs 7] [--threads 2] [--isa avx2]
                      [--compile] [NAME...]

Every round runs one step of each program, one after the other with a pause between, so a spell in
which the machine is slow strikes all alike. PyTorch is measured contiguous and channels-last, and
the faster of the two by its median is what counts. Prints a Markdown table: medians in
milliseconds, their ratio Athanor / PyTorch, and the peak of each process's memory.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

from torch_steps import STEPS

HERE = pathlib.Path(__file__).parent


class Peer:
    """A program that runs one step a line."""

    def __init__(self, title, command, threads):
        self.title = title
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), ATHANOR_THREADS=str(threads))
        # These slow a current PyTorch down, where they are set for older libraries.
        for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.greeting = self.read()
        self.times = {"step": [], "teacher": []}

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.title} ended early")
        return line.strip()

    def run(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        self.times[what].append(float(self.read()))

    def close(self):
        self.process.stdin.close()
        self.peak = int(self.read())
        self.process.wait()

    def median(self, what):
        return statistics.median(self.times[what])


def compare(name, options):
    ours = [options.athanor, "bench", "step", name, "--paced"]
    if options.isa:
        ours += ["--isa", options.isa]
    theirs = [sys.executable, str(HERE / "torch_steps.py"), name]
    theirs += ["--threads", str(options.threads)] + (["--compile"] if options.compile else [])
    for flag in ("batch", "size"):
        if getattr(options, flag):
            ours += [f"--{flag}", str(getattr(options, flag))]
            theirs += [f"--{flag}", str(getattr(options, flag))]
    peers = [Peer("athanor", ours, options.threads)] + [
        Peer(layout, theirs + ["--layout", layout], options.threads)
        for layout in ("contiguous", "channels_last")
    ]
    for what in ("step", "teacher"):
        for round in range(options.runs + 1):
            for peer in peers:
                time.sleep(0.03)  # threads of the last one still spin a moment
                peer.run(what)
    for peer in peers:
        for times in peer.times.values():
            del times[0]
        peer.close()
    return peers


def row(name, peers):
    ours, *others = peers
    cells = [name]
    for what in ("step", "teacher"):
        best = min(others, key=lambda peer: peer.median(what))
        a, b = ours.median(what), best.median(what)
        spread = max(ours.times[what]) / min(ours.times[what])
        cells += [f"{a:.1f}", f"{b:.1f} ({best.title})", f"**{a / b:.2f}**"]
        print(
            f"  {what}: athanor {sorted(ours.times[what])[0]:.1f} to "
            f"{sorted(ours.times[what])[-1]:.1f} ms (x{spread:.2f}); "
            + "; ".join(
                f"{p.title} {min(p.times[what]):.1f} to {max(p.times[what]):.1f}" for p in others
            ),
            file=sys.stderr,
        )
    best = min(others, key=lambda peer: peer.peak)
    cells += [f"{ours.peak / 1e6:.0f}", f"{best.peak / 1e6:.0f}"]
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=list(STEPS))
    parser.add_argument("--athanor", default=".build/release/athanor")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--isa")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--size", type=int)
    options = parser.parse_args()
    titles = ["step", "Athanor (ms)", "PyTorch (ms)", "ratio", "teacher: Athanor (ms)"]
    titles += ["PyTorch (ms)", "ratio", "peak memory: Athanor (MB)", "PyTorch (MB)"]
    print("| " + " | ".join(titles) + " |")
    print("|" + "---|" * len(titles), flush=True)
    for name in options.names:
        print(row(name, compare(name, options)), flush=True)


if __name__ == "__main__":
    main()
