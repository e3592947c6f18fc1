"""Records as other programs and a sudden end see them."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import time

import pytest

BINARY = os.environ.get(
    "ATHANOR", os.path.join(os.path.dirname(__file__), "../../.build/release/athanor"))

PRELUDE = """
data = digits()
student = mlp(hidden=[8], size=8)
teacher = mlp(hidden=[16], size=8, seed=1)
run = distill(student, teacher, data, ce() + 5*kd(T=1), batch=64, epochs=400)
"""


def environment(home):
    return dict(os.environ, ATHANOR_HOME=str(home))


def execute(code, home, folder):
    return subprocess.run(
        [BINARY, "-c", code], env=environment(home), cwd=folder, text=True, check=True,
        stdout=subprocess.PIPE).stdout


def test_tensorboard_reads_exported_runs(tmp_path):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    execute(
        PRELUDE + "step 20; rewind 5; step 3\n"
        'export run, "logs/"; export run, "run.csv"; export run, "run.json"',
        tmp_path / "home", tmp_path)
    accumulator = loader.EventAccumulator(
        str(tmp_path / "logs/1-run"), size_guidance={"scalars": 0})
    accumulator.Reload()
    document = json.loads((tmp_path / "run.json").read_text())[0]
    assert set(accumulator.Tags()["scalars"]) == set(document["figures"])
    with open(tmp_path / "run.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(1, 19))
    for name, figure in document["figures"].items():
        scalars = accumulator.Scalars(name)
        assert [scalar.step for scalar in scalars] == figure["steps"]
        assert [scalar.value for scalar in scalars] == pytest.approx(figure["values"], rel=1e-6)
        values = [float(row[name]) for row in rows if row[name]]
        assert values == figure["values"]
    assert document["settings"]["goal"] == "ce() + 5*kd(T=1)"


def check(home, first):
    """The file is whole, and every run has its points without a gap."""
    with sqlite3.connect(home / "records.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        runs = database.execute("SELECT id, steps FROM run ORDER BY id").fetchall()
    assert [number for number, _ in runs] == list(range(1, first + 1))
    return runs


@pytest.mark.parametrize("kills", [int(os.environ.get("ATHANOR_KILLS", "5"))])
def test_a_killed_process_loses_no_run_and_less_than_a_second(tmp_path, kills):
    home = tmp_path / "home"
    for index in range(kills):
        process = subprocess.Popen(
            [BINARY, "-c", PRELUDE + 'step; print("made"); fit quiet=true'],
            env=environment(home), cwd=tmp_path, text=True, stdout=subprocess.PIPE)
        assert process.stdout.readline().startswith("step 1")
        # Anywhere from the first second on: in a step, in a write, in an evaluation.
        time.sleep(1.0 + (index * 37 % 101) / 100)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        runs = check(home, index + 1)
        assert runs[-1][1] > 0
    listing = execute(f"runs limit={kills + 1}", home, tmp_path)
    assert listing.count("mlp ← mlp") == kills
    # What is on record is a run like any other: its series has as many points as it has steps.
    for number in range(1, kills + 1):
        code = f"r = open({number}); print(r.steps, len(r.loss), r.loss.steps[0])"
        steps, points, start = map(int, execute(code, home, tmp_path).split())
        assert (points, start) == (steps, 1)
