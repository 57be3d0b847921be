"""The program, killed in the middle of /sync: DIE_AT names the point, the file ARMED makes it so.

It dies once: whoever comes first takes the file away.
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
    """Kill this process (-9) if this is the point and it was not done yet."""
    if point != os.environ.get("DIE_AT") or not in_sync():
        return
    try:
        Path(os.environ["ARMED"]).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def in_sync():
    """Tell whether an entry is being taken; what answers afterwards is no request any more."""
    return not has_request_context() or request.path == "/sync"


def then_die(deed, point):
    """Return the deed, with death at its end."""
    def deadly(*args, **kwargs):
        result = deed(*args, **kwargs)
        die(point)
        return result
    return deadly


def commit(deed=db.commit):
    """Commit, with death on either side."""
    die("before the commit")
    deed()
    die("after the commit")


def answering(environ, start_response, answer=app.wsgi_app):
    """Answer, with death before the first byte and after half of them."""
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
