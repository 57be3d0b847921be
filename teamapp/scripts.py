"""The scripts as browsers get them: joined into one module a purpose, at start, without comments.

On a slow phone each module that a page loads costs milliseconds, and each request of a first visit
a kilobyte; the scripts lie in one file a concern all the same. A module holds its scripts one after
another, each after those it imports; so no two scripts of a module define the same name.
"""

import posixpath
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
OUTBOX, APP, WORKER = "js/outbox.js", "js/app.js", "sw.js"
ALONE = tuple(f"js/page/{name}.js" for name in (
    "card", "cards", "ordering", "sign_in", "unanswered_form"))  # each for a few pages
SERVED = (OUTBOX, APP, *ALONE)  # the worker is served by its own route

IMPORTS = re.compile(r'^import \{([^}]+)\} from "([^"]+)";\n', re.MULTILINE)
EXPORTED = re.compile(r"^export (?=(?:const|(?:async )?function) (\w+))", re.MULTILINE)
EXPORT_LIST = re.compile(r"^export \{([^}]+)\};$", re.MULTILINE)
INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
TRAILING_COMMENTS = re.compile(r"[ \t]+// [^\n\"'`]*$", re.MULTILINE)  # not within a string
COMMENTS = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)\n", re.DOTALL | re.MULTILINE)


def served(name: str) -> str:
    """Return the code of a served script."""
    if name in ALONE:
        return bare(source_of(name))
    return outbox() if name == OUTBOX else joined(name, "./outbox.js")


def outbox() -> str:
    """Return the module that pages and the worker share; it exports what its scripts export."""
    exports = ", ".join(name for script in outbox_scripts() for name in exports_of(script))
    return bare(bodies(outbox_scripts())) + f"export {{{exports}}};\n"


def joined(script: str, outbox_url: str) -> str:
    """Return a script with all it imports; of the outbox's scripts it imports the names it uses."""
    own = [name for name in with_imports(script) if name not in outbox_scripts()]
    asked = {name.strip() for one in own for names, target in IMPORTS.findall(source_of(one))
             if target_of(one, target) in outbox_scripts() for name in names.split(",")}
    return f'import {{{", ".join(sorted(asked - {""}))}}} from "{outbox_url}";\n{bare(bodies(own))}'


def bodies(names: Sequence[str]) -> str:
    """Return the code of scripts, each without its imports and exports: the names are there."""
    return "".join(map(body, names))


def body(script: str) -> str:
    code = EXPORTED.sub("", IMPORTS.sub("", source_of(script)))
    return EXPORT_LIST.sub("", code).rstrip("\n") + "\n"


def exports_of(script: str) -> list[str]:
    """Return the names a script exports."""
    source = source_of(script)
    return EXPORTED.findall(source) + [
        name.strip() for listed in EXPORT_LIST.findall(source) for name in listed.split(",")]


def bare(code: str) -> str:
    """Return the code without comments, blank lines and indentation."""
    code = TRAILING_COMMENTS.sub("", COMMENTS.sub("", code))
    return re.sub(r"\n{2,}", "\n", INDENTATION.sub("", code))


@cache
def with_imports(script: str) -> tuple[str, ...]:
    """Return a script and all it imports, directly or not, each after those it imports."""
    found: dict[str, None] = {}
    for _, target in IMPORTS.findall(source_of(script)):
        found |= dict.fromkeys(with_imports(target_of(script, target)))
    return (*found, script)


@cache
def outbox_scripts() -> tuple[str, ...]:
    """Return the scripts of the outbox and all they import."""
    found: dict[str, None] = {}
    for path in sorted((STATIC / "js/outbox").glob("*.js")):
        found |= dict.fromkeys(with_imports(f"js/outbox/{path.name}"))
    return tuple(found)


@cache
def joined_scripts() -> frozenset[str]:
    """Return the scripts that are served only as a part of another one."""
    return frozenset({*outbox_scripts(), *with_imports(APP), *with_imports(WORKER)} - {*SERVED})


def target_of(script: str, target: str) -> str:
    """Return the path of an import from the static folder."""
    return posixpath.normpath(
        posixpath.join(posixpath.dirname(script), target.removeprefix("/static/")))


def source_of(script: str) -> str:
    return (STATIC / script).read_text("utf-8")
