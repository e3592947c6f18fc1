"""The wire-level checks by which kernels are compared (github.com/runtimed/kernel-testbed), each
made anew here and stricter where the protocol is: one test a check, under the check's name.
"""

import time
import uuid

import pytest
from conftest import started
from jupyter_client import KernelManager


@pytest.fixture(scope="module")
def client():
    with started() as (_, client):
        yield client


def collect(client, code, **options):
    """The reply and everything published for it, idle included."""
    heard = []
    reply = client.execute_interactive(code, output_hook=heard.append, timeout=30, **options)
    return reply, heard


def kinds(heard, kind):
    return [message["content"] for message in heard if message["msg_type"] == kind]


def answer(client, identity, channel="shell"):
    get = client.get_shell_msg if channel == "shell" else client.get_control_msg
    while True:
        reply = get(timeout=10)
        if reply["parent_header"].get("msg_id") == identity:
            return reply


# Basic protocol


def test_heartbeat_responds(client):
    client.hb_channel.unpause()
    deadline = time.monotonic() + 10
    while not client.hb_channel.is_beating():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_kernel_info_reply_valid(client):
    reply = answer(client, client.kernel_info())
    assert reply["msg_type"] == "kernel_info_reply"
    assert reply["content"]["status"] == "ok"


def test_kernel_info_has_language_info(client):
    language = answer(client, client.kernel_info())["content"]["language_info"]
    assert language["name"] and language["version"]
    assert language["mimetype"] and language["file_extension"].startswith(".")


def test_kernel_info_has_protocol_version(client):
    content = answer(client, client.kernel_info())["content"]
    major, minor = content["protocol_version"].split(".")[:2]
    assert (int(major), int(minor)) >= (5, 4)


def test_execute_stdout(client):
    _, heard = collect(client, 'print("hello")')
    assert [s["text"] for s in kinds(heard, "stream") if s["name"] == "stdout"] == ["hello\n"]


def test_execute_stderr(client):
    _, heard = collect(client, 'warn("error")')
    texts = [s["text"] for s in kinds(heard, "stream") if s["name"] == "stderr"]
    assert len(texts) == 1 and "error" in texts[0]


def test_execute_reply_ok(client):
    reply, _ = collect(client, "1 + 1")
    assert reply["msg_type"] == "execute_reply"
    assert reply["content"]["status"] == "ok"


def test_status_busy_idle_lifecycle(client):
    _, heard = collect(client, "1 + 1")
    assert [s["execution_state"] for s in kinds(heard, "status")] == ["busy", "idle"]
    assert heard[0]["msg_type"] == heard[-1]["msg_type"] == "status"


def test_execute_input_broadcast(client):
    _, heard = collect(client, "1 + 1")
    assert [i["code"] for i in kinds(heard, "execute_input")] == ["1 + 1"]


def test_iopub_welcome():
    """The subscription is announced before anything else."""
    manager = KernelManager(kernel_name="athanor")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        first = client.get_iopub_msg(timeout=30)
        assert first["msg_type"] == "iopub_welcome"
        assert first["content"] == {"subscription": ""}
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_shutdown_reply():
    manager = KernelManager(kernel_name="athanor")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=30)
    message = client.session.msg("shutdown_request", {"restart": False})
    client.control_channel.send(message)
    reply = answer(client, message["header"]["msg_id"], "control")
    assert reply["msg_type"] == "shutdown_reply"
    assert reply["content"] == {"status": "ok", "restart": False}
    deadline = time.monotonic() + 10
    while manager.is_alive():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    client.stop_channels()


# Interactive features


def test_complete_request(client):
    collect(client, "some_name = 1")
    reply = answer(client, client.complete("some_na", 7))["content"]
    assert reply["status"] == "ok"
    assert reply["matches"] == ["some_name"]
    assert (reply["cursor_start"], reply["cursor_end"]) == (0, 7)


def test_inspect_request(client):
    collect(client, "some_name = 1")
    reply = answer(client, client.inspect("some_name", 9))["content"]
    assert reply["status"] == "ok" and reply["found"]
    assert reply["data"]["text/plain"]


def test_is_complete_complete(client):
    reply = answer(client, client.is_complete("1 + 1"))["content"]
    assert reply["status"] == "complete"


