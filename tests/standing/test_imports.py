"""Who may import whom, as docs/architecture.md tells it."""

import ast
import re
import sys

import pytest

from .tree import STATIC, TEAMAPP, own_scripts, parsed, python_files, read

# What a module of the house may import of ours. A folder stands for all its modules.
BASE = {"db", "statements", "text", "clock"}
DOMAIN = {"models", "recording", "counting", "rostering"}
HOUSE = {
    "__init__": {"*"},
    "config": set(),
    "clock": set(),
    "text": {"clock"},
    "db": {"config", "statements", "sqlite"},
    "statements": set(),
    "sqlite": set(),
    "logs": set(),
    "sealing": {"config"},
    "models": BASE,
    "counting": BASE | {"models"},
    "rostering": BASE | {"models"},
    "recording": BASE | {"models", "counting"},
    "extensions": {"db", "models"},
    "languages": {"text"},
    "access": {"text", "extensions"},
    "static_files": set(),
    "templating": set(),
    "web": {"extensions", "static_files"},
    "kept_pages": {"models"},
    "errors": {"access", "extensions"},
    "health": {"access", "db"},
    "metrics": {"access", "models", "clock", "logs"},
    "cli": set(),
}
SLICE = BASE | DOMAIN | {"access", "web", "static_files", "extensions", "languages", "sealing",
                  "kept_pages",
                  "sqlite"}

# The only modules that may reach into slices.
TABLES_OF_SLICES = {
    "sync/kinds.py": {"visits"},
    "offline/pages.py": {"households", "rounds", "visits"},
    "demo/__init__.py": {"imports"},
}

FRAMEWORK = {"flask", "flask_babel", "flask_compress", "flask_htmx", "flask_login", "flask_wtf",
             "werkzeug", "whitenoise"}
OUTSIDE = {
    "__init__": FRAMEWORK,
    "config": {"environs", "marshmallow"},
    "clock": set(),
    "text": set(),
    "db": {"peewee", "playhouse"},
    "statements": {"peewee"},
    "sqlite": {"peewee", "playhouse"},
    "logs": {"flask"},
    "sealing": {"cryptography"},
    "models": {"peewee", "argon2"},
    "counting": {"peewee"},
    "rostering": {"peewee"},
    "recording": {"peewee"},
    "extensions": FRAMEWORK | {"peewee"},
    "languages": FRAMEWORK | {"babel"},
    "access": FRAMEWORK,
    "static_files": {"whitenoise"},
    "templating": {"flask", "jinja2"},
    "web": FRAMEWORK | {"wtforms"},
    "kept_pages": {"flask"},
    "errors": FRAMEWORK | {"peewee", "gunicorn"},
    "health": {"flask", "peewee"},
    "metrics": {"flask", "peewee", "prometheus_client"},
    "cli": set(),
    "slice": FRAMEWORK | {"wtforms", "peewee", "click"},
    "offline": FRAMEWORK | {"jinja2", "peewee"},
    "imports": {"click", "flask", "flask_babel", "python_calamine"},
    "backup": {"click", "flask", "flask_babel", "peewee", "playhouse", "pyrage"},
}


def part_of(path):
    """Return the first name under teamapp/ that a module belongs to."""
    return path.parts[1].removesuffix(".py")


def slices():
    """Return the packages that are neither the house nor its domain."""
    return {part_of(path) for path in python_files("teamapp")} - set(HOUSE)


def imports(path):
    """Yield (outside name or None, name under teamapp or None) of each import of a module."""
    package = list(path.with_suffix("").parts[:-1])
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield resolved(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            base = package[:len(package) - node.level + 1] if node.level else []
            stem = base + (node.module.split(".") if node.module else [])
            for alias in node.names if stem == ["teamapp"] else [None]:
                yield resolved(stem + ([alias.name] if alias else []))


def resolved(names):
    """Return a dotted name as (outside, ours)."""
    if names[0] == "teamapp":
        return None, names[1] if len(names) > 1 else "__init__"
    return names[0], None


def allowed(path):
    """Return what a module under teamapp/ may import: (of ours, from outside)."""
    part = part_of(path)
    within = path.relative_to("teamapp").as_posix()
    if part in HOUSE:
        return HOUSE[part] | {part}, OUTSIDE[part]
    return (SLICE | {part} | TABLES_OF_SLICES.get(within, set()),
            OUTSIDE.get(part, OUTSIDE["slice"]))


@pytest.mark.parametrize("path", python_files("teamapp"), ids=str)
def test_a_module_imports_only_what_stands_below_it(path):
    ours, outside = allowed(path)
    for name, own in imports(path):
        if name:
            assert name in outside | sys.stdlib_module_names, f"{path} imports {name}"
        elif "*" not in ours:
            assert own in ours, f"{path} imports teamapp.{own}"


def test_slices_meet_only_in_the_tables_made_for_it():
    for path in TABLES_OF_SLICES:
        assert (TEAMAPP / path).is_file(), path
    names = slices()
    assert {"sync", "visits", "rounds"} <= names
    reaching = {path.relative_to("teamapp").as_posix() for path in python_files("teamapp")
                for _, own in imports(path)
                if own in names and own != part_of(path) and part_of(path) != "__init__"}
    assert reaching <= set(TABLES_OF_SLICES)


def test_migrations_import_nothing_of_ours():
    for path in python_files("migrations"):
        for outside, own in imports(path):
            assert own is None, path
            assert outside in {"peewee", "playhouse"} | sys.stdlib_module_names, path


def test_only_app_py_and_gunicorn_start_the_program():
    for path in python_files("app.py", "gunicorn.conf.py"):
        ours = {own for _, own in imports(path)} - {None}
        assert ours <= {"__init__", "create_app", "db", "logs"}


# --- JavaScript ------------------------------------------------------------------------------

IMPORT = re.compile(r"""(?:\bimport|\bexport)\s(?:[^;'"]*?\sfrom\s)?\s*["']([^"']+)["']""")
LATER = re.compile(r"""\bimport\s*\(\s*["']([^"']+)["']""")
SCRIPTS = {
    "door.js": {"./app.js"},  # once the worker has it
    "sending.js": set(),
    "store.js": {"../vendor/idb.js"},
    "sender.js": {"./store.js", "./sending.js"},
    "pages.js": {"../vendor/idb.js", "./sending.js", "./sender.js", "./store.js"},
    "echo.js": {"./store.js"},
    "forms.js": {"./store.js"},
    "app.js": {"./echo.js", "./forms.js", "./sender.js", "./store.js"},
    "sw.js": {"/static/vendor/idb.js", "/static/js/pages.js", "/static/js/sender.js",
              "/static/js/sending.js", "/static/js/store.js"},
    "sw-off.js": set(),
}


@pytest.mark.parametrize("path", own_scripts(), ids=lambda path: path.name)
def test_a_script_imports_only_what_stands_below_it(path):
    source = read(path)
    assert set(IMPORT.findall(source) + LATER.findall(source)) == SCRIPTS[path.name]
    assert path.name == "door.js" or not re.search(r"\bimport\s*\(", source), \
        "import() is forbidden in workers"


def test_every_import_of_a_script_is_a_file():
    for path in own_scripts():
        for target in IMPORT.findall(read(path)):
            found = STATIC / target.removeprefix("/static/") if target.startswith("/") \
                else path.parent / target
            assert found.is_file(), f"{path.name}: {target}"
