"""The pieces of templates that render a page, found in Jinja's parse trees."""

from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from typing import Any

from jinja2 import Environment, nodes

COMMUNE_ONLY = "is_commune"  # commune roles keep no pages of field work


class Template:
    """One template: its body and its macros, each a separate piece."""

    def __init__(self, environment: Environment, name: str) -> None:
        assert environment.loader
        source, *_ = environment.loader.get_source(environment, name)
        self.tree = environment.parse(source, name)

    @cached_property
    def macros(self) -> dict[str, nodes.Macro]:
        """{name: macro}."""
        return {macro.name: macro for macro in self.tree.find_all(nodes.Macro)}

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """Macros imported from other templates: {local name: (template, original name)}."""
        found = {}
        for node in self.tree.find_all(nodes.FromImport):
            for name in node.names:
                there, here = (name, name) if isinstance(name, str) else name
                found[here] = node.template.as_const(), there
        return found

    def piece(self, macro: str | None) -> list[nodes.Node]:
        """Return the nodes of a macro, or, for None, of the body."""
        if macro:
            return [self.macros[macro]]
        return [node for node in self.tree.body
                if not isinstance(node, nodes.Macro | nodes.FromImport)]

    def used_by(self, piece: list[nodes.Node]) -> Iterator[tuple[str, str | None]]:
        """Yield the pieces that a piece uses: (template or "" for this one, macro or None)."""
        for name in {node.name for node in found(piece, nodes.Name)}:
            if name in self.imported:
                yield self.imported[name]
            elif name in self.macros:
                yield "", name
        for node in found(piece, (nodes.Extends, nodes.Include, nodes.Import)):
            for name in names_of(node.template):
                yield name, None


class Templates:
    """All templates of an environment, each parsed once."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.parsed: dict[str, Template] = {}

    def __getitem__(self, name: str) -> Template:
        if name not in self.parsed:
            self.parsed[name] = Template(self.environment, name)
        return self.parsed[name]

    def pieces(self, *roots: tuple[str, str | None]) -> dict[tuple[str, str | None], list]:
        """Return {(template, macro): nodes} of these pieces and all pieces they use."""
        pieces, open_ones = {}, list(roots)
        while open_ones:
            name, macro = open_ones.pop()
            if (name, macro) not in pieces:
                template = self[name]
                piece = pieces[name, macro] = template.piece(macro)
                open_ones += [(other or name, part) for other, part in template.used_by(piece)]
        return pieces


def names_of(expression: nodes.Expr | None) -> list[str]:
    """Return the template names an expression may yield on a page of field work."""
    if isinstance(expression, nodes.CondExpr) and is_commune_only(expression.test):
        return names_of(expression.expr2)
    return [node.value for node in found([expression], nodes.Const)] if expression else []


def is_commune_only(test: nodes.Expr) -> bool:
    """Return whether a test is true for commune roles only."""
    return isinstance(test, nodes.Getattr) and test.attr == COMMUNE_ONLY


def found(piece: list[nodes.Node], kind: Any) -> Iterator[Any]:
    """Yield the nodes of a kind in a piece, including its roots."""
    for node in piece:
        if isinstance(node, kind):
            yield node
        yield from node.find_all(kind)


def plain(node: Any) -> Any:
    """Return a node as tuples without line numbers; join text that a comment separates."""
    if isinstance(node, nodes.Output):
        return "Output", *joined(node.nodes)
    if isinstance(node, nodes.Node):
        return type(node).__name__, *(plain(getattr(node, field)) for field in node.fields)
    return tuple(map(plain, node)) if isinstance(node, list | tuple) else node


def joined(parts: list[nodes.Expr]) -> Iterator[Any]:
    """Yield the parts of an output, with adjacent texts joined."""
    for is_text, run in groupby(parts, lambda part: isinstance(part, nodes.TemplateData)):
        if is_text:
            yield "".join(part.as_const() for part in run)
        else:
            yield from map(plain, run)
