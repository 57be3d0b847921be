"""No name and no text uses a deprecated word; docs/glossary.md has the valid ones."""

import ast
import io
import re
import tokenize

import pytest

from .test_texts import messages
from .tree import documents, files, parsed, python_files, read, templates

pytestmark = pytest.mark.once  # the result does not depend on the database

# A part of a name, between underscores or capitals: its replacement.
PARTS = {
    "inbox": "rejected entries", "mishap": "processing failure", "mishaps": "processing failures",
    "stray": "undeliverable", "strays": "undeliverable", "desk": "processor",
    "ledger": "receipt index", "outlook": "household summary", "bearer": "submitted by",
    "goer": "assignee", "goers": "assignees", "heir": "resubmission", "heirs": "resubmissions",
    "forebear": "predecessor", "forebears": "predecessors", "mend": "resubmission",
    "mends": "resubmissions", "mended": "resubmitted", "mending": "resubmission",
    "book": "database, register", "edition": "content version", "recount": "reconciliation",
}
# A whole name: its replacement.
NAMES = {
    "Standing": "AccountStatus", "Stay": "VillageStay", "Marker": "DistinctMark",
    "sign_of_use": "was_used_recently", "atTheDoor": "onSignInPage",
    "at_the_door": "on_sign_in_page",
    "is_there": "a predicate with its object", "ground": "content_version",
    "turn": "write, WriteTransaction", "sharing": "allocation",
}
# A pattern in documents, docstrings and comments: its replacement.
PROSE = {
    r"\bthe book\b": "the database, the register", r"\ba book\b": "a database, a register",
    r"\bwhoever\b": "the person who …", r"\banew\b": "again",
    r"\b(is|are|was) content with\b": "satisfied by",
    r"\bas good as\b": "the fact itself", r"\bsees? to it\b": "the verb itself",
    r"\btells\b": "returns, names, reports", r"\bin no more\b": "the verb itself",
    r"\binbox(es)?\b": "rejected entries", r"\bmishaps?\b": "processing failure",
    r"\bstray (envelope|letter)s?\b": "undeliverable envelope", r"\bbearers?\b": "submitted_by",
    r"\bgoers?\b": "assignee", r"\bheirs?\b": "resubmission", r"\bforebears?\b": "predecessor",
    r"\bforerunners?\b": "predecessor", r"\bmend(s|ed|ing)?\b": "resubmission, repair",
    r"`kept`|`refused`": "`accepted`, `rejected`", r"\ba turn\b": "a write transaction",
    r"\bin (its|their|the commune's) turn\b": "in its write transaction",
}
# A pattern in the texts of the commune's screens: its replacement. Phones keep some of these words.
SCREENS = {
    r"^(Tuần|Tháng) này (thêm|chưa)": "Trong tuần có thêm …",
    r"\b[Cc]ần %\(n\)s|hôm nay cần": "chỉ tiêu, chỉ tiêu đến nay",
    r"^Còn thiếu( %|$)": "Còn thiếu so với chỉ tiêu", r"Kịp chỉ tiêu": "Đạt chỉ tiêu tuần",
    r"[Đđ]ộ phủ": "tỷ lệ kích hoạt", r"[Cc]hưa hỏi": "chưa rà soát",
    r"[Ll]ượt thăm": "lượt đến hộ", r"[Nn]hà đã gặp": "số hộ tiếp cận được",
    r"Nên gọi": "Cần đôn đốc", r"có tin\b": "đã cập nhật, có số liệu",
    r"[Tt]in lần": "cập nhật lần cuối", r"^Người( của xã|$)": "Nhân sự",
    r"Ai đi|[Nn]gười đi\b": "thành viên được giao", r"\b[Nn]háp\b": "dự thảo",
    r"Giao cho thành viên|bấm giao": "Phát động đợt",
    r"^Giao %\(day\)s|[Đđ]ợt đã giao": "phát động ngày …",
    r"Đã xem": "Đã xử lý", r"\bxong %\(n\)s việc": "hoàn thành … việc",
    r"%\(n\)s việc chưa": "còn … việc", r"không còn ở tổ": "tài khoản đã đóng hoặc chuyển nơi khác",
    r"^Thôi$": "Hủy", r"^(Máy|Tin|Còn)$": "1 máy, liên lạc 29/11, hết lượt chờ",
}
OF_THE_COMMUNE = ("teamapp/templates/tallies/", "teamapp/templates/rounds/",
                  "teamapp/templates/members/", "teamapp/templates/sync/",
                  "teamapp/templates/commune.html", "teamapp/tallies/", "teamapp/rounds/",
                  "teamapp/members/")
