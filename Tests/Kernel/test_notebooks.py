"""The notebooks are what they say they are: replayed from their own folder, as Jupyter does.

Those that take long name small values of their parameters and are rehearsed with them.
"""

import json
import subprocess

import pytest

from conftest import PROGRAM, ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def is_long(notebook):
    metadata = json.loads(notebook.read_text())["metadata"]
    return "rehearsal" in metadata.get("athanor", {})


LONG = [path for path in NOTEBOOKS if is_long(path)]
SHORT = [path for path in NOTEBOOKS if not is_long(path)]


def athanor(notebook, *words):
    """Runs the program on a notebook in its own folder; it must succeed."""
    result = subprocess.run(
        [PROGRAM, *words, notebook.name],
        cwd=notebook.parent,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("notebook", SHORT, ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_says(notebook):
    athanor(notebook, "test")


@pytest.mark.parametrize("notebook", LONG, ids=lambda path: path.stem)
def test_a_long_notebook_runs_with_small_values(notebook):
    athanor(notebook, "run", "--rehearse")


@pytest.mark.parametrize("notebook", LONG, ids=lambda path: path.stem)
def test_a_long_notebook_was_executed_without_errors(notebook):
    cells = json.loads(notebook.read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code)
    outputs = [output for cell in code for output in cell["outputs"]]
    assert outputs and all(output["output_type"] != "error" for output in outputs)


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 2
