"""From nothing to the first answer."""

import os
import signal
import subprocess
import time
from contextlib import suppress

from teamapp.config import ROOT

from ..dataset import scratch
from ..server import free_port, wait_for
from ..table import Row

NAME = "cold start"


def measure(asked):
    """Copy the committed files to an empty folder and run `make run` until /sign-in answers.

    The packages come from the package index (pip's cache is empty), the demo is filled. Once.
    """
    folder, port = scratch("cold"), free_port()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
    environment = {name: value for name, value in os.environ.items() if name not in (
        "VIRTUAL_ENV", "DATABASE_URL", "PYTHONPATH", "APP_ENV", "SECRET_KEY", "VAR_DIR")}
    environment |= {"PORT": str(port), "PIP_CACHE_DIR": str(folder / "no-cache"),
                    "PATH": os.pathsep.join(part for part in environment["PATH"].split(os.pathsep)
                                            if str(ROOT) not in part)}
    started = time.monotonic()
    with open(folder / "make.log", "wb") as log:
        process = subprocess.Popen(["make", "run"], cwd=folder, env=environment, stdout=log,
                                   stderr=log, start_new_session=True)
    try:
        wait_for(port, process, "/sign-in", seconds=300)
        took = time.monotonic() - started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
    return [Row(NAME, "make run to the first answer", took, "s", most=60,
                note="the demo's 3,500 households filled")]
