"""A backup is checked and encrypted, and a restore brings its data back."""

import os
import re
import resource
import threading
from contextlib import contextmanager
from uuid import UUID

import pyrage
import pytest
from peewee import OperationalError, sqlite3

from teamapp.backup.encryption import encrypt, new_key
from teamapp.backup.files import IO_ERRORS
from teamapp.counting.reconciliation import differences
from teamapp.models import Installation, Receipt, Tally, Visit
from teamapp.sqlite import exclusive

from ..conftest import make_app
from ..databases import path_of
from ..sync.phone import body, entry, helped, send, visits_by_entry
from .phone import Phone

PUBLIC, PRIVATE = new_key()
GZIP = b"\x1f\x8b\x08"


@pytest.fixture(autouse=True)
def only_sqlite(databases, request):
    """PostgreSQL has tools of its own: test_postgresql.py."""
    if databases.name != "sqlite":
        pytest.skip("SQLite's backup")


@pytest.fixture
def visited(cast, sign_in):
    """Return the cast after a visit."""
    said = body(cast.bre, helped(cast.resident("Thị Rin")), note="Cần thêm một lần nữa")
    assert send(sign_in(cast.lan), cast.lan, entry(said)).json["results"][0]["status"] == "accepted"
    return cast


@pytest.fixture
def backups(tmp_path):
    """Return a folder for backups, with the private key in another."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/key.txt").write_text(f"# khóa\n{PRIVATE}\n")
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def again(app, var):
    """Return the app once more on its own database, with BACKUP_KEY."""
    own = app.extensions["config"].database_url
    made = []

    def make(url=own, **more):
        made.append(make_app(url, var, **{"BACKUP_KEY": PUBLIC, **more}))
        return made[-1]

    yield make
    for other in made:
        other.extensions["database"].close_all()


def run(app, *arguments):
    """Run a command; return its exit code and what it said."""
    result = app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])
    return result.exit_code, result.output


def backed_up(again, backups):
    """Return the file of a backup."""
    code, said = run(again(), "backup", backups)
    assert code == 0, said
    [file] = backups.iterdir()
    return file


def restored(again, backups, file, url, *more):
    """Restore a backup into the database of a URL."""
    return run(again(url), "restore", file, "--key", backups.parent / "elsewhere/key.txt", *more)


def test_restore_brings_the_visits_back_under_a_new_epoch(visited, again, backups, databases):
    before = Installation.current_epoch(), {visit.id for visit in Visit.select()}
    url = databases.new()
    code, said = restored(again, backups, backed_up(again, backups), url)
    assert (code, "1 lượt" in said) == (0, True), said
    with again(url).extensions["database"].connection_context():
        assert {visit.id for visit in Visit.select()} == before[1]
        assert Installation.current_epoch() != before[0]
        assert UUID(Installation.current_epoch())
        assert differences(visited.an_phu) == []


def test_a_backup_is_unreadable_without_the_key(visited, again, backups):
    kept = backed_up(again, backups).read_bytes()
    assert kept.startswith(b"age-encryption.org/v1")
    packed = pyrage.decrypt(kept, [pyrage.x25519.Identity.from_str(PRIVATE)])
    assert packed.startswith(GZIP)
    for readable in (b"SQLite format", "Thị Rin".encode(), packed[:24]):  # three come by chance
        assert readable not in kept
    folder = path_of(again().extensions["config"].database_url).parent
    assert not list(folder.glob(".backup-*")), "a plain copy was left behind"


def test_without_a_key_nothing_is_written(visited, again, backups):
    code, said = run(again(BACKUP_KEY=""), "backup", backups)
    assert (code, "backup-key" in said) == (1, True)
    code, said = run(again(BACKUP_KEY="age1nonsense"), "backup", backups)
    assert (code, "Khóa không đúng" in said) == (1, True)
    assert not list(backups.iterdir())


@contextmanager
def room_for(size):
    """Let no file grow above so many bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("short", [1, 4_096, 60_000, 100_000])
def test_encrypting_fails_when_the_last_bytes_do_not_fit(tmp_path, short):
    packed, draft = tmp_path / "packed", tmp_path / "draft"
    packed.write_bytes(os.urandom(200_000))
    key = pyrage.x25519.Recipient.from_str(PUBLIC)
    encrypt(packed, draft, key)
    with room_for(200_000 - short), pytest.raises(IO_ERRORS):
        encrypt(packed, draft, key)


