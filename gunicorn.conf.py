"""Run by gunicorn before it opens a port: a schema older than the code is not served."""


def on_starting(server):
    """Refuse, with a sentence, to serve what the database is not ready for."""
    from app import app
    from teamapp.db import refuse_old_schema

    database = app.extensions["database"]
    refuse_old_schema(database)
    database.close_all()  # the pool's connection must not be carried into the workers by the fork
