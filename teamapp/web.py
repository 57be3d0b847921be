"""What every slice's routes share: pages, finding things, headers, static files."""

import hashlib
import re
import shutil
from datetime import date
from pathlib import Path
from uuid import uuid4

from flask import abort, g, make_response, render_template, request
from flask_babel import lazy_gettext as _
from jinja2 import nodes
from jinja2.ext import Extension
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor
from wtforms import DateField, FieldList

from .extensions import htmx

STATIC = Path(__file__).parent / "static"
SECURITY_HEADERS = {
    "Content-Security-Policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# A style, script or picture is no page: it needs no more, and a first visit on 3G loads a dozen.
FILE_HEADERS = {"Content-Security-Policy": "default-src 'none'",
                "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
COMMENTS = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)$", re.DOTALL | re.MULTILINE)
ONLY_TLS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


class DayField(DateField):
    """A day as a browser posts it, ISO; empty is None."""

    def process_formdata(self, valuelist):
        """Read the first value, saying in plain words what is wrong with another text."""
        value = valuelist[0] if valuelist else ""
        self.data = None
        try:
            if value:
                self.data = date.fromisoformat(value if len(value) == 10 else "")
        except ValueError:
            raise ValueError(_("Ghi ngày theo dạng ngày/tháng/năm.")) from None


class Numbered(FieldList):
    """Numbered items, the first 500 of them; what is no number of nine digits is no item."""

    def _extract_indices(self, prefix, formdata):
        """WTForms takes "²" and numbers of any length for places, and fails on them."""
        found = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,9}})(?:-|$)")
        return sorted({int(place[1]) for place in map(found.match, formdata) if place})[:500]


class Files(WhiteNoise):
    """The static files, each answer with a file's headers: also “not modified” and refusals."""

    def __init__(self, application, only_tls, **more):
        super().__init__(application, **more)
        self.only_tls = only_tls

    def serve(self, static_file, environ, start_response):
        """Answer with a file."""
        more = FILE_HEADERS | (self.only_tls if environ["wsgi.url_scheme"] == "https" else {})
        return super().serve(static_file, environ, lambda status, headers: start_response(
            status, [*headers, *more.items()]))


def page(template, partial=None, status=200, **context):
    """Return the whole page, or the partial alone when htmx asks for a piece of it."""
    if partial and htmx and not htmx.boosted and not htmx.history_restore_request:
        template = partial
    return make_response(render_template(template, **context), status)


def get_or_404(query):
    """Return the one thing a query finds; what one may not see does not exist."""
    found = query.first()
    if found is None:
        abort(404)
    return found


class Once(Extension):
    """`{% once key %} … {% endonce %}`: drawn once for all pages of an answer.

    A pack draws the same frame around 1,500 pages, a list the same words in 100 rows.
    """

    tags = {"once"}

    def parse(self, parser):
        """Return “what was drawn under this key; if nothing was, draw and keep it”."""
        line = next(parser.stream).lineno
        key = parser.parse_expression()
        body = parser.parse_statements(("name:endonce",), drop_needle=True)
        piece = parser.free_identifier(line)

        def asked(name, *given):
            return nodes.Filter(key, name, list(given), [], None, None)

        return [nodes.Assign(piece, asked("drawn")),
                nodes.If(nodes.Test(piece, "none", [], [], None, None), [
                    nodes.AssignBlock(piece, None, body),
                    nodes.Assign(piece, asked("drawn", piece))], [], []),
                nodes.Output([piece])]


def drawn(key, piece=None):
    """Return what was drawn under a key for this answer, and from now on this piece; or None."""
    known = g.setdefault("drawn", {})
    return known.get(key) if piece is None else known.setdefault(key, piece)


def init_app(app, config):
    """Serve the static files under their version and put the same headers on every answer."""
    version = static_version()
    app.extensions["static_version"] = version
    app.wsgi_app = Files(
        app.wsgi_app, root=str(compressed_copy(version, config.var)), prefix=f"static/{version}/",
        only_tls=ONLY_TLS if config.is_production else {},
        immutable_file_test=lambda path, url: True, allow_all_origins=False)
    app.jinja_env.globals["static_url"] = lambda path: f"/static/{version}/{path}"
    app.jinja_env.add_extension(Once)
    app.jinja_env.filters["drawn"] = drawn
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.after_request
    def headers(response):
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if response.mimetype == "text/html":
            response.vary.update(("Cookie", "HX-Request"))
        if config.is_production and request.is_secure:
            response.headers.update(ONLY_TLS)
        return response


def static_files():
    """Return the paths of all static files, relative to their folder."""
    return sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*")
                  if path.is_file())


def static_version():
    """Return the hash of all static files: the version of the shell."""
    digest = hashlib.sha256()
    for path in static_files():
        digest.update(path.encode() + b"\0" + (STATIC / path).read_bytes())
    return digest.hexdigest()[:12]


def bare(script):
    """Return a script without its whole-line comments, each line where it was.

    Phones need not read them: they are a fifth of what a first visit would load.
    """
    return COMMENTS.sub(lambda comment: "\n" * comment[0].count("\n"), script)


def compressed_copy(version, var):
    """Return the folder with this version's files beside their compressed twins, made once."""
    target = var / "static" / version
    if not target.exists():
        draft = var / "static" / f".{version}-{uuid4().hex[:8]}"
        shutil.copytree(STATIC, draft)
        for path in (draft / "js").glob("*.js"):
            path.write_text(bare(path.read_text("utf-8")), "utf-8")
        compressor = Compressor(quiet=True)
        for path in draft.rglob("*"):
            if path.is_file() and path.suffix in (".js", ".css", ".svg"):
                compressor.compress(str(path))
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft, ignore_errors=True)
    return target
