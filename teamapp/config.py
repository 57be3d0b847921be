"""Settings, read once from the environment; an invalid setting stops the start."""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, EnvError
from marshmallow.validate import OneOf, Range

ROOT = Path(__file__).resolve().parent.parent
WEAK_KEYS = {"secret", "change-me", "changeme", "dev", "development", "password"}


class ConfigurationError(SystemExit):
    """An invalid setting or environment; the message is one sentence for the operator."""


@dataclass(frozen=True)
class Config:
    """The settings of one process; docs/operations.md documents each."""

    env: str
    secret_key: str
    sealing_keys: str
    database_url: str
    var: Path
    proxy_hops: int
    journal: str
    backup_key: str
    site_url: str
    metrics_from: tuple[IPv4Network | IPv6Network, ...]
    has_worker: bool
    packs_at_once: int

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    def for_flask(self) -> dict[str, Any]:
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


def read_config(environment: Mapping[str, str] | None = None) -> Config:
    """Read the settings; raise ConfigurationError with the name of an invalid one."""
    env = Env()
    if environment is not None:
        env._environ = dict(environment)  # tests pass an environment instead of the process's
    try:
        name = env.str("APP_ENV", "development",
                       validate=OneOf(["development", "test", "production"]))
        var = writable_folder(Path(env.str("VAR_DIR", "") or ROOT / "var").resolve())
        url = env.str("DATABASE_URL", "") or f"sqlite:///{var / 'tungnha.db'}"
        return Config(
            env=name,
            secret_key=require_strong_key(env.str("SECRET_KEY", "")) if name == "production"
            else env.str("SECRET_KEY", "") or machine_key(var),
            sealing_keys=env.str("SEALING_KEYS", ""),
            database_url=url,
            var=var,
            proxy_hops=env.int("PROXY_HOPS", 0, validate=Range(0, 5)),
            journal=env.str("SQLITE_JOURNAL", "auto", validate=OneOf(["auto", "wal", "truncate"])),
            backup_key=public_key(env.str("BACKUP_KEY", "")),
            site_url=parse_site_url(env.str("SITE_URL", ""), is_production=name == "production"),
            metrics_from=parse_networks(env.str("METRICS_FROM", "")),
            has_worker=env.str("WORKER", "on", validate=OneOf(["on", "off"])) == "on",
            packs_at_once=env.int("PACKS_AT_ONCE", 1, validate=Range(1, 64)),
        )
    except EnvError as error:
        raise ConfigurationError(f"Setting not understood: {error}") from None


def writable_folder(path: Path) -> Path:
    """Create the folder if it is missing and return it; raise if it is not writable."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"VAR_DIR cannot be made: {error}.") from None
    if not os.access(path, os.W_OK):
        raise ConfigurationError(f"VAR_DIR may not be written to by this user: {path}.")
    return path


def public_key(key: str) -> str:
    """Return the age public key that encrypts backups; raise for any other text."""
    if key and not key.startswith("age1"):
        raise ConfigurationError("BACKUP_KEY is not understood: set the public key, “age1…”, "
                                 "that `flask --app app backup-key` prints.")
    return key


def parse_site_url(url: str, is_production: bool) -> str:
    """Return the site's address without a slash at its end; in production only with HTTPS.

    Left out, it is that of `make run`, in production "".
    """
    if not url:
        return "" if is_production else "http://localhost:8000"
    parts = urlsplit(url)
    if (parts.scheme not in ({"https"} if is_production else {"https", "http"})
            or not parts.hostname or parts.username or url.rstrip("/").count("/") != 2
            or not re.fullmatch(r"[\x21-\x7e]+", url) or parts.query or parts.fragment):
        raise ConfigurationError("SITE_URL is not understood: set the address people open, with "
                                 "https:// and nothing behind the host.")
    return url.rstrip("/")


def parse_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Parse a list of addresses and networks, e.g. `127.0.0.1 10.1.0.0/16`."""
    try:
        return tuple(ip_network(one) for one in text.split())
    except ValueError as error:
        raise ConfigurationError(f"METRICS_FROM is not understood: {error}.") from None


def require_strong_key(key: str) -> str:
    """Return the key; raise for a key shorter than 32 characters or easy to guess."""
    if len(key) < 32 or len(set(key)) < 10 or key.lower() in WEAK_KEYS:
        raise ConfigurationError(
            "SECRET_KEY is missing or weak: in production set at least 32 random characters, e.g. "
            "from `python -c 'import secrets; print(secrets.token_urlsafe(48))'`.")
    return key


def machine_key(var: Path) -> str:
    """Return the secret key of this machine, created in var/ at the first start."""
    return read_or_create(var / "secret_key", lambda: secrets.token_urlsafe(48))


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """Return the text of a file; the first process that misses it creates it for all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
