"""A real gunicorn with the Procfile's flags, and the processor time of its whole process tree."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

from teamapp.config import ROOT


class Server:
    """gunicorn on a database, for the time of a `with`; stopped with all its workers."""

    def __init__(self, dataset, workers=2, port=None):
        self.dataset, self.workers, self.port = dataset, workers, port or free_port()
        self.process = None

    @property
    def address(self):
        """Return its (host, port)."""
        return "127.0.0.1", self.port

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def start(self):
        """Start it and wait until it answers."""
        with open(self.dataset.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                command(self.port, self.workers), cwd=ROOT, env=self.dataset.environment,
                stdout=log, stderr=log, start_new_session=True)
        wait_for(self.port, self.process)

    def stop(self):
        """Stop it and wait until every process of it is gone."""
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):  # a slow line may still hold an answer
            self.process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def cpu(self):
        """Return the processor time in seconds so far, with this run's database server."""
        roots = filter(None, (self.process.pid, self.dataset.databases.process))
        return sum(cpu_of(pid) for root in roots for pid in tree(root))


def command(port, workers):
    """Return the Procfile's web line for a port and a number of workers."""
    line = re.search(r"^web: gunicorn (.+)$", (ROOT / "Procfile").read_text(), re.M)[1]
    line = re.sub(r"--bind \S+", f"--bind 127.0.0.1:{port}", line)
    line = re.sub(r"-w \d+", f"-w {workers}", line)
    return [sys.executable, "-m", "gunicorn", *shlex.split(line)]


def wait_for(port, process=None, path="/healthz", seconds=30):
    """Wait for the first answer; raise RuntimeError if the process ends or it takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(
                f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            if answer.status == 200:
                return
        if process and process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError("the server did not start: see server.log")


def free_port():
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tree(root):
    """Return the ids of a process and of its descendants."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{name}/stat") as stat:
            children.setdefault(int(stat.read().rpartition(")")[2].split()[1]), []).append(
                int(name))
    found = [root]
    for pid in found:
        found += children.get(pid, ())
    return found


def peak_memory(root):
    """Return the bytes that a process and its descendants had at their own peaks, summed.

    Pages they share count once for each.
    """
    peaks = []
    for pid in tree(root):
        with suppress(OSError), open(f"/proc/{pid}/status") as status:
            peaks += [int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")]
    return sum(peaks)


def cpu_of(pid):
    """Return the processor time of a process in seconds, to the microsecond.

    The number of another process's clock is the kernel's own: see clock_getcpuclockid(3).
    """
    with suppress(OSError):
        return time.clock_gettime((~pid << 3) | 2)
    return 0
