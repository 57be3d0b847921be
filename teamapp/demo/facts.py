"""The facts the demo is drawn from, and the draws: the same from one seed, in exact proportions."""

import json
from math import exp, log
from pathlib import Path
from random import Random
from uuid import UUID

SEED = 224_2026
FACTS = json.loads((Path(__file__).parent / "commune.json").read_text(encoding="utf-8"))


class Draw(Random):
    """A stream of draws of its own for each subject, so that one change moves nothing else."""

    def __init__(self, *subject):
        super().__init__(f"{SEED}:" + ":".join(map(str, subject)))

    def shares(self, total, percent):
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

    def one(self, percent):
        """Return one key, drawn by its weight."""
        return self.choices(list(percent), list(percent.values()))[0]

    def around(self, median, high, place=1.2816):
        """Return a lognormal draw of that median; `high` is its 90th percentile (95th: 1.645)."""
        return exp(log(median) + self.gauss(0, log(high / median) / place))

    def chance(self, percent):
        """Tell whether a thing of that percentage happens."""
        return self.random() * 100 < percent

    def uuid(self):
        """Return a random uuid of this stream."""
        return UUID(int=self.getrandbits(128), version=4)
