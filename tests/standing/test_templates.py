"""Templates compile, reference existing targets, close their elements, contain nothing inline."""

import re

import pytest
from jinja2 import TemplateNotFound, nodes

from teamapp.static_files import served_files

from .tree import STATIC, TEMPLATES, files, own_scripts, read, templates

pytestmark = pytest.mark.once  # the result does not depend on the database

JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
HOLE = "\0"
HOLES = re.compile(rf"(?:{re.escape(re.escape(HOLE))})+")
INLINE = {
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a <style> element": r"<style\b",
    "a <script> with a body": r"<script\b(?![^>]*\ssrc\s*=)",
    "an event handler": r"<[^>]*\son[a-z]+\s*=",
    "a javascript: address": r"javascript:",
    "an hx-on handler": r"\shx-on\b",
    "a js: value": r"\shx-(?:vals|vars|headers)\s*=\s*[\"'](?:js|javascript):",
    "a trigger's filter": r"\shx-trigger\s*=\s*[\"'][^\"']*\[",
}
WIDEST = 120
IN_A_TAG = r"(?:\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|[^>])*?"
PIECES = re.compile(r"\{#.*?#\}|<!.*?>|(?P<said>\{\{.*?\}\})|\{%[-+]?\s*(?P<word>\w+).*?%\}"
                    rf"|<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*){IN_A_TAG}(?P<closed>/?)>", re.DOTALL)
ENDLESS = {"br", "hr", "img", "input", "link", "meta"}
OWN = {"macro", "call", "block"}  # their contents are balanced


def test_reduced_motion_disables_all_animation():
    styles = re.sub(r"@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]*\{[^}]*\})*\s*\}",
                    "", read(STATIC / "css/app.css"))
    assert not re.findall(r"(?<![a-z-])(?:transition|animation|scroll-behavior)[a-z-]*\s*:", styles)
    assert not [path for path in own_scripts() if re.search(r"smooth|\.animate\(", read(path))]


def markup(name):
    """Return a template's HTML with each Jinja part as a hole; an `if` in a tag leaves none."""
    return JINJA.sub(HOLE, read(TEMPLATES / name))


@pytest.mark.parametrize("name", templates())
def test_template_compiles_and_its_parents_and_partials_exist(app, name):
    env = app.jinja_env
    tree = env.parse(env.loader.get_source(env, name)[0])
    env.get_template(name)
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    for node in tree.find_all(kinds):
        for constant in node.template.find_all(nodes.Const) if not isinstance(
                node.template, nodes.Const) else [node.template]:
            if isinstance(constant.value, str) and constant.value.endswith(".html"):
                try:
                    env.get_template(constant.value)
                except TemplateNotFound:
                    pytest.fail(f"{name} asks for {constant.value}")


def test_every_template_of_a_route_exists(app):
    named = {name for path in files() if path.parts[0] == "teamapp" and path.suffix == ".py"
             for name in re.findall(r'"([a-z_]+(?:/[a-z_]+)*\.html)"', read(path))}
    assert "errors.html" in named
    assert named <= set(templates())


def test_form_version_comes_from_the_table_of_kinds():
    for name in templates():
        assert not re.search(r"data-form=[\"']?\d", read(TEMPLATES / name)), name


def swapped():
    """Return the partials that routes return to htmx."""
    return {name for path in files() if path.parts[0] == "teamapp" and path.suffix == ".py"
            for name in re.findall(r'"((?:[a-z_]+/)?_[a-z_]+\.html)"', read(path))}


def test_swapped_partial_has_one_root_element_with_an_id():
    assert swapped()
    for name in swapped():
        html = markup(name).replace(HOLE, "").strip()
        root = re.match(r"<([a-z]+)\b[^>]*>", html)
        assert root, f"{name} begins with no element"
        assert re.search(r"\sid=", root[0]), f"{name}: its root has no id"
        assert html.endswith(f"</{root[1]}>"), f"{name} ends with another element"


class Elements:
    """The elements of a template's source, tag by tag: its errors and its number of roots.

    Each branch of an `if` must leave open what the others do; what is drawn `once` may cut across.
    """

    def __init__(self, source):
        self.wrong, self.roots, self.macros = [], 0, 0
        self.open, self.around = (), []  # around: (word, open before, open after a branch)
        for piece in PIECES.finditer(source):
            if piece["word"]:
                self._jinja(piece["word"])
            elif piece["end"]:
                self._end(piece["tag"])
            elif piece["tag"] or piece["said"]:
                self.roots += not self.open and not any(word in OWN for word, *_ in self.around)
                if piece["tag"] and not piece["closed"] and piece["tag"] not in ENDLESS:
                    self.open += (piece["tag"],)
        self._is_whole("the template")

    def _end(self, tag):
        if self.open[-1:] == (tag,):
            self.open = self.open[:-1]
        else:
            self.wrong.append(f"</{tag}> where {self.open[-1:] or 'nothing'} is open")

    def _jinja(self, word):
        if word in OWN:
            self.macros += word == "macro"
            self.around.append((word, self.open, None))
            self.open = ()
        elif word in ("if", "for"):
            self.around.append((word, self.open, None))
        elif word in ("elif", "else"):
            before = self._branch()[1]
            self.around.append((word, before, self.open))
            self.open = before
        elif word in ("endif", "endfor"):
            last, before, _ = self._branch()
            if last != "else" and self.open != before:
                self.wrong.append(f"{word} leaves {self.open} open, not {before}")
        elif word.removeprefix("end") in OWN:
            self._is_whole(word)
            self.open = self.around.pop()[1]

    def _branch(self):
        word, before, after = self.around.pop()
        if after not in (None, self.open):
            self.wrong.append(f"one branch leaves {after} open, another {self.open}")
        return word, before, after

    def _is_whole(self, what):
        if self.open:
            self.wrong.append(f"{what} leaves {self.open} open")


