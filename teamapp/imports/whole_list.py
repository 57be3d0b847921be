"""What only the whole list shows: split households, people listed twice, the numbers."""

import re
from collections import defaultdict
from collections.abc import Iterable

from flask_babel import gettext as _

from .. import text
from . import cells as read
from .columns import Columns
from .parsed import ListedHousehold, ListedPerson, Sheet


def reject_split(sheet: Sheet) -> None:
    """Reject a household whose lines do not stand together: it would become several.

    The number marks it as the same, or a head who is listed among the first lines only.
    """
    first: dict[tuple[str | None, ...], ListedHousehold] = {}
    for one in sheet.households:
        numbers = [one.raw.get(key) for key in ("number", "house")]
        before = first.setdefault((text.fold(one.head), one.cluster, *numbers), one)
        if before is not one and text.is_same_name(before.head, one.head) and (
                any(numbers) or before.find_head() and not one.find_head()):
            sheet.add_error(one.line, _("cùng hộ với dòng %(line)s nhưng không đứng liền",
                                        line=before.line))


def settle(sheet: Sheet, household: ListedHousehold) -> None:
    """Put the head first and their phone on the household; reject people listed twice."""
    head = household.find_head() or ListedPerson(household.line, household.head)
    household.people = [head] + [one for one in household.people if one is not head]
    household.phone, head.phone = head.phone, ""
    seen: defaultdict[tuple[str, int | None], list[ListedPerson]] = defaultdict(list)
    for person in household.people:
        person.phone = "" if person.phone == household.phone else person.phone
        alike = seen[text.fold(person.name), person.birth_year]
        twin = next(filter(person.is_same_as, alike), None)
        if twin:
            sheet.add_error(person.line, _("trùng với dòng %(line)s", line=twin.line))
        alike.append(person)


def give_numbers(sheet: Sheet, kinds: Iterable[str]) -> None:
    """Give the households the first kind of number that is whole and different for each."""
    households = sheet.households
    chosen = None
    for key in kinds:
        values = [one.raw[key] for one in households if key in one.raw]
        if values and len(set(values)) == len(values) and all(map(_is_number, values)):
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
