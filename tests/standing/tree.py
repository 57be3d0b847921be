"""Files of the project, for the standing tests."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEAMAPP = ROOT / "teamapp"
TEMPLATES = TEAMAPP / "templates"
STATIC = TEAMAPP / "static"


@cache
def files():
    """Return all tracked and untracked, not ignored files, as paths from the root."""
    said = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return sorted(Path(name) for name in set(said.split("\0")) if name and (ROOT / name).is_file())


def python_files(*folders):
    """Return the Python files under these folders (all of the repository's without any)."""
    return [path for path in files() if path.suffix == ".py"
            and (not folders or path.parts[0] in folders)]


@cache
def parsed(path):
    """Return the syntax tree of a Python file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))


def read(path):
    """Return the text of a file."""
    return (ROOT / path).read_text(encoding="utf-8")


def documents():
    """Return every document."""
    return [path for path in files() if path.suffix == ".md"
            and (len(path.parts) == 1 or path.parts[0] == "docs")]


def templates():
    """Return every template, as a path from the templates' folder."""
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*")
                  if path.is_file())


def script_name(path):
    """Return a script's path from the folder of the static files."""
    return path.relative_to(STATIC).as_posix()


def own_scripts():
    """Return the JavaScript files that are not vendored."""
    return sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
