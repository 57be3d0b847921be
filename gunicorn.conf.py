"""Settings and hooks of gunicorn: checks before it opens a port, metrics of its workers."""

import gc
import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

MEMORY = Path("/dev/shm")
limit_request_line = 8190  # the most there is: the program answers an address of this length
forwarded_allow_ips = ""  # PROXY_HOPS alone decides which proxies are trusted


def on_starting(server: Any) -> None:
    """Redact gunicorn's log; stop with a ConfigurationError if the schema does not match."""
    from app import app
    from teamapp.db import check_schema
    from teamapp.logs import redact_request

    server.log.error_log.addFilter(redact_request)
    database = app.extensions["database"]
    check_schema(database)
    database.close_all()  # workers must not inherit a connection through the fork


def post_worker_init(worker: Any) -> None:
    """Open the database, whose usage lock prevents a `restore` under a running service.

    Freeze the program's objects: collecting them costs 0.1 s each time.
    """
    from peewee import PeeweeException

    from app import app

    with suppress(PeeweeException), app.extensions["database"].connection_context():
        pass
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def child_exit(server: Any, worker: Any) -> None:
    """Remove the gauges of a dead worker."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Delete the metrics folder."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def metrics_folder() -> str:
    """Create the folder for the workers' metrics, deleted when the service ends.

    It is in memory, because a metric on a full disk kills a worker. Folders of killed services are
    deleted.
    """
    var = Path(os.environ.get("VAR_DIR", "var")).resolve()
    place = MEMORY if os.access(MEMORY, os.W_OK) else var
    place.mkdir(parents=True, exist_ok=True)
    for folder in place.glob("tungnha-numbers-*"):
        if not is_running(folder.name.split("-")[2]):
            shutil.rmtree(folder, ignore_errors=True)
    return mkdtemp(prefix=f"tungnha-numbers-{os.getpid()}-", dir=place)


def is_running(process: str) -> bool:
    """Return whether another process runs with this id; the own id is a reused one."""
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True  # of another user
    return int(process) != os.getpid()


os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics_folder()
