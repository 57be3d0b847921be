"""What the commune could not take, as far as a person may see it; only reading."""

import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from .. import clock
from ..languages import called, language
from ..models import (
    AccountKind,
    Consent,
    Household,
    Obstacle,
    Procedure,
    RejectedEntry,
    Resident,
    User,
    Visit,
)
from ..statements import Among
from .reasons import WHY, advice

MOST = 100  # on a page
OF_A_PERSON = re.compile(r"people-(\d+)-(?:steps-(\d+)-)?([a-z]+)")
OF_A_DOSSIER = re.compile(r"dossiers-(\d+)-([a-z]+)")


@dataclass
class RejectedWork:
    """One of them: what lies in the inbox, and who and which house the reader may know."""

    item: RejectedEntry
    said: dict
    why: str
    advice: str
    words: str = ""
    author: User = None
    house: Household = None
    people: list = ()
    dossiers: list = ()

    @property
    def visited_at(self):
        """When the visit was, or None if that cannot be read."""
        with suppress(ValueError):
            return clock.parse_local(self.said.get("visited_at", ""))

    @property
    def return_on(self):
        """The day that was promised, or None."""
        with suppress(ValueError):
            return date.fromisoformat(self.said.get("return_on", ""))


@dataclass
class Done:
    """What was written down of one account, as far as its codes are known."""

    kind: str
    state: str
    obstacle: str


def rejected_work(reader, author=None):
    """Return what nobody has settled yet, all that the reader may see or one author's."""
    query = RejectedEntry.visible_to(reader)
    if author:
        query = query.where(RejectedEntry.user == author.id)
    found = [drawn_from(item, reader) for item in RejectedEntry.open(query).limit(MOST)]
    authors = by_id(User, reader, {line.item.user_id for line in found})
    houses = by_id(Household, reader, {uuid(line.said.get("household")) for line in found})
    for line in found:
        line.author = authors.get(line.item.user_id)
        line.house = houses.get(uuid(line.said.get("household")))
        if line.item.code == "invalid" and line.item.language == language():
            line.words = line.item.reason
    tell_work(found, reader)
    return found


def tell_work(lines, reader):
    """Tell of each what was done there: whoever writes it down again needs no phone for it.

    A person is named if the reader may see them and they agreed to be, then or before.
    """
    work = [work_in(line.said) for line in lines]
    if not any(people or dossiers for people, dossiers in work):
        return
    names = by_id(Resident, reader, {id for people, _ in work for id, *_ in people})
    agreed = Consent.latest(names) if names else {}
    kinds, obstacles = words_of(AccountKind, "short_name"), words_of(Obstacle, "short_name")
    procedures = words_of(Procedure)
    for line, (people, dossiers) in zip(lines, work, strict=True):
        line.people = [(names.get(id) if answer == "yes" or not answer and agreed.get(id) else None,
                        [Done(kinds.get(step.get("kind")), step.get("state"),
                              obstacles.get(step.get("obstacle"))) for step in steps])
                       for id, answer, steps in people]
        line.dossiers = [(procedures.get(one.get("procedure")), one.get("code"))
                         for one in dossiers]


def work_in(said):
    """Return the people, (id or None, answer, [step as {field: value}]), and the dossiers."""
    people, dossiers = defaultdict(lambda: defaultdict(dict)), defaultdict(dict)
    for name, value in said.items():
        if of := OF_A_PERSON.fullmatch(name):
            number, step, what = of.groups()
            people[number][step][what] = value
        elif of := OF_A_DOSSIER.fullmatch(name):
            dossiers[of[1]][of[2]] = value
    found = [(one.pop(None, {}), list(one.values()))
             for one in [*people.values()][:Visit.MOST_PEOPLE]]
    return ([(uuid(whose.get("id")), whose.get("consent"), steps) for whose, steps in found],
            [*dossiers.values()][:Visit.MOST_DOSSIERS])


def words_of(table, what="name"):
    """Return {code: what it is called} of a whole catalogue."""
    return dict(table.select(table.code, called(table, what)).tuples())


def drawn_from(item, reader):
    """Return what is told of an item without asking for anything else."""
    return RejectedWork(item, item.said, WHY.get(item.code, item.reason),
                   advice(item.code, item.user_id == reader.id))


def by_id(noun, reader, ids):
    """Return {id: one} of those the reader may see."""
    known = ids - {None}
    query = noun.visible_to(reader).where(noun.id.in_(Among(known))) if known else ()
    return {one.id: one for one in query}


def uuid(value):
    """Return the id that was written down, or None."""
    with suppress(ValueError):
        return UUID(value or "")
