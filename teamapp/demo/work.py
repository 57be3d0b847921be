"""The content of the calls: steps by name, obstacles, dossiers, consents."""

from datetime import date, timedelta
from typing import Any

from .. import clock
from ..models import AccountKind
from ..models.ladder import REGISTERED
from .calls import Call
from .facts import FACTS, Draw
from .families import Person

HEADLINE, PORTAL = AccountKind.HEADLINE, "DVCQG"
MOST = 4  # steps helped at one call


class Work:
    """Adds steps and dossiers to a village's calls."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.needs_age = {kind.code: kind.needs_age for kind in AccountKind.in_use()}

    def survey(self, calls: list[Call], adults: int, activated_percent: float) -> None:
        """Add the steps of the first round: the given percent of the adults are activated."""
        asked = [(call, person) for call in calls for person in call.house.adults
                 if not person.refuses and self.draw.chance(96)]
        wanted = min(round(adults * activated_percent / 100), len(asked))
        ease = {person: self.draw.random() ** (2.2 if person.age >= 60 else 1)
                for _call, person in asked}
        ranked = sorted(asked, key=lambda pair: -ease[pair[1]])
        for call, person in ranked[:wanted]:
            self._note(call, person, HEADLINE, "had")
            if self.draw.chance(35):
                self._note(call, person, PORTAL, "had")
        for call, person in ranked[wanted:]:
            self._not_yet(call, person, HEADLINE)

    def help(self, calls: list[Call], wanted: dict[str, int]) -> dict[str, int]:
        """Spread helped steps, {kind: n}, over the calls; return those that found no place."""
        done = [call for call in calls if call.is_done]
        left: dict[str, int] = {}
        for kind, number in wanted.items():
            pairs = [(call, person) for call in done for person in call.house.adults
                     if person.age >= self.needs_age[kind]]
            self.draw.shuffle(pairs)
            for call, person in pairs:
                if number <= 0:
                    break
                if self._may_help(call, person, kind):
                    number -= 1
                    self._note(call, person, kind, "helped", mode=self._mode(call))
            left[kind] = number
        return left

    def _may_help(self, call: Call, person: Person, kind: str) -> bool:
        if person.known.get(kind) == "done" or len(call.steps) >= MOST:
            return False
        ready = person.since.get(HEADLINE)
        return kind != PORTAL or (ready is not None and ready <= call.visited_at)

    def _mode(self, call: Call) -> str:
        """Return the assist mode, the same for the whole call."""
        return call.steps[0][4] if call.steps and call.steps[0][4] else self.draw.one(
            FACTS["mode_percent"])

    def look_about(self, calls: list[Call]) -> None:
        """Add a step, not yet done or done before, to each call that met a person and has none."""
        for call in calls:
            if call.outcome == "met" and not call.steps and call.house.adults:
                person = self.draw.choice(call.house.adults)
                lacking = [p for p in call.house.adults if p.known.get(HEADLINE) != "done"]
                if lacking:
                    self._not_yet(call, self.draw.choice(lacking), HEADLINE)
                elif person.known.get(PORTAL) != "done" and not call.is_done:
                    self._not_yet(call, person, PORTAL)
                elif not person.refuses:
                    self._note(call, person, PORTAL, "had")

    def _not_yet(self, call: Call, person: Person, kind: str) -> None:
        obstacle = self.draw.one(FACTS["obstacle_percent"])
        if obstacle == "O18" and call.house.home == "vie":
            obstacle = "O16"
        if obstacle == "O35" and kind == HEADLINE:
            self._note(call, person, REGISTERED, "had")
        self._note(call, person, kind, "not_yet", obstacle)

    def _note(self, call: Call, person: Person, kind: str, state: str,
              obstacle: str | None = None, mode: str = "") -> None:
        call.steps.append((person, kind, state, obstacle, mode))
        if not person.refuses:
            person.known[kind] = "not_yet" if state == "not_yet" else "done"
            if state != "not_yet":
                person.since.setdefault(kind, call.visited_at)

    def file(self, calls: list[Call], number: int,
             procedures: dict[str, list[dict[str, Any]]]) -> None:
        """Add dossiers to successful calls; `procedures` are rows by sector."""
        met = [call for call in calls if call.is_done and call.house.adults]
        chosen = sorted(self.draw.sample(met, min(number, len(met))),
                        key=lambda call: call.visited_at)
        sectors = self.draw.shares(len(chosen), FACTS["dossier_sector_percent"])
        channels = self.draw.shares(len(chosen), FACTS["dossier_channel_percent"])
        for place, call in enumerate(chosen):
            procedure = self.draw.choice(procedures[sectors[place]])
            call.filings.append(self._dossier(call, place + 1, procedure, channels[place]))
        self._progress([call.filings[-1] for call in chosen])

    def _dossier(self, call: Call, number: int, procedure: dict[str, Any],
                 channel: str) -> dict[str, Any]:
        person = self.draw.choice(call.house.adults)
        day = clock.day_of(call.visited_at)
        form = self.draw.one({"000.00.22.H99-{:%y%m%d}-{:04}": 50, "H99.21-{:%y%m%d}-{:04}": 35,
                              "": 15})
        return {"dossier": self.draw.uuid(), "household": call.house.id,
                "resident": None if person.refuses else person.id, "procedure": procedure["code"],
                "code": form.format(day, number), "channel": channel,
                "due_on": after_working_days(day, procedure["days"] or 5)}

    def _progress(self, dossiers: list[dict[str, Any]]) -> None:
        """Set each dossier's portal status; those due last, and the first one, are in progress."""
        drawn = [int(status) for status in
                 self.draw.shares(len(dossiers), FACTS["dossier_status_percent"])]
        drawn.sort(key=lambda status: status in (4, 5))
        by_due = sorted(dossiers, key=lambda dossier: dossier["due_on"])
        for dossier, status in zip(by_due[1:] + by_due[:1], drawn):
            dossier["status"] = status


def after_working_days(day: date, number: int) -> date:
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def ask(calls: list[Call], draw: Draw) -> None:
    """Add each person's answer on consent to the first call that names them."""
    asked = set()
    for call in sorted(calls, key=lambda call: (call.visited_at, call.id)):
        people = [step[0] for step in call.steps]
        filed = {dossier["resident"] for dossier in call.filings}
        people += [person for person in call.house.people if person.id in filed]
        for person in dict.fromkeys(people):
            if person not in asked:
                asked.add(person)
                call.consents.append((person, "record", not person.refuses))
                if person is call.house.head and not person.refuses:
                    call.consents.append((person, "phone", draw.chance(60)))
