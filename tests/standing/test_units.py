"""The units of docs/systemd/ run the lines of the Procfile, with the documented settings."""

import re
import shlex
import shutil
import subprocess

import pytest

from teamapp.config import read_config

from .test_docs import commands, settings
from .tree import ROOT, files, read

pytestmark = pytest.mark.once  # the result does not depend on the database

FOLDER = ROOT / "docs/systemd"
UNITS = sorted(path.name for path in files() if path.parts[:2] == ("docs", "systemd"))
SERVICES = [name for name in UNITS if name.endswith(".service")]
INSTALL = read("docs/operations.md").partition("## Install\n")[2].partition("\n## ")[0]
OPEN = {"User": "tungnha", "WorkingDirectory": "/opt/tungnha/current",
        "EnvironmentFile": "/etc/tungnha/settings", "ProtectSystem": "strict",
        "NoNewPrivileges": "yes", "UMask": "0077"}


def lines(name):
    """Return {key: value} of a unit; each key stands there once."""
    pairs = [line.split("=", 1) for line in read(f"docs/systemd/{name}").splitlines()
             if "=" in line and not line.startswith("#")]
    assert len({key for key, _ in pairs}) == len(pairs), name
    return dict(pairs)


def procfile():
    """Return {process: command} with the defaults of its variables."""
    plain = re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", read("Procfile"))
    return dict(line.split(": ", 1) for line in plain.splitlines())


def installed():
    """Return the settings that the document writes into their file."""
    found = re.search(r"<<END\n(.*?)END\n", INSTALL, re.S)[1]
    return dict(line.split("=", 1) for line in found.splitlines())


def test_service_runs_the_lines_of_the_procfile():
    unit = lines("tungnha.service")
    assert shlex.split(unit["ExecStartPre"]) == ["/bin/sh", "-c", procfile()["release"]]
    assert unit["ExecStart"] == f"/opt/tungnha/current/venv/bin/{procfile()['web']}"
    assert unit["Environment"].startswith("PATH=/opt/tungnha/current/venv/bin:")


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_confined_and_may_write_where_the_settings_say(name):
    unit = lines(name)
    assert unit.items() >= OPEN.items()
    writable = unit["ReadWritePaths"].split()
    for folder in (installed()["VAR_DIR"], installed()["DATABASE_URL"].removeprefix("sqlite:///")):
        assert any(folder.startswith(f"{place}/") for place in writable), folder
    assert "ExecStart" in unit and ("backup" not in name or "/backup" in writable)


def test_jobs_run_existing_commands_and_have_a_timer(app):
    for name in SERVICES:
        said = re.findall(r"flask --app app ([a-z-]+)", read(f"docs/systemd/{name}"))
        assert said and set(said) <= commands(app.cli), name
    jobs = {name.removesuffix(".service") for name in SERVICES} - {"tungnha"}
    assert {name.removesuffix(".timer") for name in UNITS if name.endswith(".timer")} == jobs
    for job in jobs:
        timer = lines(f"{job}.timer")
        assert timer["OnCalendar"].endswith(" Asia/Ho_Chi_Minh") and timer["Persistent"] == "yes"


def test_document_names_every_unit_and_its_settings_start_the_program(tmp_path):
    for name in UNITS:
        assert f"`docs/systemd/{name}`" in INSTALL, name
    given = installed()
    assert given.keys() <= settings()
    made = given | {"SECRET_KEY": "Xy7-" * 9 + "0123456789", "VAR_DIR": str(tmp_path)}
    assert read_config(made).is_production


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd")
def test_systemd_understands_the_units(tmp_path):
    for name in UNITS:
        text = re.sub(r"^(Exec\w+)=.*", r"\1=/bin/true", read(f"docs/systemd/{name}"), flags=re.M)
        (tmp_path / name).write_text(text)
    paths = [str(tmp_path / name) for name in UNITS if "." in name]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
