"""Other people's programs in front of the kernel: papermill, nbconvert, Jupyter's console."""

import subprocess
import sys

import nbformat
import pytest


def notebook(path, *cells):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    made.metadata["kernelspec"] = {
        "display_name": "Athanor",
        "language": "athanor",
        "name": "athanor",
    }
    made.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(made, path)
    return path


def call(*words, text=None):
    result = subprocess.run(
        [sys.executable, "-m", *words], input=text, capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def test_papermill_gives_parameters(tmp_path):
    cells = [
        'epochs = 9\nname = "nobody"\nis_long = true\nwidths = [8, 8]\nseed_of = 1\nrate = 1',
        "print(epochs, name, is_long, widths, seed_of, rate)",
        "fit train(mlp(hidden=widths, size=8), subset(digits(), train=64), epochs=epochs)",
    ]
    source = notebook(tmp_path / "in.ipynb", *cells)
    target = tmp_path / "out.ipynb"
    values = "{epochs: 2, name: it's \"so\", is_long: false, widths: [4], seed_of: null, rate: 1.0e-3}"
    call("papermill", "-l", "python", "-y", values, str(source), str(target))
    made = nbformat.read(target, 4)
    injected = next(c for c in made.cells if "injected-parameters" in c.metadata.get("tags", []))
    assert injected.source.startswith("# Parameters\n")
    texts = [output.text for output in made.cells[2].outputs]
    assert texts == ["2 it's \"so\" false [4] none 0.001\n"]
    assert "epoch 2" in made.cells[3].outputs[-1].data["text/plain"]


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook as it is stored after it has been executed."""
    folder = tmp_path_factory.mktemp("executed")
    cells = [
        "run = train(mlp(hidden=[64], size=8), digits(), epochs=30, batch=8)  # a comment",
        "fit run",
        "fit run, epochs=1, background=true; wait",
        "plot run.loss, smooth=0.9",
        "summary run.student",
    ]
    source = notebook(folder / "in.ipynb", *cells)
    call("papermill", str(source), str(folder / "out.ipynb"))
    return folder / "out.ipynb"


def test_a_stored_notebook_is_small_and_whole(executed):
    made = nbformat.read(executed, 4)
    nbformat.validate(made)
    outputs = [cell.outputs for cell in made.cells]
    # Progress is one display in its last state.
    fit = [output for output in outputs[1] if output.output_type == "display_data"]
    assert len(fit) == 1
    assert "left" not in fit[0].data["image/svg+xml"] and "epoch 30" in fit[0].data["text/plain"]
    assert sum(output.output_type == "display_data" for output in outputs[2]) == 1
    for display in (fit[0], outputs[3][-1]):
        assert {"image/svg+xml", "text/plain"} <= set(display.data)
    assert executed.stat().st_size < 400_000


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_nbconvert_shows_curves_and_colours(executed, form):
    call("nbconvert", "--to", form, "--output", f"page.{form}", str(executed))
    (page,) = executed.parent.glob("page*." + ("html" if form == "html" else "md"))
    text = page.read_text()
    if form == "html":
        assert text.count("image/svg+xml") >= 3 or text.count("<svg") >= 3
        # The code is coloured by a lexer that knows comments and numbers.
        assert '<span class="c1"># a comment</span>' in text
        assert "Traceback" not in text
    else:
        assert "# a comment" in text and ".svg" in text


def test_the_console_talks(tmp_path):
    lines = ["1 + 1", "x = )", 'input("who? ")', "Ada", "print(40 + 2)", "quit", "print(13 * 13)"]
    text = call(
        "jupyter_console", "--kernel", "athanor", "--simple-prompt", text="\n".join(lines) + "\n"
    )
    assert "a laboratory for knowledge distillation" in text
    for expected in ("Out[1]: 2", "closes nothing", "who? ", "Ada", "42"):
        assert expected in text, text
    # `quit` ends the console, too: nothing after it is executed.
    assert "169" not in text, text
