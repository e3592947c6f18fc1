"""An installed kernel spec in folders of the tests' own.

ATHANOR names the program under test; without it, the release build of this package.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOME = pathlib.Path(tempfile.mkdtemp(prefix="athanor-kernel-"))
PROGRAM = pathlib.Path(os.environ.get("ATHANOR", ROOT / ".build/release/athanor")).resolve()

# Set before Jupyter reads them: nothing of the person's own is touched, no history of theirs is
# searched, and no other kernel is found.
os.environ["ATHANOR_HOME"] = str(HOME / "home")
os.environ["JUPYTER_DATA_DIR"] = str(HOME / "data")
os.environ["JUPYTER_RUNTIME_DIR"] = str(HOME / "runtime")
os.environ["JUPYTER_CONFIG_DIR"] = str(HOME / "config")
os.environ["JUPYTER_PREFER_ENV_PATH"] = "0"
os.environ["IPYTHONDIR"] = str(HOME / "ipython")


def pytest_sessionstart(session):
    if not PROGRAM.is_file():
        shutil.rmtree(HOME, ignore_errors=True)
        pytest.exit(f"'{PROGRAM}' is not there: swift build -c release makes it", returncode=2)
    subprocess.run([PROGRAM, "kernel", "install", "--user"], check=True, stdout=subprocess.DEVNULL)
    spec = json.loads((HOME / "data/kernels/athanor/kernel.json").read_text())
    assert spec["argv"][0] == str(PROGRAM)


def pytest_sessionfinish(session, exitstatus):
    shutil.rmtree(HOME, ignore_errors=True)


@contextlib.contextmanager
def started(**options):
    """A kernel of its own that is ready, and its client, until the end of the block."""
    # Read only now: it looks up the folders set above.
    from jupyter_client import KernelManager

    manager = KernelManager(kernel_name="athanor", **options)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=30)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
