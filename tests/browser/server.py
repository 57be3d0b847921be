"""The real server, on a database of its own: started, stopped, killed and started again."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from .waiting import until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("app.py", "gunicorn.conf.py", "Procfile", ".pwmigrate", "migrations", "teamapp")


def copy_of_the_program(folder):
    """Return a new folder with a copy of the program that a test may change."""
    folder.mkdir()
    for name in PROGRAM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name,
                            ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def free_port():
    """Return a free port.

    It is outside the ephemeral range: a connection could take it while the server is down.
    """
    while True:
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", random.randint(20_000, 30_000)))
            return probe.getsockname()[1]


class Server:
    """Gunicorn as the Procfile starts it, on one port and one database across restarts."""

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
        until(lambda: self.answers() or self.process.poll() is not None, self.story)
        assert self.process.poll() is None, self.story()
        return self

    def story(self):
        """Return the end of its log for a failure report."""
        return f"the server does not start:\n{self.log.read_text()[-3000:]}"

    def command(self):
        """Return the Procfile's `web` command."""
        return self._line("web")

    def release(self):
        """Run the Procfile's `release` command."""
        done = subprocess.run(["sh", "-c", self._line("release")], cwd=self.root,
                              env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"not released:\n{done.stdout}{done.stderr}"

    def _line(self, name):
        lines = (self.root / "Procfile").read_text().splitlines()
        [command] = [line.removeprefix(f"{name}: ") for line in lines
                     if line.startswith(f"{name}: ")]
        return command

    def answers(self):
        """Return whether it is up and its database is ready."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False

    def stop(self):
        """Terminate it and wait; kill it if it hangs."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.kill()

    def kill(self):
        """Kill it and its workers (-9)."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process = None