@pytest.mark.parametrize("name", templates())
def test_template_lines_have_a_maximum_length(name):
    lines = enumerate(read(TEMPLATES / name).splitlines(), 1)
    assert not [number for number, line in lines if len(line) > WIDEST]


@pytest.mark.parametrize("name", templates())
def test_template_and_macros_close_their_elements(name):
    assert not Elements(read(TEMPLATES / name)).wrong


@pytest.mark.parametrize("source", [
    "<div>", "</div>", "<div><p></div></p>", "{% macro open() %}<div>{% endmacro %}",
    "{% macro a() %}<b>{% endmacro %}{% macro b() %}</b>{% endmacro %}",
    "<div>{% call banner() %}</div>{% endcall %}", "<ul>{% block main %}</ul>{% endblock %}",
    "{% if a %}<p>{% endif %}</p>", "{% if a %}<p>{% else %}<b>{% endif %}</p>",
    "{% if a %}<p>{% elif b %}<p>{% endif %}</p>", "{% for a in b %}<li>{% endfor %}</li>",
    "<p{% if a > b %} hidden{% endif %}>"])
def test_unclosed_element_is_detected(source):
    assert Elements(source).wrong


@pytest.mark.parametrize("source", [
    "<p{% if a > b %} hidden{% endif %}><br><input></p>", "<svg><path d='M0'/></svg>",
    "{% if a %}<p class=a>{% elif b %}<p>{% else %}<p id=c>{% endif %}</p>",
    "<ul>{% for a in b %}<li>{% else %}<li>{% endfor %}</li></ul>",
    "{% once 'a' %}<form>{% endonce %}{{ '<b>' }}{# <i> #}<!-- <u> -->{% once 'b' %}</form>"])
def test_balanced_template_passes(source):
    assert not Elements(source).wrong


def pieces():
    """Return the templates that others include, or routes return to htmx."""
    return swapped().union(*(re.findall(r'\{%-? include "([^"]+)"', read(TEMPLATES / name))
                             for name in templates()))


def test_partial_has_one_root_and_a_macro_file_none():
    assert len(pieces()) > 10
    for name in templates():
        found = Elements(read(TEMPLATES / name))
        if name in pieces():
            assert found.roots == 1, f"{name}: {found.roots} roots"
        elif name.rpartition("/")[2].startswith("_"):
            assert found.macros and not found.roots, f"{name} is neither a piece nor macros"


@pytest.mark.parametrize("source, roots", [
    ("<p></p>", 1), ("<p></p><p></p>", 2), ("<p></p>{{ banner() }}", 2), ("{% set a = 1 %}", 0),
    ("{% macro a() %}<p></p>{% endmacro %}<div><p></p></div>", 1)])
def test_second_root_is_detected(source, roots):
    assert Elements(source).roots == roots


@pytest.mark.parametrize("name, echo", [
    ("households/rows.html", "row_echo"), ("households/_forms.html", "visit_echo")])
def test_out_of_band_element_leaves_no_whitespace(app, name, echo):
    """Whitespace beside the element would remain, and the target would not be `:empty`."""
    with app.test_request_context():
        html = str(getattr(app.jinja_env.get_template(name).module, echo)())
    assert re.fullmatch(r"<template [^>]*><.*></template>", html, re.DOTALL)


def ids_of_all_templates():
    """Return a pattern for each id in any template."""
    found = set()
    for name in templates():
        for value in re.findall(r"\sid=[\"']([^\"']+)[\"']", markup(name)):
            if value.strip(HOLE):  # an id that is only Jinja matches anything
                found.add(HOLES.sub(".+", re.escape(value)))
    return found


def test_every_target_has_its_id():
    known = ids_of_all_templates()
    assert "main" in known
    for name in templates():
        for target in re.findall(r"\s(?:hx-target|hx-select|hx-include|data-filter|hx-indicator)="
                                 r"[\"'](?:closest |find )?#([^\"']+)[\"']", markup(name)):
            plain = target.replace(HOLE, "0")
            assert any(re.fullmatch(pattern, plain) for pattern in known), f"{name}: #{target}"


@pytest.mark.parametrize("path", [path for path in files() if path.suffix in (".html", ".svg")
                                  and path.parts[0] == "teamapp"], ids=str)
def test_template_contains_nothing_inline(path):
    source = JINJA.sub(HOLE, read(path))
    for what, pattern in INLINE.items():
        assert not re.search(pattern, source, re.IGNORECASE), f"{path} holds {what}"


def test_every_static_file_named_by_a_template_exists():
    for name in templates():
        for path in re.findall(r"static_url\(['\"]([^'\"]+)['\"]\)", read(TEMPLATES / name)):
            assert path in served_files(), f"{name}: {path}"


def test_every_page_linked_by_a_template_exists(app):
    endpoints = set(app.view_functions)
    for name in templates():
        for endpoint in re.findall(r"url_for\(\s*['\"]([a-z_.]+)['\"]", read(TEMPLATES / name)):
            assert endpoint in endpoints, f"{name}: {endpoint}"
