"""Every visible text is in the catalogue: Vietnamese in the source, with an English translation."""

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
    """Return (path, line, text) of every text that is marked for translation."""
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
    """Return the English catalogue, including obsolete texts."""
    with open(TEAMAPP / "translations/en/LC_MESSAGES/messages.po", "rb") as file:
        return read_po(file)


def is_vietnamese(text):
    """Return whether a text has a Vietnamese letter or only Vietnamese syllables."""
    plain = re.sub(r"%\(\w+\)s|<[^>]+>", " ", text)
    if any(letter in "đĐ" or "WITH" in unicodedata.name(letter, "") for letter in plain
           if letter.isalpha()):
        return True
    words = [word for word in re.findall(r"[^\W\d_]+", plain) if word not in ACRONYMS]
    return all(SYLLABLE.fullmatch(word) for word in words)


def test_every_text_exists_and_is_vietnamese():
    found = messages()
    assert len(found) > 100
    for path, line, text in found:
        assert text.strip(), f"{path}:{line}: an empty text"
        assert text == unicodedata.normalize("NFC", text), f"{path}:{line}: not NFC"
        assert is_vietnamese(text), f"{path}:{line}: {text!r}"


@pytest.mark.parametrize("text", ["Not found", "Sign in", "Saved", "Visited on", "Household"])
def test_english_text_is_detected(text):
    assert not is_vietnamese(text)


def test_no_text_is_interpolated_before_translation():
    """The catalogue has no entry for a text with a value inserted."""
    for path in files():
        if path.parts[0] == "teamapp" and path.suffix in (".py", ".html"):
            made = re.findall(r"(?<![\w.])(?:_|gettext)\(\s*f[\"']", read(path))
            assert not made, path


def bare_text(source):
    """Return a template's text without Jinja, comments and tags."""
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", " ", source, flags=re.DOTALL)


@pytest.mark.parametrize("name", templates())
def test_template_text_uses_the_catalogue(name):
    bare = bare_text(read(TEMPLATES / name)).replace(BRAND, "")
    said = [letter for letter in bare if letter.isalpha() and not letter.isascii()]
    assert not said, f"{name}: {''.join(said)[:40]!r}"


def test_exactly_the_used_texts_have_an_english_translation():
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


def test_english_text_matches_the_vietnamese_one():
    """It has the same placeholders and the same final punctuation, and is not Vietnamese."""
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
def test_english_text_uses_the_names_of_screens_and_buttons(name):
    texts = {entry.id: entry.string for entry in english() if isinstance(entry.id, str)}
    naming = [text for text in texts if name in text and text != name]
    assert naming
    for text in naming:
        assert texts[name] in texts[text], text


def test_english_text_does_not_say_heard_of():
    """A phone is "heard from": the text is about the time of its last request."""
    said = [text for entry in english() for text in (
        entry.string if isinstance(entry.string, tuple) else (entry.string,))]
    assert not [text for text in said if re.search(r"\bheard (?!from\b)", text)]


@pytest.mark.parametrize("name", sorted(path.name for path in (TEAMAPP / "catalog").glob("*.csv")))
def test_every_catalogue_entry_has_english_names(name):
    with open(TEAMAPP / "catalog" / name, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if column.endswith("_en")]
    assert "name_en" in columns
    assert {"short_name", "whole"} & set(rows[0]) <= {c.removesuffix("_en") for c in columns}
    for row in rows:
        assert all(row[column].strip() for column in columns), row["code"]
