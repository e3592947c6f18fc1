"""`athanor kernel install`, `list`, `uninstall`, the doctor and the log, as a person calls them."""

import json
import os
import pathlib
import stat
import subprocess

import pytest
from conftest import PROGRAM
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager


@pytest.fixture
def athanor(tmp_path):
    """Calls the program with Jupyter's folders in one of the test's own."""
    variables = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    variables["JUPYTER_DATA_DIR"] = str(tmp_path / "data")
    variables["ATHANOR_HOME"] = str(tmp_path / "state")

    def call(*words, **more):
        result = subprocess.run(
            [PROGRAM, *words], env=variables | more, capture_output=True, text=True, timeout=60
        )
        return result.returncode, result.stdout + result.stderr

    return call


def spec(folder, name="athanor"):
    return json.loads((folder / "kernels" / name / "kernel.json").read_text())


def test_each_place_takes_the_kernel_and_gives_it_back(athanor, tmp_path):
    places = [
        (["--user"], tmp_path / "data", {}),
        ([], tmp_path / "data", {}),
        (["--sys-prefix"], tmp_path / "env/share/jupyter", {"VIRTUAL_ENV": str(tmp_path / "env")}),
        (["--prefix", str(tmp_path / "own")], tmp_path / "own/share/jupyter", {}),
    ]
    for words, folder, variables in places:
        code, text = athanor("kernel", "install", *words, **variables)
        assert code == 0 and str(folder) in text
        found = spec(folder)
        assert found["argv"] == [str(PROGRAM), "kernel", "-f", "{connection_file}"]
        assert os.path.isabs(found["argv"][0])
        assert found["language"] == "athanor" and found["interrupt_mode"] == "message"
        logos = {path.name for path in (folder / "kernels/athanor").glob("logo*")}
        assert logos == {"logo-32x32.png", "logo-64x64.png", "logo-svg.svg"}
        code, _ = athanor("kernel", "uninstall", *words, **variables)
        assert code == 0 and not (folder / "kernels/athanor").exists()


def test_places_exclude_each_other(athanor, tmp_path):
    code, text = athanor("kernel", "install", "--user", "--prefix", str(tmp_path / "own"))
    assert code != 0 and "exclude each other" in text
    assert not (tmp_path / "own").exists() and not (tmp_path / "data").exists()


def test_names_variables_and_replacing(athanor, tmp_path):
    words = ["--name", "Second", "--display-name", "Athanor, the second", "--env", "A=1 = 1"]
    assert athanor("kernel", "install", *words)[0] == 0
    found = spec(tmp_path / "data", "second")
    assert found["display_name"] == "Athanor, the second" and found["env"] == {"A": "1 = 1"}
    code, text = athanor("kernel", "list")
    assert code == 0 and "second" in text and "Athanor, the second" in text
    # Somebody else's kernel of that name stays, unless it is said twice.
    path = tmp_path / "data/kernels/second/kernel.json"
    path.write_text('{"argv": ["python"], "display_name": "Mine", "language": "python"}')
    code, text = athanor("kernel", "install", "--name", "second")
    assert code == 1 and "--replace" in text
    assert athanor("kernel", "install", "--name", "second", "--replace")[0] == 0
    assert spec(tmp_path / "data", "second")["language"] == "athanor"
    assert athanor("kernel", "install", "--env", "nothing")[0] == 2


def test_a_folder_that_jupyter_does_not_search_is_warned_of(athanor, tmp_path):
    own = str(tmp_path / "own")
    _, text = athanor("kernel", "install", "--prefix", own)
    assert "warning" in text and "JUPYTER_PATH" in text
    _, text = athanor("kernel", "install", "--prefix", own, JUPYTER_PATH=own + "/share/jupyter")
    assert "warning" not in text


def test_jupyter_finds_what_is_installed(athanor, tmp_path):
    athanor("kernel", "install", "--name", "found")
    manager = KernelSpecManager(data_dir=str(tmp_path / "data"), kernel_dirs=[
        str(tmp_path / "data/kernels")
    ])  # fmt: skip
    assert manager.get_kernel_spec("found").argv[0] == str(PROGRAM)


def test_the_doctor_starts_what_is_installed(athanor):
    athanor("kernel", "install")
    _, text = athanor("doctor")
    line = next(line for line in text.splitlines() if "kernel 'athanor'" in line)
    assert line.startswith("ok"), text


@pytest.mark.parametrize("level", ["quiet", "info", "debug"])
def test_the_log_goes_to_its_file(level, tmp_path):
    file = tmp_path / "kernel.log"
    manager = KernelManager(kernel_name="athanor")
    command = [str(PROGRAM), "kernel", "-f", "{connection_file}"]
    manager.kernel_spec.argv = [*command, "--log-file", str(file), "--log-level", level]
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=30)
    client.shell_channel.send(client.session.msg("nobody_knows", {}))
    client.execute_interactive('secret = "never logged"', timeout=30)
    client.stop_channels()
    manager.shutdown_kernel()
    text = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ("'nobody_knows' on shell is not answered" in text) == (level != "quiet")
    assert ("'execute_request' on shell" in text) == (level == "debug")
    assert "never logged" not in text


def test_a_log_that_cannot_be_written_is_told():
    words = [PROGRAM, "kernel", "--log-file", pathlib.Path("/proc/none/log")]
    result = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and "/proc/none/log" in result.stderr
