"""The static files: served under their version, compressed, with headers of their own."""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from . import scripts
from .config import Config
from .scripts import STATIC

# Fewer headers than a page's: a file needs no more, and a first visit on 3G loads a dozen.
FILE_HEADERS = {"Content-Security-Policy": "default-src 'none'",
                "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
VALIDATORS = ("ETag", "Last-Modified")  # no browser asks again for a file that never changes
ONLY_TLS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


class Files(WhiteNoise):
    """WhiteNoise with FILE_HEADERS on every response, 304 and 405 included."""

    def __init__(self, application: Any, only_tls: dict[str, str], **more: Any) -> None:
        super().__init__(application, **more)
        self.only_tls = only_tls

    def serve(self, static_file: Any, environ: dict[str, Any],
              start_response: Callable[..., Any]) -> Iterable[bytes]:
        more = FILE_HEADERS | (self.only_tls if environ["wsgi.url_scheme"] == "https" else {})
        return super().serve(static_file, environ, lambda status, headers: start_response(
            status, [*((name, value) for name, value in headers if name not in VALIDATORS),
                     *more.items()]))


def init_app(app: Flask, config: Config) -> None:
    shell = static_version()
    app.extensions["static_version"] = shell
    app.wsgi_app = Files(  # type: ignore[method-assign]
        app.wsgi_app, root=str(compressed_copy(shell, config.var)), prefix=f"static/{shell}/",
        only_tls=ONLY_TLS if config.is_production else {},
        immutable_file_test=lambda path, url: True, allow_all_origins=False)
    app.jinja_env.globals["static_url"] = lambda path: f"/static/{shell}/{path}"


def static_files() -> list[str]:
    """Return the paths of all static files as they lie, relative to their folder."""
    return sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*")
                  if path.is_file())


def served_files() -> list[str]:
    """Return the paths of the files that are served: scripts joined, the others as they lie."""
    return sorted({*static_files(), *scripts.SERVED} - scripts.joined_scripts())


def static_version() -> str:
    """Return the hash of all static files: the version of the shell."""
    digest = hashlib.sha256()
    for path in static_files():
        digest.update(path.encode() + b"\0" + (STATIC / path).read_bytes())
    return digest.hexdigest()[:12]


def compressed_copy(version: str, var: Path) -> Path:
    """Return the folder of this version's files and their compressed copies, created once."""
    target = var / "static" / version
    if not target.exists():
        draft = var / "static" / f".{version}-{uuid4().hex[:8]}"
        for name in served_files():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            if name in scripts.SERVED:
                (draft / name).write_text(scripts.served(name), "utf-8")
            else:
                shutil.copyfile(STATIC / name, draft / name)
        compressor = Compressor(quiet=True)
        for path in draft.rglob("*"):
            if path.is_file() and path.suffix in (".js", ".css", ".svg"):
                compressor.compress(str(path))
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft, ignore_errors=True)
    return target
