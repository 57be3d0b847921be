"""The program, killed in the middle of /sync: DIE_AT names the point, the file ARMED makes it so.

It dies once, with an entry of the kind KIND in the batch: the first process at the point deletes
the file.
"""

import os
import signal
from pathlib import Path

from flask import has_request_context, request

from app import app, db
from teamapp.models import Receipt
from teamapp.sync import batch
from teamapp.sync.kinds import KINDS

__all__ = ["app"]

kinds = set()  # of the entries of the last batch


def die(point):
    """Kill this process (-9) at the configured point, once."""
    if point != os.environ.get("DIE_AT") or not in_sync() or os.environ["KIND"] not in kinds:
        return
    try:
        Path(os.environ["ARMED"]).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def in_sync():
    """Return whether /sync is running; its answer is written outside the request context."""
    return not has_request_context() or request.path == "/sync"


def reading(request, read=batch.read):
    """Read a batch, note the kinds of its entries, with a kill after it."""
    result = read(request)
    kinds.clear()
    kinds.update(entry.kind for entry in result.entries)
    die("parsed")
    return result


def writing(receipts, write=Receipt.write):
    """Write receipts, with a kill after the one of an entry of the kind."""
    write(receipts)
    if os.environ["KIND"] in {receipt.kind for receipt in receipts}:
        die("after the receipt")


def then_die(deed, point):
    """Return the function, with a kill after it."""
    def deadly(*args, **kwargs):
        result = deed(*args, **kwargs)
        die(point)
        return result
    return deadly


def commit(deed=db.commit):
    """Commit, with a kill point on either side."""
    die("before the commit")
    deed()
    die("after the commit")


def answering(environ, start_response, answer=app.wsgi_app):
    """Answer, with a kill point before the first byte and after half of them."""
    told = answer(environ, start_response)
    if environ["PATH_INFO"] != "/sync":
        yield from told
        return
    body = b"".join(told)
    die("before the answer")
    yield body[:len(body) // 2]
    die("in the middle of the answer")
    yield body[len(body) // 2:]


batch.read = reading
Receipt.write = writing
dying = KINDS[os.environ["KIND"]].recorder
dying.write = then_die(dying.write, "after the effect")
db.commit, app.wsgi_app = commit, answering
