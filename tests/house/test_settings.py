"""Settings: read once, and rejected with a sentence when one is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from teamapp import create_app
from teamapp.config import Refusal, own_file, read_config
from teamapp.db import parts
from teamapp.sealing import Keys, new_key

ROOT = Path(__file__).resolve().parents[2]
KEY = "8f3k2-Lq0zX7-mW9aT1-bN4cV6-eR5yU8-iO3pS2"


def settings(tmp_path, **more):
    """Return the config of these settings."""
    return read_config({"VAR_DIR": str(tmp_path), **more})


@pytest.mark.parametrize("key", ["", "secret", "a" * 64, "short-but-random-9f3", "ab" * 20])
def test_production_refuses_a_weak_key(tmp_path, key):
    with pytest.raises(Refusal, match="SECRET_KEY"):
        settings(tmp_path, APP_ENV="production", SECRET_KEY=key)


def test_production_is_app_env_and_nothing_else(tmp_path):
    assert settings(tmp_path, APP_ENV="production", SECRET_KEY=KEY).is_production
    assert not settings(tmp_path, FLASK_ENV="production", PRODUCTION="1").is_production
    with pytest.raises(Refusal, match="APP_ENV"):
        settings(tmp_path, APP_ENV="prod")


def test_production_cookies_are_secure(tmp_path):
    flask = settings(tmp_path, APP_ENV="production", SECRET_KEY=KEY).for_flask()
    assert flask["SESSION_COOKIE_SECURE"]
    assert flask["SESSION_COOKIE_NAME"].startswith("__Host-")


def test_elsewhere_the_machine_makes_its_own_key_once(tmp_path):
    first = settings(tmp_path).secret_key
    assert len(first) >= 32
    assert settings(tmp_path).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("setting", [{"PROXY_HOPS": "many"}, {"PROXY_HOPS": "-1"},
                                     {"SQLITE_JOURNAL": "off"}])
def test_a_wrong_setting_is_named(tmp_path, setting):
    with pytest.raises(Refusal, match=next(iter(setting))):
        settings(tmp_path, **setting)


@pytest.mark.parametrize(("name", "value"), [
    ("DATABASE_URL", "sqlite:/book.db"), ("DATABASE_URL", "sqlite://srv/book.db"),
    ("DATABASE_URL", "sqlite:////dev/null/book.db"), ("DATABASE_URL", "postgresql://me:secret@host/"),
    ("DATABASE_URL", "postgresql://me:secret@host:port/book"), ("VAR_DIR", "/dev/null/var"),
    ("BACKUP_KEY", "AGE-SECRET-KEY-17JWEYER"), ("BACKUP_KEY", "nonsense")])
def test_what_is_not_understood_stops_the_start_with_its_name(tmp_path, monkeypatch, name, value):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refusal, match=name) as rejected:
        create_app({"APP_ENV": "test", "VAR_DIR": str(tmp_path), "SECRET_KEY": KEY,
                    "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}", name: value})
    assert "secret" not in str(rejected.value).lower(), "what is secret stays so"


def test_a_password_in_the_databases_address_is_read_as_postgresql_reads_it():
    said = parts("postgresql://t%40m:p%40ss%2Fw%25d@host:5433/book?sslmode=require")
    assert said == {"user": "t@m", "password": "p@ss/w%d", "host": "host", "port": 5433,
                    "database": "book", "sslmode": "require"}


def test_a_setting_that_is_empty_is_not_set(tmp_path):
    assert read_config({"VAR_DIR": "", "APP_ENV": "test", "SECRET_KEY": KEY}).var == ROOT / "var"


def run(tmp_path, *command, **more):
    """Run a command with settings of its own; return its exit code and what it printed."""
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "APP_ENV": "test",
                   "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}", **more}
    bin = Path(sys.executable).parent
    done = subprocess.run([str(bin / command[0]), *command[1:]], cwd=ROOT, env=environment,
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


GUNICORN = ("gunicorn", "--bind", "127.0.0.1:0", "-w", "1", "--no-control-socket", "app:app")


def test_an_unknown_database_is_rejected(tmp_path):
    code, said = run(tmp_path, *GUNICORN, DATABASE_URL="mysql://somewhere/else")
    assert code != 0
    assert "DATABASE_URL starts with “mysql:”" in said


def test_a_weak_key_is_not_served_in_production(tmp_path):
    code, said = run(tmp_path, *GUNICORN, APP_ENV="production", SECRET_KEY="secret")
    assert code != 0
    assert "SECRET_KEY is missing or weak" in said


def test_an_old_schema_is_not_served_but_the_command_line_mends_it(tmp_path):
    code, said = run(tmp_path, *GUNICORN)
    assert code != 0
    assert "run `pwmigrate up`" in said
    code, said = run(tmp_path, "pwmigrate", "up")
    assert (code, "0001_schema" in said) == (0, True)
    code, said = run(tmp_path, "flask", "--app", "app", "catalog")
    assert code == 0, said


def test_forced_wal_is_rejected_where_sqlite_has_the_bug(tmp_path, monkeypatch):
    import peewee

    from teamapp.db import journal_mode

    monkeypatch.setattr(peewee.sqlite3, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(Refusal, match="not safe"):
        journal_mode("wal")
    assert journal_mode("auto") == "truncate"
    monkeypatch.setattr(peewee.sqlite3, "sqlite_version_info", (3, 53, 4))
    assert (journal_mode("auto"), journal_mode("truncate")) == ("wal", "truncate")


def test_of_two_processes_that_make_a_key_at_once_both_take_the_first(tmp_path):
    path = tmp_path / "own" / "sealing_key"

    def make():
        path.write_text("of the other process")
        return "too late"

    assert own_file(path, make) == "of the other process"
    assert own_file(path, make) == "of the other process"
    assert [one.name for one in path.parent.iterdir()] == ["sealing_key"]


def test_the_keys_for_envelopes_are_made_once_also_in_production(var, tmp_path):
    settings = {"APP_ENV": "production", "SECRET_KEY": KEY, "VAR_DIR": str(tmp_path),
                "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}"}
    first = create_app(settings).extensions["sealing"].current
    assert create_app(settings).extensions["sealing"].current.public == first.public
    assert (tmp_path / "sealing_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("written", ["key", "a:b", "a:" + "A" * 43, "a:" + "_" * 43, "đ:x"])
def test_keys_for_envelopes_that_are_none_are_rejected(var, tmp_path, written):
    with pytest.raises(Refusal, match="SEALING_KEYS"):
        create_app({"APP_ENV": "test", "VAR_DIR": str(var), "SEALING_KEYS": written,
                    "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}", "SECRET_KEY": KEY})


def test_a_printed_key_is_taken_and_the_first_one_is_given_to_phones(app, var, tmp_path):
    newer, older = (app.test_cli_runner().invoke(args=["sealing-key"]).output.strip()
                    for _ in range(2))
    keys = create_app({"APP_ENV": "test", "VAR_DIR": str(var), "SECRET_KEY": KEY,
                       "SEALING_KEYS": f"{newer} {older}",
                       "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}"}).extensions["sealing"]
    assert keys.current.kid == newer.partition(":")[0]
    assert keys.named(older.partition(":")[0]).public != keys.current.public


def test_the_same_name_twice_is_rejected():
    one, two = new_key(), new_key()
    same = f"{one} {one.partition(':')[0]}:{two.partition(':')[2]}"
    with pytest.raises(ValueError, match="twice"):
        Keys(same)
