"""A slow phone's processor: all processes of a browser run one millisecond of every six.

A browser's own throttling does not reach its worker; stopping and continuing the whole process
group does. It runs as a process of its own, so that nothing here delays it.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

from teamapp.config import ROOT

FACTOR, RUN = 6, 0.001


@contextmanager
def slowed(group):
    """Let a process group run at a sixth of its speed for the time of a `with`."""
    throttle = subprocess.Popen([sys.executable, "-m", "bench.slow", str(group)], cwd=ROOT)
    try:
        yield
    finally:
        throttle.terminate()
        throttle.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGCONT)


def throttle(group):
    """Stop and continue a process group until it is gone."""
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))  # punctual on a busy machine
    with suppress(ProcessLookupError):
        while True:
            os.killpg(group, signal.SIGSTOP)
            time.sleep(RUN * (FACTOR - 1))
            os.killpg(group, signal.SIGCONT)
            time.sleep(RUN)


if __name__ == "__main__":
    throttle(int(sys.argv[1]))
