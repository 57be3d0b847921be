"""Jinja set-up: the blocks `once` and `row`, and compiled templates shared by all workers."""

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask, g
from jinja2 import FileSystemBytecodeCache, nodes, pass_context
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from peewee import PeeweeException

from .config import Config
from .undrawn import leave_out

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Once(Extension):
    """`{% once key %} … {% endonce %}`: rendered once for all pages of a response.

    A pack renders the same frame around 1,500 pages, a list the same words in 100 rows. A key
    belongs to its block: two blocks may use the same.
    """

    tags = {"once"}

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Shorten the indentation, a tenth of a pack before compression, to one blank.

        It is all that stands between two words where a block tag ends the line before.
        """
        return INDENTATION.sub(" ", source)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Compile to: output the cached text of the key; if there is none, render and cache it."""
        line = next(parser.stream).lineno
        key = parser.parse_expression()
        body = parser.parse_statements(("name:endonce",), drop_needle=True)
        piece = parser.free_identifier(line)
        place = nodes.Const(f"{parser.name} {piece.name}")

        def cached(*given: nodes.Expr) -> nodes.Expr:
            return nodes.Filter(nodes.Tuple([place, key], "load"), "drawn", list(given), [], None,
                                None)

        return [nodes.Assign(piece, cached()),
                nodes.If(nodes.Test(piece, "none", [], [], None, None), [
                    nodes.AssignBlock(piece, None, body),
                    nodes.Assign(piece, cached(piece))], [], []),
                nodes.Output([piece])]


@pass_context  # keeps Jinja from evaluating the filter of a constant key at compile time
def drawn(context: Context, key: Any, piece: str | None = None) -> str | None:
    """Return the text cached under a key in this response, `piece` if there is none yet."""
    known = g.setdefault("drawn", {})
    return known.get(key) if piece is None else known.setdefault(key, piece)


class Row(Extension):
    """`{% row %} … {% endrow %}`: left out, and reported, if it cannot be drawn from its values."""

    tags = {"row"}

    def parse(self, parser: Parser) -> nodes.Node:
        """Compile to a call that renders the body."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endrow",), drop_needle=True)
        whole = self.call_method("whole_or_nothing", [nodes.Const(parser.name)])
        return nodes.CallBlock(whole, [], [], body).set_lineno(line)

    def whole_or_nothing(self, name: str, caller: Callable[[], str]) -> str:
        try:
            return caller()
        except PeeweeException:
            raise
        except Exception as error:
            leave_out(name, error)
            return ""


class Compiled(FileSystemBytecodeCache):
    """A bytecode cache that ignores a full or read-only disk."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def bytecode_cache(var: Path) -> Compiled:
    """Return the cache of compiled templates, which spares a new worker the compilation.

    Jinja recompiles a changed template; a new Jinja or a change in this file recompiles all.
    """
    compiler = hashlib.sha256(version("jinja2").encode() + Path(__file__).read_bytes())
    folder = var / "templates" / compiler.hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    return Compiled(str(folder))


def init_app(app: Flask, config: Config) -> None:
    app.jinja_env.add_extension(Once)
    app.jinja_env.add_extension(Row)
    app.jinja_env.filters["drawn"] = drawn
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = bytecode_cache(config.var)
