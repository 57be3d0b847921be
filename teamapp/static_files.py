"""The static files: served under their version, compressed, each with a file's headers."""

import hashlib
import posixpath
import re
import shutil
from functools import cache
from pathlib import Path
from uuid import uuid4

from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

STATIC = Path(__file__).parent / "static"
# A style, script or picture is no page: it needs no more, and a first visit on 3G loads a dozen.
FILE_HEADERS = {"Content-Security-Policy": "default-src 'none'",
                "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
VALIDATORS = ("ETag", "Last-Modified")  # no browser asks again for a file that never changes
ONLY_TLS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
PAGE_SCRIPTS = "js/page_scripts.txt"
IMPORTS = re.compile(r'^(?:import|\} from) .*?"([^"]+)";$', re.MULTILINE)
INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
COMMENTS = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)$", re.DOTALL | re.MULTILINE)


class Files(WhiteNoise):
    """The static files, each answer with a file's headers: also “not modified” and refusals."""

    def __init__(self, application, only_tls, **more):
        super().__init__(application, **more)
        self.only_tls = only_tls

    def serve(self, static_file, environ, start_response):
        """Answer with a file."""
        more = FILE_HEADERS | (self.only_tls if environ["wsgi.url_scheme"] == "https" else {})
        return super().serve(static_file, environ, lambda status, headers: start_response(
            status, [*((name, value) for name, value in headers if name not in VALIDATORS),
                     *more.items()]))


def init_app(app, config):
    """Serve the static files under the version of the shell."""
    shell = static_version()
    app.extensions["static_version"] = shell
    app.wsgi_app = Files(
        app.wsgi_app, root=str(compressed_copy(shell, config.var)), prefix=f"static/{shell}/",
        only_tls=ONLY_TLS if config.is_production else {},
        immutable_file_test=lambda path, url: True, allow_all_origins=False)
    app.jinja_env.globals["static_url"] = lambda path: f"/static/{shell}/{path}"
    app.jinja_env.globals["imported_by"] = imported_by


def static_files():
    """Return the paths of all static files, relative to their folder."""
    return sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*")
                  if path.is_file())


@cache
def imported_by(script):
    """Return the scripts that a script imports, directly or by another, without itself."""
    found, waiting = {script}, [script]
    while waiting:
        path = waiting.pop()
        new = imports_of(path, (STATIC / path).read_text("utf-8")) - found
        found |= new
        waiting += new
    return sorted(found - {script})


def imports_of(script, source):
    """Return the scripts that a script imports by itself, as paths from the static files."""
    folder = posixpath.dirname(script)
    return {posixpath.normpath(posixpath.join(folder, target).removeprefix("/static/"))
            for target in IMPORTS.findall(source)}


def flat(script, root):
    """Return a script that imports, at its mark, all that its imports import, from `root`.

    They come in one round trip then, not in one for each step between them.
    """
    source = (STATIC / script).read_text("utf-8")
    more = [f'import "{root}{path}";' for path in sorted(
        {*imported_by(script)} - imports_of(script, source))]
    return re.sub(r"^//.*{{ imports }}$", "\n".join(more), source, flags=re.MULTILINE)


@cache
def page_scripts():
    """Return the scripts that pages import and the worker does not."""
    return sorted({"js/app.js", *imported_by("js/app.js")} - set(imported_by("sw.js")))


def static_version():
    """Return the hash of all static files: the version of the shell."""
    digest = hashlib.sha256()
    for path in static_files():
        digest.update(path.encode() + b"\0" + (STATIC / path).read_bytes())
    return digest.hexdigest()[:12]


def bare(script):
    """Return a script without whole-line comments and indentation, each line where it was.

    Phones do not need them: they are a fifth of what a first visit would load.
    """
    return INDENTATION.sub("", COMMENTS.sub(lambda comment: "\n" * comment[0].count("\n"), script))


def compressed_copy(version, var):
    """Return the folder with this version's files beside their compressed twins, made once."""
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
