"""The static files: served under their version, compressed, with headers of their own."""

import hashlib
import posixpath
import re
import shutil
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from .config import Config

STATIC = Path(__file__).parent / "static"
# Fewer headers than a page's: a file needs no more, and a first visit on 3G loads a dozen.
FILE_HEADERS = {"Content-Security-Policy": "default-src 'none'",
                "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
VALIDATORS = ("ETag", "Last-Modified")  # no browser asks again for a file that never changes
ONLY_TLS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
PAGE_SCRIPTS = "js/page_scripts.txt"
IMPORTS = re.compile(r'^(?:import|\} from) .*?"([^"]+)";$', re.MULTILINE)
INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
COMMENTS = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)$", re.DOTALL | re.MULTILINE)


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
    app.jinja_env.globals["imported_by"] = imported_by


def static_files() -> list[str]:
    """Return the paths of all static files, relative to their folder."""
    return sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*")
                  if path.is_file())


@cache
def imported_by(script: str) -> list[str]:
    """Return all scripts that a script imports, directly or indirectly, without itself."""
    found, waiting = {script}, [script]
    while waiting:
        path = waiting.pop()
        new = imports_of(path, (STATIC / path).read_text("utf-8")) - found
        found |= new
        waiting += new
    return sorted(found - {script})


def imports_of(script: str, source: str) -> set[str]:
    """Return the direct imports of a script, as paths from the static folder."""
    folder = posixpath.dirname(script)
    return {posixpath.normpath(posixpath.join(folder, target).removeprefix("/static/"))
            for target in IMPORTS.findall(source)}


def flat(script: str, root: str) -> str:
    """Return a script with its indirect imports added at its mark, with paths from `root`.

    The browser loads all of them in one round trip instead of one for each level.
    """
    source = (STATIC / script).read_text("utf-8")
    more = [f'import "{root}{path}";' for path in sorted(
        {*imported_by(script)} - imports_of(script, source))]
    return re.sub(r"^//.*{{ imports }}$", "\n".join(more), source, flags=re.MULTILINE)


@cache
def page_scripts() -> list[str]:
    """Return the scripts that pages import and the service worker does not."""
    return sorted({"js/app.js", *imported_by("js/app.js")} - set(imported_by("sw.js")))


def static_version() -> str:
    """Return the hash of all static files: the version of the shell."""
    digest = hashlib.sha256()
    for path in static_files():
        digest.update(path.encode() + b"\0" + (STATIC / path).read_bytes())
    return digest.hexdigest()[:12]


def bare(script: str) -> str:
    """Remove whole-line comments and indentation, a fifth of a first visit; keep line numbers."""
    return INDENTATION.sub("", COMMENTS.sub(lambda comment: "\n" * comment[0].count("\n"), script))


def compressed_copy(version: str, var: Path) -> Path:
    """Return the folder of this version's files and their compressed copies, created once."""
    target = var / "static" / version
    if not target.exists():
        draft = var / "static" / f".{version}-{uuid4().hex[:8]}"
        shutil.copytree(STATIC, draft)
        for path in draft.rglob("*.js"):
            path.write_text(bare(path.read_text("utf-8")), "utf-8")
        (draft / "js/app.js").write_text(bare(flat("js/app.js", "../")), "utf-8")
        (draft / PAGE_SCRIPTS).write_text("".join(
            f"//script {path.removeprefix('js/')}\n{(draft / path).read_text('utf-8')}"
            for path in page_scripts()), "utf-8")
        compressor = Compressor(quiet=True)
        for path in draft.rglob("*"):
            if path.is_file() and path.suffix in (".js", ".txt", ".css", ".svg"):
                compressor.compress(str(path))
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft, ignore_errors=True)
    return target
