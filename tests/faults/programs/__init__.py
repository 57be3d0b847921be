"""Programs that only the tests serve: the real one with something taken out or put in."""

POINTS = ("parsed", "after the effect", "after the receipt", "before the commit",
          "after the commit", "before the answer", "in the middle of the answer")


def instead(owner, name, deed):
    """Put a deed in the place of one that is there; else nothing would be broken."""
    assert hasattr(owner, name), name
    setattr(owner, name, deed)
