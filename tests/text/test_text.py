"""Names, search and sort keys, phones and formats in Vietnamese."""

import unicodedata
from datetime import UTC, date, datetime

import pytest

from teamapp import clock, text

NFD = unicodedata.normalize("NFD", "Điểu Bré")


@pytest.mark.parametrize(
    "typed", ["dieu bre", "Điểu Bré", "ĐIỂU BRÉ", NFD, NFD.upper(), " Điểu   Bré "]
)
def test_folds_every_spelling_of_a_name_alike(typed):
    assert text.fold(typed) == "dieu bre"


@pytest.mark.parametrize("typed", ["h lan", "H'Lan", "H’Lan", "HʼLAN", "h' lan"])
def test_folds_every_apostrophe_to_a_space(typed):
    assert text.fold(typed) == "h lan"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("M'nông", "m nong"),
        ("Lê", "le"),
        ("An", "an"),
        ("Ưng Ơ Đu", "ung o du"),
        ("", ""),
        (None, ""),
    ],
)
def test_folds_short_and_unusual_names(typed, folded):
    assert text.fold(typed) == folded


def test_search_key_joins_the_given_parts():
    assert text.search_key("Lê Văn", 1957, None, "", "Cụm 3") == "le van 1957 cum 3"


def test_name_has_one_stored_spelling():
    assert text.name(f"  {NFD}\t H’Lan ") == "Điểu Bré H'Lan"
    assert unicodedata.is_normalized("NFC", text.name(NFD))


LOOK_ALIKE = ["Ðiểu Bré", "Ɖiểu Bré", "\u200bĐiểu\u200d Bré\ufeff", "\u202eĐiểu Bré\u202c",
              "Điểu\u00ad Bré", "\u2067Điểu Bré\u2069"]


@pytest.mark.parametrize("typed", LOOK_ALIKE)
def test_names_that_look_alike_are_stored_found_and_sorted_alike(typed):
    assert text.name(typed) == "Điểu Bré"
    assert text.fold(typed) == "dieu bre" and text.is_same_name(typed, "Điểu Bré")
    assert text.sort_key(typed) == text.sort_key("Điểu Bré")


def test_text_is_stored_without_characters_that_nobody_sees_but_with_its_emojis():
    family = "👨\u200d👩\u200d👧"
    assert text.spelled(f"\u202eNhà\u200b xa\u2066 {family}") == f"Nhà xa {family}"


def in_order(*names):
    return sorted(names, key=text.sort_key)


def test_letters_follow_the_vietnamese_alphabet():
    alphabet = list("aăâbcdđeêghiklmnoôơpqrstuưvxy")
    assert in_order(*reversed(alphabet)) == alphabet


def test_tones_follow_the_vietnamese_order():
    tones = ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert in_order(*reversed(tones)) == tones


def test_letters_compare_before_tones():
    assert in_order("Lang", "Lãn", "Lan", "Lạn") == ["Lan", "Lãn", "Lạn", "Lang"]


def test_sorts_people_by_given_name_then_surname():
    people = [
        "Trần Văn Bình",
        "Lê An",
        "Nguyễn Thị Ân",
        "Đỗ An",
        "Điểu Bré",
        "An",
        "Võ Văn Đạt",
        "Bùi Dung",
    ]
    assert in_order(*people) == [
        "An",
        "Đỗ An",
        "Lê An",
        "Nguyễn Thị Ân",
        "Trần Văn Bình",
        "Điểu Bré",
        "Bùi Dung",
        "Võ Văn Đạt",
    ]


def test_sorts_an_apostrophe_name_by_its_given_name():
    assert in_order("Thị Mai", "H'Lan", "H’Krang") == ["H’Krang", "H'Lan", "Thị Mai"]


def test_sort_key_is_the_same_in_both_unicode_forms():
    assert text.sort_key(NFD) == text.sort_key("ĐIỂU BRÉ")


def test_sort_key_is_digits_only_for_any_input():
    assert text.sort_key("Ñandú – 李 №3 Điểu").isdigit()
    assert text.sort_key("") == ""


@pytest.mark.parametrize(
    "typed",
    [
        "0300345678",
        "+84300345678",
        "84300345678",
        "0084300345678",
        "0300.345.678",
        "0300 345 678",
        "+84 (0) 300-345-678",
        "\u00a0030 034 5678",
    ],
)
def test_stores_phones_as_ten_digits(typed):
    assert text.phone(typed) == "0300345678"


@pytest.mark.parametrize("typed", ["", "  ", None])
def test_an_empty_phone_is_none(typed):
    assert text.phone(typed) is None


@pytest.mark.parametrize(
    "typed", ["0212345678", "091234567", "03003456789", "số của con", "0３00345678"]
)
def test_rejects_other_numbers_than_mobile_ones(typed):
    with pytest.raises(ValueError):
        text.phone(typed)


@pytest.mark.parametrize("typed", ["a\x00b", "\ud800", "a\x07", "a\x1bb", "\x85"])
def test_text_that_cannot_be_stored_is_not_clean(typed):
    assert not text.is_clean(typed)


def test_lines_and_tabs_are_clean():
    assert text.is_clean("Cụm 3,\r\n\tcổng xanh 🏡")


@pytest.fixture
def in_november(monkeypatch):
    """Set today to 21 November 2026."""
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 21))


def test_day_of_another_year_shows_its_year(in_november):
    assert text.short_day(date(2019, 11, 21)) == "21/11/2019"
    assert text.short_day(date(2019, 11, 21), "en") == "21 Nov 2019"


def test_formats_dates_and_times_as_in_vietnam(in_november):
    moment = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
    assert text.day(moment) == "21/11/2026"
    assert text.short_day(moment) == "21/11"
    assert text.clock_time(moment) == "01:05"
    assert text.day(date(2026, 3, 5)) == "05/03/2026"
    assert text.short_day(date(2026, 3, 5)) == "5/3"
    assert text.day(None) == text.short_day(None) == text.clock_time(None) == ""


def test_formats_english_dates_with_the_name_of_the_month(in_november):
    moment = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
    assert text.day(moment, "en") == "21 Nov 2026"
    assert text.short_day(moment, "en") == "21 Nov"
    assert text.day(date(2026, 3, 5), "en") == "5 Mar 2026"
    assert text.day(None, "en") == text.short_day(None, "en") == ""


def test_formats_english_numbers_with_commas():
    assert [text.number(n, "en") for n in (0, 1234567, 18.5, None)] == [
        "0", "1,234,567", "18.5", "—"]


def test_formats_numbers_as_in_vietnam():
    assert [text.number(n) for n in (0, 6104, 1234567, 18.5, None)] == [
        "0",
        "6.104",
        "1.234.567",
        "18,5",
        "—",
    ]


ONE = "3c9e7b52-9a0e-4c55-8f3f-2a6d1b7e4a90"
SPELLINGS = [ONE.upper(), ONE.replace("-", ""), f"{{{ONE}}}", f"urn:uuid:{ONE}", f" {ONE}",
             ONE.replace("3c", "\uff13c"), ONE.replace("9", "\u0669"), ONE[:-1], "",
             "3c9e7b529a0e4c558f3f2a6d1b7e4a90----"]


def test_uuid_has_one_spelling():
    assert str(text.uuid(ONE)) == ONE
    for spelling in SPELLINGS:
        with pytest.raises(ValueError):
            text.uuid(spelling)
