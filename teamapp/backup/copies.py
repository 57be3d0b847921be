"""Copying the SQLite database in use, checking a copy, and restoring one."""

import gzip
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyrage
from flask_babel import gettext as _
from peewee import DatabaseError, OperationalError, SqliteDatabase, sqlite3
from playhouse.db_url import parse

from .. import clock
from ..counting import reconciliation
from ..db import proxy, runner
from ..models import TABLES, Commune, Installation, Visit
from ..sqlite import exclusive

# Errors a full disk, a read-only folder or an unreachable database raise.
IO_ERRORS = (OSError, DatabaseError, sqlite3.Error, pyrage.EncryptError)


class BackupError(Exception):
    """A backup cannot be made or used; the message is Vietnamese."""


def new_key() -> tuple[str, str]:
    """Return a new (public, private) pair of keys in age's notation."""
    private = pyrage.x25519.Identity.generate()
    return str(private.to_public()), str(private)


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


# --- steps ---------------------------------------------------------------------------------------

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


def read_key(reader: Callable[[str], Any], spelled: str) -> Any:
    try:
        return reader(spelled.strip())
    except (pyrage.RecipientError, pyrage.IdentityError):
        raise BackupError(_("Khóa không đúng. Chép lại nguyên dòng khóa.")) from None


def key_line(content: bytes) -> str:
    """Return the key's line of a key file in UTF-8 or UTF-16, or ""."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = map(str.strip, content.decode(coding, "replace").splitlines())
    return next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")


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


def pack(plain: Path, packed: Path) -> None:
    with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target, 1 << 20)


def encrypt(packed: Path, draft: Path, key: Any) -> None:
    """Encrypt a file; raise one of IO_ERRORS if any of its bytes cannot be written.

    pyrage's encrypt_file is not used: it ignores an error on writing the last bytes.
    """
    with packed.open("rb") as source, draft.open("wb") as target:
        pyrage.encrypt_io(source, target, [key])


def unpack(file: Path, key: Any, packed: Path, plain: Path) -> None:
    try:
        pyrage.decrypt_file(str(file), str(packed), [key])
        with gzip.open(packed, "rb") as source, plain.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except (pyrage.DecryptError, OSError, EOFError) as error:
        raise BackupError(_("Không mở được bản sao: sai khóa, tệp hỏng, hoặc đĩa đầy (%(why)s).",
                            why=error)) from error


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


def settle(draft: Path, target: Path) -> None:
    """Rename a finished file durably: its bytes and its name are on the disk afterwards."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
