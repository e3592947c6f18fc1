"""The notebooks are what they say they are: replayed from their own folder, as Jupyter does."""

import subprocess

import pytest

from conftest import PROGRAM, ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_says(notebook):
    result = subprocess.run(
        [PROGRAM, "test", notebook.name],
        cwd=notebook.parent,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 2
