"""Every text a person reads goes through the catalogue, and is Vietnamese at its root."""

import re
import unicodedata

import pytest
from babel.messages.extract import extract_from_file

from .tree import TEAMAPP, TEMPLATES, files, read, templates

KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
SYLLABLE = re.compile(
    r"(ngh|ng|nh|ph|th|tr|ch|kh|gh|gi|qu|[bcdghklmnprstvx])?[aeiouy]{1,3}(ng|nh|ch|[cmnpt])?",
    re.IGNORECASE)
ACRONYMS = {"PIN", "VNeID", "XLSX", "CSV", "Zalo"}
BRAND = "Từng Nhà"


def messages():
    """Return (path, line, text) of every text that is handed to the catalogue."""
    found = []
    for path in files():
        if path.parts[0] != "teamapp" or path.suffix not in (".py", ".html"):
            continue
        method = "python" if path.suffix == ".py" else "jinja2"
        options = {"trimmed": "true"} if method == "jinja2" else {}
        for line, message, *_rest in extract_from_file(
                method, TEAMAPP.parent / path, keywords=KEYWORDS, options=options):
            texts = message if isinstance(message, tuple) else (message,)
            found += [(path, line, text) for text in texts]
    return found


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
            made = re.findall(r"(?<![\w.])(?:_|_l|gettext|lazy_gettext)\(\s*f[\"']", read(path))
            assert not made, path


def bare_text(source):
    """Return a template's text outside Jinja, comments and tags' names."""
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", " ", source, flags=re.DOTALL)


@pytest.mark.parametrize("name", templates())
def test_a_template_says_nothing_past_the_catalogue(name):
    bare = bare_text(read(TEMPLATES / name)).replace(BRAND, "")
    said = [letter for letter in bare if letter.isalpha() and not letter.isascii()]
    assert not said, f"{name}: {''.join(said)[:40]!r}"
