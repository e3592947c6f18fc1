"""Noise on every socket for a bounded time: signed and unsigned, whole and torn. The kernel lives."""

import json
import random
import time

import pytest
import zmq
from jupyter_client import KernelManager

SECONDS = 15

KINDS = [
    "execute_request", "inspect_request", "complete_request", "is_complete_request",
    "history_request", "kernel_info_request", "comm_info_request", "comm_open", "comm_msg",
    "comm_close", "connect_request", "interrupt_request", "usage_request", "debug_request",
    "create_subshell_request", "input_reply", "nobody_knows", "",
]  # fmt: skip
FIELDS = [
    "code", "silent", "store_history", "user_expressions", "allow_stdin", "stop_on_error",
    "cursor_pos", "detail_level", "output", "raw", "hist_access_type", "session", "start", "stop",
    "n", "pattern", "unique", "comm_id", "target_name", "data", "value", "status", "restart",
]  # fmt: skip
CODE = [
    "1 + 1", "x = [", "kd(", "kd?", "résnet", "\U0001f525 = 1", "help", "plot [1, 2]", "x.y.z", "",
    "for i in 1..3 { print(i) }", "\0", "print(" * 300, "x[", "list \"*\"", "input(\"?\")",
]  # fmt: skip


def some_value(noise, depth=0):
    choice = noise.randrange(10 if depth < 4 else 7)
    if choice == 0:
        return noise.choice([None, True, False])
    if choice == 1:
        return noise.choice([0, 1, -1, 2**31, -(2**63), 2**64, 10**300, 7])
    if choice == 2:
        return noise.choice([0.5, -1e308, 1e-300, 3.0])
    if choice in (3, 4):
        return noise.choice(CODE)
    if choice == 5:
        return noise.choice(["tail", "range", "search", "*", "?" * 50 + "x", "*a" * 200])
    if choice == 6:
        return "".join(chr(noise.randrange(1, 0xD800)) for _ in range(noise.randrange(30)))
    if choice == 7:
        return [some_value(noise, depth + 1) for _ in range(noise.randrange(4))]
    return some_content(noise, depth + 1)


def some_content(noise, depth=0):
    names = noise.sample(FIELDS, noise.randrange(8))
    return {name: some_value(noise, depth) for name in names}


def torn(noise, frame):
    """A frame with some of its bytes cut out, doubled or changed."""
    bytes_ = bytearray(frame)
    for _ in range(noise.randrange(1, 4)):
        if not bytes_:
            return bytes(noise.randbytes(noise.randrange(20)))
        place = noise.randrange(len(bytes_))
        match noise.randrange(3):
            case 0:
                del bytes_[place : place + noise.randrange(1, 9)]
            case 1:
                bytes_[place:place] = bytes_[: noise.randrange(9)]
            case _:
                bytes_[place] = noise.randrange(256)
    return bytes(bytes_)


def some_message(noise, session):
    """Frames as a client sends them, most of them rightly signed, many of them broken."""
    header = session.msg_header(noise.choice(KINDS))
    if noise.random() < 0.2:
        header[noise.choice(list(header))] = some_value(noise)
    parts = [header, {}, some_content(noise), some_content(noise)]
    if noise.random() < 0.1:
        parts[noise.randrange(4)] = some_value(noise)
    frames = [json.dumps(part, default=str).encode() for part in parts]
    if noise.random() < 0.2:
        place = noise.randrange(4)
        frames[place] = torn(noise, frames[place])
    if noise.random() < 0.05:
        frames[noise.randrange(4)] = b"[" * noise.choice([10, 1000, 200_000])
    signature = session.sign(frames) if noise.random() < 0.9 else noise.randbytes(8)
    message = [b"<IDS|MSG>", signature, *frames]
    for _ in range(noise.choice([0, 0, 0, 0, 1, 3])):
        message.insert(noise.randrange(len(message) + 1), noise.randbytes(noise.randrange(50)))
    if noise.random() < 0.05:
        del message[noise.randrange(len(message)) :]
    return message or [b""]


@pytest.fixture(params=["tcp", "ipc"])
def manager(request):
    manager = KernelManager(kernel_name="athanor", transport=request.param)
    manager.start_kernel()
    yield manager
    manager.shutdown_kernel(now=True)


def test_noise_on_the_wire_is_survived(manager):
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=30)
    client.execute_interactive("kept = 42", timeout=30)
    noise = random.Random(20)
    context = zmq.Context()
    sockets = []

    def connect(kind, name):
        socket = context.socket(kind)
        socket.linger = 0
        # What comes back is nobody's concern; whoever does not read must not stop the kernel.
        socket.connect(manager._make_url(name))
        sockets.append(socket)
        return socket

    try:
        doors = [connect(zmq.DEALER, name) for name in ("shell", "control", "stdin", "hb")]
        listener = connect(zmq.XSUB, "iopub")
        end = time.monotonic() + SECONDS
        sent = 0
        while time.monotonic() < end:
            for door in doors:
                message = some_message(noise, client.session)
                # Ahead of the kernel by a full queue: this message is left out.
                if door.poll(0, zmq.POLLOUT):
                    door.send_multipart(message)
                    sent += 1
                while door.poll(0, zmq.POLLIN):
                    door.recv_multipart()
            listener.send(noise.choice([b"\1", b"\0", b"\1x", b"\2", b"", b"\xff" * 40]))
            while listener.poll(0, zmq.POLLIN):
                listener.recv_multipart()
            if sent % 100 == 0:
                assert manager.is_alive()
        assert sent > 1000
    finally:
        for socket in sockets:
            socket.close()
        context.term()
    assert manager.is_alive()
    # A question that noise asked is waiting for nobody: it is interrupted like any other cell.
    manager.interrupt_kernel()
    outputs = []
    reply = client.execute_interactive(
        "kept", timeout=120, allow_stdin=False, output_hook=outputs.append
    )
    assert reply["content"]["status"] == "ok"
    results = [m["content"]["data"] for m in outputs if m["msg_type"] == "execute_result"]
    assert results == [{"text/plain": "42"}]
    client.stop_channels()
