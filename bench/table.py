"""The table of figures and goals, under a description of the machine."""

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from statistics import median

from teamapp.config import ROOT


@dataclass(frozen=True)
class Row:
    """One figure: `value` is None where it could not be measured, and `note` says why."""

    scenario: str
    figure: str
    value: float
    unit: str
    most: float = None  # the goal, when less is better
    least: float = None  # the goal, when more is better
    note: str = ""

    @property
    def verdict(self):
        """Return met, missed, – where there is no goal, or "not measured"."""
        if self.value is None:
            return "not measured"
        if self.most is None and self.least is None:
            return "–"
        met = (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least)
        return "met" if met else "MISSED"

    @property
    def goal(self):
        """Return the goal as printed."""
        if self.most is not None and self.least is not None:
            return f"{number(self.least)} to {number(self.most)} {self.unit}".strip()
        if self.most is not None:
            return f"≤ {number(self.most)} {self.unit}".strip()
        return f"≥ {number(self.least)} {self.unit}".strip() if self.least is not None else ""

    @property
    def measured(self):
        """Return the value as printed, with its note."""
        value = "–" if self.value is None else f"{number(self.value)} {self.unit}".strip()
        return f"{value}  ({self.note})" if self.note else value


def number(value):
    """Return a number with its significant digits."""
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def middle(run, times):
    """Return the median of so many calls of a function."""
    return median(run() for _ in range(times))


def slowest(values, share=0.99):
    """Return the value that so great a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def loop():
    """Return the milliseconds of CPU a fixed piece of Python takes: how busy the machine is."""
    started = time.process_time()
    sum(number % 7 for number in range(400_000))
    return (time.process_time() - started) * 1000


def heading(loops):
    """Return the lines above the table: machine, date, versions, commit."""
    from peewee import sqlite3

    packages = ", ".join(f"{name} {version(name)}" for name in
                         ("flask", "peewee", "gunicorn", "wtforms"))
    return "\n".join((
        f"{cpu_model()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}",
        f"{datetime.now():%Y-%m-%d %H:%M}, commit {commit()}",
        f"a fixed loop took {min(loops):.0f} to {max(loops):.0f} ms of CPU between the scenarios: "
        "alike on a quiet machine"))


def cpu_model():
    """Return the processor's model name."""
    with open("/proc/cpuinfo") as lines:
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def commit():
    """Return the commit measured, marked when files differ from it."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True,
                              check=False).stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no", "teamapp")
    return f"{git('rev-parse', '--short', 'HEAD') or 'unknown'}{' and changes' if changed else ''}"


HEADS = ("scenario", "figure", "measured", "goal", "")


def lines(rows):
    """Return the rows as lines of one Markdown table, each as wide as its column."""
    cells = [HEADS, *((row.scenario, row.figure, row.measured, row.goal, row.verdict)
                      for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADS))]
    drawn = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
             for line in cells]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return [drawn[0], rule, *drawn[1:]]
