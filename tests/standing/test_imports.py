"""Modules import only what docs/architecture.md allows."""

import ast
import posixpath
import re
import sys

import pytest

from teamapp.scripts import ALONE, IMPORTS, joined_scripts, with_imports

from .tree import STATIC, TEAMAPP, own_scripts, parsed, python_files, read, script_name

# The imports allowed to each module of the base. A folder stands for all its modules.
BASE = {"db", "statements", "text", "clock"}
DOMAIN = {"models", "recording", "counting", "rostering"}
HOUSE = {
    "__init__": {"*"},
    "config": set(),
    "clock": set(),
    "text": {"clock"},
    "id_numbers": set(),
    "cells": {"text", "id_numbers"},
    "spreadsheet": {"text"},
    "db": {"clock", "config", "statements", "sqlite"},
    "statements": set(),
    "sqlite": set(),
    "logs": {"config"},
    "sealing": {"config"},
    "models": BASE,
    "counting": BASE | {"models"},
    "rostering": BASE | {"models"},
    "recording": BASE | {"models", "counting"},
    "extensions": {"config", "db", "models"},
    "languages": {"text"},
    "access": {"text", "extensions", "models"},
    "scripts": set(),
    "static_files": {"config", "scripts"},
    "templating": {"config", "undrawn"},
    "undrawn": set(),
    "web": {"config", "extensions", "static_files"},
    "kept_pages": {"models"},
    "form_pages": {"models"},
    "errors": {"access", "extensions"},
    "health": {"access", "db"},
    "metrics": {"access", "config", "models", "clock", "logs"},
    "cli": set(),
}
SLICE = BASE | DOMAIN | {"access", "web", "scripts", "static_files", "extensions", "languages",
                  "sealing", "kept_pages", "form_pages", "sqlite", "id_numbers", "cells",
                  "spreadsheet", "undrawn"}

# The only modules that may import from slices.
TABLES_OF_SLICES = {
    "sync/kinds.py": {"visits"},
    "offline/pages.py": {"households", "rounds", "session", "visits"},
    "demo/__init__.py": {"imports"},
}

FRAMEWORK = {"flask", "flask_babel", "flask_compress", "flask_htmx", "flask_login", "flask_wtf",
             "werkzeug", "whitenoise"}
OUTSIDE = {
    "__init__": FRAMEWORK,
    "config": {"environs", "marshmallow"},
    "clock": set(),
    "text": set(),
    "id_numbers": set(),
    "cells": {"flask_babel"},
    "spreadsheet": {"flask_babel", "python_calamine"},
    "db": {"peewee", "playhouse"},
    "statements": {"peewee"},
    "sqlite": {"peewee", "playhouse"},
    "logs": {"flask"},
    "sealing": {"flask", "cryptography"},
    "models": {"peewee", "argon2"},
    "counting": {"peewee"},
    "rostering": {"peewee"},
    "recording": {"peewee"},
    "extensions": FRAMEWORK | {"peewee"},
    "languages": FRAMEWORK | {"babel"},
    "access": FRAMEWORK,
    "scripts": set(),
    "static_files": {"flask", "whitenoise"},
    "templating": {"flask", "jinja2", "peewee"},
    "undrawn": {"prometheus_client"},
    "web": FRAMEWORK | {"peewee", "wtforms"},
    "kept_pages": {"flask"},
    "form_pages": set(),
    "errors": FRAMEWORK | {"peewee", "gunicorn"},
    "health": {"flask", "peewee"},
    "metrics": {"flask", "peewee", "prometheus_client"},
    "cli": {"flask"},
    "slice": FRAMEWORK | {"wtforms", "peewee", "click"},
    "offline": FRAMEWORK | {"jinja2", "peewee"},
    "members": FRAMEWORK | {"click", "peewee", "segno", "wtforms"},
    "imports": {"click", "flask", "flask_babel"},
    "backup": {"click", "flask", "flask_babel", "peewee", "playhouse", "pyrage"},
}


def part_of(path):
    """Return the first name under teamapp/ that a module belongs to."""
    return path.parts[1].removesuffix(".py")


def slices():
    """Return the packages that belong neither to the base nor to the domain."""
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
    """Return a dotted name as (outside name or None, name under teamapp or None)."""
    if names[0] == "teamapp":
        return None, names[1] if len(names) > 1 else "__init__"
    return names[0], None


def allowed(path):
    """Return the imports allowed to a module: (under teamapp, from outside)."""
    part = part_of(path)
    within = path.relative_to("teamapp").as_posix()
    if part in HOUSE:
        return HOUSE[part] | {part}, OUTSIDE[part]
    return (SLICE | {part} | TABLES_OF_SLICES.get(within, set()),
            OUTSIDE.get(part, OUTSIDE["slice"]))


@pytest.mark.parametrize("path", python_files("teamapp"), ids=str)
def test_module_imports_only_lower_layers(path):
    ours, outside = allowed(path)
    for name, own in imports(path):
        if name:
            assert name in outside | sys.stdlib_module_names, f"{path} imports {name}"
        elif "*" not in ours:
            assert own in ours, f"{path} imports teamapp.{own}"