ALLOWED = {  # (start of a path, name or found words): reason; * stands for each
    ("tests/standing/test_words.py", "*"): "has the lists themselves",
    ("teamapp/static/css/", "marker"): "CSS has ::marker and list-style",
}


def allowed(path, word):
    """Return whether a file may contain a word."""
    return any(str(path).startswith(start) and given in (word, "*") for start, given in ALLOWED)


def parts(name):
    """Return the words of a name in lower case."""
    return [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def deprecated(name):
    """Return a deprecated name with its replacement, or None."""
    if name in NAMES:
        return f"{name} → {NAMES[name]}"
    return next((f"{name}: {part} → {PARTS[part]}" for part in parts(name) if part in PARTS), None)


def deprecated_in(text):
    """Yield the deprecated words of a text with their replacements."""
    for pattern, instead in PROSE.items():
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield f"{found[0]} → {instead}"


# --- sources of words ------------------------------------------------------------------------

def definitions(path):
    """Yield the names of a Python file's module, classes and functions."""
    yield path.parent.name if path.stem == "__init__" else path.stem
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def inner_names(path):
    """Yield the names of a Python file's arguments, variables, attributes and fields."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def script_names(path):
    """Yield the name of a script and the names it declares."""
    yield path.stem
    source = re.sub(r"/\*.*?\*/|//[^\n]*", "", read(path), flags=re.DOTALL)
    yield from re.findall(r"\b(?:function\*?|const|let|class)\s+([A-Za-z_$][\w$]*)", source)


def python_prose(path):
    """Return the docstrings and comments of a Python file."""
    texts = [ast.get_docstring(node) or "" for node in ast.walk(parsed(path))
             if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    tokens = tokenize.generate_tokens(io.StringIO(read(path)).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return "\n".join(texts + comments)


def style_names(path):
    """Yield the classes a style names."""
    source = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", read(path), flags=re.DOTALL)
    yield from re.findall(r"\.(-?[A-Za-z_][\w-]*)", source)


def template_names(path):
    """Yield the macros and variables a template defines, its ids and its classes."""
    source = read(path)
    yield from re.findall(r"\{%-?\s*(?:macro|set)\s+(\w+)", source)
    for names in re.findall(r"\b(?:id|class)=\"([^\"{]*)", source):
        yield from names.split()


def script_prose(source):
    """Return the comments of a script, a style or a template."""
    return "\n".join(re.findall(r"/\*.*?\*/|(?<![:\"'`\\])//[^\n]*|\{#.*?#\}", source, re.DOTALL))


def prose(path):
    """Return a file's docstrings and comments."""
    return python_prose(path) if path.suffix == ".py" else script_prose(read(path))


def readable(path):
    """Return a document's text without names of tests."""
    return re.sub(r"`[^`\n]+::[^`\n]+`", "", read(path))


def every_document():
    """Return all documents, including those of tests and benchmarks."""
    return [*documents(), *(path for path in files() if path.name == "README.md"
                            and path.parts[0] in ("tests", "bench"))]


def every_program():
    """Return all files with docstrings or comments, except the vendored ones."""
    return [path for path in files() if path.suffix in (".py", ".js", ".mjs", ".css", ".html")
            and "vendor" not in path.parts]


def given_up(text):
    """Return a given-up word of the commune's screens with its replacement, or None."""
    return next((f"{text!r} → {instead}" for pattern, instead in SCREENS.items()
                 if re.search(pattern, text)), None)


def findings(path, found):
    """Return the findings in a file, without words that are allowed there."""
    return [f"{path}: {one}" for one in found if not allowed(path, re.split(r"[: ]", one)[0])]


# --- the tests -------------------------------------------------------------------------------

@pytest.mark.parametrize("path", every_document(), ids=str)
def test_document_uses_the_words_of_the_glossary(path):
    text = readable(path)
    names = filter(None, map(deprecated, re.findall(r"`(\w+)`", text)))
    assert not findings(path, [*deprecated_in(text), *names])
    assert deprecated(path.stem.replace("-", "_")) is None
    assert "—" not in text, f"{path}: a dash where two sentences will do"


def test_modules_classes_and_functions_use_the_words_of_the_glossary():
    found = [line for path in python_files()
             for line in findings(path, filter(None, map(deprecated, definitions(path))))]
    assert not found, "\n".join(found)


def test_scripts_use_the_words_of_the_glossary():
    found = [line for path in every_program() if path.suffix in (".js", ".mjs")
             for line in findings(path, filter(None, map(deprecated, script_names(path))))]
    assert not found, "\n".join(found)


def test_styles_and_templates_use_the_words_of_the_glossary():
    found = []
    for path in every_program():
        names = {".css": style_names, ".html": template_names}.get(path.suffix)
        found += findings(path, filter(None, map(deprecated, names(path)))) if names else []
    assert not found, "\n".join(found)


def test_templates_are_named_by_the_words_of_the_glossary():
    names = [re.sub(r"\W", "_", name.removesuffix(".html")) for name in templates()]
    assert names
    assert not [*filter(None, map(deprecated, names))]


def test_docstrings_comments_and_variables_use_the_words_of_the_glossary():
    found = []
    for path in every_program():
        inner = inner_names(path) if path.suffix == ".py" else ()
        found += findings(path, [*deprecated_in(prose(path)),
                                 *filter(None, map(deprecated, inner))])
    assert not found, "\n".join(found)


def test_screens_of_the_commune_use_the_words_of_the_state():
    texts = [(path, text) for path, _line, text in messages()
             if str(path).startswith(OF_THE_COMMUNE)]
    assert len(texts) > 200
    found = [f"{path}: {given_up(text)}" for path, text in texts if given_up(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", every_document(), ids=str)
def test_document_names_the_screens_of_the_commune_as_they_are(path):
    named = re.findall(r"\*([^*\n]+)\*", read(path))
    assert not [*filter(None, map(given_up, named))]


@pytest.mark.parametrize("text", ["Tuần này thêm %(n)s người kích hoạt.", "cần %(n)s", "Thôi",
                                  "Còn thiếu %(n)s.", "%(n)s việc chưa", "Xóa nháp", "Người"])
def test_given_up_word_is_detected(text):
    assert given_up(text)


@pytest.mark.parametrize("name", ["InboxItem", "has_goer", "is_mended", "atTheDoor", "Standing",
                                  "of_the_book", "forebears", "strayEnvelope"])
def test_deprecated_name_is_detected(name):
    assert deprecated(name)


@pytest.mark.parametrize("name", ["standing", "recommend", "household", "bookmark", "sign_in",
                                  "VillageStay", "list_marker", "desktop", "background"])
def test_valid_name_passes(name):
    assert deprecated(name) is None


@pytest.mark.parametrize("text", ["Whoever asks gets 403.", "It is drawn anew.", "in the book",
                                  "`after` is content with it", "answered `kept`", "the inbox"])
def test_deprecated_phrase_is_detected(text):
    assert [*deprecated_in(text)]


@pytest.mark.parametrize("text", ["the standing tests", "kept pages", "text content", "recommended",
                                  "the content policy with a nonce"])
def test_valid_phrase_passes(text):
    assert not [*deprecated_in(text)]
