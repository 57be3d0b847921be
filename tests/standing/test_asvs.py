"""docs/asvs.md lists every requirement of ASVS 5.0.0 at levels 1 and 2 and names existing tests."""

import ast
import re

from .tree import files, parsed, python_files, read

# The level of each requirement of each section of ASVS 5.0.0.
LEVELS = """
1.1 22 1.2 1111122223 1.3 112222222223 1.4 222 1.5 123
2.1 122 2.2 112 2.3 12223 2.4 23
3.1 3 3.2 113 3.3 12223 3.4 11222233 3.5 11122333 3.6 3 3.7 22333
4.1 12233 4.2 23333 4.3 22 4.4 1222
5.1 2 5.2 112333 5.3 113 5.4 222
6.1 122 6.2 111111112222 6.3 11223333 6.4 112233 6.5 22222333 6.6 2223 6.7 33 6.8 2222
7.1 222 7.2 1111 7.3 22 7.4 11222 7.5 223 7.6 22
8.1 1233 8.2 1123 8.3 133 8.4 23
9.1 111 9.2 1222
10.1 22 10.2 223 10.3 22223 10.4 1111122222233333 10.5 22222 10.6 22 10.7 222
11.1 2233 11.2 22233 11.3 11233 11.4 1222 11.5 23 11.6 23 11.7 33
12.1 12233 12.2 11 12.3 22223
13.1 2333 13.2 222223 13.3 2233 13.4 1222233
14.1 22 14.2 12223333 14.3 122
15.1 12233 15.2 12233 15.3 1222222 15.4 3333
16.1 2 16.2 22222 16.3 2222 16.4 222 16.5 2223
17.1 23 17.2 22223333 17.3 22
"""
TOLD = read("docs/asvs.md")
ROWS = [row.strip("| ").split(" | ") for row in TOLD.splitlines() if re.match(r"\| \d", row)]


def requirements(*levels):
    """Return the numbers of all requirements at these levels."""
    return [f"{section}.{place}" for section, given in re.findall(r"(\S+) (\S+)", LEVELS)
            for place, level in enumerate(given, 1) if level in levels]


def test_levels_equal_those_of_the_standard():
    assert [len(requirements(level)) for level in "123"] == [70, 183, 92]


def test_every_requirement_is_listed_once():
    told = [number for row in ROWS for number in row[0].split(", ")]
    assert sorted(told) == sorted(requirements("1", "2"))


def test_every_met_requirement_names_existing_tests():
    met = TOLD.partition("## Met\n")[2].partition("\n## ")[0]
    rows = [row for row in met.splitlines() if re.match(r"\| \d", row)]
    assert len(rows) > 100
    there = {f"{path.as_posix()}::{node.name}" for path in python_files("tests")
             for node in parsed(path).body if isinstance(node, ast.FunctionDef)}
    for row in rows:
        named = re.findall(r"`([^`]+::[^`]+)`", row.rpartition("|")[0].rpartition(" | ")[2])
        assert named, row
        assert set(named) <= there, f"{row}: {set(named) - there}"


def test_inventory_names_the_imported_cryptography():
    told = TOLD.partition("## What is signed")[2]
    imported = {name.split(".")[0] for path in files() if path.parts[0] == "teamapp"
                and path.suffix == ".py"
                for name in re.findall(r"^(?:import|from) ([\w.]+)", read(path), re.M)}
    for name in ("argon2", "cryptography", "hashlib", "hmac", "pyrage"):
        assert name in imported and f"`{name}`" in told, name
    assert not imported & {"ssl", "jwt", "nacl", "Crypto", "OpenSSL", "passlib", "bcrypt"}
