"""What this program's kept pages are drawn from: its edition changes when the program does."""

import hashlib
from functools import cache
from pathlib import Path

PROGRAM = Path(__file__).parent.parent
DRAWN_FROM = (".py", ".html", ".csv", ".po")


@cache
def edition():
    """Return the hash of all code, templates and catalogues a page could be drawn from."""
    digest = hashlib.sha256()
    for path in sorted(PROGRAM.rglob("*")):
        if path.suffix in DRAWN_FROM and path.is_file():
            digest.update(path.relative_to(PROGRAM).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
