"""Templates compile, point at what exists, and hold no inline style, script or handler."""

import re

import pytest
from jinja2 import TemplateNotFound, nodes

from .tree import STATIC, TEMPLATES, files, own_scripts, read, templates

pytestmark = pytest.mark.once  # no database is asked anything of its own

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


def test_nothing_moves_for_who_wants_no_motion():
    styles = re.sub(r"@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]*\{[^}]*\})*\s*\}",
                    "", read(STATIC / "css/app.css"))
    assert not re.findall(r"(?<![a-z-])(?:transition|animation|scroll-behavior)[a-z-]*\s*:", styles)
    assert not [path for path in own_scripts() if re.search(r"smooth|\.animate\(", read(path))]


def markup(name):
    """Return a template's own HTML, each piece of Jinja one hole; an `if` in a tag leaves none."""
    return JINJA.sub(HOLE, read(TEMPLATES / name))


@pytest.mark.parametrize("name", templates())
def test_a_template_compiles_and_its_parents_and_pieces_exist(app, name):
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


def test_a_forms_version_comes_from_the_table_of_kinds():
    for name in templates():
        assert not re.search(r"data-form=[\"']?\d", read(TEMPLATES / name)), name


def swapped():
    """Return the partials that routes give to htmx."""
    return {name for path in files() if path.parts[0] == "teamapp" and path.suffix == ".py"
            for name in re.findall(r'"((?:[a-z_]+/)?_[a-z_]+\.html)"', read(path))}


def test_a_swapped_piece_has_one_root_element_with_an_id():
    assert swapped()
    for name in swapped():
        html = markup(name).replace(HOLE, "").strip()
        root = re.match(r"<([a-z]+)\b[^>]*>", html)
        assert root, f"{name} begins with no element"
        assert re.search(r"\sid=", root[0]), f"{name}: its root has no id"
        assert html.endswith(f"</{root[1]}>"), f"{name} ends with another element"


def ids_of_all_templates():
    """Return a pattern for each id that some template draws."""
    found = set()
    for name in templates():
        for value in re.findall(r"\sid=[\"']([^\"']+)[\"']", markup(name)):
            if value.strip(HOLE):  # of an id that is all Jinja nothing is known
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
def test_nothing_is_inline(path):
    source = JINJA.sub(HOLE, read(path))
    for what, pattern in INLINE.items():
        assert not re.search(pattern, source, re.IGNORECASE), f"{path} holds {what}"


def test_every_static_file_a_template_names_exists():
    for name in templates():
        for path in re.findall(r"static_url\(['\"]([^'\"]+)['\"]\)", read(TEMPLATES / name)):
            assert (STATIC / path).is_file(), f"{name}: {path}"


def test_every_page_that_a_template_links_to_exists(app):
    endpoints = set(app.view_functions)
    for name in templates():
        for endpoint in re.findall(r"url_for\(\s*['\"]([a-z_.]+)['\"]", read(TEMPLATES / name)):
            assert endpoint in endpoints, f"{name}: {endpoint}"