def test_slices_import_each_other_only_in_registries():
    for path in TABLES_OF_SLICES:
        assert (TEAMAPP / path).is_file(), path
    names = slices()
    assert {"sync", "visits", "rounds"} <= names
    reaching = {path.relative_to("teamapp").as_posix() for path in python_files("teamapp")
                for _, own in imports(path)
                if own in names and own != part_of(path) and part_of(path) != "__init__"}
    assert reaching <= set(TABLES_OF_SLICES)


def test_migrations_import_nothing_of_the_program():
    for path in python_files("migrations"):
        for outside, own in imports(path):
            assert own is None, path
            assert outside in {"peewee", "playhouse"} | sys.stdlib_module_names, path


def test_only_entry_points_create_the_app():
    for path in python_files("app.py", "gunicorn.conf.py"):
        ours = {own for _, own in imports(path)} - {None}
        assert ours <= {"__init__", "create_app", "db", "logs"}


# --- JavaScript ------------------------------------------------------------------------------

IMPORT = re.compile(r"""(?:\bimport|\bexport)\s(?:[^;'"]*?\sfrom\s)?\s*["']([^"']+)["']""")
LATER = re.compile(r"""\bimport\s*\(\s*["']([^"']+)["']""")
IDB = "vendor/idb.js"
SCRIPTS = {  # folder or script: its allowed imports
    "js/outbox/": {"js/outbox/", IDB},
    "js/outbox/protocol.js": set(),
    "js/outbox/times.js": {"js/outbox/protocol.js"},
    "js/outbox/sealing.js": set(),
    "js/outbox/batch.js": {"js/outbox/protocol.js"},
    "js/forms/": {"js/forms/", "js/outbox/"},
    "js/page/": {"js/page/", "js/forms/", "js/outbox/"},
    "js/page/sign_in.js": {"js/app.js"},  # loaded after the worker has cached it
    "js/page/card.js": {"js/outbox.js"},  # loaded by then
    "js/page/unanswered_form.js": set(),
    "js/page/cards.js": set(),
    "js/worker/": {"js/worker/", "js/outbox/", IDB},
    "js/app.js": {"js/page/", "js/forms/", "js/outbox/"},
    "sw.js": {"js/worker/", "js/outbox/", IDB},
    "sw-off.js": set(),
}
OPENS_DATABASES = {"js/outbox/database.js", "js/worker/page_cache.js"}


def imported(name):
    """Return the direct imports of a script, as paths from the folder of static files."""
    source = read(STATIC / name)
    return {posixpath.normpath(posixpath.join(posixpath.dirname(name), target)
                               .removeprefix("/static/"))
            for target in IMPORT.findall(source) + LATER.findall(source)}


@pytest.mark.parametrize("path", own_scripts(), ids=script_name)
def test_script_imports_only_lower_layers(path):
    name = script_name(path)
    allowed = SCRIPTS.get(name, SCRIPTS.get(f"{posixpath.dirname(name)}/"))
    for target in imported(name):
        assert {target, f"{posixpath.dirname(target)}/"} & allowed, target
        assert target != IDB or name in OPENS_DATABASES
    assert name in ("js/page/card.js", "js/page/sign_in.js") \
        or not re.search(r"\bimport\s*\(", read(path)), "import() is forbidden in workers"


def test_script_imports_have_no_cycle():
    waiting = {script_name(path): imported(script_name(path)) for path in own_scripts()}
    while waiting:
        ready = {name for name, targets in waiting.items() if not targets & waiting.keys()}
        assert ready, f"a circle among {sorted(waiting)}"
        waiting = {name: targets for name, targets in waiting.items() if name not in ready}


def test_every_script_is_used_and_the_worker_imports_no_page_script():
    of_pages = {*with_imports("js/app.js"), *ALONE}
    of_worker = {*with_imports("sw.js")}
    assert {script_name(path) for path in own_scripts()} - {"sw-off.js"} == \
        (of_pages | of_worker) - {IDB}
    assert not [name for name in of_pages if "/worker/" in name]
    assert not [name for name in of_worker if "/page/" in name or "/forms/" in name]


@pytest.mark.parametrize("path", own_scripts(), ids=script_name)
def test_script_can_be_joined(path):
    """Scripts are joined by their text: an import or an export of another shape would be lost."""
    name, source = script_name(path), read(path)
    if name not in joined_scripts() | {"js/app.js"}:
        return
    lines = [line for line in source.splitlines() if re.match(r"\s*(import|export)\b(?!:)", line)]
    imports = [line for line in lines if line.startswith("import")]
    assert len(imports) == len(IMPORTS.findall(source))
    for line in lines[len(imports):]:
        assert re.match(r"export (const|async function|function) \w+", line), line
    assert " as " not in " ".join(names for names, _ in IMPORTS.findall(source))


def test_every_imported_script_exists():
    for path in own_scripts():
        for target in IMPORT.findall(read(path)):
            found = STATIC / target.removeprefix("/static/") if target.startswith("/") \
                else path.parent / target
            assert found.is_file(), f"{path.name}: {target}"
