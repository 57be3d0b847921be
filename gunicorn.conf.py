"""What gunicorn runs besides the program: before it opens a port, and around its workers."""

import gc
import os
import shutil
from contextlib import suppress
from pathlib import Path

# Where the workers put their numbers for /metrics: a folder of this service, gone when it ends.
NUMBERS = Path(os.environ.get("VAR_DIR", "var")).resolve() / "metrics"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(NUMBERS / str(os.getpid()))

forwarded_allow_ips = ""  # whom to believe is for PROXY_HOPS to say, and for nothing else


def on_starting(server):
    """Let no line name who asks; refuse, with a sentence, what the database is not ready for."""
    from app import app
    from teamapp.db import refuse_old_schema
    from teamapp.logs import spare_the_asker

    server.log.error_log.addFilter(spare_the_asker)
    database = app.extensions["database"]
    refuse_old_schema(database)
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


def sweep():
    """Clear away what services left that were killed, and make room for this one."""
    NUMBERS.mkdir(parents=True, exist_ok=True)
    own = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    shutil.rmtree(own, ignore_errors=True)  # of an earlier life: containers repeat process ids
    for folder in NUMBERS.iterdir():
        try:
            os.kill(int(folder.name), 0)
        except (ProcessLookupError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:
            continue  # somebody else's, and alive
    own.mkdir(exist_ok=True)


sweep()
