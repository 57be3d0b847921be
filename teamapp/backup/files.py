"""The files of a backup: the database's place, a folder beside it, the errors of a disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyrage
from flask_babel import gettext as _
from peewee import DatabaseError, sqlite3
from playhouse.db_url import parse

# Errors a full disk, a read-only folder or an unreachable database raise.
IO_ERRORS = (OSError, DatabaseError, sqlite3.Error, pyrage.EncryptError)


class BackupError(Exception):
    """A backup cannot be made or used; the message is Vietnamese."""


def database_file(url: str) -> Path:
    if not url.startswith("sqlite:"):
        raise BackupError(_("Lệnh này chỉ dùng cho SQLite. PostgreSQL có pg_dump và pg_restore."))
    return Path(parse(url)["database"])


@contextmanager
def work_folder(database: Path) -> Iterator[Path]:
    """Give a private temporary folder on the database's disk."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".backup-", dir=database.parent) as folder:
        yield Path(folder)


def settle(draft: Path, target: Path) -> None:
    """Rename a finished file durably: its bytes and its name are on the disk afterwards."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
