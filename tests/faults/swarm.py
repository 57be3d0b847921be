"""A swarm of phones on a faulty line, with a server that is killed repeatedly."""

import json
import random
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from ..node import NODE
from .audit import Audit
from .plan import Plan
from .proxy import SHARES, BadLine

PHONES = Path(__file__).with_name("phones.mjs")
MUST_FIRE = [*SHARES, "server killed", "server away", "phone killed", "signs out",
             "signs out unsent", "sealed", "killed while sealing", "envelope carried",
             "rejected when carried", "gave up waiting", "heard nothing", "heard 200", "heard 302",
             "heard 401", "heard 409", "heard 502", "heard 503"]


@dataclass
class Outcome:
    """The result of a run: the faults that fired, and findings as (sort, detail)."""

    seed: int
    entries: int
    seconds: float
    fired: Counter
    found: list

    @property
    def wrong(self):
        """Count the findings by sort."""
        return Counter(sort for sort, _ in self.found)

    @property
    def silent(self):
        """Return the faults that never fired: a run without them proves nothing."""
        return [name for name in MUST_FIRE if not self.fired[name]]

    @property
    def figures(self):
        """Return the run as a column of a table."""
        known = {sort: self.wrong[sort] for sort in ("lost", "twice", "foreign")}
        return {"entries": self.entries, "seconds": round(self.seconds), **known,
                "otherwise wrong": sum(self.wrong.values()) - sum(known.values()),
                **{name: self.fired[name] for name in [*MUST_FIRE, *sorted(self.fired)]}}

    def story(self):
        """Return a report of the run: seed, faults fired, findings."""
        fired = ", ".join(f"{name} {n}" for name, n in sorted(self.fired.items()))
        return "\n".join([f"seed {self.seed}: {self.entries} entries, {self.seconds:.0f} s",
                          f"fired: {fired}", f"never: {', '.join(self.silent) or '-'}",
                          f"wrong: {dict(self.wrong) or '-'}",
                          *(f"  {sort}: {detail}" for sort, detail in self.found[:20])])


class Killer(threading.Thread):
    """Kills the server every 1.5 to 4.5 seconds and starts it again."""

    def __init__(self, server, seed):
        super().__init__(daemon=True)
        self.server, self.draw = server, random.Random(seed)
        self.killed, self.error, self.over = 0, None, threading.Event()

    def run(self):
        """Run until `stop`; the server is up afterwards."""
        try:
            while not self.over.wait(self.draw.uniform(1.5, 4.5)):
                self.server.kill()
                self.killed += 1
                self.server.start()
        except Exception as error:
            self.error = error

    def stop(self):
        """Stop killing the server."""
        self.over.set()
        self.join()
        if self.error:
            raise self.error


@contextmanager
def under_fire(server, line):
    """Kill the server repeatedly meanwhile."""
    killer = Killer(server, line.seed)
    killer.start()
    try:
        yield killer
    finally:
        killer.stop()


@contextmanager
def in_peace(_server, _line):
    """Leave the server running."""
    yield SimpleNamespace(killed=0)


def run(register, seed, entries, seconds, phones=60, chaos=True, shares=SHARES, program="app:app",
        broken=None, shared=None, meanwhile=None, **more):
    """Run a swarm of `entries` for at most `seconds`, and audit the database.

    Without `chaos` phones and server keep running and no entry is rejected; `meanwhile` is a
    context manager that acts on the server.
    """
    meanwhile = meanwhile or (under_fire if chaos else in_peace)
    plan = Plan(register, seed, entries, phones, chaos, shared=shared)
    started = time.monotonic()
    server = register.server(program)
    line = BadLine(server.port, seed, shares)
    try:
        with meanwhile(server.start(), line) as killer:
            told = live(plan.as_json(line.url, seconds, broken=broken, **more), seconds)
    finally:
        line.end()
        server.kill()
    took, audit = time.monotonic() - started, Audit(plan, told["phones"])
    fired = line.fired + Counter(told["heard"]) + Counter({
        "server killed": killer.killed, "rejected when carried": len(audit.rejected_when_carried)})
    return Outcome(seed, entries, took, fired, audit.run())


def live(plan, seconds):
    """Run the phones to their end and return their report."""
    told = subprocess.run([NODE, "--no-warnings", PHONES], input=json.dumps(plan), text=True,
                          capture_output=True, timeout=seconds + 30, check=False)
    assert told.returncode == 0, f"the phones fell over:\n{told.stderr[-3000:]}"
    return json.loads(told.stdout)
