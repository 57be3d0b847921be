"""What gunicorn runs besides the program: before it opens a port, and around its workers."""

import gc
import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

MEMORY = Path("/dev/shm")
forwarded_allow_ips = ""  # whom to believe is for PROXY_HOPS to say, and for nothing else


def on_starting(server):
    """Let no line name who asks; refuse, with a sentence, what the database is not ready for."""
    from app import app
    from teamapp.db import refuse_other_schema
    from teamapp.logs import spare_the_asker

    server.log.error_log.addFilter(spare_the_asker)
    database = app.extensions["database"]
    refuse_other_schema(database)
    database.close_all()  # the pool's connection must not be carried into the workers by the fork


def post_worker_init(worker):
    """Be in service: have the database open, so that no `restore` takes it away.

    And let the garbage collector leave the program itself alone: that cost 0.1 s a time.
    """
    from peewee import PeeweeException

    from app import app

    with suppress(PeeweeException), app.extensions["database"].connection_context():
        pass
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def child_exit(server, worker):
    """Take a worker that is gone out of the numbers that only a living one has."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def on_exit(server):
    """Leave no numbers behind."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def numbers():
    """Return where the workers put their numbers for /metrics: a folder that ends with the service.

    In memory: of a number on a full disk a worker dies. What services left that were killed goes.
    """
    var = Path(os.environ.get("VAR_DIR", "var")).resolve()
    place = MEMORY if os.access(MEMORY, os.W_OK) else var
    place.mkdir(parents=True, exist_ok=True)
    for folder in place.glob("tungnha-numbers-*"):
        if not is_at_work(folder.name.split("-")[2]):
            shutil.rmtree(folder, ignore_errors=True)
    return mkdtemp(prefix=f"tungnha-numbers-{os.getpid()}-", dir=place)


def is_at_work(process):
    """Tell whether a process is there, and is not this one in an earlier life."""
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True  # somebody else's
    return int(process) != os.getpid()


os.environ["PROMETHEUS_MULTIPROC_DIR"] = numbers()
