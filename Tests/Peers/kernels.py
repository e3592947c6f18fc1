"""Athanor's kernel beside ipykernel and xeus-python: what a front end feels of each.

    python kernels.py --athanor .build/release/athanor [--rounds 5] [--kernels athanor,python3,xpython]

Kernels run one at a time, in turns, `--rounds` times; medians count. ipykernel and xeus-python parse
and run Python, Athanor its own language: what is compared is the way between a front end and a
kernel, not the languages. Needs ipykernel, xeus-python and jupyter_client. Prints a Markdown table.

    start       from starting the program to its first kernel_info_reply, to a client that tries to
                connect every 5 ms
    memory      resident, after the first reply
    empty       execute_request of nothing to the later of reply and idle: median of 1,000
    trivial     the same for 1 + 1
    completion  complete_request to its reply: median of 50
    control     kernel_info on the control channel while a cell computes: median of 20
    100,000 lines, interrupt (request to error reply, median of 5), shutdown (request to the end)
"""

import argparse
import math
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import zmq
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.kernelspec import KernelSpecManager

# What each language says for the same thing.
CODE = {
    "athanor": {
        "endless": "for i in 1..1000000000 { }",
        "lines": 'for i in 1..100000 { print("line", i) }',
        "prefix": "resn",
    },
    "python": {
        "endless": "while True: pass",
        "lines": "for i in range(100000): print('line', i)",
        "prefix": "impor",
    },
}
ROWS = [
    ("cold start to first reply (ms)", "start"),
    ("memory at rest (MB)", "memory"),
    ("empty cell (ms)", "empty"),
    ("`1 + 1` (ms)", "trivial"),
    ("completion (ms)", "completion"),
    ("control while a cell computes (ms)", "control"),
    ("100,000 printed lines (ms)", "lines"),
    ("lines lost", "lost"),
    ("interrupt to error reply (ms)", "interrupt"),
    ("shutdown to the end of the process (ms)", "shutdown"),
]


class Kernel:
    """A kernel process and a client that measures it."""

    def __init__(self, argv, language):
        self.code = CODE[language]
        folder = tempfile.mkdtemp()
        path, _ = write_connection_file(
            os.path.join(folder, "connection.json"), ip="127.0.0.1", key=b"measured"
        )
        argv = [path if word == "{connection_file}" else word for word in argv]
        environment = dict(os.environ, ATHANOR_HOME=folder, IPYTHONDIR=folder)
        # libzmq waits 100 ms before it tries again to connect to what is not there yet, which would
        # round every start up to the next tenth of a second.
        context = zmq.Context()
        context.setsockopt(zmq.RECONNECT_IVL, 5)
        self.client = BlockingKernelClient(connection_file=path, context=context)
        self.client.load_connection_file()
        self.client.start_channels(hb=False)
        self.session = self.client.session
        self.shell = self.client.shell_channel.socket
        self.control = self.client.control_channel.socket
        self.iopub = self.client.iopub_channel.socket
        # The client is there before the kernel: what it takes to make one is not the kernel's time.
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # Messages to a socket that nobody has bound yet wait in it, so one question is enough.
        identity = self.send(self.client.shell_channel, "kernel_info_request", {})
        self.wait(self.shell, identity)
        self.start = since(begin)
        self.memory = resident(self.process.pid)
        # A subscription takes a moment; nothing is measured before it stands.
        deadline = time.perf_counter() + 10
        while time.perf_counter() < deadline:
            identity = self.execute("")
            if self.finish(identity, patience=0.5) is not None:
                break

    def send(self, channel, kind, content):
        message = self.session.msg(kind, content)
        channel.send(message)
        return message["header"]["msg_id"]

    def execute(self, code):
        return self.send(
            self.client.shell_channel,
            "execute_request",
            dict(
                code=code,
                silent=False,
                store_history=False,
                user_expressions={},
                allow_stdin=False,
                stop_on_error=True,
            ),
        )

    def receive(self, socket):
        _, parts = self.session.feed_identities(socket.recv_multipart())
        return self.session.deserialize(parts)

    def wait(self, socket, identity, patience=60.0):
        """The answer to a request; None when patience ends."""
        deadline = time.perf_counter() + patience
        while time.perf_counter() < deadline:
            if not socket.poll(100):
                continue
            message = self.receive(socket)
            if parent(message) == identity:
                return message
        return None

    def finish(self, identity, hear=None, patience=30.0):
        """The reply, once it and idle are here; None when patience ends."""
        reply, is_idle = None, False
        poller = zmq.Poller()
        poller.register(self.shell, zmq.POLLIN)
        poller.register(self.iopub, zmq.POLLIN)
        deadline = time.perf_counter() + patience
        while reply is None or not is_idle:
            if time.perf_counter() > deadline:
                return None
            for socket, _ in poller.poll(100):
                message = self.receive(socket)
                if parent(message) != identity:
                    continue
                if socket is self.shell:
                    reply = message
                elif message["msg_type"] == "status":
                    is_idle = message["content"]["execution_state"] == "idle"
                elif hear:
                    hear(message)
        return reply

    def round_trips(self, code, count):
        times = []
        for number in range(count + 50):
            begin = time.perf_counter()
            self.finish(self.execute(code))
            if number >= 50:
                times.append(since(begin))
        return statistics.median(times)

    def completions(self, count):
        content = {"code": self.code["prefix"], "cursor_pos": len(self.code["prefix"])}
        times = []
        for _ in range(count):
            begin = time.perf_counter()
            self.wait(self.shell, self.send(self.client.shell_channel, "complete_request", content))
            times.append(since(begin))
        self.drain()
        return statistics.median(times)

    def drain(self):
        while self.iopub.poll(50):
            self.receive(self.iopub)

    def busy(self):
        """Starts a cell without end; returns when it computes."""
        identity = self.execute(self.code["endless"])
        while True:
            message = self.receive(self.iopub)
            is_own = parent(message) == identity
            if is_own and message["msg_type"] == "execute_input":
                break
        time.sleep(0.05)
        return identity

    def controls_and_interrupts(self):
        """Infinite where no answer came within ten seconds; the kernel is of no use afterwards."""
        controls, interrupts = [], []
        for _ in range(5):
            cell = self.busy()
            for _ in range(4):
                begin = time.perf_counter()
                identity = self.send(self.client.control_channel, "kernel_info_request", {})
                answer = self.wait(self.control, identity, patience=10)
                controls.append(since(begin) if answer else math.inf)
            begin = time.perf_counter()
            os.kill(self.process.pid, signal.SIGINT)
            reply = self.wait(self.shell, cell, patience=10)
            if not reply or reply["content"]["status"] != "error":
                interrupts.append(math.inf)
                break
            interrupts.append(since(begin))
            self.drain()
        self.process.kill()
        self.process.wait()
        self.client.stop_channels()
        return statistics.median(controls), statistics.median(interrupts)

    def lines(self):
        count = 0

        def hear(message):
            nonlocal count
            if message["msg_type"] == "stream":
                count += message["content"]["text"].count("\n")

        begin = time.perf_counter()
        self.finish(self.execute(self.code["lines"]), hear)
        return since(begin), 100_000 - count

    def shut_down(self):
        begin = time.perf_counter()
        self.send(self.client.control_channel, "shutdown_request", {"restart": False})
        self.process.wait()
        elapsed = since(begin)
        self.client.stop_channels()
        return elapsed


