"""The steps and filings of a visit: each by name if the person consented, else nameless."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from .consents import Answered
from .lookup import VisitLookup
from .recorder import Entry, Rejected

Row: TypeAlias = dict[str, Any]


def steps(entry: Entry, lookup: VisitLookup, answered: Answered) -> Iterator[Row]:
    """Yield the rows of all steps, with the `home` and `birth_year` of their resident."""
    for place, person in enumerate(entry.data["people"]):
        named = answered.named(person["id"], f"people-{place}-consent") if person["steps"] else None
        _, home, birth_year = lookup.people.get(person["id"], (None, None, None))
        for number, step in enumerate(person["steps"]):
            check_step(step, f"people-{place}-steps-{number}", lookup)
            mode = step["mode"] or entry.data["mode"] if step["state"] == "helped" else ""
            obstacle = (step["obstacle"] or None) if step["state"] == "not_yet" else None
            yield {"resident": named, "kind": step["kind"], "state": step["state"], "mode": mode,
                   "obstacle": obstacle, "home": home, "birth_year": birth_year}


def check_step(step: Row, at: str, lookup: VisitLookup) -> None:
    """Raise Rejected for a code the catalogue lacks."""
    if step["kind"] not in lookup.kinds:
        raise Rejected("unknown_account_kind", f"{at}-kind")
    if step["obstacle"] and step["obstacle"] not in lookup.obstacles:
        raise Rejected("unknown_obstacle", f"{at}-obstacle")


def filings(entry: Entry, lookup: VisitLookup, answered: Answered) -> Iterator[Row]:
    """Yield the rows of what was filed for each dossier."""
    for place, dossier in enumerate(entry.data["dossiers"]):
        named = answered.named(dossier["resident"], f"dossiers-{place}-resident")
        if dossier["procedure"] not in lookup.procedures:
            raise Rejected("unknown_procedure", f"dossiers-{place}-procedure")
        yield {"dossier": dossier["id"], "resident": named, "household": entry.data["household"],
               "procedure": dossier["procedure"], "code": dossier["code"],
               "channel": dossier["channel"], "due_on": dossier["due_on"]}
