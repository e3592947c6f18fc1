"""The kernel as a process: signals, files, restarts, notebooks."""

import json
import os
import pathlib
import queue
import signal
import stat
import subprocess
import sys
import time

import nbclient
import nbformat
import pytest
from conftest import HOME, PROGRAM, started
from jupyter_client import BlockingKernelClient

ENDLESS = "for i in 1..1000000000 { }"


@pytest.fixture(params=["tcp", "ipc"])
def kernel(request):
    with started(transport=request.param) as kernel:
        yield kernel


def execute(client, code, **others):
    outputs = []
    others.setdefault("allow_stdin", False)
    reply = client.execute_interactive(code, output_hook=outputs.append, timeout=60, **others)
    return reply["content"], outputs


def texts(outputs, name="stdout"):
    streams = [m["content"] for m in outputs if m["msg_type"] == "stream"]
    return "".join(s["text"] for s in streams if s["name"] == name)


def wait_until_busy(client, message):
    while True:
        heard = client.get_iopub_msg(timeout=30)
        if heard["parent_header"].get("msg_id") == message and heard["msg_type"] == "execute_input":
            return


def has_ended(pid):
    """Whether a process that is not our child is gone; a zombie counts."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("by", ["message", "signal"])
def test_an_interrupt_stops_the_cell_and_keeps_the_state(kernel, by):
    manager, client = kernel
    execute(client, "x = 7")
    message = client.execute(ENDLESS)
    wait_until_busy(client, message)
    if by == "message":
        manager.interrupt_kernel()
    else:
        os.kill(manager.provisioner.pid, signal.SIGINT)
    reply = client.get_shell_msg(timeout=30)
    assert reply["parent_header"]["msg_id"] == message
    assert reply["content"]["ename"] == "Interrupted"
    reply, outputs = execute(client, "x")
    assert reply["status"] == "ok"
    assert [m["content"]["data"] for m in outputs if m["msg_type"] == "execute_result"] == [
        {"text/plain": "7"}
    ]


def test_interrupts_while_idle_are_harmless(kernel):
    manager, client = kernel
    for _ in range(3):
        manager.interrupt_kernel()
        os.kill(manager.provisioner.pid, signal.SIGINT)
    # The manager numbers its messages as the client does: what answers them must not be taken for
    # answers to the client.
    with pytest.raises(queue.Empty):
        while True:
            client.get_iopub_msg(timeout=0.3)
    reply, outputs = execute(client, 'print("hello, world")')
    assert reply["status"] == "ok"
    assert texts(outputs) == "hello, world\n"


def test_a_restart_keeps_the_ports(kernel):
    manager, client = kernel
    execute(client, "1 + 2")
    before = manager.get_connection_info()
    manager.restart_kernel()
    client.wait_for_ready(timeout=30)
    assert manager.get_connection_info() == before
    assert execute(client, "1 + 2")[0]["execution_count"] == 1


def test_a_hundred_thousand_lines_reach_a_client_that_pauses(kernel):
    _, client = kernel
    message = client.execute("for i in 1..100000 { print(i) }")
    time.sleep(2)
    found = []
    while True:
        heard = client.get_iopub_msg(timeout=60)
        if heard["parent_header"].get("msg_id") != message:
            continue
        found.append(heard)
        if heard["content"].get("execution_state") == "idle":
            break
    assert texts(found) == "".join(f"{i}\n" for i in range(1, 100001))
    assert client.get_shell_msg(timeout=30)["content"]["status"] == "ok"


def test_a_question_is_answered(kernel):
    _, client = kernel
    asked = []

    def answer(message):
        asked.append(message["content"])
        client.input("Ada")

    reply, _ = execute(client, 'input("Name? ")', allow_stdin=True, stdin_hook=answer)
    assert reply["status"] == "ok"
    assert [a["prompt"].strip() for a in asked] == ["Name?"]
    reply, _ = execute(client, 'input("Name? ")', allow_stdin=False)
    assert reply["ename"] == "InputError"


def test_a_terminated_kernel_ends(kernel):
    manager, client = kernel
    client.execute(ENDLESS)
    process = manager.provisioner.process
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 128 + signal.SIGTERM


def test_the_kernel_ends_with_its_parent():
    parent = """
