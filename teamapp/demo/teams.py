"""Communes, villages and accounts, with secrets drawn from the seed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..models import Commune, Membership, Province, Speaks, User, Village
from ..models.secret import hash_secret
from .facts import FACTS, Draw
from .families import invented_phone, person_name

HOMES_THAT_COUNT = 5  # percent of a village's homes for which the team has a speaker


@dataclass
class SignIn:
    """One account of the demo."""

    username: str
    secret: str
    role: str
    commune: str
    village: str | None


def sign_ins() -> list[SignIn]:
    """Return the sign-in of every account, the same at every call."""
    return [entry for facts in FACTS["communes"] for entry in _of_commune(facts)]


def _of_commune(facts: dict[str, Any]) -> Iterator[SignIn]:
    code, name = facts["code"], facts["username"]
    yield SignIn(f"{name}.chu-tich", _password(code, "chair"), "chair", code, None)
    yield SignIn(f"{name}.can-bo", _password(code, "officer"), "officer", code, None)
    for village in facts["villages"]:
        for place in range(village["team_size"]):
            role = "member" if place else "leader"
            end = f"{place:02}" if place else "to-truong"
            username = f"{facts['prefix']}{village['code'].lower()}.{end}"
            yield SignIn(username, _pin(username), role, code, village["code"])


def _pin(username: str) -> str:
    return f"{Draw('pin', username).randint(100_000, 999_999)}"


def _password(code: str, role: str) -> str:
    draw = Draw("password", code, role)
    return "-".join(draw.sample(FACTS["password_words"], 3)) + f"-{draw.randint(10, 99)}"


def found_commune(facts: dict[str, Any]) -> tuple[Commune, dict[str, Village]]:
    """Write a commune and its villages; return it and the villages by code."""
    province, _ = Province.get_or_create(**FACTS["province"])
    commune = Commune.create(province=province, code=facts["code"], name=facts["name"])
    villages = {}
    for position, village in enumerate(facts["villages"], 1):
        villages[village["code"]] = Village.create(
            commune=commune, code=village["code"], unit_type=village["unit_type"],
            name=village["name"], position=position, signal=village["signal"])
    return commune, villages


def found_teams(commune: Commune, facts: dict[str, Any], villages: dict[str, Village],
                today: date) -> dict[str, list[User]]:
    """Write all accounts; return them by village (the leader first) or commune role."""
    draw = Draw(commune.code, "teams")
    teams: dict[str, list[User]] = {group: [] for group in (*villages, "chair", "officer")}
    entries = list(_of_commune(facts))
    with ThreadPoolExecutor() as pool:  # argon2 takes 30 ms each and lets the other cores work
        hashes = list(pool.map(hash_secret, [entry.secret for entry in entries]))
    homes = {village["code"]: village["homes_percent"] for village in facts["villages"]}
    for entry, secret_hash in zip(entries, hashes):
        village = villages.get(entry.village or "")
        group = entry.village or entry.role
        home = _home(homes[group], len(teams[group])) if village else "vie"
        user = User.create(
            commune=commune, village=village, role=entry.role, username=entry.username,
            secret_hash=secret_hash, name=person_name(draw, home, draw.choice("mf")),
            phone=invented_phone(draw), **_time_given(entry))
        for language in sorted({"vie", home}):
            Speaks.create(user=user, language=language)
        if village:
            Membership.create(user=user, village=village,
                              since_on=today - timedelta(days=draw.randint(150, 400)))
        teams[group].append(user)
    return teams


def _time_given(entry: SignIn) -> dict[str, Any]:
    """Return the weekdays and minutes a member or leader can give."""
    if entry.village is None:
        return {}
    draw = Draw("time", entry.username)
    return {"days": "".join(sorted(draw.sample("1234567", draw.randint(2, 4)))),
            "minutes": draw.choice((60, 90, 120))}


def _home(homes: dict[str, float], place: int) -> str:
    """Return a member's mother tongue: the village's commonest first, then the others."""
    counted = [home for home, percent in sorted(homes.items(), key=lambda item: -item[1])
               if percent >= HOMES_THAT_COUNT]
    return counted[place % len(counted)] if place < 2 * len(counted) else counted[0]
