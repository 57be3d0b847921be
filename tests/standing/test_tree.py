"""The layout of the repository, and markers of unfinished work."""

import ast
import re
import warnings

from .tree import files, own_scripts, parsed, python_files, read

TOP = {".ci", ".gitignore", ".pwmigrate", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "Procfile",
       "README.md", "app.py", "bench", "docs", "gunicorn.conf.py", "migrations", "pyproject.toml",
       "requirements-dev.in", "requirements-dev.txt", "requirements-pg.in", "requirements-pg.txt",
       "requirements.in", "requirements.txt", "teamapp", "tests"}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "services", "service", "misc",
           "managers", "manager", "lib", "core", "base"}
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK")) + r")\b")
TEXTS = {".py", ".js", ".mjs", ".html", ".css", ".md", ".toml", ".sh", ".txt", ".in", ".svg"}
DOMAIN = {"models", "recording", "counting", "rostering", "sync"}
MODULE, FUNCTION, SCRIPT = 200, 24, 150


def test_root_contains_exactly_the_expected_files():
    assert {path.parts[0] for path in files()} == TOP


def test_no_catch_all_module_exists():
    for path in files():
        if path.parts[:2] == ("tests", "service"):
            continue  # the tests of the running service
        if path.suffix in (".py", ".js") and path.parts[0] in ("teamapp", "tests", "bench"):
            assert not {part.split(".")[0].strip("_") for part in path.parts} & DRAWERS, path


def test_no_unfinished_marker_is_left():
    for path in files():
        if path.suffix in TEXTS and "vendor" not in path.parts:
            found = UNFINISHED.search(read(path))
            assert not found, f"{path}: {found[0]}"


def test_forms_are_defined_in_forms_modules():
    for path in python_files("teamapp"):
        if re.search(r"\((?:Flask)?Form\):", read(path)):
            assert path.name.endswith("forms.py"), path


def test_modules_and_public_domain_functions_have_a_docstring():
    """Other functions need only a typed signature."""
    bare = []
    for path in python_files("teamapp", "migrations"):
        tree = parsed(path)
        if not ast.get_docstring(tree) and read(path).strip():
            bare.append(f"{path}")
        if path.parts[1] not in DOMAIN:
            continue
        bare += [f"{path}:{node.lineno} {node.name}" for node in tree.body
                 if isinstance(node, ast.FunctionDef | ast.ClassDef)
                 and not node.name.startswith("_") and not ast.get_docstring(node)]
    assert not bare, "\n".join(bare)


def test_scripts_have_a_maximum_length():
    for path in own_scripts():
        assert read(path).count("\n") <= SCRIPT, path


def test_long_modules_give_a_warning():
    """Long modules and functions give a warning; the test does not fail."""
    for path in python_files("teamapp"):
        lines = read(path).count("\n")
        if lines > MODULE:
            warnings.warn(f"{path}: {lines} lines", stacklevel=1)
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= FUNCTION:
                warnings.warn(f"{path}:{node.lineno} {node.name}: "
                              f"{node.end_lineno - node.lineno + 1} lines", stacklevel=1)
