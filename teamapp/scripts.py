"""The scripts as browsers get them: joined into one module a purpose, at start.

On a slow phone each module that a page loads costs milliseconds, and each request of a first visit
a kilobyte; the scripts lie in one file a concern all the same. A script is joined as a function
that returns its exports, after the scripts it imports.
"""

import posixpath
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
OUTBOX, APP, SIGN_IN, WORKER = "js/outbox.js", "js/app.js", "js/page/sign_in.js", "sw.js"
SERVED = (OUTBOX, APP, SIGN_IN)  # the worker is served by its own route

IMPORTS = re.compile(r'^import \{([^}]+)\} from "([^"]+)";\n', re.MULTILINE)
EXPORTED = re.compile(r"^export (?=(?:const|(?:async )?function) (\w+))", re.MULTILINE)
EXPORT_LIST = re.compile(r"^export \{([^}]+)\};$", re.MULTILINE)
INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
COMMENTS = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)\n", re.DOTALL | re.MULTILINE)


def served(name: str) -> str:
    """Return the code of a served script."""
    if name == SIGN_IN:
        return bare(source_of(name))
    return outbox() if name == OUTBOX else joined(name, "./outbox.js")


def outbox() -> str:
    """Return the module that pages and the worker share."""
    return scopes(outbox_scripts())


def joined(script: str, outbox_url: str) -> str:
    """Return a script with all it imports, except those of the outbox, which it imports."""
    shared = outbox_scripts()
    own = [name for name in with_imports(script) if name not in {*shared, script}]
    return (f'import {{{", ".join(map(variable, shared))}}} from "{outbox_url}";\n'
            + scopes(own) + body(script))


def scopes(names: Sequence[str]) -> str:
    """Return scripts that the module exports, each by its variable."""
    return "".join(map(scope, names)) + f"export {{{', '.join(map(variable, names))}}};\n"


def scope(script: str) -> str:
    """Return the script as a variable with its exports."""
    source = source_of(script)
    names = EXPORTED.findall(source)
    for listed in EXPORT_LIST.findall(source):
        names += listed.split(", ")
    returned = f"return {{{','.join(names)}}};\n"
    return f"const {variable(script)}=(()=>{{\n{body(script)}{returned}}})();\n"


def body(script: str) -> str:
    """Return the script's own code: its imports are taken from the variables of other scripts."""
    def taken(found: re.Match[str]) -> str:
        names = ",".join(name.strip().replace(" as ", ":") for name in found[1].split(","))
        return f"const {{{names.rstrip(',')}}}={variable(target_of(script, found[2]))};\n"
    code = IMPORTS.sub(taken, source_of(script))
    return bare(EXPORT_LIST.sub("", EXPORTED.sub("", code))).rstrip("\n") + "\n"


def bare(code: str) -> str:
    """Remove whole-line comments, blank lines and indentation, a fifth of a first visit."""
    return re.sub(r"\n{2,}", "\n", INDENTATION.sub("", COMMENTS.sub("", code)))


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


def variable(script: str) -> str:
    """Return the name of a script's variable: no script of ours uses `$` in a name."""
    return re.sub(r"\W", "$", script.removeprefix("js/").removesuffix(".js"))


def source_of(script: str) -> str:
    return (STATIC / script).read_text("utf-8")
