"""The program executes no user input, fetches no URL and generates no guessable secret."""

import ast
import re

from .tree import own_scripts, parsed, python_files

RUN = {"subprocess", "pickle", "marshal", "shelve", "code", "ctypes", "xml", "yaml"}
CALL = {"socket", "ssl", "smtplib", "ftplib", "telnetlib", "requests", "httpx", "aiohttp",
        "urllib3", "urllib.request", "http.client"}
MAKES_PAGES = re.compile(
    r"\beval\(|\bnew Function\b|document\.write|insertAdjacentHTML|outerHTML|"
    r"createContextualFragment|setHTMLUnsafe|__proto__")
RUNS_ITSELF = "teamapp/spreadsheet/workbook.py"  # in a process with limits, without a shell
NAMES = {"eval", "exec", "compile", "__import__", "render_template_string", "from_string",
         "system", "popen", "execv", "spawnv", "Markup"}


def imports(path):
    """Return the modules a Python file imports, by full and by first name."""
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found | {name.partition(".")[0] for name in found}


def called(path):
    """Return the names a Python file calls, except `re.compile`."""
    calls = (node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))
    return {ast.unparse(name).rpartition(".")[2] for name in calls
            if ast.unparse(name) != "re.compile"}


def test_program_runs_no_command_and_opens_no_connection():
    for path in python_files("teamapp"):
        allowed = {"subprocess"} if path.as_posix() == RUNS_ITSELF else set()
        assert not imports(path) & (RUN | CALL) - allowed, path
        assert not called(path) & NAMES, path


def test_only_the_demo_uses_pseudorandom_numbers():
    """Unguessable values come from `secrets`."""
    for path in python_files("teamapp"):
        assert "random" not in imports(path) or path.parts[1] == "demo", path


def test_no_script_parses_user_text_as_html():
    """One script sets HTML: a fragment of the server with prefix and number inserted."""
    made = []
    for path in own_scripts():
        text = path.read_text(encoding="utf-8")
        assert not MAKES_PAGES.search(text), path
        made += [path.name] * len(re.findall(r"\.innerHTML\s*=", text))
    assert made == ["parts.js"]
