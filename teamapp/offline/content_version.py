"""The content version of a kind of page: the hash of the sources of its pages.

Sources are its templates, the code of their context, the texts and catalogues they show, the URLs
they link to. Comments, docstrings, layout and static files do not change a version.
"""

import hashlib
from functools import cache
from pathlib import Path

from flask import current_app
from jinja2 import Environment, nodes
from werkzeug.routing import Map

from ..kept_pages import PageKind
from ..languages import texts
from .modules import Modules
from .templates import Templates, found, plain

PROGRAM = Path(__file__).parent.parent
DRAWING = ("offline/drawing.py", "languages.py", "templating.py")  # render every page
STORAGE = ("config.py", "sqlite.py")  # storage, which no page shows


class Sources:
    """Templates, code and texts of a program, each read once."""

    def __init__(self, program: Path, environment: Environment, urls: Map) -> None:
        self.program, self.urls = program, urls
        self.templates, self.modules = Templates(environment), Modules(program)

    def version(self, kind: PageKind, language: str) -> str:
        """Return the content version of a kind in a language."""
        pieces = self.templates.pieces((kind.template, None), *kind.macros)
        paths = self.modules.closure(
            [self.program / name for name in (*DRAWING, module_of(kind))],
            frozenset(self.program / name for name in STORAGE))
        code = [(path.relative_to(self.program).as_posix(), self.modules[path].text)
                for path in paths]
        drawn = sorted((template, macro or "", plain(piece))
                       for (template, macro), piece in pieces.items())
        every_piece = [node for piece in pieces.values() for node in piece]
        shown = strings_of(every_piece).union(*(self.modules[path].constants for path in paths))
        return digest(kind.name, code, drawn, self._links(every_piece), translated(shown, language),
                      [(self.program / "catalog_data" / name).read_bytes()
                       for name in kind.catalogues])

    def _links(self, piece: list[nodes.Node]) -> list[tuple[str, list[str]]]:
        """Return the URL rules of the endpoints that templates link to."""
        named = {call.args[0].value for call in found(piece, nodes.Call)
                 if getattr(call.node, "name", "") == "url_for" and call.args
                 and isinstance(call.args[0], nodes.Const)}
        return [(name, sorted(map(str, self.urls.iter_rules(name)))) for name in sorted(named)]


def strings_of(piece: list[nodes.Node]) -> set[str]:
    """Return all strings in the code of a piece of a template."""
    return {node.value for node in found(piece, nodes.Const) if isinstance(node.value, str)}


def translated(shown: set[str], language: str) -> list[tuple[str, str]]:
    """Return the translations of these strings; none for Vietnamese, the source language."""
    catalogue = getattr(texts(language), "_catalog", {})
    return sorted((repr(key), text) for key, text in catalogue.items()
                  if (key[0] if isinstance(key, tuple) else key) in shown and key)


def module_of(kind: PageKind) -> str:
    """Return the path, relative to teamapp/, of the module that declares a kind."""
    return "/".join(type(kind).__module__.split(".")[1:]) + ".py"


@cache
def content_version(kind: PageKind, language: str) -> str:
    """Return the content version of a kind in a language, cached per process."""
    return own_sources().version(kind, language)


@cache
def own_sources() -> Sources:
    return Sources(PROGRAM, current_app.jinja_env, current_app.url_map)


def digest(*facts: object) -> str:
    """Return the first 8 hexadecimal digits of the SHA-256 of the facts."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:8]
