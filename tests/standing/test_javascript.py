"""Scripts only move server-rendered HTML: they contain no field name and no sentence."""

import importlib
import re
from collections import Counter

import pytest
from wtforms import Form
from wtforms.form import BaseForm

from teamapp.scripts import APP, OUTBOX, WORKER, bare, exports_of, outbox_scripts, with_imports

from .tree import STATIC, own_scripts, python_files, read, script_name

# Field names that are also keys of an entry, of a response, of sealing or of a web API: scripts may
# use them as such, but never as a quoted string.
WORDS_OF_THE_ENVELOPE = {"id", "kind", "state", "code", "reason", "next", "mode", "name", "date",
                         "secret", "role"}
QUOTED_ALL_THE_SAME = {
    "sealing.js": {"secret"},  # a label of RFC 9180
    "form.js": {"id"},  # of the form element itself
    "database.js": {"state", "id"},  # the name of a store, the key of another
    "entries.js": {"state"}, "envelopes.js": {"state"}, "ids.js": {"state"},
    "typed_drafts.js": {"state"},  # that store
    "parts.js": {"name"}, "ordering.js": {"name"}, "mistakes.js": {"role"},  # the attribute
}

# Strings with a space that are no sentences: selectors, and errors for the console.
NOT_SAID = re.compile(
    r"""[#.\[:*]|^[a-z]+(?:,\s[a-z]+)+$|^shell-|^(?:still\ waiting|cut\ off)$""",
    re.VERBOSE)
TWO_WORDS = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")


def pieces(source):
    """Yield ("string" | "code", text) of a script, without comments and regular expressions."""
    at, code, last = 0, [], ""
    while at < len(source):
        found = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL).match(source, at)
        if found:
            at = found.end()
            continue
        letter = source[at]
        if letter == "/" and (not last or last in "(,=:[!&|?{};>"):
            at = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+/[a-z]*").match(
                source, at).end()
            last = "/"
            continue
        if letter in "\"'`":
            end = closing(source, at)
            yield "code", "".join(code)
            yield from string(source[at + 1:end], letter)
            code, at, last = [], end + 1, letter
            continue
        code.append(letter)
        last = letter if not letter.isspace() else last
        at += 1
    yield "code", "".join(code)


def closing(source, at):
    """Return the end of the string that begins here."""
    quote, here = source[at], at + 1
    while source[here] != quote:
        if quote == "`" and source.startswith("${", here):
            here = after_braces(source, here + 2)
            continue
        here += 2 if source[here] == "\\" else 1
    return here


def after_braces(source, here):
    """Return the position after the matching closing brace."""
    depth = 1
    while depth:
        if source[here] in "\"'`":
            here = closing(source, here)
        depth += {"{": 1, "}": -1}.get(source[here], 0)
        here += 1
    return here


def string(text, quote):
    """Yield the text of a string, and as code the expressions of a template string."""
    own, at = [], 0
    while quote == "`" and "${" in text[at:]:
        start = text.index("${", at)
        end = after_braces(text, start + 2)
        own.append(text[at:start])
        yield from pieces(text[start + 2:end - 1])
        at = end
    yield "string", "\0".join([*own, text[at:]])


def field_names():
    """Return the field names of all forms."""
    names = set()
    for path in python_files("teamapp"):
        if not path.name.endswith(("forms.py", "fields.py")):
            continue
        module = importlib.import_module(".".join(path.with_suffix("").parts))
        for form in vars(module).values():
            if isinstance(form, type) and issubclass(form, BaseForm | Form):
                names |= {name for name, value in vars(form).items()
                          if hasattr(value, "field_class")}
    return names


def test_form_fields_are_found():
    assert {"outcome", "visited_at", "people", "steps", "procedure", "username"} <= field_names()


@pytest.mark.parametrize("path", own_scripts(), ids=script_name)
def test_no_script_names_a_form_field(path):
    names = field_names()
    for sort, text in pieces(read(path)):
        named = r"[A-Za-z_]\w*" if sort == "string" else r"\.\s*([A-Za-z_]\w*)"
        for word in names.intersection(re.findall(named, text)):
            if word not in WORDS_OF_THE_ENVELOPE:
                pytest.fail(f"{path.name} names the field {word}: {text.strip()[-60:]!r}")
            if sort == "string" and word not in QUOTED_ALL_THE_SAME.get(path.name, ()):
                asked = re.search(rf"name[~|^$*]?=[\"']?{word}\b", text)
                assert text != word and not asked, f"{path.name}: {text!r}"


@pytest.mark.parametrize("path", own_scripts(), ids=script_name)
def test_no_script_contains_a_sentence(path):
    for sort, text in pieces(read(path)):
        if sort != "string" or NOT_SAID.search(text):
            continue
        assert not TWO_WORDS.search(text), f"{path.name}: {text!r}"
        assert text.isascii() or len(text.strip()) == 1 or "'" in text, f"{path.name}: {text!r}"


def test_scanner_finds_strings_and_skips_comments():
    source = """
    // names no "outcome"
    const a = b / 2; /* 'visited_at' */ const c = /["'](x)/g.test("it's");
    const d = `Đã lưu ${e["note"]} xong`;
    """
    strings = [text for sort, text in pieces(source) if sort == "string"]
    assert strings == ["it's", "note", "Đã lưu \0 xong"]


@pytest.mark.parametrize("path", [*own_scripts(), STATIC / "vendor/idb.js"], ids=script_name)
def test_served_script_lacks_only_comments_and_blank_lines(path):
    def said(code):
        return [(sort, "".join(text.split()) if sort == "code" else text)
                for sort, text in pieces(code)]

    source = read(path)
    assert said(bare(source)) == said(source)
    assert not re.search(r"^\s*(?://|/\*\*)", bare(source), re.M)


DEFINED = re.compile(
    r"^(?:export )?(?:async )?(?:const|let|function) (?:[{\[]([^}\]]*)[}\]]|(\w+))", re.MULTILINE)
MODULES = {OUTBOX: outbox_scripts(), **{
    name: [one for one in with_imports(name) if one not in outbox_scripts()]
    for name in (APP, WORKER)}}


def defined(script):
    """Return the names that a script defines at its top level, private ones included."""
    return [name.split(":")[-1].strip() for names, own in DEFINED.findall(read(STATIC / script))
            for name in (own or names).split(",")]


@pytest.mark.parametrize("module", MODULES)
def test_no_two_scripts_of_a_module_define_the_same_name(module):
    """They are joined into one scope, beside the names that the outbox exports."""
    shared = [] if module == OUTBOX else [
        name for script in outbox_scripts() for name in exports_of(script)]
    named = Counter([*shared, *(name for script in MODULES[module] for name in defined(script))])
    assert not [name for name, times in named.items() if times > 1]


@pytest.mark.parametrize("module", MODULES)
def test_script_calls_no_function_of_another_that_it_does_not_import(module):
    """Where a browser has a function of that name, as `find`, a joined script would call ours."""
    names = {name for script in MODULES[module] for name in defined(script)}
    for script in MODULES[module]:
        code = " ".join(text for sort, text in pieces(read(STATIC / script)) if sort == "code")
        for name in names:
            if re.search(rf"(?<![.\w]){name}\(", code):
                known = rf"(?:\b(?:const|let|function) |[({{,\[]\s*){name}\b\s*[^.]"
                assert re.search(known, code), (script, name)


