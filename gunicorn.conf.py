"""What gunicorn runs besides the program: before it opens a port, and in each new worker."""

import gc


def on_starting(server):
    """Refuse, with a sentence, to serve what the database is not ready for."""
    from app import app
    from teamapp.db import refuse_old_schema

    database = app.extensions["database"]
    refuse_old_schema(database)
    database.close_all()  # the pool's connection must not be carried into the workers by the fork


def post_worker_init(worker):
    """Let the garbage collector leave the program itself alone: that cost 0.1 s a time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
