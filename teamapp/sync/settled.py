"""Read-only queries: the settled rejected entries a person may see, and how each was settled."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from peewee import JOIN, ModelSelect

from ..models import Household, Receipt, RejectedEntry, User, Visit
from ..statements import Among
from .queries import authors_of
from .rejections import REJECTIONS, Text


@dataclass
class SettledLine:
    """A settled entry: the number of what replaced it, who submitted that, and its household."""

    item: RejectedEntry
    author: User | None
    why: Text
    receipt: int | None = None
    submitted_by: str | None = None
    household_id: UUID | None = None
    head: str | None = None


def settled_lines(query: ModelSelect, reader: User) -> list[SettledLine]:
    """Return the lines of a page of settled entries; without a number a person only settled it."""
    items = list(query)
    authors = authors_of(items, None, reader) if items else {}
    receipts = Receipt.known([item.entry for item in items])
    numbers = {item.id: number_of(item, receipts.get(item.entry)) for item in items}
    known = {number for number in numbers.values() if number}
    helpers, houses = helpers_of(known, reader), houses_of(known, reader)
    lines = []
    for item in items:
        number, rejection = numbers[item.id], REJECTIONS.get(item.code)
        lines.append(SettledLine(
            item, authors.get(item.user_id), rejection.why if rejection else item.reason, number,
            helpers.get(number), *houses.get(number, (None, None))))
    return lines


def number_of(item: RejectedEntry, receipt: Receipt | None) -> int | None:
    """Return the number under which the commune took an entry, or what replaced it."""
    is_same = receipt is not None and receipt.user_id == item.user_id
    return receipt.number if receipt and is_same and receipt.status != "rejected" else None


def helpers_of(numbers: set[int], reader: User) -> dict[int | None, str]:
    """Return {receipt number: name} of those who submitted another person's entries."""
    rows = (Receipt.select(Receipt.number, User.name)
            .join(User, on=(User.id == Receipt.submitted_by))
            .where(Receipt.commune == reader.commune_id, Receipt.submitted_by.is_null(False),
                   Receipt.submitted_by != Receipt.user, Receipt.number.in_(Among(numbers)))
            .tuples()) if numbers else ()
    return dict(rows)


def houses_of(numbers: set[int], reader: User) -> dict[int | None, Any]:
    """Return {receipt number: (id, head)} of the visible households of visits recorded."""
    visible = Household.visible_to(reader).select(Household.id)
    rows = (Visit.visible_to(reader).select(Visit.receipt, Household.id, Household.head)
            .join(Household, JOIN.INNER).where(Visit.receipt.in_(Among(numbers)),
                                               Household.id.in_(visible)).tuples()
            ) if numbers else ()
    return {number: (id, head) for number, id, head in rows}