def test_is_complete_incomplete(client):
    reply = answer(client, client.is_complete("for i in 1..3 {"))["content"]
    assert reply["status"] == "incomplete" and reply["indent"]


def test_is_complete_invalid(client):
    assert answer(client, client.is_complete("x = )"))["content"]["status"] == "invalid"


def test_history_request(client):
    collect(client, "40 + 2", store_history=True)
    reply = answer(client, client.history(hist_access_type="tail", n=10, output=False, raw=True))
    assert reply["content"]["status"] == "ok"
    assert reply["content"]["history"][-1][2] == "40 + 2"


def test_comm_info_request(client):
    reply = answer(client, client.comm_info())["content"]
    assert reply["status"] == "ok" and reply["comms"] == {}


def test_error_handling(client):
    reply, heard = collect(client, "x = )")
    assert reply["content"]["status"] == "error"
    assert reply["content"]["ename"] == "SyntaxError"
    errors = kinds(heard, "error")
    assert len(errors) == 1 and errors[0]["traceback"]


# Rich output


def test_display_data(client):
    _, heard = collect(client, 'html("<b>bold</b>"); 1')
    shown = kinds(heard, "display_data")
    assert len(shown) == 1 and shown[0]["data"]["text/html"] == "<b>bold</b>"


def test_update_display_data(client):
    collect(client, "run = train(mlp(hidden=[64], size=8), digits(), batch=8, epochs=12)")
    _, heard = collect(client, "fit run")
    shown = [d["transient"]["display_id"] for d in kinds(heard, "display_data") if d["transient"]]
    updated = [d["transient"]["display_id"] for d in kinds(heard, "update_display_data")]
    assert len(shown) == 1 and set(updated) == set(shown)


def test_execute_result(client):
    reply, heard = collect(client, "6 * 7")
    results = kinds(heard, "execute_result")
    assert [r["data"]["text/plain"] for r in results] == ["42"]
    assert results[0]["execution_count"] == reply["content"]["execution_count"]


def test_rich_execute_result(client):
    _, heard = collect(client, "series = [1, 4, 9]; plot series")
    results = kinds(heard, "execute_result")
    assert len(results) == 1
    assert {"image/svg+xml", "text/plain"} <= set(results[0]["data"])


# Advanced features


def test_stdin_input_request(client):
    asked = []

    def answer_it(message):
        asked.append(message["content"])
        client.input("forty-two")

    reply, heard = collect(
        client, 'print(input("what? "))', allow_stdin=True, stdin_hook=answer_it
    )
    assert reply["content"]["status"] == "ok"
    assert asked == [{"prompt": "what? ", "password": False}]
    assert "".join(s["text"] for s in kinds(heard, "stream")) == "forty-two\n"


def test_comms_lifecycle(client):
    name = str(uuid.uuid4())
    content = {"comm_id": name, "target_name": "nobody.knows", "data": {}}
    client.shell_channel.send(client.session.msg("comm_open", content))
    deadline = time.monotonic() + 10
    while True:
        assert time.monotonic() < deadline
        heard = client.get_iopub_msg(timeout=10)
        if heard["msg_type"] == "comm_close":
            assert heard["content"]["comm_id"] == name
            break
    for kind in ("comm_msg", "comm_close"):
        client.shell_channel.send(client.session.msg(kind, {"comm_id": name, "data": {}}))
    reply, _ = collect(client, "1 + 1")
    assert reply["content"]["status"] == "ok"


def test_interrupt_request(client):
    message = client.session.msg("interrupt_request", {})
    client.control_channel.send(message)
    reply = answer(client, message["header"]["msg_id"], "control")
    assert reply["msg_type"] == "interrupt_reply"
    assert reply["content"] == {"status": "ok"}


def test_execution_count_increments(client):
    first, _ = collect(client, "1", store_history=True)
    second, _ = collect(client, "1", store_history=True)
    counts = [reply["content"]["execution_count"] for reply in (first, second)]
    assert counts[1] == counts[0] + 1


def test_parent_header_correlation(client):
    reply, heard = collect(client, 'print("hello")')
    parents = {message["parent_header"]["msg_id"] for message in [reply, *heard]}
    assert len(parents) == 1
    assert reply["parent_header"]["msg_type"] == "execute_request"
