"""A kernel that works all day: ten thousand cells, and no more memory than after the first ones."""

import pathlib

import pytest
from conftest import started

CELLS = 10_000
WARM = 1_000
MOST_GROWTH = 4 << 20

# Empty, trivial, text, a failure, a picture: what a cell can end with.
KINDS = ["", "1 + 1", "x = [1, 2, 3]", 'print("a line")', "nothing_has_this_name", "plot [1, 4, 2]"]


@pytest.fixture
def kernel():
    with started(transport="ipc") as kernel:
        yield kernel


def resident(pid):
    """Bytes of a process in memory."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) << 10
    raise AssertionError("the kernel is gone")


def execute(client, code):
    """Sends a cell and reads everything up to its idle and its reply."""
    message = client.execute(code, stop_on_error=False)
    while True:
        heard = client.get_iopub_msg(timeout=30)
        state = heard["content"].get("execution_state")
        if heard["parent_header"].get("msg_id") == message and state == "idle":
            break
    reply = client.get_shell_msg(timeout=30)
    assert reply["parent_header"]["msg_id"] == message
    return reply["content"]


def test_ten_thousand_cells_take_no_memory(kernel):
    manager, client = kernel
    pid = manager.provisioner.pid
    before = 0
    for number in range(CELLS):
        if number == WARM:
            before = resident(pid)
        code = KINDS[number % len(KINDS)]
        reply = execute(client, code)
        assert reply["status"] == ("error" if code == "nothing_has_this_name" else "ok")
    growth = resident(pid) - before
    assert growth < MOST_GROWTH, f"{growth >> 10} KiB more than after {WARM} cells"
    assert execute(client, "x")["status"] == "ok"
