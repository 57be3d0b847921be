"""The program, killed in the middle of /sync: DIE_AT names the point, the file ARMED makes it so.

It dies once: the first process at the point deletes the file.
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

def die(point):
    """Kill this process (-9) at the configured point, once."""
    if point != os.environ.get("DIE_AT") or not in_sync():
        return
    try:
        Path(os.environ["ARMED"]).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def in_sync():
    """Return whether /sync is running; its answer is written outside the request context."""
    return not has_request_context() or request.path == "/sync"


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


batch.read = then_die(batch.read, "parsed")
Receipt.write = then_die(Receipt.write, "after the receipt")
for kind in KINDS.values():
    kind.recorder.write = then_die(kind.recorder.write, "after the effect")
db.commit, app.wsgi_app = commit, answering
