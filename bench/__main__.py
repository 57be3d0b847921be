"""`python -m bench [scenario …]`: run the measured scenarios and print their table."""

import argparse
import signal
import sys
import time
import traceback

from . import dataset
from .scenarios import SCENARIOS
from .table import Row, heading, lines, loop


def main():
    """Run the scenarios asked for, or all, and print how many goals were met."""
    asked = parsed()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every `with` ends
    rows, loops, started = [], [loop()], time.monotonic()
    try:
        for name in asked.scenarios or SCENARIOS:
            rows += measured(name, asked)
            loops.append(loop())
    finally:
        dataset.clear()
    print("\n" + heading(loops) + "\n")
    print("\n".join(lines(rows)))
    missed = sum(row.verdict == "MISSED" for row in rows)
    failed = sum(row.verdict == "not measured" for row in rows)
    print(f"\n{len(rows)} figures, {missed} missed, {failed} not measured, "
          f"{time.monotonic() - started:.0f} s")
    return 0


def parsed():
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="scenario",
                        help=f"some of: {' '.join(SCENARIOS)}")
    parser.add_argument("--steps", type=int, help="the longest history of the board, in steps "
                        "(default: a million on SQLite, 100000 on PostgreSQL)")
    parser.add_argument("--database", choices=dataset.KINDS,
                        help="measure the server on this kind alone (default: on both)")
    parser.add_argument("--quick", action="store_true", help="fewer runs: to try, not to report")
    asked = parser.parse_args()
    unknown = [name for name in asked.scenarios if name not in SCENARIOS]
    if unknown:
        parser.error(f"no scenario is called {', '.join(unknown)}")
    asked.kinds = [asked.database] if asked.database else list(dataset.KINDS)
    return asked


def measured(name, asked):
    """Return the rows of one scenario; after an error, those it had and a row that names it."""
    print(f"{name} …", end=" ", flush=True, file=sys.stderr)
    started, found = time.monotonic(), []
    try:
        for row in SCENARIOS[name](asked):
            found.append(row)
    except Exception as error:
        traceback.print_exc()
        said = " ".join(f"{type(error).__name__}: {error}".split())
        found.append(Row(name, "stopped here", None, "", note=said[:60]))
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)
    return found


if __name__ == "__main__":
    sys.exit(main())
