"""Programs that only the tests serve: the real one with something taken out or put in."""

POINTS = ("parsed", "after the effect", "after the receipt", "before the commit",
          "after the commit", "before the answer", "in the middle of the answer")
