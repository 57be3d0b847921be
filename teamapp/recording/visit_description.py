"""Rejected visits as their readers may see them."""

from typing import Any
from uuid import UUID

from ..models import Consent, Household, Resident, User
from ..statements import Among
from .recorder import Description


def describe(datas: list[dict[str, Any]], reader: User) -> list[Description]:
    """Return a description of each of these rejected visits; their values are not validated.

    It has the household if the reader may see it, and a resident if they also consent, in this
    entry or before.
    """
    households = visible(Household, reader, {data["household"] for data in datas})
    residents = visible(Resident, reader, {
        person["id"] for data in datas for person in data["people"]})
    agreed = Consent.latest(residents) if residents else {}

    def named(person: dict[str, Any]) -> Resident | None:
        id, answer = person["id"], person["consent"]
        return residents.get(id) if answer == "yes" or not answer and agreed.get(id) else None

    return [Description(
        households.get(data["household"]), data["outcome"], data["visited_at"],
        data["return_on"], data["return_part"], data["why_unreached"], data["note"],
        people=[(named(person), [(step["kind"], step["state"], step["obstacle"])
                                 for step in person["steps"]]) for person in data["people"]],
        dossiers=[(dossier["procedure"], dossier["code"]) for dossier in data["dossiers"]])
        for data in datas]


def visible(noun: Any, reader: User, ids: set[UUID | None]) -> dict[UUID, Any]:
    """Return {id: record} of the records the reader may see."""
    known = ids - {None}
    query = noun.visible_to(reader).where(noun.id.in_(Among(known))) if known else ()
    return {one.id: one for one in query}