import sys, time
from jupyter_client import KernelManager
manager = KernelManager(kernel_name="athanor")
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=30)
print(manager.provisioner.pid, manager.connection_file, flush=True)
sys.stdin.read()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid, connection = process.stdout.readline().split()
    assert not has_ended(int(pid))
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while not has_ended(int(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    pathlib.Path(connection).unlink(missing_ok=True)


def test_a_kernel_started_alone_writes_its_connection_file():
    process = subprocess.Popen(
        [PROGRAM, "kernel"], stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    try:
        line = process.stderr.readline()
        path = HOME / "runtime" / line.split()[-1]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(json.loads(path.read_text())["key"]) >= 32
        client = BlockingKernelClient(connection_file=str(path))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=30)
        assert texts(execute(client, 'print("hello, world")')[1]) == "hello, world\n"
        client.shutdown()
        assert process.wait(timeout=30) == 0
        client.stop_channels()
        assert not path.exists()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"transport": "udp"}', "\0\xff"])
def test_a_connection_file_that_cannot_be_used_is_told_in_a_line(content, tmp_path):
    path = tmp_path / "connection.json"
    if content is not None:
        path.write_text(content, encoding="latin-1")
    result = subprocess.run(
        [PROGRAM, "kernel", "-f", path], capture_output=True, text=True, timeout=30
    )
    text = (result.stdout + result.stderr).strip()
    assert result.returncode not in (0, -signal.SIGILL, -signal.SIGTRAP, -signal.SIGSEGV)
    assert str(path) in text
    assert "Traceback" not in text and len(text.splitlines()) <= 3


def test_a_notebook_is_executed():
    cells = ['print("hello, world")', "1 + 2", 'markdown("*warm*")', "x = 7", "x"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbclient.NotebookClient(notebook, kernel_name="athanor", timeout=60).execute()
    assert notebook.metadata.language_info.name == "athanor"
    outputs = [cell.outputs for cell in notebook.cells]
    assert outputs[0][0].text == "hello, world\n"
    assert outputs[1][0].data["text/plain"] == "3"
    assert outputs[2][0].data["text/markdown"] == "*warm*"
    assert outputs[3] == []
    assert outputs[4][0].data["text/plain"] == "7"
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3, 4, 5]
    nbformat.validate(notebook)


def test_a_notebook_stops_at_an_error():
    cells = ["nothing_has_this_name", 'print("not reached")']
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    with pytest.raises(nbclient.exceptions.CellExecutionError) as caught:
        nbclient.NotebookClient(notebook, kernel_name="athanor", timeout=60).execute()
    assert caught.value.ename == "NameError"
    assert notebook.cells[1].outputs == []


def test_a_run_goes_on_between_cells(kernel):
    _, client = kernel
    execute(
        client,
        "run = train(mlp(hidden=[8], size=8), subset(digits(), train=256), batch=32, epochs=4)",
    )
    _, outputs = execute(client, "fit run, background=true")
    shown = [m for m in outputs if m["msg_type"] == "display_data"]
    assert len(shown) == 1
    name = shown[0]["content"]["transient"]["display_id"]
    last = ""
    while "is done" not in last:
        heard = client.get_iopub_msg(timeout=30)
        if heard["msg_type"] != "update_display_data":
            continue
        assert heard["content"]["transient"]["display_id"] == name
        assert heard["parent_header"]["msg_id"] == shown[0]["parent_header"]["msg_id"]
        last = heard["content"]["data"]["text/plain"]
    reply, outputs = execute(client, "run.steps")
    assert reply["status"] == "ok"
    assert outputs[-2]["content"]["data"]["text/plain"] == "32"


def test_a_background_run_can_be_watched_changed_waited_for_and_stopped(kernel):
    _, client = kernel
    execute(client, "run = train(mlp(hidden=[64], size=8), digits(), batch=32, epochs=1000)")
    execute(client, "fit run, background=true")
    for code in ("run.optimizer.lr = 0.001", "status", "plot run.loss"):
        reply, _ = execute(client, code)
        assert reply["status"] == "ok"
    reply, outputs = execute(client, "stop; run.steps > 0")
    assert reply["status"] == "ok"
    result = [m for m in outputs if m["msg_type"] == "execute_result"]
    assert result[0]["content"]["data"]["text/plain"] == "true"
    reply, outputs = execute(client, "n = run.steps; fit run, epochs=1, background=true; wait")
    assert reply["status"] == "ok"
    _, outputs = execute(client, "run.steps - n")
    result = [m for m in outputs if m["msg_type"] == "execute_result"]
    assert result[0]["content"]["data"]["text/plain"] == "45"


def test_nothing_follows_idle(kernel):
    _, client = kernel
    for _ in range(20):
        execute(client, 'print("hello, world")')
    with pytest.raises(queue.Empty):
        client.get_iopub_msg(timeout=0.3)
