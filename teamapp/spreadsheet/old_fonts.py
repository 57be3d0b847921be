"""Texts typed for the fonts .VnTime (TCVN3) and VNI-Times, as Unicode."""

import re
import unicodedata
from collections.abc import Callable, Iterable

_TCVN3 = dict(zip(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô­õøö÷ùúýûüþ¡¢§£¤¥¦",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ", strict=True))
_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_VNI_MARKS = {  # the letter behind a vowel stands for its marks
    "ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _CIRCUMFLEX, "à": _CIRCUMFLEX + _GRAVE, "á": _CIRCUMFLEX + _ACUTE,
    "å": _CIRCUMFLEX + _HOOK, "ã": _CIRCUMFLEX + _TILDE, "ä": _CIRCUMFLEX + _DOT,
    "ê": _BREVE, "è": _BREVE + _GRAVE, "é": _BREVE + _ACUTE, "ú": _BREVE + _HOOK,
    "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}
_VNI_LETTERS = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_vni_pair = re.compile(rf"([aeiouyôö])([{''.join(_VNI_MARKS)}])", re.IGNORECASE)
_tcvn3_table, _vni_table = str.maketrans(_TCVN3), str.maketrans(
    _VNI_LETTERS | {one.upper(): other.upper() for one, other in _VNI_LETTERS.items()})

_MODERN = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")  # letters that neither font types
_TONES = dict.fromkeys(map(ord, (_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT)))
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|th|tr|ch|ph|kh|gh|gi|qu|[bcdđghklmnpqrstvx])?"
    r"(?:oa|oă|oe|uâ|uê|uyê|uya|uy|uơ|iê|yê|ia|uô|ua|ươ|ưa|oo|[aăâeêioôơuưy])"
    r"(?:ch|ng|nh|[cmnptiyou])?")


def from_tcvn3(typed: str) -> str:
    """Return a text typed for .VnTime in Unicode; its capitals are those of ASCII alone."""
    return typed.translate(_tcvn3_table)


def from_vni(typed: str) -> str:
    """Return a text typed for VNI-Times in Unicode."""
    return unicodedata.normalize("NFC", _vni_pair.sub(
        lambda pair: pair[1].translate(_vni_table) + _VNI_MARKS[pair[2].lower()], typed,
    ).translate(_vni_table))


FONTS: dict[str, Callable[[str], str]] = {"TCVN3": from_tcvn3, "VNI": from_vni}


def syllables(typed: str) -> int:
    """Return how many words of a text are syllables of Vietnamese."""
    return sum(map(_is_syllable, re.findall(r"[^\W\d_]+", typed)))


def _is_syllable(word: str) -> bool:
    marks = unicodedata.normalize("NFD", word.lower())
    bare = unicodedata.normalize("NFC", marks.translate(_TONES))
    tones = sum(ord(mark) in _TONES for mark in marks)
    return tones <= 1 and _SYLLABLE.fullmatch(bare) is not None


def find_font(cells: Iterable[str]) -> str | None:
    """Return the old font that most cells with marks were typed for, or None.

    A cell counts for a font if it becomes Vietnamese by its conversion; a cell with letters that
    no old font has, or one that is a name of another language, counts against it.
    """
    marked = [cell for cell in cells if not cell.isascii()]
    for font, convert in FONTS.items():
        better = sum(is_improved(cell, convert) for cell in marked)
        if better > 1 and better * 2 > len(marked):
            return font
    return None


def is_improved(typed: str, convert: Callable[[str], str]) -> bool:
    """Return True if a text has more Vietnamese syllables after its conversion."""
    return not _MODERN.search(typed) and syllables(convert(typed)) > syllables(typed)


def converted(rows: list[list[str]]) -> tuple[list[list[str]], str | None]:
    """Return the rows in Unicode and the old font they were typed for, if any."""
    font = find_font({cell for row in rows for cell in row})
    if font is None:
        return rows, None
    convert = FONTS[font]
    return [[convert(cell) if is_improved(cell, convert) else cell for cell in row]
            for row in rows], font
