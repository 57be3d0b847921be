"""The entries sixty phones record, drawn from a seed, and the expected status of each."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle

from teamapp import clock
from teamapp.sync.kinds import KINDS

from .sorts import SORTS, new_id

PHONES, SHARED, FOREIGN, SPOILT, UNDONE, CHAINED = 60, .2, .01, .03, .02, .15
PARTINGS = ("signs out", "signs out unsent", "hands over")
SPEED, PATIENCE = 10, 4  # divisors of a real phone's waits and of its time-outs
BURSTS = 2  # the least number of goes in which a person records everything


@dataclass
class Meant:
    """An entry as recorded; `fate` is the status the commune must give it."""

    entry: dict
    author: int
    commune: int
    mark: str
    fate: str = "accepted"  # accepted, settled (resubmitted), rejected
    after: list = field(default_factory=list)
    replaces: str = None  # the id of the rejected entry

    @property
    def id(self):
        """Return the entry's id."""
        return self.entry["id"]


class Plan:
    """The actions of a swarm, and the expected result."""

    def __init__(self, register, seed, entries, phones=PHONES, chaos=True, kinds=tuple(SORTS),
                 shared=None):
        self.draw, self.register, self.chaos = random.Random(seed), register, chaos
        self.shared = (SHARED if chaos else 0) if shared is None else shared
        self.kinds = sorted(kinds)
        self.meant, self.changed = {}, set()
        self.homes = register.homes()
        members = register.members()
        self.people = [user for team in members.values() for user in team]
        self.team = {user.id: [other.id for other in members[user.village_id] if other != user]
                     for user in self.people}
        self.draw.shuffle(self.people)
        turns = cycle(self.people)
        self.phones = [self._phone(turns, share) for share in shared_out(entries, phones)]

    def as_json(self, line, seconds, **more):
        """Return the input of phones.mjs."""
        return {"line": line, "seconds": seconds, "speed": SPEED, "patience": PATIENCE,
                "bursts": BURSTS, "deaths": .05 if self.chaos else 0, "phones": self.phones, **more}

    def _phone(self, turns, entries):
        device = new_id(self.draw)
        holders, shares = [next(turns)], [entries]
        if self.draw.random() < self.shared:
            holders, shares = [*holders, next(turns)] * 2, shared_out(entries, 4)
            if self.draw.random() < .5:  # finally a person who only carries envelopes of others
                holders, shares = [*holders, next(turns)], [*shares, 0]
        stints = [self._stint(user, device, share, holders[place - 1])
                  for place, (user, share) in enumerate(zip(holders, shares))]
        stints[-1]["parting"] = "stays"
        return {"seed": self.draw.getrandbits(32), "device": device, "stints": stints}

    def _stint(self, user, device, entries, other):
        """Return one person's stint with a phone; some begin with an invalid sign-in."""
        sign_ins = [self.register.sign_in(user, device)]
        chance = self.draw.random() if self.chaos else 1
        if chance < .1:
            sign_ins.insert(0, self.register.sign_in(user, device, living=False))
        elif other != user and chance < .5:
            strange = self.register.sign_in(other, device)["cookie"]
            sign_ins.insert(0, sign_ins[0] | {"cookie": strange})
        written = []
        for _ in range(entries):
            written.append(self._entry(user, [one for one in written if self._lasts(one)]))
        return {"user": str(user.id), "signIns": sign_ins, "entries": written,
                "parting": self.draw.choice(PARTINGS)}

    def _entry(self, user, written):
        [kind] = self.draw.choices(self.kinds, [SORTS[kind].share for kind in self.kinds])
        target = self._target(kind, written)
        kind = kind if target or not SORTS[kind].changes else "visits.create"
        chance = self.draw.random() if self.chaos else 1
        if chance < FOREIGN:
            return self._foreign(kind, user)
        body, mark = self._body(kind, user, self.homes[user.village_id], target)
        entry = self._envelope(kind, body)
        if target:
            entry["after"] = [target["id"]]
        elif written and self.draw.random() < CHAINED:
            entry["after"] = [self.draw.choice(written)["id"]]
        if chance < FOREIGN + SPOILT:
            return self._spoilt(entry, user, mark)
        self._mean(entry, user, mark)
        if chance < FOREIGN + SPOILT + UNDONE:
            return entry | {"undo": True}
        return entry

    def _target(self, kind, written):
        """Return an entry whose record one of this kind changes, once, or None."""
        open = [one for one in written if one["kind"] in SORTS[kind].changes
                and one["id"] not in self.changed]
        if not open:
            return None
        target = self.draw.choice(open)
        self.changed.add(target["id"])
        return target

    def _lasts(self, entry):
        """Return whether another entry may follow this one: it or its resubmission is accepted."""
        return self.meant[entry["id"]].fate != "rejected" and not entry.get("undo")

    def _foreign(self, kind, user):
        """Return an entry about another commune's house or visit, which is always rejected."""
        village = self.draw.choice([village for village in self.homes
                                    if village not in self._own(user)])
        unknown = {"body": f"id={new_id(self.draw)}"} if SORTS[kind].changes else None
        body, mark = self._body(kind, user, self.homes[village], unknown)
        entry = self._envelope(kind, body)
        self._mean(entry, user, mark, "rejected")
        return entry

    def _own(self, user):
        return {village.id for village in user.commune.villages}

    def _spoilt(self, entry, user, mark):
        """Return an entry that is rejected, with its author's resubmission."""
        resubmission = {"id": new_id(self.draw), "body": entry["body"]}
        self._mean(entry | resubmission, user, mark, replaces=entry["id"])
        spoilt = entry | {"body": SORTS[entry["kind"]].spoil(entry["body"])}
        self._mean(spoilt, user, mark, "settled")
        return spoilt | {"resubmission": resubmission}

    def _body(self, kind, user, homes, target):
        mark = f"lượt {len(self.meant)}"
        body = SORTS[kind].write(self.draw, self.draw.choice(homes), self.team[user.id], mark,
                                 target)
        return body, mark

    def _envelope(self, kind, body):
        at = clock.now() - timedelta(minutes=20 * 24 * 60 - len(self.meant))
        return {"id": new_id(self.draw), "kind": kind, "form": KINDS[kind].form,
                "recorded_at": clock.local(at).isoformat(), "after": [], "body": body}

    def _mean(self, entry, user, mark, fate="accepted", replaces=None):
        self.meant[entry["id"]] = Meant(entry, user.id, user.commune_id, mark, fate,
                                        entry["after"], replaces)


def shared_out(total, parts):
    """Split a number into parts that differ by one at most."""
    return [total // parts + (place < total % parts) for place in range(parts)]
