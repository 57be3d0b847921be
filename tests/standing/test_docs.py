"""The documents name only what exists, and all settings, routes, tables and kinds."""

import ast
import inspect
import json
import re
import shlex
from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict

from teamapp.models import TABLES as MODELS
from teamapp.models import AccountKind, Attempt, Obstacle, Procedure, User, secret
from teamapp.models.throttle import Doubling
from teamapp.sync import batch, sent_entry
from teamapp.sync.forms import MOST_LINES
from teamapp.sync.kinds import KINDS
from teamapp.sync.rejections import REASONS

from .test_access_matrix import routes
from .tree import ROOT, documents, files, parsed, read

pytestmark = pytest.mark.once  # the result does not depend on the database

MADE_AT_RUN_TIME = {"var/"}
READ_ELSEWHERE = {"PORT": "Makefile", "BIND": "Procfile", "TEST_DATABASE_URL": "tests",
                  "FAULTS_SEED": "tests", "FAULTS_VISITS": "tests"}
DECISIONS = [path for path in documents() if path.parts[:2] == ("docs", "decisions")]


def code(path):
    """Return the inline code and the shell blocks of a document."""
    text = read(path)
    inline = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return inline + [line for block in blocks for line in block.splitlines()]


def every_code():
    """Yield (document, token) of all documents."""
    for path in documents():
        for token in code(path):
            yield path, token


def settings():
    """Return the names the program reads from its environment."""
    tree = parsed(next(path for path in files() if path.as_posix() == "teamapp/config.py"))
    return {node.args[0].value for node in ast.walk(tree) if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "env" and node.args}


# --- paths -----------------------------------------------------------------------------------

def as_path(token):
    """Return the repository path a token names, or None."""
    first = token.split()[0].rstrip(",;:")
    if first.startswith(("/", "<", "$")) or "=" in first or "…" in first or "://" in first:
        return None
    is_path = "/" in first or re.search(r"\.(py|md|js|html|css|csv|txt|in|toml|sh)$", first)
    return first if is_path and re.fullmatch(r"[\w.<>*/-]+", first) else None


def test_every_path_in_the_documents_exists():
    named = {(path, as_path(token)) for path, token in every_code() if as_path(token)}
    assert len(named) > 60
    for document, name in sorted(named, key=str):
        if any(name.startswith(start) for start in MADE_AT_RUN_TIME) or name.startswith("venv/"):
            continue
        pattern = re.sub(r"<\w+>", "*", name).rstrip("/")
        within_a_slice = "/" not in name and list(ROOT.glob(f"teamapp/*/{pattern}"))
        assert list(ROOT.glob(pattern)) or within_a_slice or name in MIMETYPES, \
            f"{document} names {name}"


MIMETYPES = {"application/json", "application/x-ndjson"}


def test_architecture_names_every_folder_of_the_program():
    told = read("docs/architecture.md")
    for path in files():
        if path.parts[0] == "teamapp" and len(path.parts) > 1:
            name = f"teamapp/{path.parts[1]}" + ("/" if len(path.parts) > 2 else "")
            covered = {"teamapp/templates/", "teamapp/static/"}
            assert f"`{name}`" in told or name in covered, name
        if path.parts[:3] == ("teamapp", "static", "js"):
            assert f"`{path.as_posix()}`" in told, path
    named = {token.split("/")[0] for _, token in every_code()}
    assert {path.parts[0] for path in files() if len(path.parts) > 1} <= named


# --- settings, routes, tables, commands ------------------------------------------------------

def test_table_of_settings_is_complete():
    table = re.findall(r"^\| `([A-Z_]+)` \|", read("docs/operations.md"), re.M)
    assert sorted(table) == sorted(settings())


def test_documents_name_only_existing_settings():
    known = settings() | set(READ_ELSEWHERE) | {"FILE", "CODE", "NAME", "ADULT"}
    known |= {row for path in files() if path.match("catalog_data/*.csv")
              for row in re.findall(r"^[A-Z0-9_]+", read(path), re.M)}
    for document, token in every_code():
        for name in re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", token):
            assert name in known, f"{document} names {name}"
    for name, where in READ_ELSEWHERE.items():
        assert any(name in read(path) for path in files()
                   if path.name == where or (path.parts[0] == where and path.suffix == ".py")), \
            name


def test_every_documented_address_is_a_route(app):
    known = {shape(route) for route in routes(app)} | {shape(f"GET {rule.split()[1]}")
                                                      for rule in routes(app)}
    paths = {route.split()[1] for route in known}
    named = set()
    for document, token in every_code():
        found = re.fullmatch(r"(?:(GET|POST) )?(/[\w<>/.:-]*)(?:\?\S*)?", token)
        if not found or found[2].startswith(("/static/", "/srv/", "/backup")):
            continue
        named.add(found[2])
        if found[1]:
            assert shape(f"{found[1]} {found[2]}") in {shape(route) for route in routes(app)}, \
                f"{document} names {token}"
        else:
            assert shape(f"GET {found[2]}").split()[1] in paths, f"{document} names {token}"
    assert len(named) > 20


