"""A copy that can be trusted, kept where its key is not, and the way back from it."""

import os
import re
import resource
import threading
from contextlib import contextmanager
from uuid import UUID

import pyrage
import pytest
from peewee import OperationalError, sqlite3

from teamapp.backup.copies import BROKEN_OFF, encrypt, fresh_key
from teamapp.counting.reconciliation import differences
from teamapp.models import Installation, Receipt, Tally, Visit
from teamapp.sqlite import alone

from ..conftest import make_app
from ..databases import path_of
from ..sync.phone import body, entry, helped, send, visits_by_entry
from .phone import Phone

PUBLIC, PRIVATE = fresh_key()
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
def shelf(tmp_path):
    """Return a folder for backups, with the private key in another."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/key.txt").write_text(f"# khóa\n{PRIVATE}\n")
    (tmp_path / "shelf").mkdir()
    return tmp_path / "shelf"


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


def backed_up(again, shelf):
    """Return the file of a backup."""
    code, said = run(again(), "backup", shelf)
    assert code == 0, said
    [file] = shelf.iterdir()
    return file


def restored(again, shelf, file, url, *more):
    """Restore a backup into the database of a URL."""
    return run(again(url), "restore", file, "--key", shelf.parent / "elsewhere/key.txt", *more)


def test_what_was_backed_up_comes_back_under_a_new_epoch(visited, again, shelf, databases):
    before = Installation.current_epoch(), {visit.id for visit in Visit.select()}
    url = databases.new()
    code, said = restored(again, shelf, backed_up(again, shelf), url)
    assert (code, "1 lượt" in said) == (0, True), said
    with again(url).extensions["database"].connection_context():
        assert {visit.id for visit in Visit.select()} == before[1]
        assert Installation.current_epoch() != before[0]
        assert UUID(Installation.current_epoch())
        assert differences(visited.an_phu) == []


def test_a_backup_can_be_read_by_nobody_without_the_key(visited, again, shelf):
    kept = backed_up(again, shelf).read_bytes()
    assert kept.startswith(b"age-encryption.org/v1")
    packed = pyrage.decrypt(kept, [pyrage.x25519.Identity.from_str(PRIVATE)])
    assert packed.startswith(GZIP)
    for readable in (b"SQLite format", "Thị Rin".encode(), packed[:24]):  # three come by chance
        assert readable not in kept
    folder = path_of(again().extensions["config"].database_url).parent
    assert not list(folder.glob(".backup-*")), "a plain copy was left behind"


def test_without_a_key_nothing_is_written(visited, again, shelf):
    code, said = run(again(BACKUP_KEY=""), "backup", shelf)
    assert (code, "backup-key" in said) == (1, True)
    code, said = run(again(BACKUP_KEY="age1nonsense"), "backup", shelf)
    assert (code, "Khóa không đúng" in said) == (1, True)
    assert not list(shelf.iterdir())


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
def test_a_backup_whose_end_finds_no_room_is_none(tmp_path, short):
    packed, draft = tmp_path / "packed", tmp_path / "draft"
    packed.write_bytes(os.urandom(200_000))
    key = pyrage.x25519.Recipient.from_str(PUBLIC)
    encrypt(packed, draft, key)
    with room_for(200_000 - short), pytest.raises(BROKEN_OFF):
        encrypt(packed, draft, key)


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_left(
        visited, again, shelf, databases, app):
    file, url = backed_up(again, shelf), databases.new()
    folder = path_of(app.extensions["config"].database_url).parent
    with room_for(100_000):
        code, said = run(again(), "backup", shelf)
        assert (code, said.startswith("Error: Bỏ dở: ")) == (1, True), said
        code, said = restored(again, shelf, file, url)
        assert (code, "đĩa đầy" in said) == (1, True), said
    assert [one.name for one in shelf.iterdir()] == [file.name]
    assert not list(folder.glob(".backup-*"))
    code, said = run(again(), "backup", "/proc")
    assert (code, said.startswith("Error: Bỏ dở: ")) == (1, True), said


def test_what_the_command_prints_is_a_key_file_as_it_stands(
        visited, again, shelf, databases, app):
    code, said = run(app, "backup-key")
    assert code == 0 and [line[:5] for line in said.splitlines() if line[0] != "#"] == ["AGE-S"]
    (shelf.parent / "elsewhere/key.txt").write_text(said)
    [public] = re.findall("age1[0-9a-z]+", said)
    code, said = run(again(BACKUP_KEY=public), "backup", shelf)
    assert code == 0, said
    code, said = restored(again, shelf, next(shelf.iterdir()), databases.new())
    assert code == 0, said


@pytest.mark.parametrize("harm", [
    lambda kept: kept[:-40],
    lambda kept: kept[:300] + bytes([kept[300] ^ 1]) + kept[301:],
    lambda kept: b"SQLite format 3" + kept,
    lambda kept: b"",
])
def test_a_harmed_backup_is_rejected_and_changes_nothing(visited, again, shelf, databases, harm):
    file = backed_up(again, shelf)
    file.write_bytes(harm(file.read_bytes()))
    url = databases.new()
    code, said = restored(again, shelf, file, url)
    assert (code, "Không mở được" in said) == (1, True), said
    assert not path_of(url).exists() or path_of(url).stat().st_size == 0


def test_another_key_does_not_open_it(visited, again, shelf, databases):
    file = backed_up(again, shelf)
    (shelf.parent / "elsewhere/key.txt").write_text(fresh_key()[1])
    code, said = restored(again, shelf, file, databases.new())
    assert (code, "sai khóa" in said) == (1, True)


def test_a_book_that_counts_wrong_is_not_backed_up(visited, again, shelf):
    Tally.update(count=Tally.count + 1).where(Tally.indicator == "visits").execute()
    code, said = run(again(), "backup", shelf)
    assert (code, "đếm không đúng" in said) == (1, True)
    assert not list(shelf.iterdir())


def test_an_older_program_backs_a_newer_book_up_and_puts_none_in_its_place(
        visited, again, shelf, databases, app):
    """Who goes back after an upgrade serves newer tables, and needs a backup that night too."""
    app.extensions["database"].execute_sql(
        "UPDATE schema_migration SET name = '9999_later'"
        " WHERE name = (SELECT MAX(name) FROM schema_migration)")
    code, said = restored(again, shelf, backed_up(again, shelf), databases.new())
    assert (code, "mới hơn" in said) == (1, True), said


def test_a_book_that_is_there_is_not_lost(visited, again, shelf, databases, template_database):
    file, url = backed_up(again, shelf), databases.new(like=template_database)
    code, said = restored(again, shelf, file, url)
    assert (code, "--replace" in said) == (1, True)
    code, said = restored(again, shelf, file, url, "--replace")
    assert code == 0, said
    assert list(path_of(url).parent.glob(f"{path_of(url).name}.before-*"))


@pytest.mark.parametrize("harm", [lambda kept: b"nonsense " * 1000,
                                  lambda kept: kept[:100] + b"\xff" * 8000 + kept[8100:]])
def test_a_book_that_is_damaged_gives_way_to_a_backup(
        visited, again, shelf, databases, template_database, harm):
    file, url = backed_up(again, shelf), databases.new(like=template_database)
    app, place = again(url), path_of(url)
    app.extensions["database"].close_all()
    place.write_bytes(damaged := harm(place.read_bytes()))
    code, said = restored(lambda _url: app, shelf, file, url)
    assert (code, "--replace" in said) == (1, True), said
    code, said = restored(lambda _url: app, shelf, file, url, "--replace")
    assert code == 0, said
    [aside] = place.parent.glob(f"{place.name}.before-*")
    assert len(aside.read_bytes()) == len(damaged)


def test_a_lost_books_journal_is_not_played_into_the_backup(visited, again, shelf, databases):
    file, url = backed_up(again, shelf), databases.new()
    place = path_of(url)
    other = sqlite3.connect(place)
    other.executescript("PRAGMA journal_mode=wal; CREATE TABLE other (a);"
                        "INSERT INTO other VALUES (randomblob(9000));")
    left = place.with_name(f"{place.name}-wal").read_bytes()
    other.close()
    place.unlink()
    place.with_name(f"{place.name}-wal").write_bytes(left)
    code, said = restored(again, shelf, file, url)
    assert code == 0, said
    with again(url).extensions["database"].connection_context():
        assert Visit.select().count() == 1
        assert differences(visited.an_phu) == []


def test_a_key_saved_in_a_text_editor_of_windows_opens_it(visited, again, shelf, databases):
    file = backed_up(again, shelf)
    for coding in ("utf-8-sig", "utf-16"):
        (shelf.parent / "elsewhere/key.txt").write_bytes(f"  {PRIVATE}\r\n".encode(coding))
        code, said = restored(again, shelf, file, databases.new())
        assert code == 0, said


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_a_book_in_service_is_not_taken_away(
        visited, again, shelf, databases, template_database, journal):
    file, url = backed_up(again, shelf), databases.new(like=template_database)
    serving = again(url, SQLITE_JOURNAL=journal).extensions["database"]
    serving.connect()
    serving.get_tables()
    code, said = restored(again, shelf, file, url, "--replace")
    serving.close_all()
    assert (code, "đang được dùng" in said) == (1, True), said
    assert restored(again, shelf, file, url, "--replace")[0] == 0


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_a_server_that_nobody_asks_just_now_is_in_service_too(
        visited, again, shelf, databases, template_database, serve, monkeypatch, journal):
    file, url = backed_up(again, shelf), databases.new(like=template_database)
    monkeypatch.setenv("SQLITE_JOURNAL", journal)
    server = serve(url)
    code, said = restored(again, shelf, file, url, "--replace")
    assert (code, "đang được dùng" in said) == (1, True), said
    server.kill()
    assert restored(again, shelf, file, url, "--replace")[0] == 0


def test_nobody_opens_a_book_that_is_being_put_in_its_place(
        visited, again, databases, template_database):
    url = databases.new(like=template_database)
    database = again(url).extensions["database"]
    with alone(path_of(url)):
        assert again(url).test_client().get("/readyz").status_code == 503
        with pytest.raises(OperationalError):
            database.connect()
    database.connect()


def test_phones_bring_back_what_came_after_the_backup(visited, again, shelf, databases, serve, app):
    """The drill: work comes in all the time, the disk is lost, yesterday's copy goes in service."""
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
    phones[0].until_kept(20)
    file = backed_up(again, shelf)
    phones[0].until_kept(len(phones[0].kept) + 20)
    working.set()
    for thread in threads:
        thread.join()
    server.kill()

    late = databases.new()
    code, said = restored(again, shelf, file, late)
    assert code == 0, said
    with again(late).extensions["database"].connection_context():
        saved = Visit.select().count()
    sent = {entry["id"] for phone in phones for entry in phone.kept}
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
