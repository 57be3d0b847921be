"""Copying the SQLite database in use, and checking a copy."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
from flask_babel import gettext as _
from peewee import DatabaseError, SqliteDatabase, sqlite3

from ..counting import reconciliation
from ..db import proxy, runner
from ..models import TABLES, Commune, Visit
from .encryption import encrypt, pack, read_key
from .files import BackupError, database_file, settle, work_folder


def write_copy(database_url: str, public_key: str, target: Path) -> int:
    """Write a checked copy, encrypted to a public key, while others write; return its visits.

    Unencrypted copies lie beside the database only, never beside the backup. Raises BackupError
    or one of IO_ERRORS.
    """
    source = database_file(database_url)
    if not public_key:
        raise BackupError(_("Chưa đặt BACKUP_KEY. Chạy `flask --app app backup-key` để lấy khóa."))
    key = read_key(pyrage.x25519.Recipient.from_str, public_key)
    with work_folder(source) as folder:
        plain, packed = folder / "copy.db", folder / "copy.db.gz"
        take_copy(plain)
        visits = check(plain, may_be_newer=True)  # after going back to an older program
        pack(plain, packed)
        draft = target.with_name(f".{target.name}.part")
        try:
            encrypt(packed, draft, key)
            settle(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    return visits


def take_copy(path: Path) -> None:
    """Copy the database in use by SQLite's online backup."""
    copy = sqlite3.connect(path)
    try:
        proxy.obj.connection().backup(copy)
        copy.execute("PRAGMA journal_mode=delete")
    finally:
        copy.close()


@contextmanager
def opened(path: Path) -> Iterator[SqliteDatabase]:
    copy = SqliteDatabase(path, pragmas={"foreign_keys": 1})
    copy.connect()
    try:
        yield copy
    finally:
        copy.close()


def check(path: Path, may_be_newer: bool = False) -> int:
    """Return the number of visits in a copy; raise BackupError unless it is consistent."""
    try:
        with opened(path) as copy, copy.bind_ctx(TABLES):
            sound = copy.execute_sql("PRAGMA integrity_check").fetchall() == [("ok",)]
            orphans = copy.execute_sql("PRAGMA foreign_key_check").fetchall()
            unknown = [row.name for row in runner(copy).status() if not row.path]
            if not sound or orphans:
                raise BackupError(_("Bản sao hỏng: dữ liệu bên trong không khớp nhau."))
            if unknown and not may_be_newer:
                raise BackupError(_("Bản sao của một bản chương trình mới hơn (%(names)s).",
                                    names=", ".join(unknown)))
            wrong = [line for commune in Commune.select()
                     for line in reconciliation.differences(commune)]
            if wrong:
                raise BackupError(_("Bản sao đếm không đúng với sổ: %(what)s.", what=wrong[0]))
            return Visit.select().count()
    except DatabaseError as error:
        raise BackupError(_("Bản sao hỏng, không đọc được.")) from error