def shape(route):
    """Return a route with its parameters normalised."""
    return re.sub(r"<\w+>", "<>", route)


def test_architecture_names_exactly_the_tables():
    rows = re.search(r"^## The tables\n(.*?)^## ", read("docs/architecture.md"), re.M | re.S)[1]
    told = [name for row in rows.splitlines() if row.startswith("| `")
            for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(told) == sorted(model._meta.table_name for model in MODELS)


def commands(group, prefix=""):
    """Return the names of all commands; subcommands follow their group's name."""
    found = set()
    for name, command in group.commands.items():
        found.add(f"{prefix}{name}")
        if hasattr(command, "commands"):
            found |= commands(command, f"{prefix}{name} ")
    return found


def test_documented_commands_exist_and_own_commands_are_documented(app):
    known = commands(app.cli) | {"shell", "run", "routes"}
    for document, token in every_code():
        for said in re.findall(r"flask --app app ((?:[a-z][a-z-]* ?)+)", token):
            assert said.strip() in known, f"{document}: {said}"
    told = read("docs/operations.md")
    for name in commands(app.cli):
        if not any(other.startswith(f"{name} ") for other in commands(app.cli)):
            assert f"flask --app app {name}" in told, name


def test_documented_command_creates_a_commune(app):
    [line] = re.findall(r"^flask --app app (commune create .*?)\n```", read("docs/operations.md"),
                        re.M | re.S)
    result = app.test_cli_runner().invoke(args=shlex.split(line.replace("\\\n", "")))
    assert result.exit_code == 0, result.output
    chair = User.get(User.role == "chair")
    assert (chair.commune.code, chair.name) == ("99009", "Trần Thị Mẫu")


def test_every_documented_make_target_exists():
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.M))
    named = {target for _, token in every_code()
             for target in re.findall(r"\bmake ([a-z]+)", token)}
    assert named
    assert named <= targets


# --- the protocol ----------------------------------------------------------------------------

def example(kind):
    """Return the example body of a kind of entry."""
    found = re.search(rf"```body {re.escape(kind)}\n(.*?)```", read("docs/sync-protocol.md"), re.S)
    assert found, f"{kind} has no example"
    return found[1].replace("\n", "")


def leaves(form, prefix=""):
    """Return the full name of each field of a form, list items numbered 0."""
    found = set()
    for field in form:
        if hasattr(field, "append_entry"):
            entry = field.entries[0] if field.entries else field.append_entry()
            found |= leaves(entry.form) if hasattr(entry, "form") else {entry.name}
        else:
            found.add(field.name)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_documented_with_fields_and_example(app, kind):
    told = read("docs/sync-protocol.md")
    assert f"### `{kind}`, form {KINDS[kind].form}" in told
    section = told.partition(f"### `{kind}`")[2].partition("\n## ")[0]
    section = section.partition("\n### ")[0]
    with app.test_request_context():
        fields = leaves(KINDS[kind].form_class(meta={"csrf": False}))
        sent = MultiDict(parse_qsl(example(kind), keep_blank_values=True))
        form = KINDS[kind].form_class(sent, meta={"csrf": False})
        assert form.validate(), form.errors
    assert set(re.findall(r"^\| `([\w-]+)` \|", section, re.M)) == fields
    posted = {re.sub(r"-\d+-", "-0-", name) for name in sent}
    assert fields - posted <= {"why_unreached", "people-0-steps-0-mode"}
    assert posted <= fields


@pytest.mark.parametrize("kind", KINDS)
def test_documented_example_is_accepted(cast, sign_in, kind):
    """The example with ids of the cast is accepted, after the visit that it changes."""
    from tests.sync.phone import entry, send

    resident = cast.resident("Thị Rin")
    entries = []
    for one in dict.fromkeys(["visits.create", kind]):
        said = example(one)
        for name, id in (("household", cast.bre.id), ("people-0-id", resident.id),
                         ("dossiers-0-resident", resident.id), ("companions", cast.binh.id)):
            said = re.sub(rf"(?<=\b{name}=)[^&]+", str(id), said)
        entries.append(entry(said, kind=one, form=KINDS[one].form))
    answers = send(sign_in(cast.lan), cast.lan, *entries).json["results"]
    assert [answer["status"] for answer in answers] == ["accepted"] * len(entries), answers


