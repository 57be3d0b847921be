"""The real server, on a database of its own: started, stopped, killed and started again."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds


def free_port():
    """Return a port nobody listens on.

    Not one the system gives to connections: it could be taken while the server is down.
    """
    while True:
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", random.randint(20_000, 30_000)))
            return probe.getsockname()[1]


class Server:
    """Gunicorn as the Procfile starts it, on one port and one database for all its lives."""

    def __init__(self, database, var, log, root=ROOT):
        self.port = free_port()
        self.log, self.root = log, root
        self.environment = os.environ | {
            "APP_ENV": "test", "SECRET_KEY": "a-key-for-tests-only-0123456789abcdef",
            "DATABASE_URL": database, "VAR_DIR": str(var), "PORT": str(self.port),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        self.process = None

    def start(self):
        """Start, and return when it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(["sh", "-c", f"exec {self.command()}"], cwd=self.root,
                                            env=self.environment, stdout=log, stderr=log,
                                            start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < deadline, \
                f"the server does not start:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.05)
        return self

    def command(self):
        """Return the Procfile's line for the web, on this machine only."""
        [web] = [line for line in (self.root / "Procfile").read_text().splitlines()
                 if line.startswith("web: ")]
        return web.removeprefix("web: ").replace("0.0.0.0", "127.0.0.1")

    def answers(self):
        """Tell whether it is up and its database is ready."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False

    def stop(self):
        """Ask it to end, and return when it has; one that hangs is killed."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.kill()

    def kill(self):
        """End it and its workers in the middle of whatever they do (-9)."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process = None
