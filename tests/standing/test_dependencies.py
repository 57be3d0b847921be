"""Every package has a reason and a hash; every vendored file matches its record."""

import hashlib
import re

import pytest

from .tree import STATIC, files, read

SETS = ("requirements", "requirements-dev", "requirements-pg")


def wanted(name):
    """Return the packages a .in file requires."""
    return {re.match(r"[A-Za-z0-9-]+", line)[0].lower() for line in read(f"{name}.in").splitlines()
            if line and not line.startswith(("#", "-"))}


def pinned(name):
    """Return {package: its block} of a locked file."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", "\n" + re.sub(r"^\s*#.*\n", "", read(f"{name}.txt"),
                                                          flags=re.M))
    return {re.match(r"[A-Za-z0-9_.-]+", block)[0].lower(): block for block in blocks
            if re.match(r"[A-Za-z0-9]", block)}


@pytest.mark.parametrize("name", SETS)
def test_every_requirement_is_pinned_and_hashed(name):
    locked = pinned(name)
    assert wanted(name) <= set(locked)
    for package, block in locked.items():
        assert re.match(r"[\w.\[\]-]+==[\w.]+", block), package
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), package


def test_requirement_sets_agree_on_versions():
    versions = {}
    for name in SETS:
        for package, block in pinned(name).items():
            version = re.match(r"[\w.\[\]-]+==([\w.]+)", block)[1]
            assert versions.setdefault(package, version) == version, package


def test_every_dependency_has_its_reason():
    told = {package for path in files() if path.parts[:2] == ("docs", "decisions")
            for package in re.findall(r"^\| ([a-z0-9-]+) \| .{10,}", read(path), re.M)}
    asked = set().union(*(wanted(name) for name in SETS))
    assert asked
    assert asked <= told
    assert told - {"package"} <= asked, "a reason without its package"


def test_every_vendored_file_matches_its_record():
    folder = STATIC / "vendor"
    rows = re.findall(r"^\| `([^`]+)` \| .+? \| ([\d.]+) \| .+?`([^`]+)`.*? \| `([0-9a-f]{64})` \|",
                      read(folder / "README.md"), re.M)
    recorded = {name for name, *_rest in rows} | {licence for _, _, licence, _ in rows}
    assert recorded | {"README.md"} == {path.name for path in folder.iterdir()}
    for name, version, _licence, digest in rows:
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
