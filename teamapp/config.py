"""Every setting, read once from the environment, refusing to start when one is wrong."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from environs import Env, EnvError
from marshmallow.validate import OneOf, Range

ROOT = Path(__file__).resolve().parent.parent
WEAK_KEYS = {"secret", "change-me", "changeme", "dev", "development", "password"}


class Refusal(SystemExit):
    """A reason not to start, said in one sentence."""


@dataclass(frozen=True)
class Config:
    """The settings of one process; docs/operations.md says what each is for."""

    env: str
    secret_key: str
    sealing_keys: str
    database_url: str
    var: Path
    proxy_hops: int
    journal: str
    backup_key: str
    metrics_from: tuple
    has_worker: bool
    packs_at_once: int

    @property
    def is_production(self):
        """Production is APP_ENV=production and nothing else."""
        return self.env == "production"

    def for_flask(self):
        """Return the settings Flask and its extensions read."""
        return {
            "SECRET_KEY": self.secret_key,
            "MAX_CONTENT_LENGTH": 1024 * 1024,
            "MAX_FORM_PARTS": 5000,
            "SESSION_COOKIE_NAME": "__Host-session" if self.is_production else "session",
            "SESSION_COOKIE_SECURE": self.is_production,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": 90 * 24 * 3600,
            "SESSION_REFRESH_EACH_REQUEST": False,
            "WTF_CSRF_TIME_LIMIT": None,
            "COMPRESS_ALGORITHM": ["br", "gzip"],
            "COMPRESS_BR_LEVEL": 6,
            "COMPRESS_MIN_SIZE": 200,
            "COMPRESS_MIMETYPES": ["text/html", "application/json", "application/x-ndjson",
                                   "text/javascript", "application/manifest+json"],
        }


def read_config(environment=None):
    """Return the settings of the environment, or refuse with the name of the one that is wrong."""
    env = Env()
    if environment is not None:
        env._environ = environment  # the tests' own environment instead of the process's
    try:
        name = env.str("APP_ENV", "development",
                       validate=OneOf(["development", "test", "production"]))
        var = own_folder(Path(env.str("VAR_DIR", "") or ROOT / "var").resolve())
        url = env.str("DATABASE_URL", "") or f"sqlite:///{var / 'tungnha.db'}"
        return Config(
            env=name,
            secret_key=strict_key(env.str("SECRET_KEY", "")) if name == "production"
            else env.str("SECRET_KEY", "") or own_key(var),
            sealing_keys=env.str("SEALING_KEYS", ""),
            database_url=url,
            var=var,
            proxy_hops=env.int("PROXY_HOPS", 0, validate=Range(0, 5)),
            journal=env.str("SQLITE_JOURNAL", "auto", validate=OneOf(["auto", "wal", "truncate"])),
            backup_key=public_key(env.str("BACKUP_KEY", "")),
            metrics_from=networks(env.str("METRICS_FROM", "")),
            has_worker=env.str("WORKER", "on", validate=OneOf(["on", "off"])) == "on",
            packs_at_once=env.int("PACKS_AT_ONCE", 1, validate=Range(1, 64)),
        )
    except EnvError as error:
        raise Refusal(f"Setting not understood: {error}") from None


def own_folder(path):
    """Return the folder the program may write to, made if need be, or refuse it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"VAR_DIR cannot be made: {error}.") from None
    if not os.access(path, os.W_OK):
        raise Refusal(f"VAR_DIR may not be written to by this user: {path}.")
    return path


def public_key(key):
    """Return the key backups are encrypted to, or refuse what is none, as the private one."""
    if key and not key.startswith("age1"):
        raise Refusal("BACKUP_KEY is not understood: set the public key, “age1…”, that "
                      "`flask --app app backup-key` prints.")
    return key


def networks(spelled):
    """Return the networks of a list like `127.0.0.1 10.1.0.0/16`, or refuse it."""
    try:
        return tuple(ip_network(one) for one in spelled.split())
    except ValueError as error:
        raise Refusal(f"METRICS_FROM is not understood: {error}.") from None


def strict_key(key):
    """Return the key, or refuse one that could be guessed."""
    if len(key) < 32 or len(set(key)) < 10 or key.lower() in WEAK_KEYS:
        raise Refusal("SECRET_KEY is missing or weak: in production set at least 32 random "
                      "characters, e.g. from `python -c 'import secrets; print(secrets."
                      "token_urlsafe(48))'`.")
    return key


def own_key(var):
    """Return this machine's own key, made at the first start and kept in var/ for the next."""
    return own_file(var / "secret_key", lambda: secrets.token_urlsafe(48))


def own_file(path, make):
    """Return what a file says; the first process to miss it makes it, for all of them."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