def test_a_full_disk_is_reported_in_a_sentence_and_leaves_no_file(
        visited, again, backups, databases, app):
    file, url = backed_up(again, backups), databases.new()
    folder = path_of(app.extensions["config"].database_url).parent
    with room_for(100_000):
        code, said = run(again(), "backup", backups)
        assert (code, said.startswith("Error: Bỏ dở: ")) == (1, True), said
        code, said = restored(again, backups, file, url)
        assert (code, "đĩa đầy" in said) == (1, True), said
    assert [one.name for one in backups.iterdir()] == [file.name]
    assert not list(folder.glob(".backup-*"))
    code, said = run(again(), "backup", "/proc")
    assert (code, said.startswith("Error: Bỏ dở: ")) == (1, True), said


def test_the_output_of_backup_key_is_a_key_file(
        visited, again, backups, databases, app):
    code, said = run(app, "backup-key")
    assert code == 0 and [line[:5] for line in said.splitlines() if line[0] != "#"] == ["AGE-S"]
    (backups.parent / "elsewhere/key.txt").write_text(said)
    [public] = re.findall("age1[0-9a-z]+", said)
    code, said = run(again(BACKUP_KEY=public), "backup", backups)
    assert code == 0, said
    code, said = restored(again, backups, next(backups.iterdir()), databases.new())
    assert code == 0, said


@pytest.mark.parametrize("damage", [
    lambda kept: kept[:-40],
    lambda kept: kept[:300] + bytes([kept[300] ^ 1]) + kept[301:],
    lambda kept: b"SQLite format 3" + kept,
    lambda kept: b"",
])
def test_a_harmed_backup_is_rejected_and_changes_nothing(
        visited, again, backups, databases, damage):
    file = backed_up(again, backups)
    file.write_bytes(damage(file.read_bytes()))
    url = databases.new()
    code, said = restored(again, backups, file, url)
    assert (code, "Không mở được" in said) == (1, True), said
    assert not path_of(url).exists() or path_of(url).stat().st_size == 0


def test_another_key_does_not_open_it(visited, again, backups, databases):
    file = backed_up(again, backups)
    (backups.parent / "elsewhere/key.txt").write_text(new_key()[1])
    code, said = restored(again, backups, file, databases.new())
    assert (code, "sai khóa" in said) == (1, True)


def test_a_database_with_wrong_counts_is_not_backed_up(visited, again, backups):
    Tally.update(count=Tally.count + 1).where(Tally.indicator == "visits").execute()
    code, said = run(again(), "backup", backups)
    assert (code, "đếm không đúng" in said) == (1, True)
    assert not list(backups.iterdir())


def test_an_older_program_backs_up_a_newer_database_but_does_not_restore_one(
        visited, again, backups, databases, app):
    """A server rolled back after an upgrade serves newer tables, and needs a backup that night."""
    app.extensions["database"].execute_sql(
        "UPDATE schema_migration SET name = '9999_later'"
        " WHERE name = (SELECT MAX(name) FROM schema_migration)")
    code, said = restored(again, backups, backed_up(again, backups), databases.new())
    assert (code, "mới hơn" in said) == (1, True), said


def test_restore_moves_an_existing_database_aside(
        visited, again, backups, databases, template_database):
    file, url = backed_up(again, backups), databases.new(like=template_database)
    code, said = restored(again, backups, file, url)
    assert (code, "--replace" in said) == (1, True)
    code, said = restored(again, backups, file, url, "--replace")
    assert code == 0, said
    assert list(path_of(url).parent.glob(f"{path_of(url).name}.before-*"))


@pytest.mark.parametrize("damage", [lambda kept: b"nonsense " * 1000,
                                  lambda kept: kept[:100] + b"\xff" * 8000 + kept[8100:]])
def test_restore_replaces_a_damaged_database(
        visited, again, backups, databases, template_database, damage):
    file, url = backed_up(again, backups), databases.new(like=template_database)
    app, place = again(url), path_of(url)
    app.extensions["database"].close_all()
    place.write_bytes(damaged := damage(place.read_bytes()))
    code, said = restored(lambda _url: app, backups, file, url)
    assert (code, "--replace" in said) == (1, True), said
    code, said = restored(lambda _url: app, backups, file, url, "--replace")
    assert code == 0, said
    [aside] = place.parent.glob(f"{place.name}.before-*")
    assert len(aside.read_bytes()) == len(damaged)


