"""A slow phone's processor: each process of a browser may run one millisecond of every six.

A browser's own throttling does not reach its worker. Here the kernel gives every process a sixth
of a core (a CPU quota of a control group), so several run side by side, as on a phone's cores.
"""

import os
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

from .server import tree

PERIOD, QUOTA = 6000, 1000  # microseconds; 1000 is the least the kernel takes
SEEN_AFTER = 0.05  # seconds until a new process has a share of its own
GROUPS = Path("/sys/fs/cgroup")


@contextmanager
def slowed(root):
    """Let a process and its descendants run at a sixth of their speed for the time of a `with`."""
    shares, over = [share(pid) for pid in tree(root)], threading.Event()
    watching = threading.Thread(target=watch, args=(shares, over))
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
        for folder in shares:
            give_back(folder)


def watch(shares, over):
    """Give each process started meanwhile a share of its own: it begins in its parent's."""
    while not over.wait(SEEN_AFTER):
        for folder in list(shares):
            shares += [share(pid) for pid in members(folder)[1:]]


def share(pid):
    """Put a process into a new control group with a sixth of a core; return its folder."""
    old = GROUPS / "cpu"  # the first version of control groups keeps a tree for each resource
    try:
        folder = Path(tempfile.mkdtemp(prefix="slow-phone-", dir=old if old.is_dir() else GROUPS))
        if old.is_dir():
            (folder / "cpu.cfs_period_us").write_text(str(PERIOD))
            (folder / "cpu.cfs_quota_us").write_text(str(QUOTA))
        else:
            (folder / "cpu.max").write_text(f"{QUOTA} {PERIOD}")
    except OSError as error:
        raise RuntimeError(f"a slow phone needs root and CPU groups: {error}") from None
    move(pid, folder)
    return folder


def move(pid, folder):
    """Put a process into a control group; it may have ended meanwhile."""
    with suppress(ProcessLookupError):
        (folder / "cgroup.procs").write_text(str(pid))


def members(folder):
    """Return the ids of a control group's processes, oldest first."""
    return sorted(map(int, (folder / "cgroup.procs").read_text().split()))


def give_back(folder):
    """Let a group's processes run freely again and take it away."""
    for pid in members(folder):
        move(pid, folder.parent)
    os.rmdir(folder)