def test_catalogues_contain_the_codes_of_examples(app):
    said = dict(parse_qsl(example("visits.create")))
    assert AccountKind.get_or_none(AccountKind.code == said["people-0-steps-0-kind"])
    assert Obstacle.get_or_none(Obstacle.code == said["people-1-steps-0-obstacle"])
    assert Procedure.get_or_none(Procedure.code == said["dossiers-0-procedure"])


@pytest.mark.parametrize("who, roles", [("lan", "member or leader"), ("son", "officer and chair")])
def test_pages_of_a_whole_pack_are_documented(cast, sign_in, who, roles):
    told = " ".join(read("docs/sync-protocol.md").split())
    listed = told.partition("A whole pack lists")[2].partition(f" {roles}")[2]
    listed = re.split(r"[;.](?: |$)", listed)[0]
    lines = map(json.loads, sign_in(getattr(cast, who)).get("/pack").text.splitlines())
    found = {re.sub(r"[0-9a-f-]{36}", "<id>", line["url"]) for line in lines if "url" in line}
    assert set(re.findall(r"`(/[^`]*)`", listed)) == found


def test_every_response_code_is_documented():
    told = read("docs/sync-protocol.md")
    refusals = re.findall(r"(?:BadRequest|RequestEntityTooLarge|UnprocessableEntity|"
                          r"UnsupportedMediaType|ServiceUnavailable)\(\"(\w+)\"",
                          inspect.getsource(batch) + inspect.getsource(sent_entry))
    assert {"malformed", "not_json", "too_large"} <= set(refusals)
    for word in {*REASONS, *refusals, "client_too_old", "wrong_user", "signed_out", "waits_for",
                 "server_older", "too_many_open"}:
        assert f"`{word}`" in told, word
    table = told.partition("| code of `rejected` |")[2].partition("| code of `deferred` |")[0]
    assert set(re.findall(r"`(\w+)`", table)) - {"fields"} <= set(REASONS)


def test_limits_are_documented():
    told = read("docs/sync-protocol.md")
    assert f"At most {batch.MOST_ENTRIES} entries and {batch.MOST_BYTES // 1024} KiB" in \
        told.replace("\n", " ")
    assert f"at most {sent_entry.MOST_AFTER} ids" in told
    assert f"at most 512 KiB and {MOST_LINES:,} entries" in told


def test_sign_in_attempt_limits_are_documented(app):
    told = " ".join(read("docs/security.md").split())
    on_device, device, strangers, network, everybody = Attempt(
        "pepper", "lan", "phone", "here").limits.values()
    assert f"on this phone ({on_device.free} free tries), for the phone ({device.free})" in told
    assert f"where they have not signed in before ({strangers.free})" in told
    assert f"begin at {Doubling.FIRST} seconds" in told
    assert (on_device.longest, device.longest, strangers.longest) == (86400, 15 * 60, 86400)
    assert "end at a day (at 15 minutes for the second)" in told
    assert f"{network.a_day} failures a day for a network" in told
    assert f"{everybody.a_day:,} in all" in told
    assert f"verifies {secret.AT_ONCE - 1} secret at a time" in told


# --- glossary and decisions ------------------------------------------------------------------

def test_glossary_names_words_of_the_code():
    rows = re.findall(r"^\| [^|]+ \| [^|]+ \| `(\w+)` \|", read("docs/glossary.md"), re.M)
    assert len(rows) > 50
    program = "\n".join(read(path) for path in files() if path.parts[0] == "teamapp"
                        and path.suffix in (".py", ".js", ".csv"))
    for name in rows:
        assert re.search(rf"\b{name}\b", program), name


def test_decisions_are_numbered_and_short_and_state_their_cost():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for path in DECISIONS:
        text = read(path)
        assert text.count("\n") <= 30, path
        assert text.startswith(f"# {int(path.name[:4])}. "), path
        for word in ("**Situation.**", "**Choice.**", "**Price.**"):
            assert word in text, f"{path} lacks {word}"


def test_picture_section_shows_existing_files():
    shown = set(re.findall(r"!\[[^\]]+\]\((docs/pictures/[^)]+)\)", read("README.md")))
    shown |= {f"docs/{path}" for path in re.findall(
        r"(?:\(|src=\")(pictures/[^)\"]+)", read("docs/start.md"))}
    there = {path.as_posix() for path in files()
             if path.parts[:2] == ("docs", "pictures") and path.suffix in (".png", ".webp", ".jpg")}
    assert shown == there


def test_document_lines_have_a_maximum_length():
    for path in documents():
        for number, line in enumerate(read(path).splitlines(), 1):
            is_table = line.startswith("|") or line.startswith("![")
            assert is_table or len(line) <= 112, f"{path}:{number}"
