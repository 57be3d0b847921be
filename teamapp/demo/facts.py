"""The demo's source figures, and seeded random draws in exact proportions."""

import json
from collections.abc import Mapping
from math import exp, log
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

SEED = 224_2026
FACTS = json.loads((Path(__file__).parent / "commune.json").read_text(encoding="utf-8"))


class Draw(Random):
    """A random stream for one subject, so that a change of one subject changes no other."""

    def __init__(self, *subject: object) -> None:
        super().__init__(f"{SEED}:" + ":".join(map(str, subject)))

    def shares(self, total: int, percent: Mapping[str, float]) -> list[str]:
        """Return `total` keys in the given proportions, exact to one, in random order."""
        whole = sum(percent.values())
        exact = {key: total * share / whole for key, share in percent.items()}
        counts = {key: int(amount) for key, amount in exact.items()}
        rest = total - sum(counts.values())
        for key in sorted(exact, key=lambda key: counts[key] - exact[key])[:rest]:
            counts[key] += 1
        drawn = [key for key, count in counts.items() for _ in range(count)]
        self.shuffle(drawn)
        return drawn

    def one(self, percent: Mapping[Any, float]) -> Any:
        """Return one key, drawn by its weight."""
        return self.choices(list(percent), list(percent.values()))[0]

    def around(self, median: float, high: float, place: float = 1.2816) -> float:
        """Return a lognormal draw of that median; `high` is its 90th percentile (95th: 1.645)."""
        return exp(log(median) + self.gauss(0, log(high / median) / place))

    def chance(self, percent: float) -> bool:
        """Return True with this probability in percent."""
        return self.random() * 100 < percent

    def uuid(self) -> UUID:
        return UUID(int=self.getrandbits(128), version=4)
