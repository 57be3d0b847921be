"""Restoring a backup in the database's place."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyrage
from flask_babel import gettext as _
from peewee import DatabaseError, OperationalError, sqlite3

from .. import clock
from ..db import proxy
from ..models import TABLES, Installation
from ..sqlite import exclusive
from .copies import check, opened
from .encryption import key_line, read_key, unpack
from .files import BackupError, database_file, settle, work_folder


def restore_from(database_url: str, file: Path, key_file: Path,
                 replace: bool) -> tuple[int, Path | None]:
    """Put a backup in the database's place; return its visits and the older database's new path.

    Raises BackupError or one of IO_ERRORS.
    """
    place = database_file(database_url)
    proxy.obj.close_all()
    key = read_key(pyrage.x25519.Identity.from_str, key_line(key_file.read_bytes()))
    with work_folder(place) as folder:
        packed, plain = folder / "copy.db.gz", folder / "copy.db"
        unpack(file, key, packed, plain)
        visits = check(plain)
        with opened(plain) as copy, copy.bind_ctx(TABLES):
            Installation.renew_epoch()
        with locked(place):
            aside = move_aside(place, replace)
            settle(plain, place)
    return visits, aside


def move_aside(place: Path, replace: bool) -> Path | None:
    """Move an older database aside; return its new path, or None where there is none.

    The journal of a damaged or lost database is moved too: SQLite would replay it into the new one.
    """
    exists = place.exists() and has_tables(place)
    if exists and not replace:
        raise BackupError(_("Ở %(file)s đã có sổ. Thêm --replace để cất sổ ấy sang bên.",
                            file=place))
    if exists:
        leave_wal(place)
    aside = f"{place.name}.before-{clock.local(clock.now()):%Y-%m-%dT%H%M%S}"
    for ending in ("-wal", "-shm", "-journal", *([""] if exists else [])):
        old = place.with_name(place.name + ending)
        if old.exists():
            old.rename(place.with_name(aside + ending))
    return place.with_name(aside) if exists else None


def has_tables(place: Path) -> bool:
    """Return True for a database with tables, or a damaged one."""
    try:
        with opened(place) as there:
            return bool(there.get_tables())
    except DatabaseError:
        return True


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Keep a database from being opened; raise BackupError if a program has it open."""
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(place))
        except OperationalError:
            raise in_use() from None
        yield


def leave_wal(place: Path) -> None:
    """Switch a database out of WAL; raise BackupError if another program has it open."""
    there = sqlite3.connect(place, timeout=1)
    try:
        [mode] = there.execute("PRAGMA journal_mode=delete").fetchone()
    except sqlite3.OperationalError:
        mode = None
    except sqlite3.DatabaseError:  # damaged: its journal is moved with it
        mode = "delete"
    finally:
        there.close()
    if mode != "delete":
        raise in_use()


def in_use() -> BackupError:
    return BackupError(_("Sổ đang được dùng. Dừng chương trình rồi làm lại."))