def measure(argv, language):
    kernel = Kernel(argv, language)
    result = {"start": kernel.start, "memory": kernel.memory}
    result["empty"] = kernel.round_trips("", 1000)
    result["trivial"] = kernel.round_trips("1 + 1", 1000)
    result["completion"] = kernel.completions(50)
    result["lines"], result["lost"] = kernel.lines()
    result["shutdown"] = kernel.shut_down()
    result["control"], result["interrupt"] = Kernel(argv, language).controls_and_interrupts()
    return result


def parent(message):
    """What a message answers; xeus welcomes without saying what it answers."""
    return (message["parent_header"] or {}).get("msg_id")


def text(cell):
    if math.isinf(cell):
        return "no answer in 10 s"
    return f"{cell:.0f}" if cell >= 10 or cell == 0 else f"{cell:.2f}"


def since(begin):
    return (time.perf_counter() - begin) * 1e3


def resident(process):
    text = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--athanor", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kernels", default="athanor,python3,xpython")
    options = parser.parse_args()
    specs = KernelSpecManager()
    argv = {"athanor": ([options.athanor, "kernel", "-f", "{connection_file}"], "athanor")}
    for name in options.kernels.split(","):
        if name != "athanor":
            words = specs.get_kernel_spec(name).argv
            # As Jupyter does: the Python that is running, not the first on the path.
            if words[0].startswith("python"):
                words = [sys.executable, *words[1:]]
            argv[name] = (words, "python")
    found = {name: [] for name in options.kernels.split(",")}
    for _ in range(options.rounds):
        for name in found:
            found[name].append(measure(*argv[name]))
    print("| | " + " | ".join(found) + " |")
    print("|---|" + "---|" * len(found))
    for title, key in ROWS:
        cells = [statistics.median(result[key] for result in found[name]) for name in found]
        texts = [text(cell) for cell in cells]
        print(f"| {title} | " + " | ".join(texts) + " |")


if __name__ == "__main__":
    main()
