"""A change of a source renews the content versions of the page kinds that use it."""

import re
import shutil

import pytest
from jinja2 import FileSystemLoader

from teamapp.offline import content_version
from teamapp.offline.content_version import PROGRAM, Sources
from teamapp.offline.pages import KINDS

ALL = {kind.name for kind in KINDS}


class Program:
    """A copy of the program whose files a test can change."""

    def __init__(self, app, folder):
        self.app, self.folder = app, folder
        shutil.copytree(PROGRAM, folder, ignore=shutil.ignore_patterns("static", "__pycache__"))

    def versions(self, language="vi"):
        """Return {name of a kind: its content version}, read from the files each time."""
        environment = self.app.jinja_env.overlay(
            loader=FileSystemLoader(self.folder / "templates"))
        sources = Sources(self.folder, environment, self.app.url_map)
        return {kind.name: sources.version(kind, language) for kind in KINDS}

    def edit(self, name, change):
        """Change the text of a file."""
        path = self.folder / name
        before = path.read_text("utf-8")
        path.write_text(change(before), "utf-8")
        assert path.read_text("utf-8") != before, "nothing was changed"


@pytest.fixture
def program(app, tmp_path):
    """Return a copy of the program."""
    return Program(app, tmp_path / "teamapp")


@pytest.fixture
def renewed(program):
    """Return a function that changes a file and returns the kinds with a new version."""
    before = program.versions()

    def after(name, change):
        program.edit(name, change)
        return {name for name, version in program.versions().items() if version != before[name]}

    return after


def test_every_kind_has_its_own_short_version(app, program):
    versions = program.versions()
    assert versions.keys() == ALL and len(set(versions.values())) == len(ALL)
    assert all(re.fullmatch("[0-9a-f]{8}", version) for version in versions.values())
    with app.app_context():
        own = {kind.name: content_version.content_version(kind, "vi") for kind in KINDS}
    assert own == versions


@pytest.mark.parametrize("name", [
    "models/visit.py", "households/queries.py", "rounds/day.py", "visits/forms.py", "text.py",
    "offline/drawing.py"])
def test_python_comments_docstrings_and_layout_renew_nothing(renewed, name):
    def change(source):
        lines = re.sub(r'^"""', '"""Once more: ', source, count=1).splitlines()
        lines.insert(2, "# a comment")
        return "\n\n".join(lines[:3]) + "\n" + "\n".join(
            f"{line}  # why" if line.startswith(("from .", "import ")) and "(" not in line
            else line for line in lines[3:])

    assert renewed(name, change) == set()


def test_template_comment_renews_nothing(renewed):
    def change(source):
        return "{# first #}\n" + source.replace("</head>", "{# a comment #}</head>")

    assert renewed("templates/base.html", change) == set()


@pytest.mark.parametrize(("name", "old", "new", "kinds"), [
    ("templates/base.html", "<header", "<header id=bar", ALL),
    ("templates/visits/outbox.html", "<section", "<section id=x", {"outbox"}),
    ("templates/visits/_parts.html", "<", "< ", {"parts"}),
    ("templates/households/_search.html", "<", "< ", {"list"}),
    ("templates/households/rows.html", '<li class="row"', '<li class="line"',
     {"list", "day", "household"}),
    ("templates/commune.html", "<", "< ", set()),
    ("templates/rounds/show.html", "<", "< ", set()),
    ("rounds/day.py", "days=7", "days=8", {"day"}),
    ("rounds/queries.py", "PAGE = 20", "PAGE = 30", set()),
    ("households/people.py", "import", "import time\nimport", {"list", "household"}),
    ("models/ladder.py", "import", "import time\nimport",
     {"day", "list", "household", "parts", "outbox"}),
    ("models/session.py", "import secrets", "import secrets\nimport time", {"parts", "outbox"}),
    ("sqlite.py", "WRITE_TIMEOUT_S = 10", "WRITE_TIMEOUT_S = 11", set()),
    ("sync/processor.py", "import", "import time\nimport", set()),
    ("catalog_data/obstacles.csv", "O01", "O001", {"household", "parts"}),
    ("catalog_data/topics.csv", ",", ",,", set())])
def test_changed_file_renews_the_kinds_that_use_it(renewed, name, old, new, kinds):
    assert renewed(name, lambda source: re.sub(rf"{re.escape(old)}", new, source, count=1)) == kinds


def test_translation_renews_the_pages_that_show_it(program, monkeypatch):
    class Catalogue:
        _catalog = {"Đã gửi hết": "All sent", "Lưu ra tệp": "Save to a file", "": "header",
                    ("%(num)s người chưa kích hoạt", 1): "%(num)s people"}

    monkeypatch.setattr(content_version, "texts", lambda language: Catalogue)
    before = program.versions("en")
    for text, kinds in (("Lưu ra tệp", {"outbox"}), ("Đã gửi hết", ALL), ("", set()),
                        (("%(num)s người chưa kích hoạt", 1), {"list", "day", "household"})):
        monkeypatch.setitem(Catalogue._catalog, text, "other words")
        after = program.versions("en")
        assert {name for name in ALL if after[name] != before[name]} == kinds, text
        before = after
