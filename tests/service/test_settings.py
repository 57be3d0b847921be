"""Settings: read once; an invalid one is rejected with a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from teamapp import create_app
from teamapp.config import ConfigurationError, read_config, read_or_create
from teamapp.db import connection_settings
from teamapp.sealing import Keys, new_key

ROOT = Path(__file__).resolve().parents[2]
KEY = "8f3k2-Lq0zX7-mW9aT1-bN4cV6-eR5yU8-iO3pS2"


def settings(tmp_path, **more):
    """Return the config of these settings."""
    return read_config({"VAR_DIR": str(tmp_path), **more})


@pytest.mark.parametrize("key", ["", "secret", "a" * 64, "short-but-random-9f3", "ab" * 20])
def test_production_refuses_a_weak_key(tmp_path, key):
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        settings(tmp_path, APP_ENV="production", SECRET_KEY=key)


def test_production_is_app_env_and_nothing_else(tmp_path):
    assert settings(tmp_path, APP_ENV="production", SECRET_KEY=KEY).is_production
    assert not settings(tmp_path, FLASK_ENV="production", PRODUCTION="1").is_production
    with pytest.raises(ConfigurationError, match="APP_ENV"):
        settings(tmp_path, APP_ENV="prod")


def test_production_cookies_are_secure(tmp_path):
    flask = settings(tmp_path, APP_ENV="production", SECRET_KEY=KEY).for_flask()
    assert flask["SESSION_COOKIE_SECURE"]
    assert flask["SESSION_COOKIE_NAME"].startswith("__Host-")


def test_creates_a_key_once_outside_production(tmp_path):
    first = settings(tmp_path).secret_key
    assert len(first) >= 32
    assert settings(tmp_path).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_address_of_the_site(tmp_path):
    live = {"APP_ENV": "production", "SECRET_KEY": KEY}
    assert settings(tmp_path).site_url == "http://localhost:8000"
    assert settings(tmp_path, **live).site_url == ""
    assert settings(tmp_path, SITE_URL="https://so.example.vn/", **live).site_url == \
        "https://so.example.vn"
    assert settings(tmp_path, SITE_URL="http://192.0.2.7:8000").site_url == "http://192.0.2.7:8000"
    for wrong in ("so.example.vn", "http://so.example.vn", "https://so.example.vn/card", "https://",
                  "https://me@so.example.vn", "https://so.example.vn#a", "https://sổ.vn"):
        with pytest.raises(ConfigurationError, match="SITE_URL"):
            settings(tmp_path, SITE_URL=wrong, **live)


@pytest.mark.parametrize("setting", [{"PROXY_HOPS": "many"}, {"PROXY_HOPS": "-1"},
                                     {"SQLITE_JOURNAL": "off"}])
def test_names_an_invalid_setting(tmp_path, setting):
    with pytest.raises(ConfigurationError, match=next(iter(setting))):
        settings(tmp_path, **setting)


@pytest.mark.parametrize(("name", "value"), [
    ("DATABASE_URL", "sqlite:/book.db"), ("DATABASE_URL", "sqlite://srv/book.db"),
    ("DATABASE_URL", "sqlite:////dev/null/book.db"), ("DATABASE_URL", "postgresql://me:secret@host/"),
    ("DATABASE_URL", "postgresql://me:secret@host:port/book"), ("VAR_DIR", "/dev/null/var"),
    ("BACKUP_KEY", "AGE-SECRET-KEY-17JWEYER"), ("BACKUP_KEY", "nonsense")])
def test_an_invalid_setting_stops_the_start_and_is_named(tmp_path, monkeypatch, name, value):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=name) as rejected:
        create_app({"APP_ENV": "test", "VAR_DIR": str(tmp_path), "SECRET_KEY": KEY,
                    "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}", name: value})
    assert "secret" not in str(rejected.value).lower(), "the message contains no secret"


def test_parses_a_password_in_a_database_url_as_libpq_does():
    said = connection_settings("postgresql://t%40m:p%40ss%2Fw%25d@host:5433/book?sslmode=require")
    assert said == {"user": "t@m", "password": "p@ss/w%d", "host": "host", "port": 5433,
                    "database": "book", "sslmode": "require"}


def test_treats_an_empty_setting_as_unset(tmp_path):
    assert read_config({"VAR_DIR": "", "APP_ENV": "test", "SECRET_KEY": KEY}).var == ROOT / "var"


def run(tmp_path, *command, **more):
    """Run a command with these settings; return its exit code and output."""
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "APP_ENV": "test",
                   "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}", **more}
    bin = Path(sys.executable).parent
    done = subprocess.run([str(bin / command[0]), *command[1:]], cwd=ROOT, env=environment,
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


GUNICORN = ("gunicorn", "--bind", "127.0.0.1:0", "-w", "1", "--no-control-socket", "app:app")


def test_rejects_an_unknown_database_scheme(tmp_path):
    code, said = run(tmp_path, *GUNICORN, DATABASE_URL="mysql://somewhere/else")
    assert code != 0
    assert "DATABASE_URL starts with “mysql:”" in said


def test_does_not_start_with_a_weak_key_in_production(tmp_path):
    code, said = run(tmp_path, *GUNICORN, APP_ENV="production", SECRET_KEY="secret")
    assert code != 0
    assert "SECRET_KEY is missing or weak" in said


def test_does_not_serve_an_old_schema_until_it_is_migrated(tmp_path):
    code, said = run(tmp_path, *GUNICORN)
    assert code != 0
    assert "run `pwmigrate up`" in said
    code, said = run(tmp_path, "pwmigrate", "up")
    assert (code, "0001_schema" in said) == (0, True)
    code, said = run(tmp_path, "flask", "--app", "app", "catalog")
    assert code == 0, said


@pytest.mark.once
def test_start_without_its_database_ends_in_a_sentence(tmp_path):
    code, said = run(tmp_path, *GUNICORN, DATABASE_URL="postgresql://lan@127.0.0.1:1/tungnha")
    assert code != 0
    assert "The database of DATABASE_URL cannot be reached" in said
    assert "Traceback" not in said and said.count("\n") <= 3, said


def test_rejects_forced_wal_on_sqlite_with_the_wal_bug(tmp_path, monkeypatch):
    import peewee

    from teamapp.db import journal_mode

    monkeypatch.setattr(peewee.sqlite3, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(ConfigurationError, match="not safe"):
        journal_mode("wal")
    assert journal_mode("auto") == "truncate"
    monkeypatch.setattr(peewee.sqlite3, "sqlite_version_info", (3, 53, 4))
    assert (journal_mode("auto"), journal_mode("truncate")) == ("wal", "truncate")


def test_two_processes_creating_a_key_use_the_first(tmp_path):
    path = tmp_path / "own" / "sealing_key"

    def make():
        path.write_text("of the other process")
        return "too late"

    assert read_or_create(path, make) == "of the other process"
    assert read_or_create(path, make) == "of the other process"
    assert [one.name for one in path.parent.iterdir()] == ["sealing_key"]


def test_creates_the_sealing_keys_once_in_production_too(var, tmp_path):
    settings = {"APP_ENV": "production", "SECRET_KEY": KEY, "VAR_DIR": str(tmp_path),
                "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}"}
    first = create_app(settings).extensions["sealing"].current
    assert create_app(settings).extensions["sealing"].current.public == first.public
    assert (tmp_path / "sealing_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("written", ["key", "a:b", "a:" + "A" * 43, "a:" + "_" * 43, "đ:x"])
def test_rejects_invalid_sealing_keys(var, tmp_path, written):
    with pytest.raises(ConfigurationError, match="SEALING_KEYS"):
        create_app({"APP_ENV": "test", "VAR_DIR": str(var), "SEALING_KEYS": written,
                    "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}", "SECRET_KEY": KEY})


def test_accepts_printed_keys_and_gives_phones_the_first(app, var, tmp_path):
    newer, older = (app.test_cli_runner().invoke(args=["sealing-key"]).output.strip()
                    for _ in range(2))
    keys = create_app({"APP_ENV": "test", "VAR_DIR": str(var), "SECRET_KEY": KEY,
                       "SEALING_KEYS": f"{newer} {older}",
                       "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}"}).extensions["sealing"]
    assert keys.current.kid == newer.partition(":")[0]
    assert keys.named(older.partition(":")[0]).public != keys.current.public


def test_rejects_two_keys_of_one_name():
    one, two = new_key(), new_key()
    same = f"{one} {one.partition(':')[0]}:{two.partition(':')[2]}"
    with pytest.raises(ValueError, match="twice"):
        Keys(same)
