"""Every text a person reads goes through the catalogue: Vietnamese at its root, and English."""

import csv
import re
import tomllib
import unicodedata

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from .tree import TEAMAPP, TEMPLATES, files, read, templates

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
SYLLABLE = re.compile(
    r"(ngh|ng|nh|ph|th|tr|ch|kh|gh|gi|qu|[bcdghklmnprstvx])?[aeiouy]{1,3}(ng|nh|ch|[cmnpt])?",
    re.IGNORECASE)
OF_TEMPLATES = next(mapping for mapping in tomllib.loads(read("pyproject.toml"))["tool"]["babel"][
    "mappings"] if mapping["method"] == "jinja2")
ACRONYMS = {"PIN", "VNeID", "XLSX", "CSV", "Zalo"}
BRAND = "Từng Nhà"


def messages():
    """Return (path, line, text) of every text that is handed to the catalogue."""
    found = []
    for path in files():
        if path.parts[0] != "teamapp" or path.suffix not in (".py", ".html"):
            continue
        method = "python" if path.suffix == ".py" else "jinja2"
        options = OF_TEMPLATES if method == "jinja2" else {}
        for line, message, *_rest in extract_from_file(
                method, TEAMAPP.parent / path, keywords=KEYWORDS, options=options):
            texts = message if isinstance(message, tuple) else (message,)
            found += [(path, line, text) for text in texts]
    return found


def english():
    """Return the catalogue of the English texts, what is obsolete included."""
    with open(TEAMAPP / "translations/en/LC_MESSAGES/messages.po", "rb") as file:
        return read_po(file)


def is_vietnamese(text):
    """Tell whether a text has a Vietnamese letter, or nothing but Vietnamese syllables."""
    plain = re.sub(r"%\(\w+\)s|<[^>]+>", " ", text)
    if any(letter in "đĐ" or "WITH" in unicodedata.name(letter, "") for letter in plain
           if letter.isalpha()):
        return True
    words = [word for word in re.findall(r"[^\W\d_]+", plain) if word not in ACRONYMS]
    return all(SYLLABLE.fullmatch(word) for word in words)


def test_every_text_is_there_and_vietnamese():
    found = messages()
    assert len(found) > 100
    for path, line, text in found:
        assert text.strip(), f"{path}:{line}: an empty text"
        assert text == unicodedata.normalize("NFC", text), f"{path}:{line}: not NFC"
        assert is_vietnamese(text), f"{path}:{line}: {text!r}"


@pytest.mark.parametrize("text", ["Not found", "Sign in", "Saved", "Visited on", "Household"])
def test_english_would_be_noticed(text):
    assert not is_vietnamese(text)


def test_no_text_is_put_together_before_it_is_looked_up():
    """A text with a value inside it would never be found in a catalogue."""
    for path in files():
        if path.parts[0] == "teamapp" and path.suffix in (".py", ".html"):
            made = re.findall(r"(?<![\w.])(?:_|gettext)\(\s*f[\"']", read(path))
            assert not made, path


def bare_text(source):
    """Return a template's text outside Jinja, comments and tags' names."""
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", " ", source, flags=re.DOTALL)


@pytest.mark.parametrize("name", templates())
def test_a_template_says_nothing_past_the_catalogue(name):
    bare = bare_text(read(TEMPLATES / name)).replace(BRAND, "")
    said = [letter for letter in bare if letter.isalpha() and not letter.isascii()]
    assert not said, f"{name}: {''.join(said)[:40]!r}"


def test_every_text_has_an_english_one_and_nothing_else_has():
    catalogue = english()
    told = {text for entry in catalogue if entry.id
            for text in (entry.id if isinstance(entry.id, tuple) else (entry.id,))}
    found = {text for _, _, text in messages()}
    assert not found - told, "no English yet: run `make texts` and write it"
    assert not told - found, "in the catalogue but on no screen: run `make texts`"
    assert not catalogue.obsolete
    for entry in catalogue:
        for text in entry.string if isinstance(entry.string, tuple) else (entry.string,):
            assert text.strip() or not entry.id, f"no English yet: {entry.id!r}"
        assert not entry.fuzzy or not entry.id, entry.id


def test_an_english_text_says_what_the_vietnamese_says():
    """The same values stand in it, it ends alike, and it is not Vietnamese."""
    holes = re.compile(r"%%|%\(\w+\)s")
    for entry in english():
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        for text, said in zip(ids, strings) if entry.id else ():
            assert sorted(holes.findall(said)) == sorted(holes.findall(text)), text
            assert (said[-1] in ".?…:") is (text[-1] in ".?…:"), text
            quoted = re.sub(r"“[^”]*”|Chủ hộ.*|" + BRAND, "", said)
            assert not any(letter in quoted for letter in "ăâđêôơưĂÂĐÊÔƠƯ"), said


@pytest.mark.parametrize("name", ["Gửi về xã", "Lưu ra tệp"])
def test_an_english_text_calls_a_screen_and_a_button_what_they_are_called(name):
    texts = {entry.id: entry.string for entry in english() if isinstance(entry.id, str)}
    naming = [text for text in texts if name in text and text != name]
    assert naming
    for text in naming:
        assert texts[name] in texts[text], text


def test_nobody_is_heard_of_in_english():
    """What is told is when word came from a phone, not of one."""
    said = [text for entry in english() for text in (
        entry.string if isinstance(entry.string, tuple) else (entry.string,))]
    assert not [text for text in said if re.search(r"\bheard (?!from\b)", text)]


@pytest.mark.parametrize("name", sorted(path.name for path in (TEAMAPP / "catalog").glob("*.csv")))
def test_every_entry_of_a_catalogue_has_its_english_names(name):
    with open(TEAMAPP / "catalog" / name, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if column.endswith("_en")]
    assert "name_en" in columns
    assert {"short_name", "whole"} & set(rows[0]) <= {c.removesuffix("_en") for c in columns}
    for row in rows:
        assert all(row[column].strip() for column in columns), row["code"]