def test_the_journal_of_a_lost_database_is_not_replayed(visited, again, backups, databases):
    file, url = backed_up(again, backups), databases.new()
    place = path_of(url)
    other = sqlite3.connect(place)
    other.executescript("PRAGMA journal_mode=wal; CREATE TABLE other (a);"
                        "INSERT INTO other VALUES (randomblob(9000));")
    left = place.with_name(f"{place.name}-wal").read_bytes()
    other.close()
    place.unlink()
    place.with_name(f"{place.name}-wal").write_bytes(left)
    code, said = restored(again, backups, file, url)
    assert code == 0, said
    with again(url).extensions["database"].connection_context():
        assert Visit.select().count() == 1
        assert differences(visited.an_phu) == []


def test_restore_reads_a_key_file_saved_by_a_windows_editor(visited, again, backups, databases):
    file = backed_up(again, backups)
    for coding in ("utf-8-sig", "utf-16"):
        (backups.parent / "elsewhere/key.txt").write_bytes(f"  {PRIVATE}\r\n".encode(coding))
        code, said = restored(again, backups, file, databases.new())
        assert code == 0, said


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_restore_refuses_to_replace_an_open_database(
        visited, again, backups, databases, template_database, journal):
    file, url = backed_up(again, backups), databases.new(like=template_database)
    serving = again(url, SQLITE_JOURNAL=journal).extensions["database"]
    serving.connect()
    serving.get_tables()
    code, said = restored(again, backups, file, url, "--replace")
    serving.close_all()
    assert (code, "đang được dùng" in said) == (1, True), said
    assert restored(again, backups, file, url, "--replace")[0] == 0


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_restore_refuses_while_an_idle_server_has_the_database_open(
        visited, again, backups, databases, template_database, serve, monkeypatch, journal):
    file, url = backed_up(again, backups), databases.new(like=template_database)
    monkeypatch.setenv("SQLITE_JOURNAL", journal)
    server = serve(url)
    code, said = restored(again, backups, file, url, "--replace")
    assert (code, "đang được dùng" in said) == (1, True), said
    server.kill()
    assert restored(again, backups, file, url, "--replace")[0] == 0


def test_a_database_being_restored_cannot_be_opened(
        visited, again, databases, template_database):
    url = databases.new(like=template_database)
    database = again(url).extensions["database"]
    with exclusive(path_of(url)):
        assert again(url).test_client().get("/readyz").status_code == 503
        with pytest.raises(OperationalError):
            database.connect()
    database.connect()


def test_phones_send_again_the_visits_after_the_backup(
        visited, again, backups, databases, serve, app):
    """The drill: phones send all the time, the disk is lost, the last copy is restored."""
    url = app.extensions["config"].database_url
    app.extensions["database"].close_all()
    server = serve(url)
    phones = [Phone(server.port, app, user, house) for user, house in (
        (visited.lan, visited.bre), (visited.binh, visited.van), (visited.mai, visited.hlan),
        (visited.kien, visited.kin))]
    working = threading.Event()
    threads = [threading.Thread(target=phone.work, args=(working,)) for phone in phones]
    for thread in threads:
        thread.start()
    phones[0].until_accepted(20)
    file = backed_up(again, backups)
    phones[0].until_accepted(len(phones[0].accepted) + 20)
    working.set()
    for thread in threads:
        thread.join()
    server.kill()

    late = databases.new()
    code, said = restored(again, backups, file, late)
    assert code == 0, said
    with again(late).extensions["database"].connection_context():
        saved = Visit.select().count()
    sent = {entry["id"] for phone in phones for entry in phone.accepted}
    assert 1 < saved < len(sent), "the backup had nothing, or everything"
    server = serve(late)
    for phone in phones:
        phone.port = server.port
        phone.send()
    server.kill()
    with again(late).extensions["database"].connection_context():
        assert visits_by_entry().keys() >= sent
        assert Receipt.select().where(Receipt.status == "accepted").count() == len(sent) + 1
        assert differences(visited.an_phu) == differences(visited.binh_loc) == []
