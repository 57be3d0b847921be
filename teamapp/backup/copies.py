"""Making a copy of the SQLite database in use, checking one, and putting one in its place."""

import gzip
import os
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyrage
from flask_babel import gettext as _
from peewee import DatabaseError, OperationalError, SqliteDatabase, sqlite3
from playhouse.db_url import parse

from .. import clock
from ..counting import reconciliation
from ..db import proxy, runner
from ..models import TABLES, Commune, Installation, Visit
from ..sqlite import exclusive

# What a full disk, a folder one may not write to, or a database that is away comes as.
BROKEN_OFF = (OSError, DatabaseError, sqlite3.Error, pyrage.EncryptError)


class Unfit(Exception):
    """Why a backup cannot be made or used, in words."""


def fresh_key():
    """Return a new (public, private) pair of keys, in age's own spelling."""
    private = pyrage.x25519.Identity.generate()
    return str(private.to_public()), str(private)


def write_copy(config, target):
    """Write a checked copy, encrypted to BACKUP_KEY; return its visits. Others go on writing.

    Plain copies lie beside the database alone, never beside the backup.
    """
    source = database_file(config)
    if not config.backup_key:
        raise Unfit(_("Chưa đặt BACKUP_KEY. Chạy `flask --app app backup-key` để lấy khóa."))
    key = read_key(pyrage.x25519.Recipient.from_str, config.backup_key)
    with workroom(source) as room:
        plain, packed = room / "copy.db", room / "copy.db.gz"
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


def restore_from(config, file, key_file, replace):
    """Put a backup in the database's place; return its visits and where the older one lies."""
    place = database_file(config)
    proxy.obj.close_all()
    key = read_key(pyrage.x25519.Identity.from_str, key_line(key_file.read_bytes()))
    with workroom(place) as room:
        packed, plain = room / "copy.db.gz", room / "copy.db"
        unpack(file, key, packed, plain)
        visits = check(plain)
        with opened(plain) as copy, copy.bind_ctx(TABLES):
            Installation.renew_epoch()
        with nobody_using(place):
            aside = put_aside(place, replace)
            settle(plain, place)
    return visits, aside


# --- steps ---------------------------------------------------------------------------------------

def database_file(config):
    """Return the path of the SQLite database."""
    if not config.database_url.startswith("sqlite:"):
        raise Unfit(_("Lệnh này chỉ dùng cho SQLite. PostgreSQL có pg_dump và pg_restore."))
    return Path(parse(config.database_url)["database"])


@contextmanager
def workroom(database):
    """Give a folder only we may look into, on the database's own disk, gone afterwards."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".backup-", dir=database.parent) as folder:
        yield Path(folder)


def read_key(reader, spelled):
    """Return a key, or say that it is none."""
    try:
        return reader(spelled.strip())
    except (pyrage.RecipientError, pyrage.IdentityError):
        raise Unfit(_("Khóa không đúng. Chép lại nguyên dòng khóa.")) from None


def key_line(content):
    """Return the line of a key file that holds the key, however an editor saved it."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = map(str.strip, content.decode(coding, "replace").splitlines())
    return next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")


def take_copy(path):
    """Copy the database in use by SQLite's own online backup."""
    copy = sqlite3.connect(path)
    try:
        proxy.obj.connection().backup(copy)
        copy.execute("PRAGMA journal_mode=delete")
    finally:
        copy.close()


@contextmanager
def opened(path):
    """Give a copy as a database of its own."""
    copy = SqliteDatabase(path, pragmas={"foreign_keys": 1})
    copy.connect()
    try:
        yield copy
    finally:
        copy.close()


def check(path, may_be_newer=False):
    """Return how many visits a copy holds, once all in it agrees; else say what does not."""
    try:
        with opened(path) as copy, copy.bind_ctx(TABLES):
            sound = copy.execute_sql("PRAGMA integrity_check").fetchall() == [("ok",)]
            strays = copy.execute_sql("PRAGMA foreign_key_check").fetchall()
            unknown = [row.name for row in runner(copy).status() if not row.path]
            if not sound or strays:
                raise Unfit(_("Bản sao hỏng: dữ liệu bên trong không khớp nhau."))
            if unknown and not may_be_newer:
                raise Unfit(_("Bản sao của một bản chương trình mới hơn (%(names)s).",
                              names=", ".join(unknown)))
            wrong = [line for commune in Commune.select()
                     for line in reconciliation.differences(commune)]
            if wrong:
                raise Unfit(_("Bản sao đếm không đúng với sổ: %(what)s.", what=wrong[0]))
            return Visit.select().count()
    except DatabaseError as error:
        raise Unfit(_("Bản sao hỏng, không đọc được.")) from error


def pack(plain, packed):
    """Compress a file."""
    with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target, 1 << 20)


def encrypt(packed, draft, key):
    """Encrypt a file, or raise what kept its last bytes from the disk.

    Not by pyrage's encrypt_file: that takes no notice when the end finds no room.
    """
    with packed.open("rb") as source, draft.open("wb") as target:
        pyrage.encrypt_io(source, target, [key])


def unpack(file, key, packed, plain):
    """Decrypt and decompress a backup; say so where that is impossible."""
    try:
        pyrage.decrypt_file(str(file), str(packed), [key])
        with gzip.open(packed, "rb") as source, plain.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except (pyrage.DecryptError, OSError, EOFError) as error:
        raise Unfit(_("Không mở được bản sao: sai khóa, tệp hỏng, hoặc đĩa đầy (%(why)s).",
                      why=error)) from error


def put_aside(place, replace):
    """Move an older database out of the way; return where it is now, or None.

    A journal that one left, damaged or lost, goes too: it would be played into the new one.
    """
    is_there = place.exists() and has_tables(place)
    if is_there and not replace:
        raise Unfit(_("Ở %(file)s đã có sổ. Thêm --replace để cất sổ ấy sang bên.", file=place))
    if is_there:
        let_go(place)
    aside = f"{place.name}.before-{clock.local(clock.now()):%Y-%m-%dT%H%M%S}"
    for ending in ("-wal", "-shm", "-journal", *([""] if is_there else [])):
        old = place.with_name(place.name + ending)
        if old.exists():
            old.rename(place.with_name(aside + ending))
    return place.with_name(aside) if is_there else None


def has_tables(place):
    """Tell whether there is anything in a database, be it damaged."""
    try:
        with opened(place) as there:
            return bool(there.get_tables())
    except DatabaseError:
        return True


@contextmanager
def nobody_using(place):
    """Keep a database from being opened, or say that somebody has it open."""
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(place))
        except OperationalError:
            raise in_use() from None
        yield


def let_go(place):
    """Let a database leave its journal: it cannot, while another program has it open in WAL."""
    there = sqlite3.connect(place, timeout=1)
    try:
        [mode] = there.execute("PRAGMA journal_mode=delete").fetchone()
    except sqlite3.OperationalError:
        mode = None
    except sqlite3.DatabaseError:  # it is damaged: its journal goes with it
        mode = "delete"
    finally:
        there.close()
    if mode != "delete":
        raise in_use()


def in_use():
    """Return why a database cannot be put aside."""
    return Unfit(_("Sổ đang được dùng. Dừng chương trình rồi làm lại."))


def settle(draft, target):
    """Give a finished file its name, for good."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
