"""What only the whole list shows: split households, people listed twice, the numbers."""

import re
from collections import defaultdict
from collections.abc import Iterable

from flask_babel import gettext as _

from .. import text
from ..models.village_names import Villages
from . import cells as read
from .columns import Columns
from .parsed import ListedHousehold, ListedPerson, Sheet


def join_split(sheet: Sheet) -> None:
    """Join a household whose lines do not stand together: it would become several.

    The number marks it as the same, or a head who is listed among the first lines only.
    """
    first: dict[tuple[str | None, ...], ListedHousehold] = {}
    for one in list(sheet.households):
        numbers = [one.raw.get(key) for key in ("number", "house")]
        before = first.setdefault((text.fold(one.head), one.cluster, one.village, *numbers), one)
        if before is not one and text.is_same_name(before.head, one.head) and (
                any(numbers) or before.find_head() and not one.find_head()):
            before.people += one.people
            sheet.households.remove(one)
            sheet.note(one.line, _("cùng hộ với dòng %(line)s, đã ghép", line=before.line))


def drop_refused(sheet: Sheet) -> None:
    """Leave out households whose first line was refused, with all their lines."""
    for one in list(sheet.households):
        if one.line in sheet.refused:
            sheet.households.remove(one)
            for line in {person.line for person in one.people} - {one.line}:
                sheet.refuse(line, _("hộ ở dòng %(line)s chưa đọc được", line=one.line))


def leave_out_others(sheet: Sheet, villages: Villages, own: int | None) -> None:
    """Leave out the households of other villages; a column that names none of them is not read."""
    found = {name: villages.find(name) for name in {one.village for one in sheet.households}}
    if own is None or not any(found.values()) and not sheet.headings:
        return
    for one in list(sheet.households):
        village = found[one.village]
        if one.village and (village is None or village.id != own):
            sheet.households.remove(one)
            for line in {one.line, *(person.line for person in one.people)}:
                sheet.skipped[line] = _("thuộc %(village)s, không ghi vào đây", village=one.village)


def settle(sheet: Sheet, household: ListedHousehold) -> None:
    """Put the head first and their phone on the household; leave out people listed twice."""
    head = household.find_head() or ListedPerson(household.line, household.head)
    household.people = [head] + [one for one in household.people if one is not head]
    household.phone, head.phone = head.phone, ""
    seen: defaultdict[tuple[str, int | None], list[ListedPerson]] = defaultdict(list)
    for person in list(household.people):
        person.phone = "" if person.phone == household.phone else person.phone
        alike = seen[text.fold(person.name), person.birth_year]
        twin = next(filter(person.is_same_as, alike), None)
        if twin:
            household.people.remove(person)
            sheet.note(person.line, _("trùng với dòng %(line)s, bỏ một", line=twin.line))
        alike.append(person)


def drop_repeated(sheet: Sheet) -> None:
    """Leave out a household that is on the list twice, line for line: with the head's year."""
    seen: dict[tuple[object, ...], int] = {}
    for one in list(sheet.households):
        head = one.people[0]
        facts = (one.village, one.cluster, one.phone, *(
            (text.name(person.name), person.birth_year) for person in one.people))
        first = seen.setdefault(facts, one.line)
        if first != one.line and head.birth_year and (one.phone or len(one.people) > 1):
            sheet.households.remove(one)
            sheet.note(one.line, _("giống hộ ở dòng %(line)s, bỏ một", line=first))


def give_numbers(sheet: Sheet, kinds: Iterable[str]) -> None:
    """Give the households the first kind of number that is whole and different for each."""
    households = sheet.households
    chosen = None
    for key in kinds:
        values = [(one.village, one.raw[key]) for one in households if key in one.raw]
        if values and len(set(values)) == len(values) and all(
                _is_number(value) for _village, value in values):
            chosen = key
            break
    for one in households:
        if chosen in one.raw:
            one.number = int(one.raw[chosen])
        if chosen != "house" and "house" in one.raw and not one.landmark:
            one.landmark = sheet.attempt(one.line, read.words, _(
                "số nhà %(number)s", number=one.raw["house"])) or ""


def remarks_on(columns: Columns) -> list[str]:
    """Return a sentence for each kind of column that is not read, or only in part."""
    remarks = []
    if columns.never_kept:
        remarks.append(_("Không lưu, đúng quy định: %(names)s.",
                         names=", ".join(columns.never_kept)))
    if columns.unknown:
        remarks.append(_("Không dùng đến: %(names)s.", names=", ".join(columns.unknown)))
    if "note" in columns.places:
        remarks.append(_("Ghi chú: chỉ đọc hộ nghèo, cận nghèo, neo đơn, không có điện thoại "
                         "thông minh."))
    return remarks


def _is_number(value: str) -> bool:
    return re.fullmatch(r"0*[1-9]\d{0,5}", value) is not None
