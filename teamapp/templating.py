"""How templates are drawn: a piece once for an answer, compiled once for all workers."""

import hashlib
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from flask import g
from jinja2 import FileSystemBytecodeCache, nodes, pass_context
from jinja2.ext import Extension


class Once(Extension):
    """`{% once key %} … {% endonce %}`: drawn once for all pages of an answer.

    A pack draws the same frame around 1,500 pages, a list the same words in 100 rows. Keys are
    each piece's own: two pieces may have the same.
    """

    tags = {"once"}

    def parse(self, parser):
        """Return “what was drawn under this key; if nothing was, draw and keep it”."""
        line = next(parser.stream).lineno
        key = parser.parse_expression()
        body = parser.parse_statements(("name:endonce",), drop_needle=True)
        piece = parser.free_identifier(line)
        place = nodes.Const(f"{parser.name} {piece.name}")

        def asked(name, *given):
            return nodes.Filter(nodes.Tuple([place, key], "load"), name, list(given), [], None,
                                None)

        return [nodes.Assign(piece, asked("drawn")),
                nodes.If(nodes.Test(piece, "none", [], [], None, None), [
                    nodes.AssignBlock(piece, None, body),
                    nodes.Assign(piece, asked("drawn", piece))], [], []),
                nodes.Output([piece])]


@pass_context  # else what is drawn under a constant key would be asked for while compiling
def drawn(context, key, piece=None):
    """Return what was drawn under a key for this answer, and from now on this piece; or None."""
    known = g.setdefault("drawn", {})
    return known.get(key) if piece is None else known.setdefault(key, piece)


class Compiled(FileSystemBytecodeCache):
    """Templates kept compiled; one that finds no room is drawn all the same."""

    def dump_bytecode(self, bucket):
        """Keep what was compiled, if that can be."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compiled_templates(var):
    """Return where templates are kept compiled: a new worker draws its first pages at once.

    A template that changed is compiled anew; so are all where what compiles them changed.
    """
    compiler = hashlib.sha256(version("jinja2").encode() + Path(__file__).read_bytes())
    folder = var / "templates" / compiler.hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    return Compiled(str(folder))


def init_app(app, config):
    """Set up the app's templates."""
    app.jinja_env.add_extension(Once)
    app.jinja_env.filters["drawn"] = drawn
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = compiled_templates(config.var)
